"""What a sentence takes back: corrections ("40, no wait, 50"), refusals ("not my visa"), replacements
("40 to 50").

Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlu.grammar.normal import Normal
from nlu.grammar.spans import Span

GROUPS = {
    "amount": "what", "amount_fraction": "what", "scope": "what", "invoices": "invoices",
    "invoices_except": "except", "status": "invoices", "method_brand": "method", "method_kind": "method",
    "method_last4": "method", "method_ref": "method", "date": "date", "period": "date", "note": "note",
    "account": "account", "parts": "parts", "count": "count", "document": "document", "target": "target",
}  # fmt: skip
"""Slots of one group replace one another."""

_CORRECTION = re.compile(
    r"\b(?:no,? (?:wait|sorry|make|i mean|actually|not)|wait(?! (?:until|till|for|to))|actually"
    r"|scratch that|strike that|i mean|meant"
    r"|correction|rather(?! than)|sorry(?! for| about| to| i am| but| if| that)|oops|whoops|make (?:it|that)"
    r"|hold on|instead(?! of)"
    r"|on second thought|change (?:it|that) to"
    r"|better (?:make|do)|better yet|nah|nope|no(?=[,.!]| (?:use|with|on|the|my|just|pay|\d|\$)))\b"
)
_AMONG = re.compile(r"^\W*(?:please |ok |so )*(?:out )?(?:of|from|between|among)\b.*?\b(?:only|just)\b")
"""What is chosen from ("of 1043 and 1044, only pay 1044")."""
_ALSO = re.compile(r"\b(?:also|add|plus|too|as well|and then)\b")
_SKIPPED = (
    r"(?: (?:charge|use|using|pay|paying|with|to|the|my|our|on|for|from|put|it|that|this|want|i|you"
    r"|by|in|at|a|be|make|send|do|take"
    r"|run|afford|have|all|whole|going|card|invoice|invoices|that's|is|just|touch|include|of|them"
    r"|number|full|anything))*"
)
_REFUSED = re.compile(
    r"(?:(?<!did )(?<!have )(?<!had )\bnot|\bnever|\binstead of|\brather than|\bin place of"
    rf"|\bno longer|\bno more){_SKIPPED}[ #$\"]*$"
)
_REFUSED_TOO = re.compile(r"^ (?:card )?(?:or|nor) (?:with |on |from |for )?(?:the |my |invoice |#)*$")
_SAME_METHOD = re.compile(r"^ ?(?:card |account )?(?:ending |ends )?(?:in |with |number )?[x*\u2022#]*$")
_REPLACED_BY = re.compile(
    r"^ ?(?:card|one|account|payment|invoice|bill)?\W*(?:to|for|with|into|->|=>|\u2192|be)\b"
)
_REPLACING = re.compile(
    r"\b(?:change|changing|switch|swap|replace|move|update|edit|bump|drop|lower|raise|increase|reduce"
    r"|instead|correct|from)\b"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A span with its range in the normal form."""

    start: int
    end: int
    span: Span

    @property
    def group(self) -> str:
        """The group of slots within which one replaces another."""
        return GROUPS[self.span.slot]


def items_of(normal: Normal, spans: Sequence[Span]) -> list[Item]:
    """The spans in the order of the text, located in the normal form."""
    out = []
    for span in sorted(spans, key=lambda s: s.start):
        start = bisect_right(normal.ends, span.start)
        end = bisect_right(normal.starts, span.end - 1)
        if start < end:
            out.append(Item(start, end, span))
    return out


def settle(text: str, items: list[Item]) -> tuple[list[Item], list[Item]]:
    """What still stands of the items of a normal form, and what is refused."""
    kept, refused = _without_refused(text, items)
    kept = _without_replaced(text, kept)
    return _without_corrected(text, kept), refused


def _without_refused(text: str, items: list[Item]) -> tuple[list[Item], list[Item]]:
    kept: list[Item] = []
    refused: list[Item] = []
    if not re.search(r"\b(?:not|never|instead of|rather than|in place of|no longer|no more)\b", text):
        return items, refused
    previous: Item | None = None
    for item in items:
        before = text[max(0, item.start - 80) : item.start]
        if item.group not in ("note", "account", "except") and (
            _REFUSED.search(before) or _goes_with(previous, item, refused, text)
        ):
            refused.append(item)
        else:
            kept.append(item)
        previous = item
    return kept, refused


def _goes_with(previous: Item | None, item: Item, refused: list[Item], text: str) -> bool:
    """Whether an item belongs to the refused one before it: "not 1043 or 1044", "not the visa ending in
    4242"."""
    if previous is None or previous not in refused or previous.group != item.group:
        return False
    gap = text[previous.end : item.start]
    if item.group == "method" and previous.span.slot != item.span.slot and _SAME_METHOD.match(gap):
        return True
    return bool(_REFUSED_TOO.match(gap))


def _without_replaced(text: str, items: list[Item]) -> list[Item]:
    if not _REPLACING.search(text):
        return items
    gone: set[Item] = set()
    for one, two in pairwise(items):
        gap = text[one.end : two.start]
        if (
            one.group == two.group
            and one.group in ("what", "invoices", "method", "note")
            and _REPLACED_BY.match(gap)
        ):
            gone.update(i for i in items if i.group == one.group and i.end <= one.end)
    return [item for item in items if item not in gone]


def _without_corrected(text: str, items: list[Item]) -> list[Item]:
    if len(items) < 2:
        return items
    among = _AMONG.match(text)
    if among is not None and any(i.group == "invoices" and i.start >= among.end() for i in items):
        items = [i for i in items if i.group != "invoices" or i.start >= among.end()]
    for match in _CORRECTION.finditer(text):
        after = [item for item in items if item.start >= match.end()]
        if not after or _ALSO.search(text, match.end(), after[0].start):
            continue
        groups = {item.group for item in after}
        if any(item.span.slot == "scope" for item in after):
            groups |= {"invoices"}
        dropped_scope = "invoices" in groups
        items = [
            item
            for item in items
            if item.start >= match.end()
            or not (item.group in groups or (dropped_scope and item.span.slot == "scope"))
        ]
    return items
