"""The rulings over a learned ranking: what they overrule, what they leave alone, and that no order is
invented."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.frame import Intent
from nlu.grammar import spans
from nlu.grammar.normal import LIMIT
from nlu.rulings import rule

REST = [("out_of_scope", 0.06), ("inform", 0.03), ("change", 0.01)]


def ruled(text: str, learned: str) -> str:
    """The first intent after the rulings, where the classifier was sure of `learned`."""
    return rule(text, spans(text), [(learned, 0.9), *[pair for pair in REST if pair[0] != learned]])[0][0]


ORDERS = [
    "pay my bill",
    "can you pay my bill please",
    "could I pay 50 today",
    "I'd like to pay",
    "i wanna pay my bill",
    "please pay invoice 1043 with my visa",
    "I want to pay $50 on friday",
    "let me pay the current charges",
    "pay everything I owe",
    "just pay it",
    "go ahead and charge the full balance to my american express",
    "don't worry about a note, just pay 2090",
    "my boss wants it done, so pay 2090 with the card on file",
    "I didn't pay 2087 last time, please pay it now",
    "don't pay 2087, pay 2090",
    "pay 2087 but not 2090",
    "I owe 60.85 but only pay 20 for now",
    "why don't you go ahead and pay it",
    "don't forget to pay my bill friday",
    "I'll pay 40 with my checking",
    "we need to settle invoice 1043",
    "put 50 bucks on my account",
    "pay 50 with a note saying sorry I never paid",
    "time to settle up",
    "I have to pay my bill",
    "STOP SENDING ME REMINDERS AND JUST PAY IT",
    "no more reminders please just pay 1044",
]


@pytest.mark.parametrize("text", ORDERS)
def test_an_order_stays_an_order(text: str) -> None:
    assert ruled(text, "make_payment") == "make_payment"


NOT_ORDERS = [
    ("if I pay 40 now will the late fee go away", "ask_terms"),
    ("what happens if I only pay half?", None),
    ("can I pay by check", "ask_terms"),
    ("could I pay 2087 with a paper check", "ask_terms"),
    ("do you take amex", "ask_terms"),
    ("can I pay with paypal", "ask_terms"),
    ("how do I pay", "help"),
    ("how do I pay with my bank", "help"),
    ("where do I go to pay this", "help"),
    ("I paid yesterday", "list_payments"),
    ("already paid 2087 with my visa", "list_payments"),
    ("my assistant paid it last month", "list_payments"),
    ("I can't pay this until the 1st", "payment_plan"),
    ("I would pay if I could", "payment_plan"),
    ("don't pay it", "deny"),
    ("do NOT charge my visa", "deny"),
    ("whatever you do don't pay 2087", "deny"),
    ("I refuse to pay this", "deny"),
    ("dont you dare charge me", "deny"),
    ("no way am I paying that", "deny"),
    ("don't send the payment that's set for December 1", "cancel_scheduled_payment"),
    ("please don't let Friday's payment go out", "cancel_scheduled_payment"),
    ("why should I pay", None),
    ("when do I have to pay", None),
    ("pay attention please", None),
    ("tell my boss to pay me what he owes", None),
    ("you're going to pay for this", None),
    ('my son keeps saying "pay the bill"', None),
    ("should I pay 1043 first?", None),
    ("my insurance will pay", None),
    ("I want to pay my respects", None),
    ("does typing pay charge me right away?", None),
    ("did I pay 1043 already", None),
    ("I got a pay raise today", None),
    ("I was going to pay but the card broke", None),
    ("need help paying my bill", None),
    ('he told me "pay now" and hung up, is this a scam?', None),
    ("pay it automatically every month", "enroll_autopay"),
    ("pay 50 now and 50 next month", "payment_plan"),
    ("pay 20 a week", "payment_plan"),
    ("stop that payment on the 30th", "cancel_scheduled_payment"),
    ("pay with a gift card", None),
    ("pay for my uber", None),
    ("cancel bill pay", None),
    ("i booked a payment for the 3rd, please put it to the 9th", None),
    ("pay 75 on the 1st and 75 on the 15th", "payment_plan"),
    ("print invoice 1044", None),
    ("am I still on time for the november bill", None),
    ("update the note with paid on behalf of Ray", "change"),
    ("put my discover card on file", "add_payment_method"),
    ("I'd rather pay 30", "change"),
    ("pay it on friday instead of today", "change"),
]


@pytest.mark.parametrize(("text", "intent"), NOT_ORDERS)
@pytest.mark.parametrize("learned", ["make_payment"])
def test_what_only_speaks_of_paying_is_no_order(text: str, intent: str | None, learned: str) -> None:
    got = ruled(text, learned)
    assert got not in ("make_payment", "affirm")
    assert intent is None or got == intent


YES = [
    "yes",
    "yep go ahead",
    "confirm",
    "\U0001f44d",
    "yes please pay it",
    "ok do it",
    "sounds good",
    "yess",
    "yeahhh",
    "sure, go ahead",
    "no problem at all, you can go ahead",
    "I have no more questions, confirm",
    "yes, yes, a thousand times yes",
    "yes 60.85 is right",
    "that's correct",
    "YES GO AHEAD WITH IT",
    "100% yes",
    "why not",
    "please proceed",
    "confrim",
]


@pytest.mark.parametrize("text", YES)
def test_a_plain_yes_stays_a_yes(text: str) -> None:
    assert ruled(text, "affirm") == "affirm"


RIDERS = [
    ("yes but use mastercard", "change"),
    ("yeah but make it 45", "change"),
    ("yes, and add a note saying unit 4B", "change"),
    ("ok but not today, do it Friday", "change"),
    ("sure but from my savings", "change"),
    ("yes, tomorrow though", "change"),
    ("yes but put it on the mastercard", "change"),
    ("yes to the amount, but change the card", "change"),
    ("yes, I have a question", None),
    ("yes I hate this", None),
    ("yes, if there's no fee", None),
    ("yes?", None),
    ("ok, is there a surcharge though?", None),
    ("yes is what I would say if you were honest", None),
    ("my wife said yes", None),
    ("the word yes means nothing to me", None),
    ("yes this is ridiculous", None),
    ("yeah, um, no", None),
    ("yes... actually no", None),
    ("I did not say yes", None),
    ("yeah right", None),
    ("do not go ahead", None),
    ("absolutely not", None),
    ("sure, and I'm the queen of England", None),
    ("yes, cancel that", None),
    ("right now", None),
    ("terms", None),
    ("hmm", None),
    ("send me the terms", None),
    ("good day", None),
    ("is that correct", None),
    ("ok google, play some jazz", None),
    ("sure jan", None),
    ("I'd say yes but I can't afford it", None),
    ("yes when you fix the amount", None),
    ("yes maybe", None),
]


@pytest.mark.parametrize(("text", "intent"), RIDERS)
def test_a_yes_with_a_rider_is_no_yes(text: str, intent: str | None) -> None:
    got = ruled(text, "affirm")
    assert got not in ("affirm", "make_payment")
    assert intent is None or got == intent


@pytest.mark.parametrize(
    ("text", "learned", "intent"),
    [
        ("visa", "make_payment", "inform"),
        ("1043, 1044", "make_payment", "inform"),
        ("$50", "change", "inform"),
        ("the second one", "affirm", "inform"),
        ("50 on 1043 and 75 on 1044", "make_payment", "inform"),
        ("actually make it 40", "inform", "change"),
        ("use my mastercard instead", "inform", "change"),
        ("no, I said fifty dollars", "deny", "change"),
        ("pay 40, no wait, 50", "change", "make_payment"),
        ("pay 2087, I mean 2090", "change", "make_payment"),
        ("actually pay everything I owe", "make_payment", "change"),
        ("for Acme Dental", "make_payment", "switch_account"),
        ("pay 2087 but not 2090", "change", "make_payment"),
        ("I have 500 dollars, pay 60 of it", "payment_plan", "make_payment"),
        ("pay 100 today and 100 on the 1st", "payment_plan", "payment_plan"),
        ("I didn't pay 2087 last time, please pay it now", "list_payments", "make_payment"),
        ("I paid 2087 and they said pay again", "list_payments", "list_payments"),
        ("I'd rather eat glass than pay this", "out_of_scope", "deny"),
        ("am I allowed to pay more than I owe?", "check_balance", "ask_terms"),
        ("would it be late if I paid on Friday", "check_due_date", "ask_terms"),
        ("last 2 pmts", "inform", "list_payments"),
        ("yes pay it", "make_payment", "affirm"),
        ("don't use the visa, use the amex", "make_payment", "change"),
    ],
)
def test_other_rulings(text: str, learned: str, intent: str) -> None:
    assert ruled(text, learned) == intent


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("how much do I owe", "check_balance"),
        ("I want a refund, I already paid this", "dispute_charge"),
        ("visa?", "ask_terms"),
        ("no", "deny"),
        ("cancel", "cancel"),
        ("my last two open invoices", "list_invoices"),
        ("different card", "change"),
        ("agent", "talk_to_human"),
        ("never mind", "cancel"),
        ("is there a fee", "ask_terms"),
    ],
)
def test_what_no_ruling_concerns_is_left_alone(text: str, learned: str) -> None:
    ranking = [(learned, 0.8), ("make_payment", 0.2)]
    assert rule(text, spans(text), ranking) == ranking


def test_a_text_beyond_the_limit_is_neither_order_nor_yes() -> None:
    assert ruled("pay my bill " + "x" * LIMIT, "make_payment") != "make_payment"
    assert ruled("yes " * LIMIT, "affirm") != "affirm"


def test_what_is_left_after_a_ban_is_not_sure() -> None:
    ranked = rule("why should I pay", spans("why should I pay"), [("make_payment", 0.99), ("help", 0.01)])
    assert ranked[0][0] == "help"
    assert ranked[0][1] < 0.5


def test_no_ranking_gives_none() -> None:
    assert rule("pay", spans("pay"), []) == []


def test_a_ranking_of_paying_intents_alone_falls_back() -> None:
    assert rule("I will not pay", spans("I will not pay"), [("affirm", 1.0)])[0][0] not in (
        "affirm",
        "make_payment",
    )


NEGATIONS = st.sampled_from(
    [
        "don't {}",
        "do not {}",
        "never {}",
        "I won't {}",
        "please don't ever {}",
        "I'm not going to {}",
        "I refuse to {}",
        "you should not {}",
        "I don't want you to {}",
    ]
)
ACTS = st.sampled_from(
    ["pay my bill", "pay 1043", "charge my visa", "pay $50 on friday", "pay it", "make a payment"]
)


@given(NEGATIONS, ACTS, st.sampled_from(["make_payment", "affirm"]))
def test_a_negated_order_never_pays(frame: str, act: str, learned: str) -> None:
    assert ruled(frame.format(act), learned) not in ("make_payment", "affirm")


@given(
    st.sampled_from(
        [
            "if I {}, is it late?",
            "what if I {}",
            "how do I {}",
            "why would I {}",
            "should I {}?",
            "he said I should {}",
            "did I {}?",
            "suppose I {}",
            "my brother will {}",
            "do I have to {}",
        ]
    ),
    ACTS,
)
def test_a_conditional_asked_or_reported_order_never_pays(frame: str, act: str) -> None:
    assert ruled(frame.format(act), "make_payment") not in ("make_payment", "affirm")


@given(
    st.text(max_size=80), st.lists(st.tuples(st.sampled_from(get_args(Intent)), st.floats(0, 1)), max_size=10)
)
def test_any_ranking_stays_a_ranking(text: str, ranking: list[tuple[str, float]]) -> None:
    unique = list(dict(ranking).items())
    ranked = rule(text, spans(text), unique)
    assert {name for name, _ in unique} <= {name for name, _ in ranked}
    assert all(0 <= confidence <= 1 for _, confidence in ranked)
    assert [c for _, c in ranked] == sorted((c for _, c in ranked), reverse=True)
