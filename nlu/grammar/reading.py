"""What the readers of the grammar share: a text being read, and which of its characters are spoken for.

Readers run in order of certainty; a later one cannot take what an earlier one has taken. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nlu.grammar.normal import Normal
from nlu.grammar.spans import Span

_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class Reading:
    """The normal form of a text and the spans found so far."""

    normal: Normal
    text: str
    """The normal form's own text: offsets of `add` and `free` are into it."""
    taken: bytearray
    digits: bool
    """Whether it holds any: most patterns need one."""
    found: list[tuple[int, int, Span]] = field(default_factory=list)
    """Each span with its range in `text`."""

    @classmethod
    def of(cls, normal: Normal) -> Reading:
        """A reading in which nothing is taken yet."""
        text = normal.text
        return cls(normal, text, bytearray(len(text)), _DIGIT.search(text) is not None)

    def free(self, start: int, end: int) -> bool:
        """Whether the range is not empty and no part of it is taken."""
        return start < end and not any(self.taken[start:end])

    def block(self, start: int, end: int) -> None:
        """Take the range without a span: nothing in it is a value."""
        self.taken[start:end] = b"\x01" * (end - start)

    def add(self, start: int, end: int, slot: str, value: str) -> bool:
        """Take the range as a span, if it is free. Says whether it was."""
        if not self.free(start, end):
            return False
        self.block(start, end)
        source_start, source_end = self.normal.back(start, end)
        self.found.append((start, end, Span(source_start, source_end, slot, value)))
        return True

    def replace(self, start: int, span: Span) -> None:
        """Put `span` in the place of the one found at `start`."""
        self.found = [(s, e, span if s == start else old) for s, e, old in self.found]

    def spans(self) -> tuple[Span, ...]:
        """The spans found, in the order of the text, none overlapping."""
        out: list[Span] = []
        for _, _, span in sorted(self.found, key=lambda found: (found[2].start, found[2].end)):
            if not out or span.start >= out[-1].end:
                out.append(span)
        return tuple(out)
