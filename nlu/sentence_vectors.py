"""The sentence vector: a mean of distilled word vectors (see `nlu.export_words` for where they come from)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
WORDS = Path(__file__).parent / "model" / "words.npz"


class SentenceVectors:
    """A table of word vectors, one byte a component, kept in memory as it is on disk."""

    def __init__(self, words: Sequence[str], table: npt.NDArray[np.int8], scales: Vector) -> None:
        """`table` holds one row a word; row i is multiplied by `scales[i]`."""
        self._index = {word: row for row, word in enumerate(words)}
        self._table = table
        self._scales = scales
        self._zero = np.zeros(table.shape[1], dtype=np.float32)

    @classmethod
    def load(cls, path: Path = WORDS) -> SentenceVectors:
        """The table at `path`. Raises `OSError` where there is none."""
        with np.load(path) as data:
            return cls(bytes(data["words"]).decode().split("\n"), data["table"], data["scales"])

    @property
    def size(self) -> int:
        """Components of a vector."""
        return int(self._table.shape[1])

    def knows(self, word: str) -> bool:
        """Whether it is a word of common English."""
        return word in self._index

    def vector(self, tokens: Sequence[str]) -> Vector:
        """The sentence's vector, of length 1; all zeros where no token is known."""
        rows = [row for row in map(self._index.get, tokens) if row is not None]
        if not rows:
            return self._zero
        total: Vector = self._scales[rows] @ self._table[rows].astype(np.float32)
        norm = float(np.sqrt(total @ total))
        return total / np.float32(norm) if norm else self._zero
