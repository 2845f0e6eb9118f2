"""The sentence vector: a small copy of the Universal Sentence Encoder (multilingual v3), cut down to English.

`nlu.export_encoder` makes the copy. The network is a mean of word pieces and three convolutions (2, 3 and 5
pieces wide), pooled, and a small residual network; what depends on one piece alone is computed once and kept.
Training and serving use this same code and file, so the copy need only be good, not exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
ENCODER = Path(__file__).parent / "model" / "encoder.npz"
WIDTHS = ((2, 0), (3, 1), (5, 2))
"""Each convolution: how many pieces it sees, and how many of them lie before the middle one."""
LAYERS = ("second2", "second3", "second5", "pool", "mid", "up", "skip", "out")
"""The matrices that every message goes through."""
UNITS = 256
"""Outputs of each convolution."""
MOST_PIECES = 48
"""Pieces of a message that are read."""
_CACHED_WORDS = 1_500
_CACHED_SENTENCES = 4_000
_CACHED_LENGTH = 24
_START, _END, _UNKNOWN = "<s>", "</s>", "<unk>"
_SPACE = "\u2581"
_UNKNOWN_SCORE = -30.0


class SentenceEncoder:
    """Words in, a vector of length 1 out. Safe to share between threads: it only ever adds to a cache."""

    def __init__(self, arrays: dict[str, npt.NDArray[np.generic]]) -> None:
        """`arrays`: the contents of the file; matrices are `name` (one byte each) and `name.scale` (a column)."""
        pieces = bytes(arrays["pieces"].astype(np.uint8)).decode().split("\n")
        self._rows = {piece: row for row, piece in enumerate(pieces)}
        self._scores: list[float] = arrays["piece_scores"].astype(float).tolist()
        self._longest = max(map(len, pieces))
        self._common = frozenset(bytes(arrays["common"].astype(np.uint8)).decode().split("\n"))
        self._table = arrays["table"].astype(np.uint8)
        self._steps: Floats = arrays["table_step"].astype(np.float32)
        self._lows: Floats = arrays["table_low"].astype(np.float32)
        self._project: Floats = _matrix(arrays, "project")
        self._first = [_matrix(arrays, f"first{width}") for width, _ in WIDTHS]
        self._layers = {name: _matrix(arrays, name) for name in LAYERS}
        self._small = {
            name: arrays[name].astype(np.float32)
            for name in ("project_b", "ln1_g", "ln1_b", "first_b", "second_b", "ln2_g", "ln2_b", "pool_b")
        }
        self._middle = len(self._layers["mid"])
        self._eps = float(arrays["eps"])
        self._cache: dict[str, tuple[Floats, Floats, Floats]] = {}
        self._sentences: dict[str, Floats] = {}

    @classmethod
    def load(cls, path: Path = ENCODER) -> SentenceEncoder:
        """The encoder at `path`. Raises `OSError` where there is none."""
        with np.load(path) as data:
            return cls({name: data[name] for name in data.files})

    @property
    def size(self) -> int:
        """Components of a vector."""
        return int(self._layers["out"].shape[1])

    def knows(self, word: str) -> bool:
        """Whether it is a word of common English."""
        return word in self._common

    def vector(self, words: Sequence[str]) -> Floats:
        """The sentence's vector, of length 1; the words are lower-cased and hold no spaces."""
        key = " ".join(words)
        found = self._sentences.get(key)
        if found is None:
            found = self._vector(words)
            if len(self._sentences) >= _CACHED_SENTENCES:
                self._sentences.clear()
            self._sentences[key] = found
        return found

    def forget(self) -> None:
        """Let go of the sentences seen, so that the next are computed."""
        self._sentences.clear()

    def _vector(self, words: Sequence[str]) -> Floats:
        parts = [self._word(_START)]
        count = 2
        for word in words:
            part = self._word(word)
            count += len(part[0])
            if count > MOST_PIECES:
                break
            parts.append(part)
        parts.append(self._word(_END))
        return self._head(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    def _head(self, embedded: Floats, projected: Floats, taps: Floats) -> Floats:
        """From what the pieces are by themselves to the sentence."""
        count, small, layers = len(embedded), self._small, self._layers
        features = np.empty((count, embedded.shape[1] + UNITS * len(WIDTHS)), dtype=np.float32)
        features[:, : embedded.shape[1]] = embedded
        tap = 0
        for branch, (width, before) in enumerate(WIDTHS):
            own = projected[:, branch * UNITS : (branch + 1) * UNITS]
            hidden = np.tile(small["first_b"][branch], (count, 1))
            padded = np.zeros((count + width - 1, UNITS), dtype=np.float32)
            for place in range(width):
                shift = place - before
                here, there = max(0, -shift), min(count, count - shift)
                if here < there:
                    hidden[here:there] += taps[here + shift : there + shift, tap * UNITS : (tap + 1) * UNITS]
                tap += 1
            np.maximum(hidden, 0, out=hidden)
            hidden += own
            padded[before : before + count] = hidden
            windows = np.concatenate([padded[place : place + count] for place in range(width)], axis=1)
            out = windows @ layers[f"second{width}"]
            out += small["second_b"][branch]
            np.maximum(out, 0, out=out)
            out += hidden
            start = embedded.shape[1] + branch * UNITS
            features[:, start : start + UNITS] = out
        normal = _normalised(features, small["ln2_g"], small["ln2_b"], self._eps)
        pooled = normal.sum(axis=0) @ layers["pool"] + count * small["pool_b"]
        first, second = np.split(pooled / np.float32(math.sqrt(count)), [self._middle])
        second = np.maximum(second + np.maximum(first, 0) @ layers["mid"], 0)
        total = np.tanh(second @ layers["skip"] + np.maximum(second @ layers["up"], 0) @ layers["out"])
        result: Floats = total / np.float32(math.sqrt(float(total @ total)) or 1.0)
        return result

    def _word(self, word: str) -> tuple[Floats, Floats, Floats]:
        """Of each piece of a word: its embedding, its projections, and what it adds to each first convolution."""
        found = self._cache.get(word)
        if found is None:
            rows = [self._rows[word]] if word in (_START, _END) else self._segment(_SPACE + word)
            embedded: Floats = self._table[rows] * self._steps[rows, None] + self._lows[rows, None]
            flat: Floats = embedded @ self._project + self._small["project_b"]
            projected = _normalised(flat, self._small["ln1_g"], self._small["ln1_b"], self._eps)
            taps = [
                projected[:, branch * UNITS : (branch + 1) * UNITS]
                @ self._first[branch][place * UNITS : (place + 1) * UNITS]
                for branch, (width, _) in enumerate(WIDTHS)
                for place in range(width)
            ]
            found = (embedded, projected, np.concatenate(taps, axis=1))
            if len(word) <= _CACHED_LENGTH:
                if len(self._cache) >= _CACHED_WORDS:
                    self._cache.clear()
                self._cache[word] = found
        return found

    def _segment(self, text: str) -> list[int]:
        """The rows of the likeliest pieces that make up `text` (a unigram model, by Viterbi)."""
        text = text[: MOST_PIECES * 2]
        best = [0.0] + [-math.inf] * len(text)
        back: list[tuple[int, int]] = [(0, 0)] * (len(text) + 1)
        unknown = self._rows[_UNKNOWN]
        for start in range(len(text)):
            for end in range(start + 1, min(start + self._longest, len(text)) + 1):
                row = self._rows.get(text[start:end])
                if row is None and end > start + 1:
                    continue
                score = best[start] + (_UNKNOWN_SCORE if row is None else self._scores[row])
                if score > best[end]:
                    best[end], back[end] = score, (start, unknown if row is None else row)
        rows: list[int] = []
        end = len(text)
        while end > 0:
            end, row = back[end]
            rows.append(row)
        return rows[::-1][:MOST_PIECES]


def _matrix(arrays: dict[str, npt.NDArray[np.generic]], name: str) -> Floats:
    """One byte a weight and one scale a column, multiplied out."""
    return arrays[name].astype(np.float32) * arrays[f"{name}.scale"].astype(np.float32)


def _normalised(rows: Floats, gain: Floats, bias: Floats, eps: float) -> Floats:
    """Layer normalisation of each row."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred) / np.float32(rows.shape[1])
    result: Floats = centred / np.sqrt(variance + np.float32(eps))[:, None] * gain + bias
    return result
