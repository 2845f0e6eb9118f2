"""Whole conversations, written as data in tests/conversations/*.yml, with the real bot: each comes out as written.

How a conversation is written is told in tests/conversations/README.md. Every one of them is also held to laws that it
need not say: each invoice's balance is what it was less what was settled on it, the gateway charged what the ledger
says is settled and nothing else, nothing failed on the way, and no reply is longer than people like to read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
import yaml

from bot.messages import Channel
from bot.tables import ESCALATION
from channels.gsm import segments, to_gsm7
from nlu.runtime import load as load_nlu
from tests.support.talk import NOON, Paid, Talks

FOLDER = Path(__file__).parent / "conversations"
ACCOUNTS = "accounts.yml"
KEYS = frozenset({"name", "account", "talk", "ledger", "today", "through", "gateway", "asks for a person"})
DIRECTIONS = frozenset({
    "the payment service goes down", "the payment service comes back",
    "the payment service's answers get lost", "my last message arrives again",
})  # fmt: skip
WAIT = re.compile(r"(\d+) (second|minute|hour|day)s?")
CODE = re.compile(r"Reply Y (\d\d)")
SEGMENTS_MAX = 4


def _read(file: Path) -> Any:
    """YAML in which everything is text: no number, no yes that turns into something else."""
    return yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  a safe loader too


def _conversations() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yml")):
        if file.name != ACCOUNTS:
            found += [pytest.param(c, id=f"{file.stem}: {c['name']}") for c in _read(file)]
    return found


CONVERSATIONS = _conversations()


PRESETS = _read(FOLDER / ACCOUNTS)


def _phone(number: int) -> str:
    return f"+1555555{number:04d}"


def _accounts(script: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    """The accounts of the conversation with that number, as rows of an import file."""
    names = script.get("account", "Acme Dental")
    rows = []
    for place, name in enumerate([names] if isinstance(names, str) else names, 1):
        row = {"timezone": "America/New_York", **PRESETS[name], "number": f"{place}{number:04d}"}
        row["contacts"] = [] if row.pop("unknown phone", None) else [{"name": "Dana Reyes", "phone": _phone(number)}]
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talks]:
    """One bot for all conversations, which know nothing of each other."""
    with structlog.testing.capture_logs(), Talks(tmp_path_factory.mktemp("talks"), nlu=load_nlu()) as made:
        everyone = [_accounts(param.values[0], number) for number, param in enumerate(CONVERSATIONS)]
        made.load([row for rows in everyone for row in rows])
        yield made


@dataclass
class Stage:
    """One conversation being played."""

    talks: Talks
    script: Mapping[str, Any]
    number: int
    lines: list[str] = field(default_factory=list)
    wrong: int = 0
    heard: int = 0
    """How many replies there were so far."""
    last_text: str = ""
    unread: list[str] = field(default_factory=list)
    sent: tuple[str, str] = ("", "")
    rows: list[dict[str, Any]] = field(default_factory=list)
    expected: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    """What each account's invoices would owe had nothing been paid here."""

    @property
    def phone(self) -> str:
        return _phone(self.number)

    @property
    def channel(self) -> Channel:
        return "terminal" if self.script.get("through") == "terminal" else "sms"

    @property
    def conversation(self) -> str:
        return f"{self.channel}:{self.phone}"

    @property
    def accounts(self) -> list[str]:
        return [str(row["number"]) for row in self.rows]

    def play(self) -> None:
        unknown = self.script.keys() - KEYS
        assert not unknown, f"{sorted(unknown)} is not part of a conversation"
        today = self.script.get("today")
        self.talks.at(dt.datetime.combine(dt.date.fromisoformat(today), NOON.timetz()) if today else NOON)
        self.talks.between.line, self.talks.between.hurried = "up", self.script.get("gateway") == "slow to answer"
        self._know_accounts()
        for item in self.script["talk"]:
            self._item(item)
        self._nothing_unread()
        self._ledger(self.script["ledger"])
        self._laws()
        if self.wrong:
            pytest.fail(f"{self.wrong} not as written (!!)\n\n" + "\n".join(self.lines), pytrace=False)

    def _know_accounts(self) -> None:
        self.rows = _accounts(self.script, self.number)
        for row in self.rows:
            open_now = {i["number"]: Decimal(i.get("balance", i["amount"])) for i in row.get("invoices", ())}
            self.expected[str(row["number"])] = open_now

    # What is written, a line each.

    def _item(self, item: Any) -> None:
        if isinstance(item, str):
            self._direction(item)
            return
        ((kind, value),) = item.items()
        if kind == "bot":
            self._bot(value)
            return
        self._nothing_unread()
        match kind:
            case "me":
                self._me(value)
            case "wait":
                self._wait(value)
            case "paid elsewhere":
                self._paid_elsewhere(value)
            case "new invoice":
                self.rows[0]["invoices"] = [*self.rows[0].get("invoices", ()), value]
                self.expected[self.accounts[0]][value["number"]] = Decimal(value["amount"])
                self.talks.load(self.rows[:1])
            case _:
                raise AssertionError(f"{kind!r} is not part of a conversation")
        if kind != "me":
            self.lines.append(f"        ({kind}: {value})")
        self._listen()

    def _direction(self, what: str) -> None:
        assert what in DIRECTIONS, f"{what!r} is not one of {sorted(DIRECTIONS)}"
        self._nothing_unread()
        self.lines.append(f"        ({what})")
        match what:
            case "the payment service goes down":
                self.talks.between.line = "down"
            case "the payment service comes back":
                self.talks.between.line = "up"
            case "the payment service's answers get lost":
                self.talks.between.line = "answers_lost"
            case _:
                event, text = self.sent
                self.talks.receive(self.phone, text, channel=self.channel, event_id=event)
                self.talks.settle()
        self._listen()

    def _me(self, value: Any) -> None:
        media = 0
        if isinstance(value, dict):
            media, value = int(value["pictures"]), value["text"]
        if isinstance(value, list):
            self.talks.clock.move(dt.timedelta(seconds=1))
            for text in value:
                self.lines.append(f"    me> {self._filled(text)}")
                self.talks.receive(self.phone, self._filled(text), channel=self.channel)
            self.talks.settle()
            return
        text = self._filled(value)
        self.lines.append(f"    me> {_short(text)}" + (f" [{media} picture]" if media else ""))
        self.sent = self.talks.say(self.phone, text, channel=self.channel, media=media), text

    def _filled(self, text: str) -> str:
        for place, number in enumerate(self.accounts, 1):
            text = text.replace("{account}" if place == 1 else f"{{account {place}}}", number)
        code = CODE.search(self.last_text)
        if "{code}" in text or "{wrong code}" in text:
            right = int(code[1]) if code else 0
            text = text.replace("{code}", f"{right:02d}").replace("{wrong code}", f"{right % 89 + 11:02d}")
        if "{10,000 characters}" in text:
            text = text.replace("{10,000 characters}", "pay my bill please " * 526)
        return text

    def _wait(self, value: str) -> None:
        found = WAIT.fullmatch(value)
        assert found, f"{value!r} is not like `11 minutes`"
        self.talks.wait(dt.timedelta(**{f"{found[2]}s": int(found[1])}))

    def _paid_elsewhere(self, value: Mapping[str, str]) -> None:
        """What the company's books say is open becomes less: an import after a cheque, say."""
        invoices = [dict(i) for i in self.rows[0]["invoices"]]
        for invoice in invoices:
            paid = Decimal(value.get(invoice["number"], "0"))
            open_now = Decimal(str(invoice.get("balance", invoice["amount"]))) - paid
            invoice["balance"] = str(open_now)
            self.expected[self.accounts[0]][invoice["number"]] -= paid
        self.rows[0]["invoices"] = invoices
        self.talks.load(self.rows[:1])

    def _listen(self) -> None:
        for reply in self.talks.replies(self.conversation, after=self.heard):
            self.heard, self.last_text = self.heard + 1, reply.text
            self.unread.append(reply.text)
            if segments(to_gsm7(reply.text))[1] > SEGMENTS_MAX:
                self._fail("    !!  the next reply is too long for a text")

    def _bot(self, value: Any) -> None:
        """The next reply has every one of these phrases."""
        phrases = [value] if isinstance(value, str) else value
        if phrases == ["nothing"]:
            self._nothing_unread(note="    !!  expected: nothing")
            return
        if not self.unread:
            self._fail(f"    !!  expected: {phrases}, and nothing came")
            return
        text = self.unread.pop(0)
        self._show(text)
        plain = " ".join(text.split()).casefold()
        for phrase in phrases:
            wanted = " ".join(self._filled(phrase.removeprefix("NOT ")).split()).casefold()
            if (wanted in plain) == phrase.startswith("NOT "):
                self._fail(f"    !!  expected: {phrase}")

    def _nothing_unread(self, note: str = "    !!  expected: no such reply") -> None:
        for text in self.unread:
            self._show(text)
            self._fail(note)
        self.unread.clear()

    def _show(self, text: str) -> None:
        self.lines.append("   bot> " + text.replace("\n", "\n        "))

    def _fail(self, line: str) -> None:
        self.wrong += 1
        self.lines.append(line)

    # What the ledger holds at the end.

    def _ledger(self, wanted: Any) -> None:
        payments = [] if wanted == "nothing paid" else list(wanted.get("payments", ()))
        found = self.talks.payments(*self.accounts)
        if len(payments) != len(found) or not all(map(_same, payments, found)):
            self._fail(f"    !!  expected payments: {payments}")
            self.lines += [f"    !!  the ledger has: {_shown(p)}" for p in found] or ["    !!  the ledger has none"]
        if isinstance(wanted, str):
            return
        for number, amount in wanted.get("owed", {}).items():
            owed = {n: a for account in self.accounts for n, a in self.talks.balances(account).items()}
            if owed.get(number) != Decimal(amount):
                self._fail(f"    !!  expected {amount} owed on {number}, the ledger has {owed.get(number)}")

    def _laws(self) -> None:
        settled = [p for p in self.talks.payments(*self.accounts) if p.status == "settled"]
        for account, owed in self.expected.items():
            paid = [p.allocations for p in settled if p.account == account]
            left = {n: a - sum((p.get(n, Decimal(0)) for p in paid), Decimal(0)) for n, a in owed.items()}
            if left != self.talks.balances(account):
                self._fail(f"    !!  {account} should owe {left}, and owes {self.talks.balances(account)}")
        charged = {(e.key, Decimal(e.amount_minor) / 100) for e in self.talks.charges(*self.accounts)}
        if charged != {(p.id, p.amount) for p in settled}:
            self._fail(f"    !!  the gateway charged {charged}, the ledger says {[(p.id, p.amount) for p in settled]}")
        if defects := self.talks.defects(self.conversation):
            self._fail(f"    !!  failed by a defect: {defects}")
        called = self.talks.rows(sa.select(ESCALATION).where(ESCALATION.c.conversation == self.conversation))
        if len(called) != int(self.script.get("asks for a person", "0")):
            self._fail(f"    !!  a person was called {len(called)} times")


def _same(wanted: Mapping[str, Any], found: Paid) -> bool:
    unknown = wanted.keys() - {"amount", "status", "with", "for", "note", "on"}
    assert not unknown, f"{sorted(unknown)} is not part of a payment"
    allocations = {n: Decimal(a) for n, a in wanted["for"].items()} if "for" in wanted else found.allocations
    return (
        Decimal(wanted["amount"]) == found.amount
        and wanted.get("status", "settled") == found.status
        and wanted.get("with", found.last4) == found.last4
        and allocations == found.allocations
        and wanted.get("note") == found.note
        and wanted.get("on") == (found.pay_on.isoformat() if found.pay_on else None)
    )


def _shown(p: Paid) -> str:
    parts = {n: str(a) for n, a in p.allocations.items()}
    return f"amount {p.amount}, status {p.status}, with {p.last4}, for {parts}, note {p.note}, on {p.pay_on}"


def _short(text: str) -> str:
    return text if len(text) < 200 else f"{text[:200]}... ({len(text)} characters)"


@pytest.mark.parametrize("script", CONVERSATIONS)
def test_conversation(talks: Talks, script: Mapping[str, Any], request: pytest.FixtureRequest) -> None:
    """What the person writes gets the answers that are written, and the ledger ends as written."""
    number = next(n for n, param in enumerate(CONVERSATIONS) if param.values[0] is script)
    Stage(talks, script, number).play()


def test_there_are_enough_conversations_and_each_has_a_name_of_its_own() -> None:
    """The issue asks for sixty at least."""
    names = [param.id for param in CONVERSATIONS]
    assert len(names) == len(set(names))
    assert len(names) >= 80
