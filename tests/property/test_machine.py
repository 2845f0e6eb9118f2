"""Conversations at random, through the real turn, store, NLU, payment service and gateway: every promise holds after
every step, whatever is written, repeated, reordered, cut off or changed from outside.

The default run is bounded and always the same; `-m heavy` runs many more.
"""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.keywords import carrier, plain_opt_out
from channels.cards import mask
from nlu.runtime import load as load_nlu
from tests.property.laws import REPLY_Y, Heard, Witness
from tests.property.people import LATE, PLAIN_YES, TEXTS, TOKENS, Person, cast
from tests.support.talk import NOON, Talks

WHO = st.sampled_from((0, 1))
PAYABLE = (
    "pay everything for Acme Dental", "pay $7 for account Acme Dental", "pay everything", "pay invoice 1043",
    "pay invoice 1044 with checking", "pay $5 on friday", "pay $3.21 with a note saying unit 4B",
    "pay the current charges",
)  # fmt: skip
NUMBERS = itertools.count(1)
JUMPS = st.sampled_from((1, 5, 20, 59, 61, 299, 601, 660, 1801, 2400, 7200, 90_000, 400_000))
"""Seconds: about every bound that the bot knows (a minute, ten, thirty, a day), and scheduled days."""


class Machine(RuleBasedStateMachine):
    """Two people who share an account, on a bot that all examples share."""

    talks: Talks

    @initialize(token=st.sampled_from(TOKENS), prepay=st.booleans())
    def begin(self, token: str, prepay: bool) -> None:  # noqa: FBT001  hypothesis passes it by name
        number = next(NUMBERS)
        self.cast = cast(number, token, prepay=prepay)
        self.talks.at(NOON)
        self.talks.between.line, self.talks.between.hurried = "up", token in LATE
        self.talks.load(list(self.cast.rows.values()))
        self.witness = Witness(self.talks, self.cast)
        self.invoices = 0

    @rule(who=WHO, text=st.sampled_from(TEXTS))
    def writes(self, who: int, text: str) -> None:
        self._say(self.cast.persons[who], text)

    @rule(who=WHO, text=st.text(max_size=40))
    def writes_anything(self, who: int, text: str) -> None:
        self._say(self.cast.persons[who], text)

    @rule(who=WHO, order=st.sampled_from(("pay everything", "pay invoice 1043", "pay $7 with checking", "pay my bill")))
    def orders(self, who: int, order: str) -> None:
        self._say(self.cast.persons[who], order)

    @rule(who=WHO, order=st.sampled_from(PAYABLE), yes=st.sampled_from(PLAIN_YES))
    def orders_and_confirms(self, who: int, order: str, yes: str) -> None:
        self._say(self.cast.persons[who], order)
        self.witness.check()
        self.says_yes(who, yes)

    @rule(order=st.sampled_from(PAYABLE), other=st.sampled_from(PAYABLE))
    def both_order_and_confirm(self, order: str, other: str) -> None:
        """The same money twice, from two phones: both have a prompt before either says yes."""
        for person, text in zip(self.cast.persons, (order, other), strict=True):
            self._say(person, text)
        self.talks.clock.move(dt.timedelta(seconds=1))
        for person in self.cast.persons:
            self._receive(person, "Y")
        self.talks.settle()

    @rule(who=WHO, yes=st.sampled_from(PLAIN_YES))
    def says_yes(self, who: int, yes: str) -> None:
        """To whatever was asked last, with the two digits where they are asked for."""
        person = self.cast.persons[who]
        asked = [found for r in self.witness.sent(person) if (found := REPLY_Y.search(r.text))]
        code = asked[-1][1] if asked else None
        self._say(person, f"{yes.rstrip('.')} {code}" if code and yes != "👍" else yes)

    @rule(who=WHO, yes=st.sampled_from(PLAIN_YES))
    def says_yes_without_looking(self, who: int, yes: str) -> None:
        self._say(self.cast.persons[who], yes)

    @rule(who=WHO, choice=st.integers(1, 4))
    def picks(self, who: int, choice: int) -> None:
        self._say(self.cast.persons[who], str(choice))

    @rule(who=WHO)
    def is_delivered_again(self, who: int) -> None:
        """The carrier repeats a message, an old one perhaps: nothing comes of it."""
        person = self.cast.persons[who]
        mine = [event for event, heard in self.witness.heard.items() if heard.person is person]
        if mine:
            self.talks.settle()
            settled = len(self.witness.sent(person))
            self.talks.receive(person.phone, self.witness.heard[mine[-1]].text, event_id=mine[-1])
            self.talks.settle()
            assert len(self.witness.sent(person)) == settled, "a repeated message was answered twice"

    @rule(first=st.sampled_from(TEXTS), second=st.sampled_from((*PLAIN_YES, *TEXTS)), order=st.booleans())
    def two_write_at_once(self, first: str, second: str, order: bool) -> None:  # noqa: FBT001
        self.talks.clock.move(dt.timedelta(seconds=1))
        pair = list(zip(self.cast.persons, (first, second), strict=True))
        for person, text in pair if order else pair[::-1]:
            self._receive(person, text)
        self.talks.settle()

    @rule(who=WHO, texts=st.lists(st.sampled_from((*PLAIN_YES, *TEXTS)), min_size=2, max_size=3))
    def one_writes_in_a_burst(self, who: int, texts: list[str]) -> None:
        self.talks.clock.move(dt.timedelta(seconds=1))
        for text in texts:
            self._receive(self.cast.persons[who], text)
        self.talks.settle()

    @rule(seconds=JUMPS)
    def time_goes_by(self, seconds: int) -> None:
        self.talks.wait(dt.timedelta(seconds=seconds))

    @rule(line=st.sampled_from(("down", "answers_lost", "up", "up")))
    def line_changes(self, line: Any) -> None:
        self.talks.between.line = line

    @rule(place=st.integers(0, 1), cents=st.sampled_from((1, 500, 100_000)))
    def is_paid_elsewhere(self, place: int, cents: int) -> None:
        """The company's books say that less is open on an invoice of the shared account."""
        row = self.cast.rows[self.cast.persons[0].accounts[0]]
        invoice = row["invoices"][place]
        left = max(Decimal(0), Decimal(invoice.get("balance", invoice["amount"])) - Decimal(cents) / 100)
        invoice["balance"] = str(left)
        self.talks.load([row])

    @rule(cents=st.integers(100, 9000))
    def is_billed(self, cents: int) -> None:
        """A new invoice on the shared account."""
        row = self.cast.rows[self.cast.persons[0].accounts[0]]
        self.invoices += 1
        amount = str(Decimal(cents) / 100)
        row["invoices"].append(
            {"number": f"3{self.invoices:03d}", "issued": "2026-11-20", "due": "2026-12-20", "amount": amount}
        )
        self.talks.load([row])

    @invariant()
    def every_promise_holds(self) -> None:
        if hasattr(self, "witness"):
            self.witness.check()

    def _say(self, person: Person, text: str) -> None:
        before = {a: self.witness.owed(a) for a in person.accounts}
        replies = len(self.witness.sent(person))
        self.talks.clock.move(dt.timedelta(seconds=1))
        self._receive(person, text)
        self.talks.settle()
        self.witness.law_balances_are_true(person, self.witness.sent(person)[replies:], before)

    def _receive(self, person: Person, text: str) -> None:
        text = text.replace("\ud800", "")
        out = self.talks.opted_out(person.phone)
        event = self.talks.receive(person.phone, text)
        person.said.append(text)
        masked = mask(text).text
        muted = out or carrier(masked) == "stop" or plain_opt_out(masked) or any(
            h.muted and h.person is person and h.at == self.talks.clock.now() for h in self.witness.heard.values()
        )  # fmt: skip
        self.witness.heard[event] = Heard(person, masked, self.talks.clock.now(), bool(muted))


@contextmanager
def talking() -> Iterator[None]:
    """A bot for all examples of a run."""
    with (
        structlog.testing.capture_logs(),
        tempfile.TemporaryDirectory() as folder,
        Talks(Path(folder), nlu=load_nlu()) as talks,
    ):
        Machine.talks = talks
        yield


PHASES = (Phase.explicit, Phase.generate)
"""Without shrinking, which takes minutes: the steps of a failure are printed as they are."""
QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=False)


def test_every_promise_holds_after_every_step() -> None:
    """Some conversations at random, always the same ones."""
    with talking():
        run_state_machine_as_test(
            Machine,
            settings=settings(
                QUIET, max_examples=9, stateful_step_count=24, derandomize=True, database=None, phases=PHASES
            ),
        )


@pytest.mark.heavy
def test_every_promise_holds_in_many_conversations() -> None:
    """Many more, and longer; the same in every run, so that a failure of CI is one of the change."""
    with talking():
        run_state_machine_as_test(
            Machine, settings=settings(QUIET, max_examples=100, stateful_step_count=40, derandomize=True, database=None)
        )
