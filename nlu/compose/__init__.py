"""From intent, grammar spans and learned entities to the frame of one utterance.

days.py resolves dates; slots.py fills the slots of the intent;
tables.py says which those are. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from nlu.compose.slots import fill
from nlu.compose.tables import ALLOWED
from nlu.frame import Frame, Intent, Slots
from nlu.grammar import edits
from nlu.grammar.normal import normalise
from nlu.grammar.spans import Span

__all__ = ["compose"]

_LEARNED = ("note", "account")


def compose(
    text: str,
    ranking: Sequence[tuple[Intent, float]],
    spans: Sequence[Span],
    learned: Sequence[Span],
    today: dt.date,
) -> Frame:
    """The frame of the utterance; `learned` are the sequence model's spans (note, account).

    `ranking` is best first and not empty; `today` resolves relative dates. A learned entity counts where the
    grammar has none of its kind; the grammar's other spans inside it are then part of it and no values.
    """
    intent, confidence = ranking[0]
    slots = Slots()
    if intent in ALLOWED:
        normal = normalise(text)
        items = edits.items_of(normal, _merged(spans, learned))
        slots = fill(intent, normal, items, today)
    return Frame(text=text, intent=intent, confidence=confidence, slots=slots, ranking=tuple(ranking[:10]))


def _merged(spans: Sequence[Span], learned: Sequence[Span]) -> list[Span]:
    merged = list(spans)
    for slot in _LEARNED:
        if any(span.slot == slot for span in spans):
            continue
        for entity in learned:
            if entity.slot == slot and entity.value.strip() and not _clashes(entity, spans):
                merged = [s for s in merged if s.end <= entity.start or s.start >= entity.end]
                merged.append(Span(entity.start, entity.end, slot, entity.value.strip()))
                break
    return merged


def _clashes(entity: Span, spans: Sequence[Span]) -> bool:
    """Whether a learned entity is nothing but a value of the grammar: "visa" is no account."""
    inside = [s for s in spans if s.start < entity.end and s.end > entity.start]
    covered = sum(min(s.end, entity.end) - max(s.start, entity.start) for s in inside)
    return covered >= 0.8 * (entity.end - entity.start)
