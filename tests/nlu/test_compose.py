"""From an utterance and its intent to the slots, by the contract's rulings: tables of sentences and
frames."""

from __future__ import annotations

import datetime as dt
from typing import Any, get_args

import pytest

from nlu.compose import compose
from nlu.frame import Intent
from nlu.grammar import Span, spans

TODAY = dt.date(2026, 11, 18)
"""A Wednesday."""


def slots(intent: Intent, text: str, learned: tuple[Span, ...] = ()) -> dict[str, Any]:
    """The slots in the contract's form."""
    return compose(text, [(intent, 0.9)], spans(text), learned, TODAY).slots.contract()


FIXED, SELECTED = {"scope": "fixed_amount"}, {"scope": "selected_invoices"}

ORDERS: list[tuple[str, dict[str, Any]]] = [
    ("pay my bill", {}),
    ("pay my current charges with my Visa", {"scope": "current_charges", "method_brand": "visa"}),
    ("put 50 bucks on my account", {**FIXED, "amount": "50.00"}),
    ("pay invoices 1043 and 1044 friday", {**SELECTED, "invoices": ["1043", "1044"], "date": "2026-11-20"}),
    ("pay 40", {**FIXED, "amount": "40.00"}),
    ("pay 1043", {**SELECTED, "invoices": ["1043"]}),
    ("50 on 1043 and 75 on 1044", {**SELECTED, "invoices": ["1043", "1044"], "amounts": ["50.00", "75.00"]}),
    (
        "pay 50 each on 1043 and 1044",
        {**SELECTED, "invoices": ["1043", "1044"], "amounts": ["50.00", "50.00"]},
    ),
    ("pay 50 on 1043", {**SELECTED, "invoices": ["1043"], "amount": "50.00"}),
    ("pay half of the current charges", {"scope": "current_charges", "amount_fraction": "0.5"}),
    ("pay half", {"amount_fraction": "0.5"}),
    ("pay everything I owe", {"scope": "total_balance"}),
    ("just the latest bill", {"scope": "current_charges"}),
    ("pay the latest invoice", {**SELECTED, "invoices": ["latest:1"]}),
    ("pay my last 3 invoices", {**SELECTED, "invoices": ["latest:3"]}),
    ("pay what's overdue", {**SELECTED, "invoices": ["overdue"]}),
    ("pay all open invoices", {**SELECTED, "invoices": ["all"]}),
    ("pay the october one", {**SELECTED, "invoices": ["month:2026-10"]}),
    ("pay all but 1043", {**SELECTED, "invoices": ["all"], "invoices_except": ["1043"]}),
    ("pay all of them, not 1043", {**SELECTED, "invoices": ["all"], "invoices_except": ["1043"]}),
    ("pay 1043-1045", {**SELECTED, "invoices": ["1043", "1044", "1045"]}),
    ("pay 40, no wait, 50", {**FIXED, "amount": "50.00"}),
    ("pay 1043, I mean 1044, with checking", {**SELECTED, "invoices": ["1044"], "method_kind": "checking"}),
    ("pay with visa, no, mastercard", {"method_brand": "mastercard"}),
    ("pay with my card, not the visa", {"method_kind": "card"}),
    ("don't use my visa ending in 4242, pay with the amex", {"method_brand": "amex"}),
    ("pay 60 of the $500 I have", {**FIXED, "amount": "60.00"}),
    ("pay my bill now", {}),
    ("pay it with the card on file next month", {"method_ref": "default", "date": "2026-12-01"}),
    ("pay with my card ending in 4242", {"method_last4": "4242"}),
    ("pay with a credit card", {"method_kind": "credit"}),
    (
        "pay 1043 and 1044 with checking friday, note unit 4B",
        {
            **SELECTED,
            "invoices": ["1043", "1044"],
            "method_kind": "checking",
            "date": "2026-11-20",
            "note": "unit 4B",
        },
    ),
]


@pytest.mark.parametrize(("text", "wanted"), ORDERS)
def test_an_order(text: str, wanted: dict[str, Any]) -> None:
    assert slots("make_payment", text) == wanted


OTHERS: list[tuple[Intent, str, dict[str, Any]]] = [
    ("inform", "visa", {"method_brand": "visa"}),
    ("inform", "$50", {**FIXED, "amount": "50.00"}),
    ("inform", "the second one", {**SELECTED, "invoices": ["#2"]}),
    ("inform", "4242", {**SELECTED, "invoices": ["4242"]}),
    ("inform", "ending 4242", {"method_last4": "4242"}),
    ("inform", "today", {"date": "2026-11-18"}),
    ("inform", "september", {"period": "2026-09"}),
    ("change", "change the card", {"target": "method"}),
    ("change", "change the amount", {"target": "amount"}),
    ("change", "yes to the amount, but change the card", {"target": "method"}),
    ("change", "change the card to my visa", {"method_brand": "visa"}),
    ("change", "use my mastercard instead", {"method_brand": "mastercard"}),
    ("change", "not the visa, the mastercard", {"method_brand": "mastercard"}),
    ("change", "swap 1043 for 1044", {**SELECTED, "invoices": ["1044"]}),
    ("change", "it's 30, not 13", {**FIXED, "amount": "30.00"}),
    ("change", "leave out 1043", {"invoices_except": ["1043"]}),
    ("deny", "do NOT charge my visa", {}),
    ("cancel", "forget the 50", {}),
    ("check_balance", "how much do I owe", {}),
    ("check_balance", "what's my total balance", {"scope": "total_balance"}),
    ("check_due_date", "anything coming up this month?", {"period": "2026-11"}),
    ("check_due_date", "when is the october invoice due", {"invoices": ["month:2026-10"]}),
    ("list_invoices", "what's overdue", {"status": "overdue"}),
    ("list_invoices", "invoice history for october", {"period": "2026-10"}),
    ("list_invoices", "my last 3 invoices", {"count": "3"}),
    ("list_invoices", "show invoices from december", {"period": "2025-12"}),
    ("list_payments", "my last 3 payments", {"count": "3"}),
    ("list_payments", "I paid $50 on friday", {"amount": "50.00", "date": "2026-11-13"}),
    ("list_payment_methods", "what cards do you have on file", {}),
    ("add_payment_method", "add a new card", {"method_ref": "new"}),
    ("remove_payment_method", "take off the card ending 1881", {"method_last4": "1881"}),
    ("set_default_payment_method", "make the visa my default", {"method_brand": "visa"}),
    ("enroll_autopay", "pay it automatically every month with my checking", {"method_kind": "checking"}),
    ("check_autopay", "which card is autopay using", {}),
    ("cancel_scheduled_payment", "cancel friday's payment", {"date": "2026-11-20"}),
    (
        "reschedule_payment",
        "move friday's payment to the 25th",
        {"date_from": "2026-11-20", "date": "2026-11-25"},
    ),
    ("reschedule_payment", "move my payment to the 25th", {"date": "2026-11-25"}),
    ("reschedule_payment", "reschedule the friday payment", {"date_from": "2026-11-20"}),
    ("payment_plan", "split it in three", {"parts": "3"}),
    ("payment_plan", "half now, half later", {"parts": "2"}),
    ("get_document", "send me a receipt", {"document": "receipt"}),
    ("get_document", "statement for september", {"document": "statement", "period": "2026-09"}),
    ("get_document", "send me invoice 1043", {"document": "invoice", "invoices": ["1043"]}),
    ("switch_account", "switch to account one zero zero two three", {"account": "10023"}),
    ("switch_account", "for Acme Dental", {"account": "Acme Dental"}),
    ("switch_account", "switch to main street office", {"account": "main street office"}),
    ("ask_terms", "is there a fee to pay by card", {"method_kind": "card"}),
    ("dispute_charge", "you charged me $75 on monday", {"amount": "75.00", "date": "2026-11-16"}),
    ("out_of_scope", "my boss owes me $50", {}),
]


@pytest.mark.parametrize(("intent", "text", "wanted"), OTHERS)
def test_other_intents(intent: Intent, text: str, wanted: dict[str, Any]) -> None:
    assert slots(intent, text) == wanted


def learned(text: str, slot: str, value: str) -> tuple[Span, ...]:
    """A span as the sequence model gives it."""
    start = text.index(value)
    return (Span(start, start + len(value), slot, value),)


def test_a_learned_note_takes_in_what_the_grammar_reads_inside_it() -> None:
    text = "put rent for june on it and pay 50"
    assert slots("make_payment", text, learned(text, "note", "rent for june")) == {
        "scope": "fixed_amount",
        "amount": "50.00",
        "note": "rent for june",
    }


def test_the_grammar_s_note_wins_over_the_learned_one() -> None:
    text = "pay 50, note: unit 4B please"
    assert slots("make_payment", text, learned(text, "note", "4B please"))["note"] == "unit 4B"


def test_a_learned_entity_that_is_only_a_value_is_none() -> None:
    text = "switch to visa"
    assert slots("change", text, learned(text, "account", "visa")) == {"method_brand": "visa"}


def test_the_frame_keeps_intent_confidence_and_ranking() -> None:
    ranking: list[tuple[Intent, float]] = [("make_payment", 0.7), ("inform", 0.2)]
    frame = compose("pay 40", ranking, spans("pay 40"), (), TODAY)
    assert (frame.intent, frame.confidence, list(frame.ranking)) == ("make_payment", 0.7, ranking)


@pytest.mark.parametrize("intent", get_args(Intent))
def test_every_intent_survives_every_kind_of_value(intent: Intent) -> None:
    text = (
        "not 40 but $50 on 1043, the second one and all but 1044 with my new visa debit card ending 4242 "
        "on friday or in october, half, split in 3, my last 3 unpaid receipts for Acme Dental, note: unit 4B"
    )
    frame = compose(text, [(intent, 0.5)], spans(text), (), TODAY)
    assert frame.intent == intent
