"""The normal form that every pattern of the grammar reads, with the way back to the text as given.

Lower case, one space, plain quotes and dashes, known misspellings and contractions resolved, number words in
digits. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nlu.grammar import lexicon_en as lexicon
from nlu.grammar.numbers import Token, fold
from nlu.grammar.spelling import Nearby

LIMIT = 800
"""Characters that are read: five text messages. The rest is not looked at."""
_DIGITS = 19
"""Digits of the longest number there is, a card's; a longer run means nothing."""

_TOKEN = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|[0-9]{1,3},[0-9]{2}(?![0-9,])"
    r"|[0-9]+[oO](?!\w)|[0-9]+(?:\.[0-9]+)?|(?<![0-9.])\.[0-9]+)"
    r"|(?P<word>w/o\b|in2(?=\s)|w/(?!\w{0,3}\d)|[^\W\d_]+(?:['\u2019`\u00b4][^\W\d_]+)*)"
    r"|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_FOLDED = {
    "\u2019": "'", "\u2018": "'", "`": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"',
    "\u00bb": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00b7": "\u2022", "\u25cf": "\u2022",
    "\u2217": "*", "\uff04": "$", "\u00a0": " ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in normal form."""

    source: str
    """The text as given."""
    text: str
    starts: tuple[int, ...]
    """For each character of `text`, the offset into `source` where what it stands for starts."""
    ends: tuple[int, ...]
    """Likewise, where it ends."""

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The range of `source` that the non-empty range of `text` stands for."""
        return self.starts[start], self.ends[end - 1]

    def forth(self, start: int) -> int:
        """The first offset into `text` that stands for something at or after `start` of `source`."""
        for at, here in enumerate(self.ends):
            if here > start:
                return at
        return len(self.text)


_NEAR = Nearby(lexicon.FUZZY, shortest=5)
_COUNTABLE = frozenset((*lexicon.WEEKDAYS, *lexicon.MONTHS, "bill", "card", "account", "receipt", "invoice", "report"))
_PLURALS = {wrong: f"{right}s" for wrong, right in lexicon.SPELLINGS.items() if right in _COUNTABLE}
"""Misspelt words whose plural is misspelt likewise ("wensdays", "bils")."""
_AMBIGUOUS = {"sat": "saturday", "sun": "sunday", "wed": "wednesday", "mar": "march"}
_NOT_BEFORE_DAY = lexicon.words_of("i we he she they it you just finally have had has the a got who and then been")
_NOT_AFTER_DAY = lexicon.words_of("down in on at here there around through back up his her my is shines vista")
_KNOWN = frozenset(lexicon.FUZZY) | lexicon.ORDINARY


@lru_cache(maxsize=4096)
def respell(word: str) -> str:
    """The canonical spelling of a lower-case word, which may be several words ("do not")."""
    known = lexicon.SPELLINGS.get(word)
    if known is not None:
        return known
    if word.endswith("'s") and len(word) > 3:
        return respell(word[:-2]) + "'s"
    if word in _KNOWN:
        return word
    found = _NEAR.find(word)
    if found is None and len(word) > 3 and word.endswith("s"):
        return _PLURALS.get(word[:-1], word)
    return found or word


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        piece = match.group()
        if match.lastgroup == "word":
            lower = piece.lower()
            if not lower.isascii():
                lower = "".join(_FOLDED.get(c, c) for c in lower)
            tokens.append(Token(start, end, "with" if lower == "w/" else respell(lower), "word"))
        elif match.lastgroup == "number" and len(piece) > _DIGITS + 8:
            tokens.append(Token(start, end, "~", "other"))
        elif match.lastgroup == "number":
            plain = piece.replace("o", "0").replace("O", "0")
            grouped = "," in piece and len(piece) - piece.index(",") > 3
            plain = plain.replace(",", "" if grouped else ".")
            around = text[start - 1 : start] + text[end : end + 1] if start else text[end : end + 1]
            if grouped and not set(around) & set("$#-%k"):
                plain = "$" + plain  # references are not written with a comma
            tokens.append(Token(start, end, "0" + plain if plain[0] == "." else plain, "number"))
        elif match.lastgroup == "space" or piece == "\u00a0":
            tokens.append(Token(start, end, " ", "space"))
        else:
            folded = _FOLDED.get(piece, piece)
            tokens.append(Token(start, end, _and(text, start) if folded in "&+" else folded, "other"))
    return tokens


def _days(tokens: list[Token]) -> list[Token]:
    """The tokens with "sat", "sun", "wed" and "mar" read as day or month where they are no verb, star or
    planet."""
    for at, token in enumerate(tokens):
        day = _AMBIGUOUS.get(token.norm)
        if day is None:
            continue
        before = tokens[at - 2].norm if at > 1 else ""
        after = tokens[at + 2].norm if at + 2 < len(tokens) else ""
        if before not in _NOT_BEFORE_DAY and after not in _NOT_AFTER_DAY:
            tokens[at] = Token(token.start, token.end, day, "word")
    return tokens


def _and(text: str, at: int) -> str:
    before = "" if at == 0 or text[at - 1].isspace() else " "
    after = "" if text[at + 1 : at + 2].isspace() else " "
    return f"{before}and{after}"


@lru_cache(maxsize=256)
def normalise(text: str) -> Normal:
    """The normal form of a text. Never raises."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for token in fold(_days(_tokens(text[:LIMIT]))):
        norm = token.norm
        parts.append(norm)
        if len(norm) == token.end - token.start:
            starts.extend(range(token.start, token.end))
            ends.extend(range(token.start + 1, token.end + 1))
        else:
            starts.extend([token.start] * len(norm))
            ends.extend([token.end] * len(norm))
    return Normal(text, "".join(parts), tuple(starts), tuple(ends))
