"""The intent classifier: logistic regression over counts of words and letters, features of the shape and the
sentence vector, as Rasa's LogisticRegressionClassifier computes it.

Counts are additive over the chunks between spaces, so the logits of a chunk are computed once and kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nlu.runtime.tokens import Token

Floats = npt.NDArray[np.float32]
_NUMBER = re.compile(r"\b[0-9]+\b")
_WORD = re.compile(r"\b\w+\b")
_CACHED_CHUNKS = 20_000
_CACHED_LENGTH = 32


@dataclass(frozen=True)
class Classifier:
    """Weights, one row a feature and one column an intent; the features' names lead to their rows."""

    intents: tuple[str, ...]
    bias: Floats
    words: dict[str, int]
    letters: dict[str, int]
    letters_least: int
    letters_most: int
    shapes: dict[str, int]
    sparse: Floats
    """The rows that `words`, `letters` and `shapes` name, each scaled as its feature is."""
    dense: Floats
    """The rows of the sentence vector, scaled likewise."""
    cache: dict[str, Floats] = field(default_factory=dict, init=False, repr=False)

    def probabilities(self, tokens: Sequence[Token], shape_features: Sequence[str], vector: Floats) -> Floats:
        """One probability an intent, in the order of `intents`, summing to 1."""
        logits = self.bias + vector @ self.dense
        for token in tokens:
            for chunk in _NUMBER.sub("__NUMBER__", token.text).lower().split():
                logits = logits + self._chunk(chunk)
        rows = [row for row in map(self.shapes.get, shape_features) if row is not None]
        if rows:
            logits = logits + self.sparse[rows].sum(axis=0)
        powers = np.exp(logits - logits.max())
        result: Floats = powers / powers.sum()
        return result

    def _chunk(self, chunk: str) -> Floats:
        logits = self.cache.get(chunk)
        if logits is None:
            rows = [self.words[word] for word in _WORD.findall(chunk) if word in self.words]
            rows += [self.letters[gram] for gram in self._grams(chunk) if gram in self.letters]
            logits = self.sparse[rows].sum(axis=0)
            if len(chunk) <= _CACHED_LENGTH:
                if len(self.cache) >= _CACHED_CHUNKS:
                    self.cache.clear()
                self.cache[chunk] = logits
        return logits

    def _grams(self, chunk: str) -> list[str]:
        """The letter n-grams of a padded chunk; one that is shorter than n counts once, then no longer n."""
        padded = f" {chunk} "
        grams = []
        for size in range(self.letters_least, self.letters_most + 1):
            if len(padded) <= size:
                grams.append(padded)
                break
            grams.extend(padded[i : i + size] for i in range(len(padded) - size + 1))
        return grams
