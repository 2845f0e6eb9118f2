"""What a change is about where it says no new value ("change the card"). Pure."""

from __future__ import annotations

import re

_TARGETS = re.compile(
    r"\b(?:(?P<amount>amounts?|how much|total|sum|price|number of dollars)"
    r"|(?P<method>payment method|method|cards?|how (?:i am|i will|to|i|we) pay(?:ing)?"
    r"|bank(?: account)?|account (?:i am )?paying from|way i pay|funding source|pay with|paying with)"
    r"|(?P<invoices>invoices?|which (?:ones|bills|invoices)|bills?|the ones|selection)"
    r"|(?P<date>dates?|day|when|timing|schedule)"
    r"|(?P<note>note|memo|comment|message)"
    r"|(?P<scope>scope|what i am paying|what to pay|which charges|option|charges|balance))\b"
)

_CHANGING = re.compile(
    r"\b(?:change|changing|update|edit|fix|modify|correct|switch|redo|adjust|different|wrong|another"
    r"|re-?enter)\b"
)


def target_of(text: str) -> str | None:
    """The first thing a normal form names that a payment has: amount, method, invoices, date, note or
    scope."""
    verb = _CHANGING.search(text)
    match = (_TARGETS.search(text, verb.end()) if verb else None) or _TARGETS.search(text)
    return match.lastgroup if match else None
