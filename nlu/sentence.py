"""What a sentence looks like to the classifier: its shape, the features of that shape, and its vector.

Used by training (`nlu.components`) and by serving (`nlu.runtime`) alike, so the two cannot drift. Pure:
standard library only; the encoder of sentences is in `nlu.sentence_encoder`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from nlu.grammar.spans import Span
from nlu.sentence_words import SPELLINGS

_WORD = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)?|[?!]|[^\w\s.,;:'\"()\-/$%#&*@+=<>\[\]{}|\\^`~_]")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u00b4`", "'") | {"\u200d": "", "\ufe0f": ""})
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_VALUED = frozenset({"scope", "method_ref", "status", "document", "target"})
_JOINERS = frozenset({"and", "or", "&", "plus", "y"})
MAX_TOKENS = 60
"""Tokens of a message that the shape keeps: the start says what is wanted."""

Spell = Callable[[str], str]


def mask(span: Span) -> str:
    """The class token that stands for a span: its slot, with the value where the values are few."""
    if span.slot in _VALUED:
        return f"<{span.slot}={span.value}>"
    if span.slot in ("invoices", "invoices_except") and not span.value[:1].isdigit():
        return f"<{span.slot}={span.value.split(':')[0].lstrip('0123456789')[:7]}>"
    return f"<{span.slot}>"


def shape(text: str, spans: Sequence[Span], spell: Spell | None = None) -> list[str]:
    """The words of `text`, lower-cased and respelled, each span replaced by its class token.

    `spans` are the grammar's, in order and not overlapping. `spell` maps an unknown word to a known one.
    """
    out: list[str] = []
    position = 0
    for span in spans:
        _words(text[position : span.start], out, spell)
        token = mask(span)
        if not _joined(out, token):
            out.append(token)
        position = max(position, span.end)
        if len(out) > MAX_TOKENS:
            return out[:MAX_TOKENS]
    _words(text[position:], out, spell)
    return out[:MAX_TOKENS]


_SPOKEN = {
    "<amount>": "fifty dollars",
    "<amount_fraction>": "half",
    "<count>": "three",
    "<parts>": "three",
    "<number>": "ten",
    "<date>": "friday",
    "<date_from>": "friday",
    "<period>": "september",
    "<method_brand>": "visa",
    "<method_kind>": "card",
    "<method_last4>": "ending ten",
    "<method_ref=default>": "default card",
    "<method_ref=new>": "new card",
    "<method_ref=other>": "other card",
    "<invoices>": "invoice ten",
    "<invoices_except>": "invoice ten",
    "<invoices=all>": "all invoices",
    "<invoices=overdue>": "overdue invoices",
    "<invoices=latest>": "latest invoice",
    "<invoices=oldest>": "oldest invoice",
    "<invoices=month>": "september invoice",
    "<invoices=#>": "second one",
    "<account>": "our company",
    "<note>": "a note",
    "<status=open>": "unpaid",
    "<scope=total_balance>": "total balance",
    "<scope=current_charges>": "current charges",
}


def spoken(tokens: Sequence[str]) -> list[str]:
    """The shape as plain words, an ordinary value in each span's place: what the sentence encoder reads."""
    out: list[str] = []
    for token in tokens:
        if token.startswith("<"):
            out += (_SPOKEN.get(token) or token.strip("<>").rpartition("=")[2].replace("_", " ")).split()
        else:
            out.append(token)
    return out


def features(tokens: Sequence[str], spans: Sequence[Span], longest: int = 3) -> list[str]:
    """The names of the sentence's features, each once: n-grams of its shape, flags of its spans.

    Skip-grams (`a_b`, one token left out) bridge the filler that people put between a verb and its object.
    """
    names: dict[str, None] = {}
    padded = ["^", *tokens, "$"]
    for size in range(1, longest + 1):
        for start in range(len(padded) - size + 1):
            names[" ".join(padded[start : start + size])] = None
    for start in range(len(padded) - 2):
        names[f"{padded[start]}_{padded[start + 2]}"] = None
    for span in spans:
        names[f"+{mask(span)}"] = None
    names[f"#{min(len(tokens), 12) if len(tokens) < 6 else min(len(tokens) // 3 * 3, 18)}"] = None
    if not any(token.startswith("<") for token in tokens):
        names["+none"] = None
    if tokens and all(token.startswith("<") or token in _JOINERS for token in tokens):
        names["+only"] = None
    return list(names)


def patterns(spans: Iterable[Span], start: int, end: int) -> tuple[str, ...]:
    """The slots of the spans that cover any character of the token at `start`..`end`, each once."""
    return tuple(dict.fromkeys(span.slot for span in spans if span.start < end and start < span.end))


def sharpen(ranking: Sequence[tuple[str, float]], temperature: float) -> list[tuple[str, float]]:
    """The ranking with every confidence raised to 1/`temperature`, summing to 1 again; the order stays."""
    powers = [(name, confidence ** (1.0 / temperature)) for name, confidence in ranking]
    total = sum(power for _, power in powers) or 1.0
    return [(name, power / total) for name, power in powers]


def _words(text: str, out: list[str], spell: Spell | None) -> None:
    text = _STRETCHED.sub(r"\1\1", text.lower().translate(_APOSTROPHES))
    for match in _WORD.finditer(text):
        word = match.group().replace("'", "")
        if word.isdigit():
            out.append("<number>")
            continue
        known = SPELLINGS.get(word)
        if known is None:
            out.append(spell(word) if spell is not None and word.isalpha() else word)
        else:
            out.extend(known.split())


def _joined(out: list[str], token: str) -> bool:
    """Whether `token` only continues a list of its own kind ("1043 and 1044"): then it is told once."""
    if out and out[-1] == token:
        return True
    if len(out) > 1 and out[-1] in _JOINERS and out[-2] == token:
        out.pop()
        return True
    return False
