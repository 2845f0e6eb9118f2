"""The sequence model: a linear-chain CRF in numpy, as Rasa's CRFEntityExtractor uses crfsuite's.

Rasa takes for each token the tag with the greatest marginal (not the best path), and for its confidence the
sum of the marginals of all tags of that entity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from nlu.runtime.tokens import Token

Floats = npt.NDArray[np.float64]
_CACHED = 20_000


def token_features(text: str, patterns: Sequence[str], names: Sequence[str]) -> list[str]:
    """The features `names` of one token in crfsuite's spelling; those that are false are left out."""
    features = []
    for name in names:
        if name == "pattern":
            features += [f"pattern:{pattern}" for pattern in patterns]
        elif name in _FLAGS:
            if _FLAGS[name](text):
                features.append(name)
        else:
            features.append(f"{name}:{_VALUES[name](text)}")
    return features


_FLAGS: dict[str, Callable[[str], bool]] = {"title": str.istitle, "upper": str.isupper, "digit": str.isdigit}
_VALUES: dict[str, Callable[[str], str]] = {
    "low": str.lower,
    "bias": lambda _: "bias",
    "prefix5": lambda text: text[:5],
    "prefix2": lambda text: text[:2],
    "suffix5": lambda text: text[-5:],
    "suffix3": lambda text: text[-3:],
    "suffix2": lambda text: text[-2:],
    "suffix1": lambda text: text[-1:],
}
FEATURES = frozenset({*_FLAGS, *_VALUES, "pattern"})
"""The features of a token that this runtime can compute."""


@dataclass(frozen=True)
class Crf:
    """A trained model. `weights[i]` are the state weights of attribute i, one for each of `labels`."""

    labels: tuple[str, ...]
    """BILOU tags, in crfsuite's order."""
    window: tuple[tuple[str, ...], ...]
    """The features of each token of the window; the middle one is the token itself."""
    attributes: dict[str, int]
    weights: Floats
    transitions: Floats
    """`transitions[a, b]`: the weight of label b after label a."""

    cache: dict[tuple[str, tuple[str, ...]], Floats] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _same(self) -> Floats:
        """1 where two labels are of one entity."""
        entities = [label[2:] if label[1:2] == "-" else label for label in self.labels]
        return np.array([[float(a == b) for b in entities] for a in entities])

    @cached_property
    def _steps(self) -> Floats:
        return np.exp(self.transitions)

    def tags(self, tokens: Sequence[Token], patterns: Sequence[tuple[str, ...]]) -> tuple[list[str], list[float]]:
        """Each token's likeliest tag, and how sure the model is of its entity."""
        marginals = self._marginals(self._scores(tokens, patterns))
        best = marginals.argmax(axis=1)
        confidences = (marginals @ self._same)[np.arange(len(best)), best]
        return [self.labels[i] for i in best], confidences.tolist()

    def _scores(self, tokens: Sequence[Token], patterns: Sequence[tuple[str, ...]]) -> Floats:
        count, half = len(tokens), len(self.window) // 2
        scores = np.zeros((count, len(self.labels)))
        for token, pattern, i in zip(tokens, patterns, range(count), strict=True):
            rows = self._rows(token.text, pattern)
            for offset in range(-half, half + 1):
                if 0 <= i - offset < count:
                    scores[i - offset] += rows[offset + half]
        for name, ends in (("BOS", range(min(half, count))), ("EOS", range(max(0, count - half), count))):
            row = self.attributes.get(name)
            for i in ends if row is not None else ():
                scores[i] += self.weights[row]
        return scores

    def _rows(self, text: str, patterns: tuple[str, ...]) -> Floats:
        """What this token adds to the scores of the tokens around it, one row an offset."""
        found = self.cache.get((text, patterns))
        if found is None:
            found = np.zeros((len(self.window), len(self.labels)))
            for place, names in enumerate(self.window):
                offset = place - len(self.window) // 2
                for feature in token_features(text, patterns, names):
                    row = self.attributes.get(f"{offset}:{feature}")
                    if row is not None:
                        found[place] += self.weights[row]
            if len(self.cache) >= _CACHED:
                self.cache.clear()
            self.cache[text, patterns] = found
        return found

    def _marginals(self, scores: Floats) -> Floats:
        """Forward and backward, scaled at each step so that nothing overflows."""
        steps = self._steps
        states = np.exp(scores - scores.max(axis=1, keepdims=True))
        count = len(states)
        forward, backward = np.empty_like(states), np.ones_like(states)
        forward[0] = states[0] / states[0].sum()
        for i in range(1, count):
            row = (forward[i - 1] @ steps) * states[i]
            forward[i] = row / row.sum()
        for i in range(count - 2, -1, -1):
            row = steps @ (states[i + 1] * backward[i + 1])
            backward[i] = row / row.sum()
        product = forward * backward
        result: Floats = product / product.sum(axis=1, keepdims=True)
        return result
