"""One message through the served model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.compose import compose
from nlu.frame import Frame, Intent
from nlu.grammar import spans
from nlu.grammar.spans import Span
from nlu.rulings import rule
from nlu.runtime.artifact import MODEL, Artifact, read
from nlu.runtime.bilou import Entity, entities, repair
from nlu.runtime.tokens import Token, tokenize
from nlu.sentence import features, patterns, shape, sharpen, spoken

NOTHING_SAID: tuple[tuple[Intent, float], ...] = (("out_of_scope", 0.0),)
"""The ranking of a text without a character to read."""


@dataclass(frozen=True)
class Parsed:
    """What Rasa's own parse holds: the classifier's ranking, the ranking after the rulings, grammar spans, learned
    entities."""

    text: str
    classified: tuple[tuple[str, float], ...]
    ranking: tuple[tuple[str, float], ...]
    spans: tuple[Span, ...]
    learned: tuple[Entity, ...]


class Runtime:
    """The `Nlu` protocol in process. Safe to share between threads: it only ever adds to caches."""

    def __init__(self, model: Artifact) -> None:
        self.model = model

    def parse(self, text: str, today: dt.date) -> Frame:
        """The frame of `text`; `today` resolves relative dates. A text of nothing but spaces is
        `out_of_scope` with confidence 0."""
        parsed = self.read(text)
        return frame(text, parsed.text, parsed.ranking, parsed.spans, parsed.learned, today)

    def read(self, text: str) -> Parsed:
        """What the model sees in `text`; offsets are into the stripped text, as Rasa's are."""
        stripped = text.strip()
        if not stripped:
            return Parsed("", NOTHING_SAID, NOTHING_SAID, (), ())
        model = self.model
        tokens = tokenize(stripped)
        found = spans(stripped)
        words = shape(stripped, found, model.speller)
        probabilities = model.classifier.probabilities(
            tokens, features(words, found, model.ngrams), model.encoder.vector(spoken(words))
        )
        ranking = sorted(zip(model.classifier.intents, probabilities.tolist(), strict=True), key=lambda p: -p[1])
        classified = sharpen(ranking, model.temperature)
        ruled = rule(stripped, found, classified)
        length, learned = model.ranking_length, self._learned(tokens, found)
        return Parsed(stripped, tuple(classified[:length]), tuple(ruled[:length]), found, tuple(learned))

    def _learned(self, tokens: Sequence[Token], found: Sequence[Span]) -> list[Entity]:
        crf = self.model.crf
        tags, confidences = crf.tags(tokens, [patterns(found, token.start, token.end) for token in tokens])
        if all(tag == "O" for tag in tags):
            return []
        tags, confidences = repair(tags, confidences)
        return entities(tokens, tags, confidences, split_by_comma=self.model.split_by_comma)


def frame(
    said: str,
    text: str,
    ranking: Sequence[tuple[str, float]],
    found: Sequence[Span],
    learned: Sequence[Entity],
    today: dt.date,
) -> Frame:
    """The frame of the utterance `said`, whose stripped `text` the offsets refer to."""
    named = [Span(e.start, e.end, e.entity, text[e.start : e.end]) for e in learned]
    order = cast("Sequence[tuple[Intent, float]]", ranking)
    composed = compose(text, order, found, named, today)
    return composed if said == text else composed.model_copy(update={"text": said})


def load(folder: Path = MODEL) -> Runtime:
    """The NLU of the model in `folder`. Raises `ArtifactError` where it is missing or damaged.

    Numpy's linear algebra is kept to one thread in this process from here on: matrices this small lose far more
    in waiting for each other than they win.
    """
    threadpool_limits(limits=1, user_api="blas")
    return Runtime(read(folder))
