"""Masks card numbers in what people write, before anything else sees it. Pure.

What is masked: 13 to 19 digits that pass the Luhn check (ISO/IEC 7812-1), whatever spaces, dashes or dots stand
between them; card numbers of the known brands inside a longer run of digits, to the end of their group; an expiry
date or security code beside such a number; a security code that is called one, anywhere. What is not: phone numbers,
amounts, dates, references and short codes, which are too short, fail the check or have a shape of their own. One in
ten sequences of that length passes the check by chance (four invoices of four digits with only spaces between them,
say): such a sequence is masked too, because the error on the other side cannot be undone.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import phonenumbers

DIGITS_MIN, DIGITS_MAX = 13, 19
PHONE_DIGITS_MAX = 17
"""E.164 allows 15, and 00 may stand for the +."""
CARD_MASK, CODE_MASK, EXPIRY_MASK = "[card number removed]", "[code removed]", "[date removed]"
"""What is left in place: words without digits, so that nothing reads a number into them."""

_BETWEEN = r"[\s.\-_·•\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]{0,3}"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{{DIGITS_MIN - 1},}}")
_GROUP = re.compile(r"\d+")

_BRANDS = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?"  # Visa: 13, 16, 19
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard: 16
    r"|3[47]\d{13}"  # American Express: 15
    r"|3(?:0[0-5]|[689]\d)\d{11}(?:\d{2})?"  # Diners: 14, 16
    r"|(?:6011|64[4-9]\d|65\d\d|35[2-8]\d)\d{12}(?:\d{3})?"  # Discover, JCB: 16, 19
    r"|(?:50|5[6-9]|6\d)\d{11,17}"  # UnionPay, Maestro: 13 to 19
)
_OTHERWISE = re.compile(
    r"(?<!\d)\d{3}[\s.\-]\d{3}[\s.\-]\d{4}(?!\d)"  # a phone number
    r"|(?<!\d)\d{1,6}\.\d\d(?!\S)"  # an amount
    r"|(?<!\d)20\d\d-\d\d-\d\d(?!\d)"  # a date
)
"""What speaks for several numbers in a row, not one; it does not outweigh a brand's prefix."""

_EXPIRY = r"(?:0?[1-9]|1[0-2])\s?[/\-.]\s?(?:20)?\d{2}(?!\d)"
_CODE_NAME = r"(?:cvv2?|cvc2?|csc|security\s+code|card\s+code|c[óo]digo\s+de\s+seguridad)"
_EXPIRY_NAME = r"(?:exp(?:ir\w*|\.)?|valid(?:\s+thru)?|vence)"
_IS = r"(?:[\s:=#.,]|is\b|date\b|es\b){0,6}"
_CODE_NAMED = re.compile(rf"(?<!\w)({_CODE_NAME}{_IS})\d{{3,4}}(?!\d)", re.IGNORECASE)
_EXPIRY_NAMED = re.compile(rf"(?<!\w)({_EXPIRY_NAME}{_IS})(?:{_EXPIRY}|\d{{4}}(?!\d))", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?P<gap>[\s,;:()/\-.]{{1,4}}(?:{_CODE_NAME}{_IS}|{_EXPIRY_NAME}{_IS}|and\s+)?)"
    rf"(?:(?P<expiry>{_EXPIRY})|(?P<code>\d{{3,4}}(?![\d.,]?\d)))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without card numbers."""

    text: str
    found: bool
    """Something was masked."""


def mask(text: str) -> Masked:
    """`text` with every card number, and what belongs to it, replaced by words."""
    parts: list[str] = []
    end = 0
    for first, last in _cards(text):
        parts += [text[end:first], CARD_MASK]
        end = _tail(text, last, parts)
    parts.append(text[end:])
    masked = _CODE_NAMED.sub(rf"\1{CODE_MASK}", "".join(parts))
    if end:
        masked = _EXPIRY_NAMED.sub(rf"\1{EXPIRY_MASK}", masked)
    return Masked(masked, masked != text)


def luhn(digits: str) -> bool:
    """Whether a number's last digit is the check digit of the others."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = unicodedata.digit(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers begin and end in `text`, in order, none within another."""
    for run in _RUN.finditer(text):
        yield from _cards_in(run, international=text[max(run.start() - 1, 0)] == "+" or run[0].startswith("00"))


def _cards_in(run: re.Match[str], *, international: bool) -> Iterator[tuple[int, int]]:
    places = [run.start() + i for i, char in enumerate(run[0]) if char.isdecimal()]
    digits = "".join(str(unicodedata.digit(char)) for char in run[0] if char.isdecimal())
    ends = _ends(run)
    phone = _phone(digits, ends) if international else 0
    other = phone or _OTHERWISE.search(run[0])
    if DIGITS_MIN <= len(digits) <= DIGITS_MAX and luhn(digits) and (_brand(digits) == len(digits) or not other):
        yield run.start(), run.end()
        return
    begins, at = {0, *ends}, phone
    while at <= len(digits) - DIGITS_MIN:
        end = bisect_left(ends, at + 1)
        crowded = ends[end] - (ends[end - 1] if end else 0) > DIGITS_MAX
        length = _brand(digits[at : at + DIGITS_MAX]) if at in begins or crowded else 0
        if length:
            stop = ends[bisect_left(ends, at + length)]
            yield places[at], places[stop - 1] + 1
            at = stop
        else:
            at += 1


def _ends(run: re.Match[str]) -> list[int]:
    """How many digits of a run come up to the end of each of its groups."""
    return list(accumulate(len(group) for group in _GROUP.findall(run[0])))


def _brand(digits: str) -> int:
    """How long a card number of a known brand is that `digits` begin with; 0 for none."""
    for length in range(min(len(digits), DIGITS_MAX), DIGITS_MIN - 1, -1):
        if _BRANDS.fullmatch(digits, 0, length) and luhn(digits[:length]):
            return length
    return 0


def _phone(digits: str, ends: list[int]) -> int:
    """How many digits belong to the international phone number that a run begins with; 0 where it does not."""
    for end in reversed(ends):
        if end > PHONE_DIGITS_MAX:
            continue
        try:
            number = phonenumbers.parse("+" + digits[:end].removeprefix("00"))
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return end
    return 0


def _tail(text: str, at: int, parts: list[str]) -> int:
    """Masks the expiry date and the security code that follow a card number; where they end."""
    for _ in range(2):
        found = _AFTER.match(text, at)
        if found is None:
            break
        parts += [found["gap"], EXPIRY_MASK if found["expiry"] else CODE_MASK]
        at = found.end()
    return at
