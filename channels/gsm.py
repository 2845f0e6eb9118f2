"""The alphabet of texts: how many segments a text costs, and look-alikes that keep it cheap. Pure.

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension table); 160 septets or 70 UTF-16 units in one
segment, 153 or 67 in each of several. Nothing is billed by character: one letter outside the alphabet makes the
whole text UCS-2 and more than doubles its price.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""These cost two septets, which are not parted between two segments."""

GSM_ALONE, GSM_JOINED = 160, 153
UCS_ALONE, UCS_JOINED = 70, 67

_MARKS = {
    "\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc\u0060": "'",
    "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb": '"',
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7": "-",
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u00a0\u202f\u205f\u3000\t": " ",
    "\u200b\u200c\u2060\ufeff\u00ad\u200e\u200f": "",
    "\u2028\u2029\u0085": "\n",
    "\u2026": "...",
    "\u2039": "<",
    "\u203a": ">",
    "\u00d7": "x",
    "\u2044": "/",
    "\u2122": "(TM)",
    "\u00ae": "(R)",
    "\u00a9": "(C)",
}
LOOK_ALIKES = {ord(mark): plain for marks, plain in _MARKS.items() for mark in marks}


def to_gsm7(text: str) -> str:
    """`text` with look-alikes in place of typographic marks. Letters outside the alphabet stay as they are."""
    return text.translate(LOOK_ALIKES)


def segments(text: str) -> tuple[Encoding, int]:
    """The encoding that `text` is sent in, and how many segments it takes; none for an empty text."""
    if all(c in BASIC or c in EXTENSION for c in text):
        return "GSM-7", _count((1 if c in BASIC else 2 for c in text), GSM_ALONE, GSM_JOINED)
    return "UCS-2", _count((1 if ord(c) < 0x10000 else 2 for c in text), UCS_ALONE, UCS_JOINED)


def _count(sizes: Iterable[int], alone: int, joined: int) -> int:
    """Segments for characters of these sizes, none of which may be parted."""
    total = used = 0
    full = 1
    for size in sizes:
        total += size
        if used + size > joined:
            full, used = full + 1, 0
        used += size
    if total <= alone:
        return 1 if total else 0
    return full
