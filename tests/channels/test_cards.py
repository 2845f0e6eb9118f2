"""No card number passes; what only looks like one from afar does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.cards import CARD_MASK, luhn, mask

PUBLISHED_TEST_NUMBERS = [
    "4242424242424242", "4000056655665556", "5555555555554444", "2223003122003222", "5200828282828210",
    "378282246310005", "371449635398431", "6011111111111117", "6011000990139424", "3056930009020004",
    "36227206271667", "6555900000604105", "3566002020360505", "6200000000000005", "6205500000000000004",
    "4222222222222", "6759649826438453", "5018000000000009",
]  # fmt: skip
"""Stripe's and the schemes' public test cards: Visa, Mastercard, Amex, Discover, Diners, JCB, UnionPay, Maestro."""


def with_check_digit(payload: str) -> str:
    return next(payload + d for d in "0123456789" if luhn(payload + d))


numbers = st.integers(12, 18).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)).map(with_check_digit)
branded = st.tuples(st.sampled_from(["4", "51", "55", "2720"]), st.text("0123456789", min_size=15, max_size=15)).map(
    lambda parts: with_check_digit((parts[0] + parts[1])[:15])
)
separators = st.sampled_from(["", "", "", " ", "-", ".", "  ", " - ", "\n", "\u2013", "\u00a0", "\u200b"])
words = st.text("abcdefghij ,!?$#\u00e9\u00f1", max_size=20)


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", text)


@pytest.mark.parametrize("number", PUBLISHED_TEST_NUMBERS)
def test_the_brands_test_numbers_are_masked_however_they_are_written(number: str) -> None:
    fours = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    amex = f"{number[:4]}-{number[4:10]}-{number[10:]}"
    for written in (number, fours, fours.replace(" ", "-"), fours.replace(" ", "."), amex, " ".join(number)):
        masked = mask(f"pay 1043 with {written}, please")
        assert masked.text == f"pay 1043 with {CARD_MASK}, please", written
        assert masked.found


@given(number=numbers, before=words, after=words)
def test_any_number_of_the_length_that_passes_luhn_is_masked(number: str, before: str, after: str) -> None:
    masked = mask(f"{before}{number}{after}")
    assert masked.found
    assert digits_of(masked.text) == ""


@given(number=branded, gaps=st.lists(separators, min_size=15, max_size=15), before=words, after=words)
def test_separators_anywhere_in_a_card_number_do_not_hide_it(
    number: str, gaps: list[str], before: str, after: str
) -> None:
    written = "".join(digit + gap for digit, gap in zip(number, [*gaps, ""], strict=True))
    assert digits_of(mask(f"{before}{written}{after}").text) == ""


@given(number=branded, around=st.lists(st.sampled_from(["1043", "12.50", "7", "2026", "555-555-0123"]), max_size=3))
def test_a_card_number_among_other_numbers_is_masked(number: str, around: list[str]) -> None:
    masked = mask(" ".join([*around, number, *around]))
    assert number not in digits_of(masked.text)
    assert masked.found


@given(
    area=st.integers(200, 989), middle=st.integers(200, 999), line=st.integers(0, 9999),
    form=st.sampled_from(
        ["+1{a}{m}{l}", "({a}) {m}-{l}", "{a}-{m}-{l}", "{a}.{m}.{l}", "+1 {a} {m} {l}", "1{a}{m}{l}"]
    ),
    invoice=st.integers(1, 99_999),
)  # fmt: skip
def test_phone_numbers_are_left_alone(area: int, middle: int, line: int, form: str, invoice: int) -> None:
    phone = form.format(a=area, m=middle, l=f"{line:04}")
    for text in (f"call me at {phone}", f"{phone} or {phone}", f"pay {invoice}, my number is {phone}"):
        assert mask(text).text == text


@given(
    st.lists(
        st.one_of(
            st.decimals(0, 99_999, places=2).map(lambda d: f"${d}"),
            st.integers(1, 999_999).map(lambda n: f"invoice {n}"),
            st.dates().map(lambda d: f"on {d:%m/%d/%Y}"),
            st.integers(10, 9999).map(lambda n: f"Y {n}"),
        ),
        max_size=6,
    )
)
def test_amounts_invoices_dates_and_codes_are_left_alone(parts: list[str]) -> None:
    text = "pay " + " and ".join(parts)
    assert mask(text).text == text


def test_several_numbers_in_a_row_that_pass_by_chance_are_told_by_their_shape() -> None:
    for n in range(1000, 1100):
        rows = (f"+15555550123 {n}", f"555-555-0123 {n}", f"100.00 200.00 {n}.50", f"2026-12-05 2026-10-{n % 20 + 10}")
        for text in rows:
            assert mask(text).text == text


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    assert once.found is (once.text != text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("4242424242424242 12/28 123", ""),
        ("4242 4242 4242 4242 exp 12/28 cvv 123", ""),
        ("4242-4242-4242-4242, 1/2028, 4321", ""),
        ("exp 12/28 cvv 123 card 4242424242424242", ""),
        ("42424242424242421228123", ""),
        ("\uff14\uff12\uff14\uff12" * 4, ""),
        ("cvv is 123", ""),
        ("the security code: 4321", ""),
        ("4242424242424242 for 1043", "1043"),
        ("4242424242424242, pay 84.12", "8412"),
        ("card ending 4242", "4242"),
        ("+4915123456789", "4915123456789"),
        ("004915123456789", "004915123456789"),
        ("+5555 5555 5555 4444", ""),
    ],
)
def test_what_belongs_to_a_card_goes_with_it_and_what_does_not_stays(text: str, left: str) -> None:
    assert digits_of(mask(text).text) == left


@pytest.mark.parametrize("text", ["1 " * 100_000, "1" * 200_000, "+15555550123 " * 15_000, "exp " * 50_000])
def test_masking_takes_time_in_proportion_to_the_text(text: str) -> None:
    """The regular expressions and windows have no text to be slow on: four times the text, not sixteen the time."""
    import time

    def seconds(of: str) -> float:
        begun = time.process_time()
        mask(of)
        return time.process_time() - begun

    assert seconds(text) < 12 * seconds(text[: len(text) // 4]) + 0.05
