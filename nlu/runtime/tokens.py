"""Words of a message, as Rasa's WhitespaceTokenizer finds them (Rasa 3.6; its behaviour is copied exactly).

It needs the `regex` module: the standard one classes combining marks differently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

_URLISH = r"\w._~:/?#\[\]()@!$&*+,;=-"
_NOT_WORDS = regex.compile(
    r"[^\w#@&]+(?=\s|$)"  # signs before a space or the end
    r"|(\s|^)[^\w#@&]+(?=[^0-9\s])"  # signs after a space or the start, unless a digit follows
    rf"|(?<=[^0-9\s])[^{_URLISH}]+(?=[^0-9\s])"  # signs inside a word that neither numbers nor addresses hold
)
_EMOJI = re.compile(
    "[\U0001f600-\U0001f64f\U0001f300-\U0001f5ff\U0001f680-\U0001f6ff\U0001f1e0-\U0001f1ff"
    "\U00002702-\U000027b0\U000024c2-\U0001f251\u200d\u200c]+"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text and where it stands: `text[start:end]`."""

    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens in order; a text of signs alone is one token. `text` is stripped and not empty."""
    words = [word for word in _NOT_WORDS.sub(" ", text).split() if not _EMOJI.fullmatch(word)]
    tokens = []
    position = 0
    for word in words or [text]:
        start = text.index(word, position)
        position = start + len(word)
        tokens.append(Token(word, start, position))
    return tokens
