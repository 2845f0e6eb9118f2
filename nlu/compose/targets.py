"""What a change is about where it says no new value ("change the card"). Pure."""

from __future__ import annotations

import re

_TARGETS = re.compile(
    r"\b(?:(?P<amount>amounts?|how much|total|sum|price|number of dollars)"
    r"|(?P<method>payment method|method|cards?|how (?:i am|i will|to|i|we) pay(?:ing)?|bank(?: account)?|account (?:i am )?paying from|way i pay|funding source|pay with|paying with)"
    r"|(?P<invoices>invoices?|which (?:ones|bills|invoices)|bills?|the ones|selection)"
    r"|(?P<date>dates?|day|when|timing|schedule)"
    r"|(?P<note>note|memo|comment|message)"
    r"|(?P<scope>scope|what i am paying|what to pay|which charges|option|charges|balance))\b"
)


def target_of(text: str) -> str | None:
    """The first thing a normal form names that a payment has: amount, method, invoices, date, note or scope."""
    match = _TARGETS.search(text)
    return match.lastgroup if match else None
