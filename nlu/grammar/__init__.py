"""The deterministic grammar: amounts, invoices, methods, dates and the rest, read out of a text.

spans.py what it gives; normal.py the normal form that is read (numbers.py number words, lexicon_en.py
spellings);
reading.py what readers share; money.py, methods.py, dates.py, invoices.py, words.py, names.py the readers.
Pure; standard library and text2num only, since training imports it too.
"""

from __future__ import annotations

from functools import lru_cache

from nlu.grammar import dates, invoices, methods, money, names, words
from nlu.grammar.normal import normalise
from nlu.grammar.reading import Reading
from nlu.grammar.spans import KINDS, Span

__all__ = ["KINDS", "Span", "normalise", "spans"]

_READERS = (
    names.read_notes,
    methods.read_numbers_that_are_none,
    money.read_parts,
    names.read_accounts,
    methods.read_methods,
    words.read_counts,
    invoices.read_all_but,
    words.read_scopes,
    money.read_amounts,
    money.read_fractions,
    dates.read_dates,
    invoices.read_invoices,
    dates.read_periods,
    money.read_bare_amounts,
    invoices.read_plain_numbers,
    words.read_statuses,
    invoices.mark_exceptions,
    words.read_documents,
)
"""In order of certainty: what an earlier reader takes, a later one leaves."""


@lru_cache(maxsize=256)
def spans(text: str) -> tuple[Span, ...]:
    """Every span of the text (its first `normal.LIMIT` characters), in order, none overlapping. Never
    raises."""
    reading = Reading.of(normalise(text))
    if reading.text:
        for read in _READERS:
            read(reading)
    return reading.spans()
