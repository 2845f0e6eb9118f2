"""Rendering: values in the reader's language, menus numbered, a person's own words never read as a wording."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bot.effects import Day, Line, Many, Money, Say
from bot.messages import Option
from bot.render import Texts, WordingMissing, phrase, render

TEXTS = Texts(
    {
        "en": {
            "locale": "en_US",
            "hello": "Hello {name}, {total} {note} . Bye.",
            "count": {"one": "{count} thing", "other": "{count} things"},
            "list_and": "{start} and {last}",
            "list_or": "{start} or {last}",
            "only_english": "English",
            "inner": "[{x}]",
        },
        "es": {"locale": "es_US", "hello": "Hola {name}", "list_and": "{start} y {last}"},
    }
)


def text(say: Say, language: str = "en") -> str:
    return render(say, TEXTS, language).text


def test_money_and_dates_are_written_for_the_reader() -> None:
    amount = Money(amount=Decimal("1234.5"), currency="USD")
    assert phrase(amount, TEXTS, "en") == "$1,234.50"
    assert phrase(Day(date=dt.date(2026, 11, 27)), TEXTS, "en") == "Fri, Nov 27"
    assert "27" in phrase(Day(date=dt.date(2026, 11, 27)), TEXTS, "es")
    assert "\u00a0" not in phrase(amount, TEXTS, "es")


def test_an_empty_value_leaves_no_trace() -> None:
    assert text(Say(text="hello", values={"name": "Dana", "total": "5", "note": ""})) == "Hello Dana, 5. Bye."


def test_what_a_person_typed_is_never_a_wording() -> None:
    values = {"name": "{total} {0} %s {company}", "total": "5", "note": "x"}
    assert "{total} {0} %s {company}" in text(Say(text="hello", values=dict(values)))


def test_plural_forms_follow_the_count() -> None:
    assert text(Say(text="count", values={"count": 1})) == "1 thing"
    assert text(Say(text="count", values={"count": 0})) == "0 things"


@pytest.mark.parametrize(
    ("parts", "expected"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_lists_are_joined_in_words(parts: tuple[str, ...], expected: str) -> None:
    assert phrase(Many(parts=parts), TEXTS, "en") == expected


def test_parts_are_lines_of_their_own() -> None:
    nested = Line(text="inner", values={"x": Many(parts=("a", "b"), joined="or")})
    assert phrase(Many(parts=(nested, "c"), joined="lines"), TEXTS, "en") == "[a or b]\nc"


def test_a_menu_is_numbered_below_the_words() -> None:
    say = Say(text="only_english", options=(Option(value="x", label="One"), Option(value="y", label="Two")))
    out = render(say, TEXTS, "en")
    assert out.text == "English\n1. One\n2. Two"
    assert [o.value for o in out.options] == ["x", "y"]


def test_what_a_language_lacks_is_said_in_english() -> None:
    assert text(Say(text="only_english"), "es") == "English"
    assert text(Say(text="hello", values={"name": "Ana"}), "es") == "Hola Ana"
    assert text(Say(text="only_english"), "xx") == "English"


def test_a_missing_wording_or_value_is_told() -> None:
    with pytest.raises(WordingMissing):
        text(Say(text="nothing"))
    with pytest.raises(WordingMissing):
        text(Say(text="hello", values={"name": "x"}))
