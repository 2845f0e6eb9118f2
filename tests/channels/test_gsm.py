"""Texts cost what the alphabet says, and look-alikes keep them cheap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.gsm import BASIC, EXTENSION, segments, to_gsm7


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("", ("GSM-7", 0)),
        ("a" * 160, ("GSM-7", 1)),
        ("a" * 161, ("GSM-7", 2)),
        ("a" * 306, ("GSM-7", 2)),
        ("a" * 307, ("GSM-7", 3)),
        ("\u20ac" * 80, ("GSM-7", 1)),
        ("\u20ac" * 81, ("GSM-7", 2)),
        ("a" * 152 + "\u20ac" + "a" * 152, ("GSM-7", 3)),  # the euro's two septets are not parted
        ("\u00e1" * 70, ("UCS-2", 1)),
        ("\u00e1" * 71, ("UCS-2", 2)),
        ("\U0001f44d" * 35, ("UCS-2", 1)),
        ("\U0001f44d" * 36, ("UCS-2", 2)),
        ("\U0001f44d" * 67, ("UCS-2", 3)),  # 33 to a segment: the last unit of 67 holds no half
    ],
)
def test_a_text_takes_as_many_segments_as_the_standard_says(text: str, cost: tuple[str, int]) -> None:
    assert segments(text) == cost


def test_the_alphabet_is_whole() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)  # 128 places, of which one is the escape


def test_typographic_marks_get_plain_look_alikes_and_letters_stay() -> None:
    curly = "\u201cO\u2019Neil\u201d \u2013 3\u00a0\u2022\u2026\u200b"
    assert to_gsm7(curly) == '"O\'Neil" - 3 -...'
    assert segments(to_gsm7(curly))[0] == "GSM-7"
    assert to_gsm7("Pe\u00f1a, Mu\u0142a, \u4f60\u597d") == "Pe\u00f1a, Mu\u0142a, \u4f60\u597d"


@given(st.text(sorted(BASIC | EXTENSION)))
def test_what_is_in_the_alphabet_is_not_changed(text: str) -> None:
    assert to_gsm7(text) == text
    assert segments(text)[0] == "GSM-7"


@given(st.text(max_size=400), st.text(max_size=50))
def test_more_text_never_costs_less(text: str, more: str) -> None:
    assert segments(text + more)[1] >= segments(text)[1]
