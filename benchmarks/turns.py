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
from benchmarks.tables import Row, percentile
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
        status, _ = await connection.post_again("/sms", headers, body)
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


async def session(
    server: Server, twilio: Twilio, numbers: range, *, at_once: int, talk: Sequence[tuple[str, str]] = PAYING
) -> Session:
    """One run of customers, with what it cost the server."""
    clients = Clients(server, twilio)
    used, before = server.cpu_seconds(), len(server.commits())
    seconds = await clients.run(numbers, at_once=at_once, talk=talk)
    await asyncio.sleep(0.5)  # until the last turn is in the log
    used, commits = server.cpu_seconds() - used, server.commits()
    return Session(at_once, clients.measured, commits, seconds, used, len(commits) - before)


@dataclass(slots=True)
class Session:
    """What one run of customers came to."""

    at_once: int
    measured: list[Measured]
    commits: dict[str, float]
    seconds: float
    cpu_seconds: float
    turns: int

    def to_commit(self, text: str | None = None) -> list[float]:
        """Milliseconds from the webhook to the turn's commit. A commit whose id the log masks is left out."""
        mine = self._of(text)
        return [(self.commits[m.event_id] - m.sent) * 1e3 for m in mine if m.event_id in self.commits]

    def to_reply(self, text: str | None = None) -> list[float]:
        """Milliseconds from the webhook to the first reply at Twilio."""
        return [(m.first_reply - m.sent) * 1e3 for m in self._of(text)]

    def _of(self, text: str | None) -> list[Measured]:
        return [m for m in self.measured if text in (None, m.text)]


def rows(sessions: Sequence[Session], *, rasa_ms: float | None, rasa_rate: float | None) -> list[Row]:
    """The table's part; the first session is the serial one."""
    serial, made = sessions[0], []
    for share, budget in ((0.5, 12.0), (0.99, 40.0)):
        name = f"one client, webhook to commit, p{share * 100:.0f}"
        rasa = rasa_ms if share == 0.5 else None
        made.append(Row("turn", name, percentile(serial.to_commit(), share), "ms", budget, rasa=rasa))
    for text, _ in PAYING:
        name = f'one client, "{text}", to commit, p50'
        made.append(Row("turn", name, percentile(serial.to_commit(text), 0.5), "ms"))
    for share in (0.5, 0.99):
        made.append(Row("turn", f"one client, to the reply at Twilio, p{share * 100:.0f}",
                        percentile(serial.to_reply(), share), "ms"))  # fmt: skip
    made.append(Row("turn", "one client, CPU a message", 1e3 * serial.cpu_seconds / len(serial.measured), "ms"))
    for one in sessions[1:]:
        for share in (0.5, 0.99):
            made.append(Row("turn", f"{one.at_once} clients, to commit, p{share * 100:.0f}",
                            percentile(one.to_commit(), share), "ms"))  # fmt: skip
        made.append(Row("turn", f"{one.at_once} clients, messages a second", len(one.measured) / one.seconds, "/s"))
    best = max(sessions, key=lambda s: s.turns / s.seconds)
    made.append(Row("turn", f"turns a second on this machine, {best.at_once} clients", best.turns / best.seconds, "/s",
                    200, at_least=True, rasa=rasa_rate))  # fmt: skip
    return made
