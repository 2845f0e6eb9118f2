"""What the grammar reads, slot by slot: tables of things people write and the values in them."""

from __future__ import annotations

import pytest

from nlu.grammar import KINDS, spans
from nlu.grammar.normal import LIMIT


def values(text: str, slot: str) -> list[str]:
    """The values of one slot, in the order of the text."""
    return [span.value for span in spans(text) if span.slot == slot]


AMOUNTS = [
    ("$50", "50.00"),
    ("50 dollars", "50.00"),
    ("fifty bucks", "50.00"),
    ("$1,234.5", "1234.50"),
    ("1.2k", "1200.00"),
    ("$ 20", "20.00"),
    ("20$", "20.00"),
    ("usd 30", "30.00"),
    ("30 usd", "30.00"),
    ("18.75", "18.75"),
    ("pay 40", "40.00"),
    ("a hundred", "100.00"),
    ("twenty-five dollars", "25.00"),
    ("forty dollars and 50 cents", "40.50"),
    ("pay forty two ten", "42.10"),
    ("pay sixty 85", "60.85"),
    ("a hundred and twenty five bucks", "125.00"),
    ("twelve hundred dollars", "1200.00"),
    ("two grand", "2000.00"),
    ("1,250.00", "1250.00"),
    ("make it 15", "15.00"),
    ("fivty dollers", "50.00"),
    ("75 cents", "0.75"),
    ("$0", "0.00"),
    ("-$50", "-50.00"),
    ("$1e9", "1000000000.00"),
    ("put 1500 toward my balance", "1500.00"),
    ("18,75", "18.75"),
    ("pay 5o dollars", "50.00"),
    ("sixty dollars and eighty five cents", "60.85"),
    ("PAY $60.85 NOW", "60.85"),
    ("$0.001", "0.00"),
]


@pytest.mark.parametrize(("text", "value"), AMOUNTS)
def test_an_amount(text: str, value: str) -> None:
    assert values(text, "amount") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "1043",
        "pay 1043",
        "2",
        "the 15th",
        "ending in 4242",
        "in 3 weeks",
        "last 3 payments",
        "NaN",
        "12/1",
        "4242 4242 4242 4242",
        "call me at 415 555 0199",
        "at 5pm",
        "split it in 3",
        "25%",
    ],
)
def test_no_amount(text: str) -> None:
    assert values(text, "amount") == []


INVOICES = [
    ("1043, 1044", ["1043", "1044"]),
    ("1043 and INV-1044", ["1043", "1044"]),
    ("pay #1044", ["1044"]),
    ("invoice number 1044", ["1044"]),
    ("1043-1046", ["1043..1046"]),
    ("1043 thru 1045", ["1043..1045"]),
    ("invoices 1043 & 1044", ["1043", "1044"]),
    ("2087+2090", ["2087", "2090"]),
    ("the second one", ["#2"]),
    ("#2", ["#2"]),
    ("2", ["#2"]),
    ("1 and 3", ["#1", "#3"]),
    ("the first and third invoices", ["#1", "#3"]),
    ("the oldest two", ["oldest:2"]),
    ("latest", ["latest:1"]),
    ("pay the last two invoices", ["latest:2"]),
    ("two oldest invoices", ["oldest:2"]),
    ("the october one", ["month:m:10"]),
    ("all of them", ["all"]),
    ("both", ["all"]),
    ("every open invoice", ["all"]),
    ("invoice ten forty three", ["1043"]),
    ("one oh four three", ["1043"]),
    ("settle #501, #502 and #509", ["501", "502", "509"]),
    ("september and october invoices", ["month:m:9", "month:m:10"]),
    ("option one", ["#1"]),
    ("pay the first two", ["#1..#2"]),
    ("last month's bill", ["month:m-1"]),
]


@pytest.mark.parametrize(("text", "references"), INVOICES)
def test_invoices(text: str, references: list[str]) -> None:
    assert values(text, "invoices") == references


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        ("all but 1043", ["all"], ["1043"]),
        ("everything except 1043 and 1044", ["all"], ["1043", "1044"]),
        ("leave out 1043", [], ["1043"]),
        ("pay 1043 to 1046 but leave out 1045", ["1043..1046"], ["1045"]),
        ("take 1044 off", [], ["1044"]),
        ("skip the second one", [], ["#2"]),
        ("pay all my invoices but the oldest", ["all"], ["oldest:1"]),
        ("yes but 1044", ["1044"], []),
        ("drop 1043 and add 1045", ["1045"], ["1043"]),
    ],
)
def test_exceptions(text: str, kept: list[str], left_out: list[str]) -> None:
    assert (values(text, "invoices"), values(text, "invoices_except")) == (kept, left_out)


METHODS = [
    ("my visa", "method_brand", "visa"),
    ("MC", "method_brand", "mastercard"),
    ("master card", "method_brand", "mastercard"),
    ("mastercrad", "method_brand", "mastercard"),
    ("american express", "method_brand", "amex"),
    ("amx", "method_brand", "amex"),
    ("with discover", "method_brand", "discover"),
    ("union pay", "method_brand", "unionpay"),
    ("debit card", "method_kind", "debit"),
    ("my credit card", "method_kind", "credit"),
    ("my card", "method_kind", "card"),
    ("ACH", "method_kind", "bank"),
    ("my bank", "method_kind", "bank"),
    ("checking account", "method_kind", "checking"),
    ("from savings", "method_kind", "savings"),
    ("with checking on friday", "method_kind", "checking"),
    ("frm chk", "method_kind", "checking"),
    ("the one ending in 4242", "method_last4", "4242"),
    ("x4242", "method_last4", "4242"),
    ("\u20224242", "method_last4", "4242"),
    ("last four 4242", "method_last4", "4242"),
    ("card 4242", "method_last4", "4242"),
    ("ending four two four two", "method_last4", "4242"),
    ("visa 4242", "method_last4", "4242"),
    ("the card on file", "method_ref", "default"),
    ("my usual", "method_ref", "default"),
    ("a different card", "method_ref", "other"),
    ("another card", "method_ref", "other"),
    ("a new card", "method_ref", "new"),
    ("the second card", "method_ref", "#2"),
    ("card 2", "method_ref", "#2"),
]


@pytest.mark.parametrize(("text", "slot", "value"), METHODS)
def test_a_method(text: str, slot: str, value: str) -> None:
    assert values(text, slot) == [value]


@pytest.mark.parametrize(
    "text", ["buy a gift card", "how do I discover what I owe", "I'm checking if it went"]
)
def test_no_method(text: str) -> None:
    assert not [span for span in spans(text) if span.slot.startswith("method")]


DATES = [
    ("tomorrow", "+1d"),
    ("tmrw", "+1d"),
    ("day after tomorrow", "+2d"),
    ("in two weeks", "+14d"),
    ("in 3 days", "+3d"),
    ("friday", "wd:4"),
    ("next friday", "wd:4:next"),
    ("last friday", "wd:4:last"),
    ("a week from friday", "wd:4:+7"),
    ("friday after next", "wd:4:+7"),
    ("the 15th", "dom:15"),
    ("on the first", "dom:1"),
    ("the 5th of next month", "dom:5:1"),
    ("12/1", "md:12-01"),
    ("12/1/26", "d:2026-12-01"),
    ("2026-12-01", "d:2026-12-01"),
    ("dec 1st", "md:12-01"),
    ("december first", "md:12-01"),
    ("1 dec", "md:12-01"),
    ("the first of december", "md:12-01"),
    ("december twenty third", "md:12-23"),
    ("end of the month", "eom:0"),
    ("eom", "eom:0"),
    ("next week", "nextweek"),
    ("by wensday", "wd:2"),
    ("yesterday", "-1d"),
    ("two days ago", "-2d"),
    ("christmas", "md:12-25"),
    ("december 3, 2026", "d:2026-12-03"),
    ("12-01-2026", "d:2026-12-01"),
]


@pytest.mark.parametrize(("text", "value"), DATES)
def test_a_date(text: str, value: str) -> None:
    assert values(text, "date") == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("for september", "m:9"),
        ("last month", "m-1"),
        ("in 2025", "y:2025"),
        ("2025 statements", "y:2025"),
        ("september 2025", "ym:2025-09"),
        ("this year", "y+0"),
        ("next month", "m+1"),
        ("in may", "m:5"),
    ],
)
def test_a_period(text: str, value: str) -> None:
    assert values(text, "period") == [value]


@pytest.mark.parametrize("text", ["may I pay now", "you may go ahead", "march to the office"])
def test_no_period(text: str) -> None:
    assert values(text, "period") == [] or text.startswith("march")


OTHERS = [
    ("half", "amount_fraction", "0.5"),
    ("a third", "amount_fraction", "0.33"),
    ("25%", "amount_fraction", "0.25"),
    ("three quarters of it", "amount_fraction", "0.75"),
    ("pay 3/4 of it", "amount_fraction", "0.75"),
    ("two thirds", "amount_fraction", "0.67"),
    ("ten percent", "amount_fraction", "0.1"),
    ("split it in three", "parts", "3"),
    ("half now half later", "parts", "2"),
    ("1/2 now 1/2 later", "parts", "2"),
    ("pay it in 4 payments", "parts", "4"),
    ("split it in half", "parts", "2"),
    ("my last 3 payments", "count", "3"),
    ("unpaid invoices", "status", "open"),
    ("what's overdue", "status", "overdue"),
    ("past due", "status", "overdue"),
    ("paid invoices", "status", "paid"),
    ("a receipt", "document", "receipt"),
    ("my statement", "document", "statement"),
    ("the current charges", "scope", "current_charges"),
    ("total balance", "scope", "total_balance"),
    ("this month's bill", "scope", "current_charges:month"),
    ("selected invoices", "scope", "selected_invoices"),
    ("everything I owe", "scope", "total_balance"),
    ("pay it all", "scope", "weak:total_balance"),
]


@pytest.mark.parametrize(("text", "slot", "value"), OTHERS)
def test_other_slots(text: str, slot: str, value: str) -> None:
    assert values(text, slot) == [value]


NOTES = [
    ("pay 50 with a note saying unit 4B", "unit 4B"),
    ("pay 1043, note unit 4B", "unit 4B"),
    ("memo: june rent", "june rent"),
    ("put \u201cjune rent\u201d in the memo", "june rent"),
    ("add a note saying unit 4B and use my visa", "unit 4B"),
    ('note: "site 7"', "site 7"),
    ("change the note to gate 12", "gate 12"),
    ("label it Team lunch", "Team lunch"),
    ("pay inv 1050 memo line second installment", "second installment"),
    ("put in the memo boiler inspection", "boiler inspection"),
    ("pay 55 with a note for grandma", "for grandma"),
    ("the note should be lot 9 instead", "lot 9"),
    ("pay 1043, note unit 4B, with checking, on friday", "unit 4B"),
    ("pay half now and add a note that says rest comes later", "rest comes later"),
]


@pytest.mark.parametrize(("text", "note"), NOTES)
def test_a_note(text: str, note: str) -> None:
    assert values(text, "note") == [note]


@pytest.mark.parametrize(
    "text", ["please note that I already paid", "no note", "add a note", "for the june rent"]
)
def test_no_note(text: str) -> None:
    assert values(text, "note") == []


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("switch to account 10023", "10023"),
        ("acct # one zero zero two three", "10023"),
        ("pay for Acme Dental", "Acme Dental"),
        ("pay Acme Dental's bill", "Acme Dental"),
        ("put 50 on Kim & Sons", "Kim & Sons"),
    ],
)
def test_an_account(text: str, account: str) -> None:
    assert values(text, "account") == [account]


@pytest.mark.parametrize(
    "text", ["for Friday", "use my checking account 50", "FOR MY VISA", "for October", "to Visa"]
)
def test_no_account(text: str) -> None:
    assert values(text, "account") == []


def test_spans_point_at_what_was_written() -> None:
    text = "  Pay FIFTY  bucks \u2014 on INV-1044, tmrw "
    assert [(text[s.start : s.end], s.value) for s in spans(text)] == [
        ("FIFTY  bucks", "50.00"),
        ("INV-1044", "1044"),
        ("tmrw", "+1d"),
    ]


def test_a_card_number_is_no_value() -> None:
    assert [s for s in spans("my number is 4242 4242 4242 4242") if "4242" in s.value] == []


def test_what_lies_beyond_the_limit_is_not_read() -> None:
    assert values("x" * LIMIT + " $50", "amount") == []


def test_every_kind_is_declared() -> None:
    texts = [row[0] for table in (AMOUNTS, INVOICES, METHODS, DATES, OTHERS, NOTES) for row in table]
    assert {span.slot for text in texts for span in spans(str(text))} <= KINDS
