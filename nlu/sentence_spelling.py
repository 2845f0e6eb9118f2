"""Respelling: an unknown word becomes the known word one slip of the finger away.

Pure and deterministic. Words of common English are never touched, so "bay" does not become "pay".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

_SHORTEST = 4
_LONGEST = 24


class Speller:
    """Known words, and those that common English knows besides (they are left as they are)."""

    def __init__(self, counts: dict[str, int], common: Callable[[str], bool]) -> None:
        """`counts`: the training words and how often each occurs, which settles ties; `common`: is it a
        word of ordinary English?"""
        self._counts = counts
        self._common = common
        self._cache: dict[str, str] = {}
        self._shortened: dict[str, list[str]] = {}
        for word in counts:
            if _SHORTEST <= len(word) <= _LONGEST:
                for form in _deletions(word):
                    self._shortened.setdefault(form, []).append(word)

    def __call__(self, word: str) -> str:
        """The word itself if it is known, else the likeliest known word at distance one, else the word."""
        if word in self._counts or not _SHORTEST <= len(word) <= _LONGEST or self._common(word):
            return word
        found = self._cache.get(word)
        if found is None:
            found = self._nearest(word)
            if len(self._cache) > 20_000:
                self._cache.clear()
            self._cache[word] = found
        return found

    def _nearest(self, word: str) -> str:
        forms = _deletions(word)
        near = {known for form in forms for known in self._shortened.get(form, ()) if _one_slip(word, known)}
        return max(near, key=lambda known: (known[0] == word[0], self._counts[known], known), default=word)


def _deletions(word: str) -> set[str]:
    """The word, and the word with any one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_slip(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours leads from `a` to `b`."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]


def count_words(shapes: Iterable[Iterable[str]]) -> dict[str, int]:
    """How often each plain word (no class token, no sign) occurs in the shapes."""
    counts: dict[str, int] = {}
    for tokens in shapes:
        for token in tokens:
            if token.isalpha():
                counts[token] = counts.get(token, 0) + 1
    return counts
