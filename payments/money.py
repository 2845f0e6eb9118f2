"""Money: `Decimal` from text to ledger, never a float.

`Amount` is the wire type of the payments contract: a decimal string with two places in JSON, a finite `Decimal`
in Python. Everything that rounds money rounds here. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
AMOUNT_MAX = Decimal("99999999.99")
"""The largest amount of one payment or invoice; anything above is refused as malformed."""
PATTERN = r"^-?[0-9]{1,8}(\.[0-9]{1,2})?$"
_TEXT = re.compile(PATTERN)


def cents(value: Decimal) -> Decimal:
    """`value` rounded to cents, half up: 0.005 gives 0.01."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of `amounts` in cents; 0.00 for none."""
    return cents(sum(amounts, ZERO))


def share(base: Decimal, fraction: Decimal) -> Decimal:
    """`fraction` (0 to 1) of `base`, in cents, half up: half of 18.75 is 9.38."""
    return cents(base * fraction)


def minor(value: Decimal) -> int:
    """Whole cents of an amount that has at most two places, for storage and gateways."""
    return int(cents(value) * 100)


def from_minor(value: int) -> Decimal:
    """The amount of that many cents."""
    return (Decimal(value) / 100).quantize(CENT)


def _decimal_text(value: object, info: ValidationInfo) -> object:
    """Over the wire only text like 60.85 is money; Python code may also build amounts of whole numbers."""
    if isinstance(value, float) or (info.mode == "json" and not isinstance(value, str)):
        raise ValueError("send money as a decimal string, like \"60.85\", not as a number")
    if not isinstance(value, str):
        return value
    if not _TEXT.fullmatch(value):
        raise ValueError("money is a decimal string with at most two places, like \"60.85\"")
    return Decimal(value)


def _whole_cents(value: Decimal) -> Decimal:
    if value != value.quantize(CENT):
        raise ValueError("money has at most two decimal places")
    return value.quantize(CENT)


Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal_text),
    Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, allow_inf_nan=False),
    AfterValidator(_whole_cents),
    PlainSerializer(lambda v: f"{v:.2f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["60.85"]}),
]
