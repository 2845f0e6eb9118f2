"""Tells a card number from a token, so that one is never taken for the other. Pure."""

from __future__ import annotations

DIGITS_MIN, DIGITS_MAX = 12, 19


def card_number_like(value: str) -> bool:
    """12 to 19 digits, spaced or not, that satisfy Luhn."""
    digits = value.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and DIGITS_MIN <= len(digits) <= DIGITS_MAX):
        return False
    doubled = (int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
