"""Amounts, fractions and parts. Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from nlu.grammar.reading import Reading

_N = r"(\d+(?:\.\d+)?(?:_\d{1,2})*(?:e\d{1,2}(?!\w))?)"
_THOUSAND = r"( ?k\b| thousand\b| million\b)?"
_AND_CENTS = r"(?:,? (?:and )?(\d{1,2}) ?cents?)?"
_WITH_UNIT = re.compile(
    rf"(?P<sign>(?<![\w\d])- ?)?(?:us ?)?\$ ?(?P<sign2>-)?{_N}{_THOUSAND}(?: ?dollars)?{_AND_CENTS}"
    rf"|(?P<sign3>(?<![\w\d])- ?)?{_N}{_THOUSAND} ?(?:us )?(?:dollars|usd"
    rf"|\$(?!\d)){_AND_CENTS}(?: and (\d{{1,2}})\b(?! ?\w))?"
    rf"|\busd ?{_N}{_THOUSAND}"
)
_CENTS_ONLY = re.compile(r"(?<![\d.])(\d{1,2}) ?cents?\b")
_DECIMAL = re.compile(r"(?<![\w./#-])(-?)(\d+\.\d{1,3})(?![\d%/]|\.\d| ?percent|st\b|nd\b|rd\b|th\b)( ?k\b)?")
_KILO = re.compile(r"(?<![\w.])(\d+) ?k\b")
_SPOKEN_PAIR = re.compile(r"(?<![\w.])(\d{1,3})_(\d\d|0_\d)(?![\w_])")
_UNIT_AFTER = (
    r"(?!\d|\.\d|[_:/%]|(?:st|nd|rd|th)\b| ?percent| ?-? ?(?:invoices?|bills?|payments?|installments?"
    r"|days?|weeks?|months?|years?"
    r"|hours?|hrs?|minutes?|mins?|times?|parts?|ways?|am\b|pm\b|a\.m|p\.m|o'clock|x\b|cards?"
    r"|accounts?|people|more invoices"
    r"|digits?|open|unpaid|overdue|oldest|latest|newest|most|equal|monthly|weekly|of (?:them|those"
    r"|these|(?:my|the|our) (?:\w+ )?(?:invoices|bills|cards|payments|ones))\b|things?|questions?"
    r"|percent|years?|stars?|guys|kids|dogs|cats|hundred))"
)
_PAYISH = re.compile(
    r"\b(?:pay|paying|put|send|make it|make that|do|apply|charge|amount|transfer|throw|toss|drop"
    r"|submit|change|instead"
    r"|actually|only|just|another|up to|of|for|to|at|say|about|around|like|is|was|no|wait|sorry|mean"
    r"|meant|rather|not|and|it's"
    r"|oops|change it|with|extra|another|payment|total|on|give|knock|then|than|by|over|or|maybe"
    r"|manage|afford|take|pull|draw|deduct|debit|hit|have|let|get|allocate|use|stick|chuck|slap|ding|kick in|chip in"
    r"|contribute|toward|hundred|:|not \d+(?:\.\d+)?,?)\W*$"
)
_BARE = re.compile(rf"(?<![\w.,$#/•*-])(?<!\d )(-?)(\d{{1,3}}){_UNIT_AFTER}(?!(?!ish\b)[\w-])")
_TOWARD = re.compile(
    r"(?<![\w.$#/•*-])(\d{4,6})(?= (?:on|onto|to|toward|towards|off|against|of) (?:my |the |this |our )?"
    r"(?:bill|balance|account|it\b|what|total|current|tab|invoice|\d{4}|inv))"
)
_PAIR = re.compile(
    r"(?<![\w.$#/\u2022*-])(?P<a>\d{1,3}|\d{1,5}\.\d\d|\d{1,3}_\d\d)(?= (?:dollars )?"
    r"(?:on|to|onto|toward|towards|against|into|for|off|at|go to|goes to) (?:the |my |invoices? |inv |number |#|inv-)*"
    r"(?!(?:19|20)[0-3]\d\b)\d{4,8}(?![\w%]|\.\d))"
)
_PAIR_AFTER = re.compile(
    r"(?<![\w.$])\d{4,8} ?(?:-|:|=|gets|for|with)? ?(?P<a>\d{1,3}(?:\.\d\d)?)(?=(?:,| and |;| \d{4,8}\b|$))"
)
_FRACTIONS = {
    "half": "0.5", "quarter": "0.25", "third": "0.33", "fifth": "0.2", "tenth": "0.1", "fourth": "0.25",
}  # fmt: skip
_FRACTION = re.compile(
    r"(?<!other )(?<!\d_)\b(?:(?P<n>a|an|one|1|2|3|4)[ -])?(?P<f>half|halve|quarters?|thirds?"
    r"|fourths?|fifths?|tenths?)\b"
    r"(?! (?:an? )?(?:hour|past|year|one|ones|invoice|bill|card|payment|day|time|thing|method|option"
    r"|question|party|person))"
)
_SLASHED = re.compile(
    r"(?<![\w/.])([1-3])/([2-58])(?![\d/])(?= (?:of|the|my|now)\b)|(?<=pay )([1-3])/([2-58])(?![\d/])"
)
_PERCENT = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d+)?) ?(?:%|percent\b)")
_HALVES = re.compile(
    r"(?<![\w/])(half|1/2|50 ?%)[^.;?]{0,40}?(?<![\w/])(?P<r>other half|half|1/2|50 ?%|rest|remainder"
    r"|later\b)(?!\w)"
)
_PARTS = re.compile(
    r"\b(?:split|divide|break|spread|pay|cut|chop)\b[^.;?]{0,40}?\b(?:in|into|over|across|as|up"
    r"|between)(?: up)?(?: to| in| into)? (\d{1,2})"
    r"(?!\d|_| ?(?:%|percent|dollars|\.\d|invoices?|days|weeks|cards))"
    r"|\b(\d{1,2}) ?(?:-)?(?:(?:equal|monthly|weekly|even|separate|easy|smaller|biweekly"
    r"|interest free) )*(?:parts|installments|instalments|pieces|chunks|portions|ways)\b"
    r"|\bin (\d{1,2}) (?:(?:equal|monthly|weekly|even|separate|easy|smaller) )*(?:payments|months"
    r"|goes|times)\b"
    r"|\b(\d{1,2}) (?:equal|monthly|weekly|even|separate|easy|smaller|biweekly) payments\b"
    r"|\bover (\d{1,2}) (?:months|payments|weeks|paychecks)\b"
)
_IN_HALF = re.compile(
    r"\b(?:split|divide|cut|break)\b.{0,25}?\b(?:in|into) (?P<p>half|halves|2|thirds|quarters)\b"
)
_EVENLY = re.compile(r"(?<![\w/])(?:50 ?[/-] ?50|50_50)(?![\w/])")
_PLAN = re.compile(
    r"\b(\d{1,2})[ -](?:month|payment|part|week|installment)s?(?: payment)? plan\b"
    r"|\bplan\b[^.;?]{0,40}?\b(\d{1,2}) (?:payments|months|parts)\b"
)
_PART_WORDS = {"half": "2", "halves": "2", "2": "2", "thirds": "3", "quarters": "4"}


def amount_value(
    digits: str, cents: str | None = None, *, scale: int = 1, negative: bool = False
) -> str | None:
    """ "1234.5", "60_85" or "1e3" (with separate cents) as a decimal string of two places; None if it is
    none."""
    whole, *rest = digits.split("_")
    if rest:
        pair = "".join(rest)
        if len(pair) != 2 or "." in whole:
            return None
        whole = f"{whole}.{pair}"
    try:
        value = Decimal(whole) * scale + Decimal(cents or 0) / 100
        if value >= Decimal(10) ** 15:
            return None
        value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return f"{-value if negative else value:.2f}"


def _scale(word: str | None) -> int:
    return {"k": 1000, "thousand": 1000, "million": 1_000_000}.get((word or "").strip(), 1)


def read_amounts(reading: Reading) -> None:
    """Amounts that a sign, a unit, cents or "k" mark as money."""
    text = reading.text
    for match in _WITH_UNIT.finditer(text):
        numbers = list(match.groups())
        negative = bool(match["sign"] or match["sign2"] or match["sign3"])
        value = _united(numbers, negative=negative)
        if value is not None:
            reading.add(match.start(), match.end(), "amount", value)
    if "." in text:
        for match in _DECIMAL.finditer(text):
            value = amount_value(match[2], scale=_scale(match[3]), negative=bool(match[1]))
            if value is not None:
                reading.add(match.start(), match.end(), "amount", value)
    for match in _KILO.finditer(text):
        value = amount_value(match[1], scale=1000)
        if value is not None:
            reading.add(match.start(), match.end(), "amount", value)
    for match in _CENTS_ONLY.finditer(text):
        reading.add(match.start(), match.end(), "amount", f"{Decimal(match[1]) / 100:.2f}")


def _united(groups: list[str | None], *, negative: bool) -> str | None:
    _, _, n1, k1, c1, _, n2, k2, c2, c3, n3, k3 = groups
    number = n1 or n2 or n3
    if number is None:
        return None
    return amount_value(number, c1 or c2 or c3, scale=_scale(k1 or k2 or k3), negative=negative)


def read_bare_amounts(reading: Reading) -> None:
    """Amounts without any mark of money: up to three digits, dollars and cents spoken, or money put toward
    something."""
    text = reading.text
    _read_pairs(reading)
    for match in _TOWARD.finditer(text):
        value = amount_value(match[1])
        if value is not None:
            reading.add(match.start(), match.end(), "amount", value)
    for match in _SPOKEN_PAIR.finditer(text):
        value = amount_value(match[1] + "_" + match[2])
        if value is not None:
            reading.add(match.start(), match.end(), "amount", value)
    for match in _BARE.finditer(text):
        small = int(match[2]) <= 20
        if small and not _PAYISH.search(text[max(0, match.start() - 24) : match.start()]):
            continue
        value = amount_value(match[2], negative=bool(match[1]))
        if value is not None:
            reading.add(match.start(), match.end(), "amount", value)


def _read_pairs(reading: Reading) -> None:
    """Amounts that stand beside references without any mark of money: "10 to 8801, 20 to 8802"; the other way
    about ("8801 10, 8802 20") only where there are two such pairs."""
    turned = list(_PAIR_AFTER.finditer(reading.text))
    for match in [*_PAIR.finditer(reading.text), *(turned if len(turned) > 1 else ())]:
        value = amount_value(match["a"])
        if value is not None:
            reading.add(match.start("a"), match.end("a"), "amount", value)


def read_parts(reading: Reading) -> None:
    """How many parts something is paid in."""
    text = reading.text
    for pattern in (_PARTS, _PLAN):
        for match in pattern.finditer(text):
            index = match.lastindex or 1
            if int(match[index]) > 1:
                reading.add(match.start(index), match.end(index), "parts", str(int(match[index])))
    for match in _EVENLY.finditer(text):
        reading.add(*match.span(), "parts", "2")
    if (
        "half" in text
        or "halves" in text
        or "thirds" in text
        or "quarters" in text
        or "50" in text
        or "1/2" in text
    ):
        match_half = _IN_HALF.search(text)
        if match_half:
            reading.add(match_half.start("p"), match_half.end("p"), "parts", _PART_WORDS[match_half["p"]])
        halves = _HALVES.search(text)
        if halves and reading.free(*halves.span("r")):
            reading.add(halves.start(1), halves.end(1), "parts", "2")
            reading.block(*halves.span("r"))


def read_fractions(reading: Reading) -> None:
    """Halves, thirds and percentages."""
    text = reading.text
    for match in _PERCENT.finditer(text):
        share = (Decimal(match[1]) / 100).normalize()
        reading.add(match.start(), match.end(), "amount_fraction", f"{share:f}")
    for match in _SLASHED.finditer(text):
        upper, lower = (match[1], match[2]) if match[1] else (match[3], match[4])
        reading.add(match.start(), match.end(), "amount_fraction", _ratio(int(upper), int(lower)))
    for match in _FRACTION.finditer(text):
        word = match["f"].rstrip("s").replace("halve", "half")
        if word != "half" and match["n"] is None:
            continue
        times = int(match["n"]) if match["n"] and match["n"].isdigit() else 1
        lower = {"half": 2, "quarter": 4, "fourth": 4, "third": 3, "fifth": 5, "tenth": 10}[word]
        reading.add(match.start(), match.end(), "amount_fraction", _ratio(times, lower))


def _ratio(upper: int, lower: int) -> str:
    share = (Decimal(upper) / lower).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{share.normalize():f}"
