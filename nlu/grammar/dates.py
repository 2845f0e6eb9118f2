"""Dates and periods, in a form that does not depend on the day.

Date values: `d:2026-12-01`, `md:12-01`, `dom:15` (`dom:15:1` next month), `wd:4` with `next`, `last`,
`this` or
`+7` after a second colon, `nth:11:3:4` (the fourth thursday of november), `+3d`, `-1d`, `+2m`, `eom:0`,
`bom:1`, `nextweek`. Period values: `m:10`,
`ym:2025-10`,
`m-1` (months from today's), `y:2025`, `y-1`. Pure.
"""

from __future__ import annotations

import re

from nlu.grammar.lexicon_en import MONTHS, ORDINALS, WEEKDAYS
from nlu.grammar.reading import Reading

_MONTH = "(" + "|".join(MONTHS) + ")"
_WEEKDAY = "(" + "|".join(WEEKDAYS) + ")"
_ORD = "|".join(ORDINALS)
_DAY = rf"(\d{{1,2}}(?:st|nd|rd|th)?|{_ORD})"
_YEAR = r"(?:,? (\d{4}|'\d\d)(?!\d| invoices))?"
_LEAD = r"(?:(?:on|by|before|until|till|for|from|after|to|this|next|coming) )?(?:the )?"
_ONE = r"(?:a|an|one|\d{1,3}|a couple of|a couple|a few)"

_ISO = re.compile(r"(?<![\d-])(20\d\d)-(\d{1,2})-(\d{1,2})(?!\d)")
_SLASH = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?:/(20\d\d|\d\d))?(?![\d/])")
_DASHED = re.compile(
    r"\b(?:on|by|for|to|until|before) (\d{1,2})[-.](\d{1,2})(?:[-.](20\d\d|\d\d))?(?![\d/.-])"
)
_MONTH_DAY = re.compile(
    rf"\b(?:{_WEEKDAY},? )?(?:the )?{_MONTH}\.?,? (?:the )?{_DAY}(?![\w%/]|\.\d| ?dollars| ?percent){_YEAR}"
)
_DAY_MONTH = re.compile(rf"\b(?:{_WEEKDAY},? )?(?:the )?{_DAY}(?: of)? {_MONTH}\b(?:'s)?{_YEAR}")
_OF_MONTH = re.compile(rf"\b(?:the )?{_DAY} of (the|this|next|every|each|last)(?: single)? month\b")
_DAY_OF = re.compile(
    r"\b(?:" + _WEEKDAY + r",? )?(?:the )?(\d{1,2})(?:st|nd|rd|th)\b(?! (?:one|1\b|invoice|bill|card"
    r"|method|payment method|option|oldest|time|street|st\b|ave|floor|avenue))"
)
_ORDINAL_DAY = re.compile(
    rf"\b(?:on|by|before|until|till|for|from|to) the ({_ORD})\b(?! (?:one|1\b|invoice|bill|card|method|payment|option"
    r"|time|bank|2|3|two|half|thing|and|person|account|item))(?! ?,| ?$)"
    rf"|\b(?:on|by|before|until|till) the ({_ORD})\b(?! (?:one|1\b|invoice|bill|card|method|payment|option|2|3))"
)
_BARE_DAY = re.compile(
    r"\b(?:on|by|until|till|to|for|before|from) the (?P<d>[12]?\d|3[01])(?= ?(?:$|[,.!?]|please|instead|to\b))"
)
_RELATIVE = re.compile(
    r"\b(?:(?P<after>(?:the )?day after tomorrow)|(?P<before>(?:the )?day before yesterday)"
    r"|(?P<tomorrow>tomorrow)"
    r"|(?P<today>today|tonight|this (?:morning|afternoon|evening))|(?P<yesterday>yesterday"
    r"|last night))(?:'s|s)?\b"
)
_WEEK_FROM = re.compile(
    rf"\b(?P<n>{_ONE}) weeks? (?:from|after) (?:(?P<wd>" + "|".join(WEEKDAYS) + r")|(?P<t>today"
    r"|tomorrow|now))\b"
)
_IN = re.compile(
    rf"\b(?:in|after) (?P<n>{_ONE}|fortnight)(?: more)? ?(?P<u>days?|weeks?|months?|fortnight)?(?:'s"
    r"|s)?(?: time)?\b"
    rf"|\b(?P<n2>{_ONE}) (?P<u2>days?|weeks?|months?) (?:from (?:now|today)|out)\b"
)
_AGO = re.compile(rf"\b(?P<n>{_ONE}) (?P<u>days?|weeks?|months?) ago\b")
_NAMED_DAY = re.compile(
    r"\b(?<!every )(?<!each )(?:(?P<m>next|this coming|coming|this|last|past|previous"
    rf"|following) )?{_WEEKDAY}(?P<s>'s|s)?"
    r"(?: (?P<a>next week|after next|of next week|week|last week))?\b"
)
_END_OF = re.compile(
    r"\b(?:(?:the )?(?:end|last day|close) of (?:the |this |(?P<n>next ))?month|month[- ]?end|eom"
    r"|end of month)\b"
)
_START_OF = re.compile(
    r"\b(?:the )?(?:beginning|start|first day) of (?:the |(?P<n>next ))?month\b|\bfirst thing next month\b"
)
_LAST_OF = re.compile(rf"\b(?:the )?(?P<w>end|last day|close|middle|mid|beginning|start|first day) (?:of )?{_MONTH}\b")
_END_NEXT_WEEK = re.compile(r"\b(?:the )?end of next week\b")
_MID = re.compile(r"\b(?:the )?(?:middle of (?:the |this )?month|mid[- ]?month)\b")
_END_WEEK = re.compile(r"\b(?:(?:the )?end of (?:the |this )?week|eow)\b")
_WEEKEND = re.compile(r"\b(?:this |on the |the |over the )?weekend\b")
_NEXT_WEEK = re.compile(r"\b(?:early |sometime |the start of |beginning of )?next week\b")
_END_YEAR = re.compile(r"\b(?:the )?end of (?:the |this )?year\b")
_HOLIDAYS = (
    (re.compile(r"\bchristmas eve\b"), "md:12-24"), (re.compile(r"\bchristmas(?: day)?\b"), "md:12-25"),
    (re.compile(r"\bnew year'?s eve\b"), "md:12-31"), (re.compile(r"\bnew year'?s?(?: day)?\b"), "md:01-01"),
    (re.compile(r"\bhalloween\b"), "md:10-31"), (re.compile(r"\bthanksgiving(?: day)?\b"), "nth:11:3:4"),
    (re.compile(r"\bindependence day\b"), "md:07-04"), (re.compile(r"\bvalentine'?s(?: day)?\b"), "md:02-14"),
    (re.compile(r"\blabor day\b"), "nth:09:0:1"),
)  # fmt: skip

_BARE_MONTH = re.compile(
    rf"\b(?:last |this past |this )?{_MONTH}(?P<poss>'s|s)?(?: (?:of )?(?P<y>(?:19|20)\d\d|'\d\d|last year"
    r"|this year))?\b"
)
_MAY_BEFORE = re.compile(
    r"(?:\b(?:in|for|from|of|since|during|last|until|by|my|the|through|to|and|,|before) )$"
)
_MAY_AFTER = re.compile(r"(?:'s)?(?: (?:invoices?|bills?|statements?|receipts?|payments?|charges|one|\d))")
_YEAR_ALONE = re.compile(
    r"\b(?:in|for|from|of|during|since|year|tax year|all) (199\d|20_?[0-3]\d)\b(?! ?dollars)"
    r"|(?<![\w$#-])(199\d|20[0-3]\d)(?='?s? (?:invoices|statements?|bills|payments|receipts?|report"
    r"|history|tax|invoice history|payment history)\b)"
)
_RELATIVE_PERIOD = re.compile(
    r"\b(?:(?P<lastm>(?:last|previous|prior|the past) month|the month before(?! last))"
    r"|(?P<thism>this month|(?:the )?current month|this billing (?:period|cycle))"
    r"|(?P<nextm>(?:next|following|coming) month)|(?P<beforelast>(?:the )?month before last)"
    r"|(?P<lasty>last year|previous year)"
    r"|(?P<thisy>this year|year to date|ytd|current year))(?:'s|s)?\b"
)
_RELATIVE_VALUES = {
    "lastm": "m-1",
    "thism": "m+0",
    "nextm": "m+1",
    "beforelast": "m-2",
    "lasty": "y-1",
    "thisy": "y+0",
}
_INVOICE_AFTER = re.compile(
    rf"(?:(?:,|,? and) {_MONTH})*'?s?(?: of)? ?(?:open |unpaid |overdue )?(?:one|ones|invoices?|bills?"
    r"|charges?|inv)\b"
)
_INVOICE_BEFORE = re.compile(
    r"\b(?:invoices?|bills?|one|ones|charges?)(?: (?:that (?:is|are|was)|which is))? (?:for|from|of"
    rf"|in|dated|since)(?: the month of)? (?:{_MONTH}(?:,|,? and) )*$"
)


_FULL_DASHED = re.compile(r"(?<![\d-])(\d{1,2})-(\d{1,2})-(20\d\d)(?![\d-])")


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return {"a couple of": 2, "a couple": 2, "a few": 3}.get(word, 1)


def _day(word: str) -> int:
    return ORDINALS.get(word) or int(re.sub(r"\D", "", word))


def _dated(month: int, day: int, year: str | None) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if year is None:
        return f"md:{month:02d}-{day:02d}"
    full = year.lstrip("'")
    return f"d:{'20' + full if len(full) == 2 else full}-{month:02d}-{day:02d}"


def read_dates(reading: Reading) -> None:
    """Every date of the text."""
    text = reading.text
    if reading.digits:
        _read_numeric(reading)
    _read_calendar(reading)
    _read_relative(reading)
    for match in _NAMED_DAY.finditer(text):
        value = f"wd:{WEEKDAYS[match[2]]}"
        which, after = match["m"], match["a"]
        if match["s"] == "s" and not re.match(r" (?:payment|one)", text[match.end() :]):
            continue
        if after in ("next week", "of next week") or which == "next":
            value += ":next"
        elif after == "after next" or after == "week":
            value += ":+7"
        elif which in ("last", "past", "previous") or after == "last week":
            value += ":last"
        elif which == "this":
            value += ":this"
        reading.add(*match.span(), "date", value)


def _read_numeric(reading: Reading) -> None:
    for match in _ISO.finditer(reading.text):
        value = _dated(int(match[2]), int(match[3]), match[1])
        if value:
            reading.add(*match.span(), "date", value)
    for pattern in (_SLASH, _DASHED, _FULL_DASHED):
        for match in pattern.finditer(reading.text):
            month, day = int(match[1]), int(match[2])
            if month > 12:
                month, day = day, month
            value = _dated(month, day, match[3])
            if value:
                reading.add(match.start(1), match.end(), "date", value)


def _read_calendar(reading: Reading) -> None:
    text = reading.text
    for match in _MONTH_DAY.finditer(text):
        value = _dated(MONTHS[match[2]], _day(match[3]), match[4])
        if value:
            reading.add(*match.span(), "date", value)
    for match in _DAY_MONTH.finditer(text):
        value = _dated(MONTHS[match[3]], _day(match[2]), match[4])
        if value:
            reading.add(*match.span(), "date", value)
    for match in _OF_MONTH.finditer(text):
        shift = {"next": ":1", "last": ":-1"}.get(match[2], "")
        reading.add(*match.span(), "date", f"dom:{_day(match[1])}{shift}")
    for match in _DAY_OF.finditer(text):
        if 1 <= int(match[2]) <= 31:
            reading.add(*match.span(), "date", f"dom:{int(match[2])}")
    for match in _ORDINAL_DAY.finditer(text):
        index = match.lastindex or 1
        reading.add(*match.span(index), "date", f"dom:{ORDINALS[match[index]]}")
    for pattern, value in _HOLIDAYS:
        for match in pattern.finditer(text):
            reading.add(*match.span(), "date", value)


def _read_relative(reading: Reading) -> None:
    text = reading.text
    for match in _WEEK_FROM.finditer(text):
        days = 7 * _number(match["n"])
        ahead = f"+{days + (match['t'] == 'tomorrow')}d"
        value = f"wd:{WEEKDAYS[match['wd']]}:+{days}" if match["wd"] else ahead
        reading.add(*match.span(), "date", value)
    for match in _RELATIVE.finditer(text):
        value = {"after": "+2d", "before": "-2d", "tomorrow": "+1d", "today": "+0d", "yesterday": "-1d"}[
            match.lastgroup or ""
        ]
        reading.add(*match.span(), "date", value)
    for match in _IN.finditer(text):
        unit = match["u"] or match["u2"] or ("fortnight" if match["n"] == "fortnight" else None)
        if unit:
            reading.add(*match.span(), "date", _offset(match["n"] or match["n2"], unit, "+"))
    for match in _AGO.finditer(text):
        reading.add(*match.span(), "date", _offset(match["n"], match["u"], "-"))
    for match in _END_OF.finditer(text):
        reading.add(*match.span(), "date", "eom:1" if match["n"] else "eom:0")
    _read_ends(reading)
    for match in _START_OF.finditer(text):
        reading.add(*match.span(), "date", "bom:1")
    for pattern, value in (
        (_MID, "dom:15"), (_END_WEEK, "wd:4:this"), (_WEEKEND, "wd:5:this"), (_END_YEAR, "md:12-31"),
        (_NEXT_WEEK, "nextweek"),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            end = match.end()
            if value != "nextweek" or not re.match(rf" {_WEEKDAY}", text[end:]):
                reading.add(match.start(), end, "date", value)


def _read_ends(reading: Reading) -> None:
    text = reading.text
    for match in _BARE_DAY.finditer(text):
        if int(match["d"]) > 0:
            reading.add(match.start("d"), match.end("d"), "date", f"dom:{int(match['d'])}")
    for match in _LAST_OF.finditer(text):
        month = MONTHS[match[2]]
        last = 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
        day = {"end": last, "last day": last, "close": last, "middle": 15, "mid": 15}.get(match["w"], 1)
        reading.add(*match.span(), "date", f"md:{month:02d}-{day:02d}")
    for match in _END_NEXT_WEEK.finditer(text):
        reading.add(*match.span(), "date", "wd:4:next")


def _offset(count: str, unit: str, sign: str) -> str:
    if unit == "fortnight":
        return f"{sign}14d"
    number = _number(count)
    if unit.startswith("month"):
        return f"{sign}{number}m"
    return f"{sign}{number * (7 if unit.startswith('week') else 1)}d"


def read_periods(reading: Reading) -> None:
    """Months and years; one that tells an invoice apart ("the october one") is an invoice reference
    `month:...`."""
    text = reading.text
    for match in _RELATIVE_PERIOD.finditer(text):
        _add_period(reading, *match.span(), _RELATIVE_VALUES[match.lastgroup or ""])
    for match in _BARE_MONTH.finditer(text):
        if match[1] == "may" and not _is_may(text, match.start(1)):
            continue
        if match[1] == "march" and re.search(r"\b(?:to|will|and|i|we|they)\s$", text[: match.start()]):
            continue
        _add_period(reading, *match.span(), _month_value(MONTHS[match[1]], match["y"]))
    for match in _YEAR_ALONE.finditer(text):
        index = match.lastindex or 1
        reading.add(*match.span(index), "period", f"y:{match[index].replace('_', '')}")


def _is_may(text: str, start: int) -> bool:
    """Whether a "may" is the month: after a preposition, before what months have, or alone."""
    before = _MAY_BEFORE.search(text[max(0, start - 9) : start])
    return bool(before or _MAY_AFTER.match(text[start + 3 :]) or text.strip(" ?.!") == "may")


def _month_value(month: int, year: str | None) -> str:
    if year is None:
        return f"m:{month}"
    if year.endswith("year"):
        return f"m:{month}:{'y-1' if year.startswith('last') else 'y+0'}"
    full = year.lstrip("'")
    return f"ym:{'20' + full if len(full) == 2 else full}-{month:02d}"


def _add_period(reading: Reading, start: int, end: int, value: str) -> None:
    text = reading.text
    of_invoice = _INVOICE_AFTER.match(text, end) or _INVOICE_BEFORE.search(text[max(0, start - 40) : start])
    if of_invoice and value[0] != "y" and value != "m+1":
        reading.add(start, end, "invoices", f"month:{value}")
    else:
        reading.add(start, end, "period", value)
