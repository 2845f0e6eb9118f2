"""The frame score counts what it says it counts."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest

from nlu.evaluate import evaluate, write_report
from nlu.frame import Frame, Intent, Slots
from nlu.training_data import Case

TODAY = dt.date(2026, 11, 22)


class Says:
    """An NLU that answers from a table, to check the score itself."""

    def __init__(self, table: dict[str, Frame]) -> None:
        self._table = table

    def parse(self, text: str, today: dt.date) -> Frame:
        assert today == TODAY
        return self._table[text]


def frame(text: str, intent: Intent, confidence: float = 0.9, **slots: object) -> Frame:
    return Frame(text=text, intent=intent, confidence=confidence, slots=Slots.model_validate(slots))


def case(text: str, intent: str, **slots: object) -> Case:
    return Case(text, intent, slots, "core", TODAY)


def test_a_frame_is_right_only_if_intent_and_every_slot_are() -> None:
    cases = [
        case("a", "inform", amount="50.00", scope="fixed_amount"),
        case("b", "inform", amount="50.00"),
        case("c", "inform"),
        case("d", "inform"),
    ]
    nlu = Says(
        {
            "a": frame("a", "inform", amount=Decimal(50), scope="fixed_amount"),
            "b": frame("b", "inform", amount=Decimal(51)),
            "c": frame("c", "inform", count=3),
            "d": frame("d", "change"),
        }
    )
    report = evaluate(nlu, cases)
    assert [a.right for a in report.answers] == [True, False, False, False]
    assert [a.wrong_slots for a in report.answers] == [(), ("amount",), ("count",), ()]
    assert report.summary()["intent"] == 75.0
    assert report.summary()["frame"] == 25.0


def test_unsafe_is_an_order_or_a_yes_read_into_other_words() -> None:
    cases = [case("a", "deny"), case("b", "out_of_scope"), case("c", "make_payment"), case("d", "affirm")]
    nlu = Says(
        {
            "a": frame("a", "affirm"),
            "b": frame("b", "make_payment"),
            "c": frame("c", "affirm"),
            "d": frame("d", "deny"),
        }
    )
    report = evaluate(nlu, cases)
    assert [a.unsafe for a in report.answers] == [True, True, False, False]
    out = io.StringIO()
    write_report(report, out, failures=False)
    assert out.getvalue().count("UNSAFE") == 2


def test_calibration_error_is_the_gap_between_confidence_and_share_of_right() -> None:
    cases = [case(text, "inform") for text in "abcd"]
    table = {text: frame(text, "inform" if text in "abc" else "deny", 0.95) for text in "abcd"}
    assert evaluate(Says(table), cases).calibration_error() == pytest.approx(0.95 - 0.75)
