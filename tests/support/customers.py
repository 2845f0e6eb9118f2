"""Customers who pay by text, and Twilio's deliveries between them and the served processes.

    Mailbox    what Twilio has accepted for each number, read from its record
    Carrier    delivers inbound texts as Twilio does: again and again until a 2xx, and now and then once more
    Customer   one customer's conversation, from "pay my total balance" to the receipt
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.accounts import Person
from tests.support.fake_twilio import Signed, inbound
from tests.support.served import PUBLIC_URL

POLL_SECONDS = 0.05
RECEIPT = re.compile(r"Thank you! .* was paid with .* Confirmation [2-9A-HJKMNP-TV-Z]{8}\b")
ASKS_YES = re.compile(r"\bReply Y( \d\d)? to pay")
OPTION = re.compile(r"^(\d+)[.)] ?(.*)$", re.MULTILINE)
YES = re.compile(r"y( \d\d)?", re.IGNORECASE)


@dataclass(slots=True)
class Mailbox:
    """Every text that Twilio accepted, by number, in order."""

    file: Path
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _offset: int = 0

    def look(self) -> None:
        """Reads what has come since the last look."""
        if not self.file.exists():
            return
        with self.file.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                message = json.loads(line)
                self.texts[message["to"]].append(message["body"])

    async def wait(self, phone: str, seen: int, *, seconds_max: float) -> str | None:
        """The text after the first `seen` of a number; None where none comes in time."""
        deadline = time.monotonic() + seconds_max
        while True:
            self.look()
            if len(self.texts[phone]) > seen:
                return self.texts[phone][seen]
            if time.monotonic() > deadline:
                return None
            await asyncio.sleep(POLL_SECONDS)


@dataclass(slots=True, kw_only=True)
class Carrier:
    """Twilio's side of the inbound webhook. `target` gives the process for each attempt."""

    client: httpx.AsyncClient
    rng: random.Random
    target: Callable[[], str]
    public_url: str = PUBLIC_URL
    again: float = 0.2
    """How many of the acknowledged deliveries come a second time."""
    acknowledged: dict[str, tuple[str, str]] = field(default_factory=dict)
    """(phone, text) by MessageSid."""
    repeated: int = 0

    def new_sid(self) -> str:
        return f"SM{self.rng.getrandbits(128):032x}"

    async def deliver(self, phone: str, text: str, *, sid: str | None = None, seconds_max: float = 120.0) -> str:
        """Delivers one text until it is acknowledged; its MessageSid. Raises TimeoutError."""
        sid = sid or self.new_sid()
        request = inbound(self.public_url, phone, text, MessageSid=sid, SmsSid=sid, SmsMessageSid=sid)
        deadline = time.monotonic() + seconds_max
        while True:
            try:
                answer = await request.post(self.client, self.target())
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                self.acknowledged[sid] = (phone, text)
                await self._perhaps_again(request)
                return sid
            assert answer is None or answer.status_code == 503, f"a good webhook was answered {answer.status_code}"
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody took {text!r}")
            await asyncio.sleep(self.rng.uniform(0.05, 0.3))

    async def _perhaps_again(self, request: Signed) -> None:
        """Twilio repeats what it holds for lost, though it was taken."""
        if self.rng.random() < self.again:
            self.repeated += 1
            with contextlib.suppress(httpx.TransportError):
                await request.post(self.client, self.target())


@dataclass(slots=True, kw_only=True)
class Customer:
    """One customer at the phone, who reads every text and answers what it asks."""

    person: Person
    carrier: Carrier
    mailbox: Mailbox
    reply_seconds_max: float = 60.0
    impatient: bool = False
    """Says yes twice at once, in two texts."""
    curious: bool = False
    """Asks for the balance before saying yes."""
    said: list[str] = field(default_factory=list)

    async def say(self, text: str) -> None:
        """Sends one text, and returns when it is acknowledged."""
        self.said.append(text)
        await self.carrier.deliver(self.person.phone, text)

    async def pay_total(self) -> None:
        """From "pay my total balance" to the receipt. Fails where an answer does not come in time."""
        seen = 0
        await self.say("pay my total balance")
        while True:
            text = await self.mailbox.wait(self.person.phone, seen, seconds_max=self.reply_seconds_max)
            assert text is not None, f"{self.person} waits for an answer. Said {self.said}, last read {self._last()!r}"
            seen += 1
            if is_receipt(text):
                return
            await self._answer(text)

    async def _answer(self, text: str) -> None:
        if (asks := ASKS_YES.search(text)) is not None:
            await self._confirm(f"Y{asks[1] or ''}")
        elif (bank := next((number for number, label in OPTION.findall(text) if "6789" in label), None)) is not None:
            await self.say(bank)
        elif "text me again" in text:
            await self.say("try again")

    async def _confirm(self, yes: str) -> None:
        if self.curious:
            self.curious = False
            await self.say("what is my balance")
        elif self.impatient:
            await asyncio.gather(self.say(yes), self.say(yes))
        else:
            await self.say(yes)

    def _last(self) -> str | None:
        texts = self.mailbox.texts[self.person.phone]
        return texts[-1] if texts else None


def is_receipt(text: str) -> bool:
    """Whether a text says that a payment went through."""
    return RECEIPT.search(text) is not None
