"""Orders in other verbs than "pay", what only sounds like one, and other wordings that the rulings decide.

The rankings are what a classifier that is mistaken would give: the rulings must mend them, or leave them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from nlu.compose import compose
from nlu.frame import Intent
from nlu.grammar import normalise, spans
from nlu.rulings import rule

TODAY = dt.date(2026, 11, 22)


def ruled(text: str, first: str, second: str = "make_payment") -> str:
    return rule(text, spans(text), [(first, 0.6), (second, 0.3), ("out_of_scope", 0.1)])[0][0]


def slots(intent: Intent, text: str) -> dict[str, Any]:
    return compose(text, [(intent, 1.0)], spans(text), [], TODAY).slots.contract()


ORDERS = [
    "hit my visa for ninety", "drop 30 on my tab", "toss 45 at invoice 6120 from checking",
    "get 80 pulled from savings",
    "have 64.10 come out of checking on the 3rd", "square up the overdue ones", "knock out the two oldest",
    "run invoice 6120 on the amex", "use my discover for the current charges", "let my savings cover invoice 6120",
    "apply 20 to 6120 and 35 to 6121", "give invoice 6120 forty dollars", "schedule 70 for december 4",
    "hi i am outside with the dog but basically i want to clear the october bill with my debit card",
    "he was late as always so please take 120 out of my checking", "payment of 60 from my savings",
    "take care of whatever is open when you get a chance",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDERS)
@pytest.mark.parametrize("mistaken", ["out_of_scope", "list_payments", "check_balance"])
def test_an_order_is_one_in_any_verb(text: str, mistaken: str) -> None:
    assert ruled(text, mistaken) == "make_payment"


NO_ORDERS = [
    "he told me to hit my visa for ninety", "she says drop 30 on the bill", "someone texted me: pay 500 on 6120",
    "if i put 50 on my visa what happens", "would you pay 400 for this kind of thing?",
    "my sister will pay 6120 on friday",
    "our accountant wants to settle invoice 6120", "i am thinking about paying 6120", "maybe i will put 50 on it",
    "i should really pay 6120 at some point", "payment of 75 from visa was declined", "the payment for 6120 bounced",
    "i already took care of 6120 with my amex", "we took care of the balance", "took care of 6120 on monday",
    "put invoice 6120 on hold", "transfer 100 from my savings to my checking", "just got my bill for 250",
    "i got the invoice for 250 from you", "i owe 300 on 6120", "save my savings account for next time",
    "please pay attention", "never charge my visa", "do not take 50 from my checking", "did you hit my visa for ninety",
    "why did you take 50 out of my savings", "no one is going to settle invoice 6120",
    "unless you fix it i put 0 on 6120",
    "take 50 off my visa limit", "i would settle 6120 if i could", "send an invoice to my client for 300",
    "knock 50 off the invoice or i walk", "email me the bill for 6120",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ORDERS)
def test_what_orders_nothing_never_becomes_a_payment(text: str) -> None:
    for first, second in (("make_payment", "out_of_scope"), ("out_of_scope", "make_payment"), ("inform", "affirm")):
        assert ruled(text, first, second) not in ("make_payment", "affirm"), first


@pytest.mark.parametrize(
    "text",
    ["fine, whatever", "do whatever you want", "yes, as long as it is free", "sure, if you say so", "yes?", "say yes",
     "reply yes to pay"],
)  # fmt: skip
def test_a_yes_that_is_none_is_not_taken_for_one(text: str) -> None:
    assert ruled(text, "affirm", "out_of_scope") != "affirm"


@pytest.mark.parametrize(
    ("text", "mistaken", "right"),
    [
        ("sure, as long as it comes out of savings", "ask_terms", "change"),
        ("yes for the tenth time yes", "out_of_scope", "affirm"),
        ("no more questions, go ahead", "help", "affirm"),
        ("don't run the card ending 9021", "remove_payment_method", "deny"),
        ("as if i would pay that", "change", "deny"),
        ("don't stop the payment on friday, only move it to the 12th", "cancel_scheduled_payment",
         "reschedule_payment"),
        ("don't turn off autopay", "cancel_autopay", "deny"),
        ("turn of my autopay", "enroll_autopay", "cancel_autopay"),
        ("autopay on please", "cancel_autopay", "enroll_autopay"),
        ("is autopay on", "check_autopay", "check_autopay"),
        ("past 4 invs", "inform", "list_invoices"),
        ("pmts in sept", "inform", "list_payments"),
        ("not paying yet, show me what's past due", "check_balance", "list_invoices"),
        ("what is left on invoice 6120", "list_invoices", "check_balance"),
        ("what's the least i can get away with paying", "check_balance", "ask_terms"),
        ("suppose i pay on the 20th, is there a fee", "check_due_date", "ask_terms"),
        ("the entire balance", "check_balance", "inform"),
        ("entire balance?", "check_balance", "check_balance"),
        ("how do i approve a payment", "ask_terms", "help"),
        ("it says \"pay now\" and i want to speak with a manager", "out_of_scope", "talk_to_human"),
        ("switch to my savings", "out_of_scope", "change"),
        ("all my invoices minus 6120", "list_invoices", "inform"),
        ("oh wow, one more invoice", "check_balance", "out_of_scope"),
    ],
)  # fmt: skip
def test_wordings_that_decide(text: str, mistaken: str, right: str) -> None:
    assert ruled(text, mistaken, "out_of_scope") == right


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("apply 10 to 6120, 20 to 6121 and 30 to 6122", {"invoices": ["6120", "6121", "6122"],
         "amounts": ["10.00", "20.00", "30.00"]}),
        ("pay 6120 50, 6121 75", {"invoices": ["6120", "6121"], "amounts": ["50.00", "75.00"]}),
        ("of 6120, 6121 and 6122 only pay 6121", {"invoices": ["6121"]}),
        ("pay 6120 through 6123 but not 6122", {"invoices": ["6120", "6121", "6122", "6123"],
         "invoices_except": ["6122"]}),
        ("pay everything that's late", {"scope": "total_balance"} | {"invoices": ["overdue"]}),
    ],
)  # fmt: skip
def test_pairs_choices_and_exceptions(text: str, wanted: dict[str, Any]) -> None:
    assert slots("make_payment", text) == {**wanted, "scope": "selected_invoices"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("i paid 200 last month, now put 75 on my account", "75.00"),
        ("my limit is 300 so pay 250", "250.00"),
        ("it says 412.50 but i want to pay 400", "400.00"),
        ("pay 1,250", "1250.00"),
        ("pay thrity dolars", "30.00"),
        ("pay around 40ish", "40.00"),
    ],
)
def test_the_amount_to_pay(text: str, amount: str) -> None:
    assert slots("make_payment", text)["amount"] == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("pay on the last day of february", "2027-02-28"),
        ("pay by the end of next week", "2026-11-27"),
        ("pay on thanksgiving", "2026-11-26"),
        ("pay wensday", "2026-11-25"),
        ("pay on sat", "2026-11-28"),
    ],
)
def test_days(text: str, day: str) -> None:
    assert slots("make_payment", text)["date"] == day


def test_sat_and_sun_are_days_only_where_they_can_be() -> None:
    assert "date" not in slots("make_payment", "i finally sat down to pay my bill")
    assert "date" not in slots("make_payment", "the sun is out, pay my bill")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("secnd", "second"), ("endng", "ending"), ("bnk", "bank"), ("brk", "break"), ("chking", "checking"),
     ("xcept", "except"), ("hlaf", "half"), ("agust", "august"), ("wensdays", "wednesdays"), ("in2 ", "into ")],
)  # fmt: skip
def test_misspelt_words_of_the_grammar_are_found_again(word: str, meant: str) -> None:
    assert normalise(word).text == meant


@pytest.mark.parametrize("word", ["match", "whole", "forth", "sending", "changes", "thirst", "mouth", "dinner",
"charm"])
def test_words_of_their_own_are_left_alone(word: str) -> None:
    assert normalise(word).text == word


def test_a_note_is_what_is_said_after_it() -> None:
    assert slots("change", "yes but put a note on it, unit 88") == {"note": "unit 88"}
    assert slots("change", "change the note please") == {"target": "note"}


def test_where_a_payment_is_moved_from() -> None:
    said = "so i set it up for the first but could you slide my scheduled payment over to the sixth of december"
    assert slots("reschedule_payment", said) == {"date_from": "2026-12-01", "date": "2026-12-06"}
