"""What a generator of spellings writes is read back; and no text, however odd, raises or takes long."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlu.compose import compose
from nlu.frame import Intent
from nlu.grammar import spans
from nlu.grammar.normal import normalise
from nlu.rulings import rule

TODAY = dt.date(2026, 11, 18)
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
ONES += ["seventeen", "eighteen", "nineteen"]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]


def in_words(number: int) -> str:
    """An English cardinal below a million, as people say it."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + ("-" + ONES[number % 10] if number % 10 else "")
    if number < 1000:
        rest = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    rest = f" {in_words(number % 1000)}" if number % 1000 else ""
    return f"{in_words(number // 1000)} thousand{rest}"


def values(text: str, slot: str) -> list[str]:
    """The values of one slot."""
    return [span.value for span in spans(text) if span.slot == slot]


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[str, Decimal]:
    """An amount in some spelling that says that it is money, with its value."""
    whole, cents = draw(st.integers(1, 99_999)), draw(st.integers(0, 99))
    plain, exact = Decimal(whole), Decimal(whole) + Decimal(cents) / 100
    spellings = [
        (f"${whole}", plain),
        (f"$ {whole}", plain),
        (f"{whole}$", plain),
        (f"{whole} bucks", plain),
        (f"{whole} dollars", plain),
        (f"usd {whole}", plain),
        (f"${whole:,}.{cents:02d}", exact),
        (f"{whole}.{cents:02d}", exact),
        (f"{in_words(whole)} dollars", plain),
        (f"{in_words(whole).replace('-', ' ').upper()} BUCKS", plain),
    ]
    if cents:
        spellings += [
            (f"{whole} dollars and {cents} cents", exact),
            (f"{in_words(whole)} dollars and {in_words(cents)} cents", exact),
        ]
    return draw(st.sampled_from(spellings))


@given(
    written_amounts(),
    st.sampled_from(["pay {}", "{}", "put {} on my account", "make it {} please", "i want to pay {}."]),
)
def test_an_amount_is_read_back(amount: tuple[str, Decimal], sentence: str) -> None:
    spelling, value = amount
    assert values(sentence.format(spelling), "amount") == [f"{value:.2f}"]


@given(
    st.integers(1000, 99_999_999),
    st.sampled_from(["#{}", "INV-{}", "inv {}", "invoice {}", "invoice #{}", "{}"]),
)
def test_an_invoice_is_read_back(number: int, spelling: str) -> None:
    assert values("pay " + spelling.format(number), "invoices") == [str(number)]


@given(
    st.lists(st.integers(1000, 9999), min_size=1, max_size=6, unique=True),
    st.sampled_from([", ", " and ", " & ", ",", " "]),
    st.sampled_from(["", "#", "INV-"]),
)
def test_a_list_of_invoices_is_read_back_in_order(numbers: list[int], separator: str, prefix: str) -> None:
    text = "pay invoices " + separator.join(f"{prefix}{number}" for number in numbers)
    assert values(text, "invoices") == [str(number) for number in numbers]


@given(st.lists(st.integers(0, 9), min_size=4, max_size=6))
def test_digits_said_one_by_one_are_an_account(digits: list[int]) -> None:
    said = " ".join(ONES[digit] for digit in digits)
    assert values(f"switch to account {said}", "account") == ["".join(map(str, digits))]


@st.composite
def written_dates(draw: st.DrawFn) -> tuple[str, dt.date]:
    """A day of the coming year in some spelling."""
    day = TODAY + dt.timedelta(days=draw(st.integers(1, 360)))
    month = MONTHS[day.month - 1]
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day // 10 != 1 else 0, "th")
    spellings = [
        f"{month} {day.day}",
        f"{month[:3]} {day.day}{suffix}",
        f"{day.day} {month}",
        f"the {day.day}{suffix} of {month}",
        f"{day.month}/{day.day}",
        f"{day.month:02d}/{day.day:02d}/{day.year}",
        day.isoformat(),
        f"{month.title()} {day.day}, {day.year}",
        f"{WEEKDAYS[day.weekday()]}, {month} {day.day}",
    ]
    return draw(st.sampled_from(spellings)), day


@given(
    written_dates(), st.sampled_from(["pay it on {}", "{}", "pay my bill {} please", "pay 50 dollars by {}"])
)
def test_a_date_is_read_back(date: tuple[str, dt.date], sentence: str) -> None:
    spelling, day = date
    text = sentence.format(spelling)
    assert compose(text, [("inform", 1.0)], spans(text), (), TODAY).slots.date == day


INTENTS: tuple[Intent, ...] = (
    "make_payment",
    "change",
    "list_payments",
    "reschedule_payment",
    "get_document",
)
PIECES = st.sampled_from(
    [
        "pay",
        "not",
        "yes",
        "$50",
        "1043",
        "half",
        "1/2",
        "and",
        ",",
        "the",
        "oldest",
        "two",
        "invoice",
        "visa",
        "x4242",
        "note:",
        '"',
        "for",
        "Acme",
        "friday",
        "december",
        "32",
        "\u20224242",
        "\U0001f44d",
        "\x00",
        "\u0130",
        "-",
        "1e9",
        "all",
        "but",
        "instead",
        "first",
        "account",
        "%",
        "split",
        "in",
        "next",
        "month",
        "hundred",
        "oh",
        "a",
        "may",
    ]
)


def read(text: str) -> None:
    """Everything that is done with a text."""
    found = spans(text)
    assert all(0 <= s.start < s.end <= len(text) for s in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    for intent in INTENTS:
        ranked = rule(text, found, [(intent, 0.6), ("affirm", 0.4)])
        assert all(0 <= confidence <= 1 for _, confidence in ranked)
        assert ranked == sorted(ranked, key=lambda pair: -pair[1])
        compose(text, [(intent, 0.6)], found, (), TODAY)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map(" ".join)))
@example("\u0130\u0130\u0130 $50")
@example("")
@settings(max_examples=300)
def test_no_text_raises_and_spans_are_sound(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 10_000,
        "1 " * 5_000,
        "1," * 5_000,
        "1-" * 5_000,
        "$1" * 5_000,
        "1043 and " * 1_100,
        "\U0001f44d" * 10_000,
        "\x00\x1f" * 5_000,
        "a" * 10_000,
        "not pay " * 1_250,
        "one " * 2_500,
        "if i " * 2_500,
        "note " * 2_000,
        '"' * 10_000,
        "half " * 2_000,
        "ending in " * 1_000,
        "For " + "Aa " * 3_300,
        "split it in " * 800,
        "put a b " * 1_250,
    ],
    ids=lambda text: text[:12],
)
def test_ten_thousand_characters_take_no_longer_than_20_ms(text: str) -> None:
    def once() -> float:
        spans.cache_clear()
        normalise.cache_clear()
        start = time.process_time()
        found = spans(text)
        rule(text, found, [("make_payment", 0.6), ("affirm", 0.4)])
        compose(text, [("make_payment", 0.6)], found, (), TODAY)
        return time.process_time() - start

    assert min(once() for _ in range(5)) < 0.020
