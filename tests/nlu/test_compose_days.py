"""Dates and periods of the grammar against a day: the calendar's corners, and laws that hold on every day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.compose.days import date_of, first_day, period_of

WEDNESDAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("wd:4", "2026-11-20"),
        ("wd:2", "2026-11-25"),
        ("wd:4:next", "2026-11-27"),
        ("wd:4:last", "2026-11-13"),
        ("wd:4:+7", "2026-11-27"),
        ("wd:0", "2026-11-23"),
        ("dom:18", "2026-11-18"),
        ("dom:17", "2026-12-17"),
        ("dom:31", "2026-12-31"),
        ("dom:5:1", "2026-12-05"),
        ("md:11-18", "2026-11-18"),
        ("md:11-17", "2027-11-17"),
        ("md:02-29", "2028-02-29"),
        ("d:2026-12-01", "2026-12-01"),
        ("eom:0", "2026-11-30"),
        ("eom:1", "2026-12-31"),
        ("bom:1", "2026-12-01"),
        ("nextweek", "2026-11-23"),
        ("+14d", "2026-12-02"),
        ("+1m", "2026-12-18"),
    ],
)
def test_ahead(value: str, day: str) -> None:
    assert date_of(value, WEDNESDAY) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("wd:4", "2026-11-13"),
        ("wd:2", "2026-11-11"),
        ("dom:19", "2026-10-19"),
        ("md:12-01", "2025-12-01"),
        ("-1d", "2026-11-17"),
        ("dom:31", "2026-10-31"),
    ],
)
def test_back(value: str, day: str) -> None:
    assert date_of(value, WEDNESDAY, past=True) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("value", ["md:02-30", "d:2026-13-01", "dom:32", "nonsense", "", "+99999999999d"])
def test_no_such_day(value: str) -> None:
    assert date_of(value, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("value", "ahead", "period"),
    [
        ("m:9", False, "2026-09"),
        ("m:12", False, "2025-12"),
        ("m:12", True, "2026-12"),
        ("m:3", True, "2027-03"),
        ("m+0", False, "2026-11"),
        ("m-1", False, "2026-10"),
        ("m+2", False, "2027-01"),
        ("y:2025", False, "2025"),
        ("y-1", False, "2025"),
        ("ym:2025-09", False, "2025-09"),
        ("m:9:y-1", False, "2025-09"),
    ],
)
def test_periods(value: str, *, ahead: bool, period: str) -> None:
    assert period_of(value, WEDNESDAY, ahead=ahead) == period


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


@given(DAYS, st.integers(0, 6))
def test_a_day_name_is_the_next_such_day_after_today(today: dt.date, weekday: int) -> None:
    day = date_of(f"wd:{weekday}", today)
    assert day is not None
    assert day.weekday() == weekday
    assert 1 <= (day - today).days <= 7


@given(DAYS, st.integers(0, 6))
def test_next_day_name_lies_in_next_week(today: dt.date, weekday: int) -> None:
    day = date_of(f"wd:{weekday}:next", today)
    assert day is not None
    assert day.isocalendar()[:2] == (today + dt.timedelta(days=7)).isocalendar()[:2]
    assert day.weekday() == weekday


@given(DAYS, st.integers(1, 31), st.booleans())
def test_a_day_of_the_month_is_the_nearest_on_its_side(today: dt.date, number: int, past: bool) -> None:  # noqa: FBT001
    day = date_of(f"dom:{number}", today, past=past)
    assert day is not None
    assert day.day == number
    assert (day <= today) if past else (day >= today)
    assert abs((day - today).days) <= 62


@given(DAYS, st.integers(1, 12))
def test_a_month_looks_back_and_ahead_less_than_a_year(today: dt.date, month: int) -> None:
    back, ahead = period_of(f"m:{month}", today), period_of(f"m:{month}", today, ahead=True)
    assert first_day(back) <= today
    assert first_day(ahead) >= today.replace(day=1)
    assert (back == ahead) == (month == today.month)
