"""From intent, spans and learned entities to the frame of one utterance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from nlu.frame import Frame, Intent
from nlu.grammar.spans import Span


def compose(
    text: str,
    ranking: Sequence[tuple[Intent, float]],
    spans: Sequence[Span],
    learned: Sequence[Span],
    today: dt.date,
) -> Frame:
    """The frame of the utterance; `learned` are the sequence model's spans (note, account).

    `ranking` is best first and not empty; `today` resolves relative dates.
    """
    del spans, learned, today
    intent, confidence = ranking[0]
    return Frame(text=text, intent=intent, confidence=confidence, ranking=tuple(ranking[:10]))
