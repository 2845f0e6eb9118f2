"""From BILOU tags to entities, with the repairs that Rasa makes to tags that do not fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.runtime.tokens import Token

_JOIN_GAP = 3


@dataclass(slots=True)
class Entity:
    """A learned entity: `text[start:end]`, with the least confidence of its tokens."""

    entity: str
    start: int
    end: int
    confidence: float


def repair(tags: list[str], confidences: list[float]) -> tuple[list[str], list[float]]:
    """Tags that follow the scheme wherever a B begins an entity; both lists are changed and returned."""
    for start in range(len(tags)):
        if tags[start][:2] != "B-":
            continue
        last = _end(tags, start)
        names = [_name(tag) for tag in tags[start : last + 1]]
        name = names[0]
        if len(set(names)) > 1:
            name, score = _vote(names, confidences[start : last + 1])
            for i in range(start, last + 1):
                if _name(tags[i]) != name:
                    confidences[i] = round(score, 2)
        if last == start:
            tags[start] = f"U-{name}"
        else:
            tags[start], tags[last] = f"B-{name}", f"L-{name}"
            for i in range(start + 1, last):
                tags[i] = f"I-{name}"
    return tags, confidences


def entities(
    tokens: Sequence[Token], tags: Sequence[str], confidences: Sequence[float], *, split_by_comma: bool
) -> list[Entity]:
    """The entities of repaired tags. With `split_by_comma`, tokens more than one character apart do not join;
    without, up to three may lie between them."""
    found: list[Entity] = []
    before, end = "O", -1
    for token, tag, confidence in zip(tokens, tags, confidences, strict=True):
        if tag != "O":
            begins = tag[:2] in ("B-", "U-") and before != tag
            gap = token.start - end
            joins = gap <= 1 or (gap <= _JOIN_GAP and not split_by_comma)
            if begins or before == "O" or tag[:2] == "U-" or not joins:
                found.append(Entity(_name(tag), token.start, token.end, confidence))
            else:
                found[-1].end = token.end
                found[-1].confidence = min(found[-1].confidence, confidence)
        before, end = tag, token.end
    return found


def _name(tag: str) -> str:
    return tag[2:] if tag[:2] in ("B-", "I-", "L-", "U-") else tag


def _end(tags: Sequence[str], start: int) -> int:
    """The last token of the entity that begins at `start`: its L, or the token before what is no I."""
    for i in range(start + 1, len(tags)):
        if tags[i][:2] == "L-":
            return i
        if tags[i][:2] != "I-":
            return i - 1
    return len(tags) - 1


def _vote(names: Sequence[str], confidences: Sequence[float]) -> tuple[str, float]:
    """The name with the best harmonic mean of its share and its mean confidence (each of two decimals)."""
    scores = {}
    for name, count in Counter(names).items():
        share = round(count / len(names), 2)
        own = [c for n, c in zip(names, confidences, strict=True) if n == name]
        mean = round(sum(own) / len(own), 2)
        scores[name] = 2 * mean * share / (mean + share)
    return max(scores.items(), key=lambda item: item[1])
