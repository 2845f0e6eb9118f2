"""Understanding: answers are read from what was asked; the NLU's word counts for more where it costs less."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from bot.commands import (
    Affirm,
    Ask,
    Choose,
    Command,
    Correct,
    Deny,
    Repeat,
    Resume,
    SetSlots,
    StartFlow,
    SwitchAccount,
    Topic,
    Unclear,
    Unreadable,
)
from bot.flows.asides import GENERAL, OF_ACCOUNT
from bot.flows.honest import NOT_YET
from bot.messages import Incoming
from bot.state import Conversation
from bot.understand import understand
from bot.understand.answers import may_be_yes, yes
from bot.understand.intents import TOPICS
from nlu.frame import INTENTS, Frame, Slots
from tests.book import NOON, Book
from tests.playbook import Playbook, Said, play, said

FRESH = Conversation.begin("sms:1", "sms", "1")


def read(state: Conversation, spoken: str | Said) -> Command:
    message = spoken if isinstance(spoken, Said) else Said(spoken)
    incoming = Incoming.model_validate(
        {"channel": "sms", "event_id": "SM1", "conversation": "sms:1", "person": "1", "text": message.text,
         "received_at": NOON, **message.incoming}
    )  # fmt: skip
    frame = Frame(
        text=message.text, intent=message.intent, confidence=message.confidence, slots=message.slots,
        ranking=message.ranking,
    )  # fmt: skip
    return understand(state, incoming, frame)[-1]


def at(*moves: str | Said, book: Book | None = None) -> Conversation:
    """The state after these messages."""
    p: Playbook = play(book)
    for move in moves:
        p.left.clear()
        p >> move
    return p.state


PAY = said("pay my bill", "make_payment")
SCOPE = at(PAY)
AMOUNT = at(PAY, "3")
INVOICES = at(PAY, "4")
CONFIRM = at(PAY, "1")
METHOD = at(PAY, "1", said("change the card", "change", target="method"))


@pytest.mark.parametrize(
    "text",
    ["y", "Y", "Yes.", "yes please!", "ok", "OK!", "yep", "go ahead", "\U0001f44d\U0001f3fd", "s\u00ed", "  y \n"],
)
def test_a_plain_yes(text: str) -> None:
    assert yes(text) == Affirm()


@pytest.mark.parametrize("text", ["Y 48", "y48", "48 y", "yes, 48", "Yes 48!", "y-48"])
def test_a_yes_with_its_two_digits(text: str) -> None:
    assert yes(text) == Affirm(code="48")


@pytest.mark.parametrize("text", ["y 4", "y 480", "yes but 48", "48", "ye s", "yes no", "why", "", "pay", "y y 48 2"])
def test_what_is_no_plain_yes(text: str) -> None:
    assert yes(text) is None


@pytest.mark.parametrize(
    "text",
    ["yes but not today", "yes if there is no fee", "ok wait", "sure, why not?", "yes 50", "yes, use my visa instead",
     "I guess", "yes " * 30],
)  # fmt: skip
def test_a_yes_with_a_doubt_in_it_moves_no_money(text: str) -> None:
    """Even when the NLU is sure that it is a yes."""
    assert not may_be_yes(text)
    assert read(CONFIRM, said(text, "affirm", 0.99)) != Affirm()


def test_a_yes_of_the_nlu_counts_when_it_is_sure() -> None:
    assert read(CONFIRM, said("that looks right to me", "affirm", 0.95)) == Affirm()
    assert isinstance(read(CONFIRM, said("that looks right to me", "affirm", 0.7)), Unclear)


def test_a_yes_that_says_a_value_is_a_change() -> None:
    found = read(CONFIRM, said("yes with the mastercard", "affirm", method_brand="mastercard"))
    assert found == Correct(slots=Slots(method_brand="mastercard"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", "total_balance"), ("2.", "current_charges"), ("#3", "fixed_amount"), ("option 4", "selected_invoices"),
     ("b", "current_charges"), ("C)", "fixed_amount"), ("fixed amount", "fixed_amount"), ("Total", "total_balance")],
)  # fmt: skip
def test_a_line_of_a_menu_by_number_letter_or_words(text: str, value: str) -> None:
    assert read(SCOPE, text) == Choose(values=(value,))


def test_the_second_one_is_the_second_line_of_whatever_is_open() -> None:
    assert read(SCOPE, said("the second one", "inform", invoices=["#2"])) == Choose(values=("current_charges",))
    assert read(METHOD, said("the second one", "inform", invoices=["#2"])) == Choose(values=("pm_bank",))
    assert read(INVOICES, said("the first and second", "inform", invoices=["#1", "#2"])) == Choose(
        values=("1043", "1044")
    )


def test_a_number_beyond_the_four_options_is_an_amount() -> None:
    assert read(SCOPE, "50") == SetSlots(slots=Slots(amount=Decimal(50), scope="fixed_amount"))


@pytest.mark.parametrize(
    ("text", "amount"),
    [("50", "50"), ("$50", "50"), ("25.5", "25.5"), ("1,234.50", "1234.50"), ("40,50", "40.50"), ("20 dollars", "20"),
     ("$ 7", "7"), ("0", "0"), ("-5", "-5"), ("0.001", "0.001"), ("1e9", "1E+9"), ("1e999999999", "1E+12"), ("2", "2"),
     (".50", "0.50"), ("$.50", "0.50"), (" .5 ", "0.5"), ("40,5", "40.5"), ("1.234,50", "1234.50"), ("40.", "40")],
)  # fmt: skip
def test_a_bare_number_is_the_amount_that_was_asked_for(text: str, amount: str) -> None:
    found = read(AMOUNT, text)
    assert isinstance(found, SetSlots)
    assert found.slots.amount == Decimal(amount)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "abc", "1.2.3", "--5"])
def test_what_is_no_number_is_not_understood(text: str) -> None:
    assert isinstance(read(AMOUNT, text), Unclear)


@pytest.mark.parametrize("text", ["1 2", "1, 2", "1 and 2", "1,2", "#1 #2", "1 & 2"])
def test_several_lines_at_once(text: str) -> None:
    assert read(INVOICES, text) == Choose(values=("1043", "1044"))


@pytest.mark.parametrize("text", ["all", "both", "all of them", "Everything."])
def test_all_of_a_list(text: str) -> None:
    assert read(INVOICES, text) == SetSlots(slots=Slots(invoices=("all",), scope="selected_invoices"))


def test_an_invoice_by_its_number_though_a_line_has_another() -> None:
    assert read(INVOICES, said("1044", "inform", invoices=["1044"])) == Choose(values=("1044",))


def test_four_digits_at_the_methods_are_a_cards_ending() -> None:
    assert read(METHOD, said("4242", "inform", invoices=["4242"])) == SetSlots(slots=Slots(method_last4="4242"))


@pytest.mark.parametrize("text", ["1", "2", "#2", "48"])
def test_a_number_at_the_confirmation_neither_confirms_nor_changes(text: str) -> None:
    """The NLU reads "2" as the second invoice; nothing was listed, so nothing is chosen."""
    assert isinstance(read(CONFIRM, said(text, "inform", invoices=["#2"], scope="selected_invoices")), Unclear)


def test_an_invoice_number_at_the_confirmation_is_a_change() -> None:
    found = read(CONFIRM, said("1044", "inform", invoices=["1044"], scope="selected_invoices"))
    assert found == Correct(slots=Slots(invoices=("1044",), scope="selected_invoices"))


def test_a_number_where_nothing_was_listed_is_not_understood() -> None:
    assert isinstance(read(FRESH, said("2", "inform", invoices=["#2"], scope="selected_invoices")), Unclear)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (Said("", incoming={"media": 1}), "picture"),
        (Said(""), "empty"),
        (Said(" \n\t"), "empty"),
        (Said("\x00\x07\u200b"), "empty"),
        (Said("\U0001f600\U0001f389"), "symbols"),
        (Said("..."), "symbols"),
        (Said("x" * 10_000), "long"),
        (Said("pay **** 1111", "make_payment", incoming={"masked": True}), "card_number"),
        (Said("y", incoming={"masked": True}), "card_number"),
    ],
)
def test_what_cannot_be_read_says_why(message: Said, why: str) -> None:
    assert read(CONFIRM, message) == Unreadable.model_validate({"why": why})


def test_a_question_mark_asks_again() -> None:
    assert read(SCOPE, "?") == Repeat()
    assert read(FRESH, "??") == Repeat()


def test_try_again_goes_on_where_something_is_open() -> None:
    assert read(CONFIRM, "try again") == Resume()


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_means_something_when_sure_and_asks_when_not(intent: str) -> None:
    sure = Said("some words", intent, confidence=0.99)  # type: ignore[arg-type]
    unsure = Said("some words", intent, confidence=0.1)  # type: ignore[arg-type]
    assert isinstance(read(CONFIRM, unsure), Unclear)
    if intent not in ("out_of_scope", "inform"):
        assert not isinstance(read(CONFIRM, sure), Unclear)


def test_every_question_has_an_answer() -> None:
    """Each topic that understanding can give is answered in one place, and in one only."""
    answered = [*GENERAL, *OF_ACCOUNT, *NOT_YET]
    assert sorted(answered) == sorted(get_args(Topic))
    assert set(TOPICS.values()) <= set(answered)


def test_an_account_is_named_beside_something_else() -> None:
    state = FRESH
    incoming = Incoming.model_validate(
        {"channel": "sms", "event_id": "1", "conversation": "c", "person": "1", "text": "x", "received_at": NOON}
    )
    frame = Frame(text="x", intent="check_balance", confidence=0.9, slots=Slots(account="Acme"))
    assert understand(state, incoming, frame) == (
        SwitchAccount(account="Acme"),
        Ask(topic="balance", slots=Slots(account="Acme")),
    )


def test_a_value_that_answers_the_question_is_taken_though_the_intent_is_unsure() -> None:
    found = read(METHOD, said("teh visa", "out_of_scope", 0.1, method_brand="visa"))
    assert found == SetSlots(slots=Slots(method_brand="visa"))


def test_two_likely_readings_are_offered() -> None:
    message = Said(
        "pay balance", "make_payment", confidence=0.3, ranking=(("make_payment", 0.3), ("check_balance", 0.28))
    )
    found = read(FRESH, message)
    assert isinstance(found, Unclear)
    assert [r.intent for r in found.readings] == ["make_payment", "check_balance"]


def test_values_out_of_nowhere_begin_a_payment_only_if_they_say_what() -> None:
    assert isinstance(read(FRESH, said("$50", "inform", amount="50.00")), StartFlow)
    assert read(FRESH, said("visa", "inform", method_brand="visa")) == Ask(topic="methods")


def test_no_is_no() -> None:
    for text in ("n", "No", "nope", "not yet"):
        assert read(CONFIRM, text) == Deny()
