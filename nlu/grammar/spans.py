"""The span that every reader of the grammar gives, and the kinds that it may carry.

Pure; standard library only (it is imported inside the training environment too).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text with a meaning that does not depend on the day."""

    start: int
    """Character offset of the first character, into the text as given."""
    end: int
    """Character offset after the last one."""
    slot: str
    """One of `KINDS`."""
    value: str
    """Canonical value; dates keep their raw text, since only the composer knows the day."""


KINDS: frozenset[str] = frozenset(
    {
        "amount", "amount_fraction", "scope", "invoices", "method_brand", "method_kind", "method_last4",
        "method_ref", "date", "period", "status", "count", "parts", "note", "account", "document", "target",
    }
)  # fmt: skip
