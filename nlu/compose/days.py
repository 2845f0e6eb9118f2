"""The grammar's dates and periods, resolved against the account's today. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re

_WEEK = 7
_OFFSET = re.compile(r"([+-]\d+)([dm])$")
_MONTHS_A_YEAR = 12


def date_of(value: str, today: dt.date, *, past: bool = False) -> dt.date | None:
    """The day that a grammar date value means; None where there is none (30 February).

    `past` reads days without a year as the previous such day instead of the next.
    """
    kind, _, rest = value.partition(":")
    try:
        if kind == "d":
            return dt.date.fromisoformat(rest)
        if kind == "md":
            return _month_day(int(rest[:2]), int(rest[3:]), today, past=past)
        if kind == "nth":
            month, weekday, nth = map(int, rest.split(":"))
            return _nth_weekday(month, weekday, nth, today, past=past)
        if kind == "dom":
            day, _, shift = rest.partition(":")
            return _day_of_month(int(day), int(shift) if shift else None, today, past=past)
        if kind == "wd":
            day, _, which = rest.partition(":")
            return _weekday(int(day), which, today, past=past)
        if kind == "eom":
            return _last_day(*_shift_month(today, int(rest)))
        if kind == "bom":
            return dt.date(*_shift_month(today, int(rest)), 1)
        if kind == "nextweek":
            return today + dt.timedelta(days=_WEEK - today.weekday())
        return _offset(value, today)
    except (ValueError, OverflowError):
        return None


def period_of(value: str, today: dt.date, *, ahead: bool = False) -> str:
    """`YYYY` or `YYYY-MM` of a grammar period value. A month without a year is the last such month, or with
    `ahead` the next one (today's month is both)."""
    if value.startswith("ym:"):
        return value[3:]
    if value.startswith("y:"):
        return value[2:]
    if value[0] == "y":
        return str(today.year + int(value[1:]))
    if value.startswith("m:"):
        _, month, *year = value.split(":")
        if year:
            return f"{today.year + int(year[0][1:])}-{int(month):02d}"
        return f"{_year_of(int(month), today, ahead=ahead)}-{int(month):02d}"
    year_number, month_number = _shift_month(today, int(value[1:]))
    return f"{year_number}-{month_number:02d}"


def first_day(period: str) -> dt.date:
    """The first day of `YYYY-MM` or `YYYY`."""
    return dt.date(int(period[:4]), int(period[5:] or 1), 1)


def _year_of(month: int, today: dt.date, *, ahead: bool) -> int:
    if ahead:
        return today.year + (month < today.month)
    return today.year - (month > today.month)


def _shift_month(today: dt.date, months: int) -> tuple[int, int]:
    index = today.year * _MONTHS_A_YEAR + today.month - 1 + months
    return index // _MONTHS_A_YEAR, index % _MONTHS_A_YEAR + 1


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _month_day(month: int, day: int, today: dt.date, *, past: bool) -> dt.date:
    if (month, day) == (2, 29):
        years = range(today.year - 8, today.year + 9)
        days = [dt.date(year, 2, 29) for year in years if calendar.isleap(year)]
        return max(d for d in days if d <= today) if past else min(d for d in days if d >= today)
    date = dt.date(today.year, month, day)
    if past and date > today:
        return date.replace(year=today.year - 1)
    if not past and date < today:
        return date.replace(year=today.year + 1)
    return date


def _nth_weekday(month: int, weekday: int, nth: int, today: dt.date, *, past: bool) -> dt.date:
    """The nth such weekday of a month: the next one, or with `past` the last."""
    for year in (today.year, today.year - 1) if past else (today.year, today.year + 1):
        first = dt.date(year, month, 1)
        day = first + dt.timedelta(days=(weekday - first.weekday()) % _WEEK + _WEEK * (nth - 1))
        if (day <= today) if past else (day >= today):
            return day
    raise ValueError(month)


def _day_of_month(day: int, shift: int | None, today: dt.date, *, past: bool) -> dt.date:
    if shift is not None:
        return dt.date(*_shift_month(today, shift), day)
    step = -1 if past else 1
    for months in range(_MONTHS_A_YEAR):
        year, month = _shift_month(today, months * step)
        if day > calendar.monthrange(year, month)[1]:
            continue
        date = dt.date(year, month, day)
        if (date <= today) if past else (date >= today):
            return date
    raise ValueError(day)


def _weekday(day: int, which: str, today: dt.date, *, past: bool) -> dt.date:
    if which == "next":
        return today + dt.timedelta(days=_WEEK - today.weekday() + day)
    if which == "last" or (past and not which):
        return today - dt.timedelta(days=(today.weekday() - day - 1) % _WEEK + 1)
    coming = today + dt.timedelta(days=(day - today.weekday() - 1) % _WEEK + 1)
    return coming + dt.timedelta(days=int(which[1:])) if which.startswith("+") else coming


def _offset(value: str, today: dt.date) -> dt.date | None:
    match = _OFFSET.match(value)
    if match is None:
        return None
    count = int(match[1])
    if match[2] == "d":
        return today + dt.timedelta(days=count)
    year, month = _shift_month(today, count)
    return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
