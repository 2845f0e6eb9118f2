"""Turns over the whole way: a signed webhook in, the turn committed, the reply at Twilio.

Customers read each reply and then write again (a closed loop). One conversation: "what's my balance", "pay my total
balance", "yes"; the last is two turns, the yes and the payment's end, and two texts or one. The moment of the commit
is the log's (`"event": "turn"`), the moment of the reply is Twilio's; clocks are the same machine's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.customers import OWED, phone
from benchmarks.serving import PUBLIC_URL, Server
from benchmarks.twilio import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Twilio
from benchmarks.wire import Connection

REPLY_SECONDS_MAX = 30.0
PAYING = (("what's my balance", OWED), ("pay my total balance", "Reply Y"), ("yes", "Confirmation "))
"""What a customer writes, and what the reply that ends the wait must hold."""
ASKING = (("what's my balance", OWED),)


@dataclass(slots=True)
class Measured:
    """One message of a customer. Moments are seconds since the epoch."""

    event_id: str
    text: str
    sent: float
    acknowledged: float = 0.0
    first_reply: float = 0.0
    last_reply: float = 0.0


@dataclass(slots=True)
class Clients:
    """Customers at their phones."""

    server: Server
    twilio: Twilio
    measured: list[Measured] = field(default_factory=list)
    _replies: dict[str, asyncio.Queue[tuple[str, float]]] = field(default_factory=dict)

    async def run(self, numbers: range, *, at_once: int, talk: Sequence[tuple[str, str]] = PAYING) -> float:
        """Each customer talks once, `at_once` of them beside each other; the seconds that it took."""
        self.twilio.taken = self._taken
        left = iter(numbers)
        began = time.perf_counter()
        await asyncio.gather(*(self._client(left, talk) for _ in range(at_once)))
        return time.perf_counter() - began

    def _taken(self, to: str, text: str, at: float) -> None:
        if to in self._replies:
            self._replies[to].put_nowait((text, at))

    async def _client(self, numbers: Iterator[int], talk: Sequence[tuple[str, str]]) -> None:
        connection = await Connection.open(self.server.port)
        for number in numbers:
            replies = self._replies[phone(number)] = asyncio.Queue()
            for text, wanted in talk:
                await self._say(connection, phone(number), text, wanted, replies)
            del self._replies[phone(number)]
        connection.close()

    async def _say(
        self, connection: Connection, sender: str, text: str, wanted: str, replies: asyncio.Queue[tuple[str, float]]
    ) -> None:
        sid, headers, body = webhook(sender, text)
        one = Measured(sid, text, time.time())
        status, _ = await connection.post("/sms", headers, body)
        if status != 200:
            raise RuntimeError(f"a good webhook was answered {status}")
        one.acknowledged = time.time()
        said: list[str] = []
        while not said or wanted not in said[-1]:
            try:
                reply, at = await asyncio.wait_for(replies.get(), REPLY_SECONDS_MAX)
            except TimeoutError:
                raise RuntimeError(f"{text!r} was answered {said}, without {wanted!r}") from None
            said.append(reply)
            one.first_reply = one.first_reply or at
            one.last_reply = at
        self.measured.append(one)


def webhook(sender: str, text: str) -> tuple[str, dict[str, str], bytes]:
    """MessageSid, headers and body of a signed inbound message."""
    sid = f"SM{secrets.token_hex(16)}"
    fields = {
        "ToCountry": "US", "ToState": "CA", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "94107",
        "SmsSid": sid, "FromState": "CA", "SmsStatus": "received", "FromCity": "SAN FRANCISCO", "Body": text,
        "FromCountry": "US", "To": OUR_NUMBER, "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": ACCOUNT_SID, "From": sender, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signed = f"{PUBLIC_URL}/sms" + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-twilio-signature": base64.b64encode(digest).decode(),
    }
    return sid, headers, urlencode(fields).encode()
