"""Words found again through one wrong, missing, extra or swapped letter. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST, _LONGEST = 5, 15


def _deletions(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))} | {word}


def _close(one: str, two: str) -> bool:
    """Whether one letter inserted, dropped, replaced or swapped with its neighbour makes one the other; first
    letters must agree, since that one is rarely wrong."""
    if one[0] != two[0]:
        return False
    if abs(len(one) - len(two)) == 1:
        return True
    differing = [i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b]
    return len(differing) == 1 or (len(differing) == 2 and differing[1] == differing[0] + 1)


class Nearby:
    """A set of words that answers to near spellings of them."""

    def __init__(self, words: Iterable[str], shortest: int = _SHORTEST) -> None:
        self._shortest = shortest
        self._table: dict[str, str] = {}
        for word in words:
            if len(word) >= shortest:
                for key in _deletions(word):
                    self._table.setdefault(key, word)

    def find(self, word: str) -> str | None:
        """The word that a near spelling stands for; None if none is near."""
        if not self._shortest <= len(word) <= _LONGEST:
            return None
        for key in sorted(_deletions(word)):
            near = self._table.get(key)
            if near is not None and abs(len(near) - len(word)) <= 1 and _close(near, word):
                return near
        return None
