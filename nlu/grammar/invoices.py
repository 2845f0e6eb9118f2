"""Invoice references: numbers, ranges, positions, "the oldest two", "all but 1043". Pure."""

from __future__ import annotations

import re

from nlu.grammar.lexicon_en import ORDINALS
from nlu.grammar.reading import Reading
from nlu.grammar.spans import Span

_NUMBER = r"(\d{3,8}|\d+(?:_\d+)+)"
_PREFIX = r"(?:\b(?:invoices?|inv|bills?|number|no\.|numbers|ref)[ .:-]{0,2}#? ?|#)"
_RANGE = re.compile(
    rf"(?<![\w.$/]){_PREFIX}?(\d{{3,8}})(?: ?(?:-|thru|through|to|until|\.\.) ?)(?:#"
    rf"|inv-?)?(\d{{3,8}})(?![\w.]\d|/|\d)"
)
_PREFIXED = re.compile(rf"{_PREFIX}-?{_NUMBER}(?![\d%]|\.\d| ?dollars)")
_LISTED = re.compile(
    rf"(?: ?(?:,|and|or|/|plus|then|also|;)? ?)(?:and )?(?:#|inv-?|invoice )?{_NUMBER}(?![\d%]|\.\d"
    r"| ?dollars)"
)
_PLAIN = re.compile(
    r"(?<![\w$.\u2022*/-])(\d{4,8}|\d(?:_\d){3,7}|\d{1,2}_\d{1,2}_\d{1,2})(?![\w%$/-]|\.\d| ?dollars)"
)
_POSITION = re.compile(
    rf"\b(?:the )?({'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)) (?:ones?|invoices?|bills?|option|1)\b"
    rf"|\bthe ({'|'.join(ORDINALS)})(?= ?(?:$|[,.!?]|and\b|please|then\b|on the list))"
    r"|(?<![\w#])#(\d{1,2})(?![\d%]|\.\d)"
    r"|\b(?:invoice|option|number|bill|no\.) ?#?(\d{1,2})(?![\d%_]|\.\d| ?dollars)\b"
    r"|\b(?:option|number|choice) (one)\b"
)
_ONLY_SMALL = re.compile(
    r"^\W*(?:(?:just|only|option|number|numbers|the|invoices?) )*(\d{1,2})((?:(?: ?, ?| and | ?/ ?"
    r"| )(?:and )?\d{1,2})*)"
    r"(?: (?:please|thanks|pls))?\W*$"
)
_SMALL_LIST = re.compile(
    r"(?<![\w$.#/-])(\d{1,2})((?:(?: ?, ?| and )(?:and )?\d{1,2})+)(?![\w%$/]|\.\d| ?(?:dollars|cents"
    r"|percent|invoices|payments))"
)
_RANKED = re.compile(
    r"\b(?:(?P<a>oldest|earliest|first|latest|newest|most recent|last|recent) (?P<n>\d{1,2})(?! ?dollars)"
    r"|(?P<n2>\d{1,2}) (?P<b>oldest|earliest|latest|newest|most recent|last)"
    r"|(?P<c>oldest|earliest|latest|newest|most recent)(?: unpaid| open| overdue)?)"
    r"(?! (?:payments?|bill\b|statement|receipts?|transactions?|card|charges?|months?|days?|weeks?"
    r"|news|scheduled|method|digits))"
    r"(?P<noun>(?: unpaid| open| overdue)? (?:invoices?|bills?|ones?))?\b"
)
_LAST_ONE = re.compile(r"\b(?:my |the )?(last) (?:invoice|one)\b")
_ALL = re.compile(
    r"\b(?:all|every)(?: (?:of )?(?:(?:my|the|our|these|those|open|unpaid|outstanding|remaining|other"
    r"|single|\d) ?)*)? ?"
    r"(?:invoices?|bills|them|those|these)\b|\ball \d\b|\bboth(?: of (?:them|those"
    r"|these))?(?: invoices)?\b|\b(?:each|every) (?:one|invoice)\b"
    r"|\ball open ones\b|\bthe (?:whole|entire|full) list\b|\b(?:any|all)(?: the)? open ones\b"
)
_ALL_BUT = re.compile(
    r"\b(all|everything|every one)(?: of (?:them|it))?(?=,? (?:but|except|excluding|besides|apart from"
    r"|other than|minus))"
)
_OVERDUE = re.compile(
    r"\b(?:over ?-?due|past[ -]?due|(?<=the )late|(?<=(?:that|what) is )late|(?<=that are )late|(?<=which are )late"
    r"|(?<=whatever is )late|late(?= (?:ones?|invoices?|bills?|stuff)\b))(?: (?:ones?|invoices?|bills?|stuff|amounts?"
    r"|balance))?\b"
)
_EXCEPT = re.compile(
    r"(?:(?<=\ball )but|(?<=\beverything )but|(?<=\bthem )but|(?<=\bone )but|(?<=\bones )but"
    r"|(?<=\binvoices )but|(?<=\bbills )but|(?<=,) but)(?! not\b)(?: for| the| invoices?| #)*[ #:-]*$"
    r"|\b(?:except(?: for)?|excluding|besides|apart from|other than|minus|leave(?: out"
    r"| off)?|leaving out|skip|skipping|without"
    r"|not (?:including|include)|exclude|remove|drop|take (?:off|out)|hold off on|hold|uncheck|deselect"
    r"|forget(?: about)?|save|ignore)\b"
    r"(?: (?:for|out|the|off|of|invoices?|inv|number|it|one|ones|and))*[ #:-]*$"
)
_EXCEPTING = re.compile(
    r"\b(?:but|except|exclud\w+|besides|apart|other|minus|leav\w+|skip\w*|without|not|remove|drop|take"
    r"|get|knock"
    r"|keep|hold|uncheck|deselect|forget|save|ignore)\b"
)
_TAKING = re.compile(r"\b(?:take|leave|drop|get|knock|keep)(?: (?:the|invoice|#))* ?$")
_TAKEN_OFF = re.compile(r" (?:off|out)\b")
_NEXT_EXCEPTED = re.compile(r"^ ?(?:,|and|or)? ?(?:and |or |the |invoices? |inv-?|#)*$")


def _join(value: str) -> str:
    return value.replace("_", "")


def read_invoices(reading: Reading) -> None:
    """References that are surely invoices: prefixed, ranged, listed after such, or by position and rank."""
    text = reading.text
    if reading.digits:
        for match in _RANGE.finditer(text):
            first, last = int(match[1]), int(match[2])
            if first < last <= first + 50:
                reading.add(match.start(), match.end(), "invoices", f"{match[1]}..{match[2]}")
        for match in _PREFIXED.finditer(text):
            if _is_reference(reading, match):
                reading.add(*match.span(), "invoices", _join(match[1]))
                _read_rest_of_list(reading, match.end())
    _read_positions(reading)
    for match in _ALL.finditer(text):
        reading.add(*match.span(), "invoices", "all")
    for match in _OVERDUE.finditer(text):
        reading.add(*match.span(), "status", "overdue")


def _is_reference(reading: Reading, match: re.Match[str]) -> bool:
    """Whether a prefixed number is a reference: "bill 50" would be an amount, "number 10023" of an account
    is not."""
    digits = _join(match[1])
    return len(digits) >= 4 or (len(digits) == 3 and match[0].startswith(("inv", "#")))


def _read_rest_of_list(reading: Reading, at: int) -> None:
    while (match := _LISTED.match(reading.text, at)) is not None:
        digits = _join(match[1])
        if not reading.free(*match.span(1)) or len(digits) < 4:
            return
        reading.add(*match.span(1), "invoices", digits)
        at = match.end()


def _read_positions(reading: Reading) -> None:
    text = reading.text
    for match in _RANKED.finditer(text):
        _read_ranked(reading, match)
    for match in _LAST_ONE.finditer(text):
        reading.add(*match.span(), "invoices", "latest:1")
    whole = _ONLY_SMALL.match(text)
    if whole and all(1 <= int(n) <= 20 for n in re.findall(r"\d+", whole[1] + whole[2])):
        _add_small(reading, whole)
    for match in _POSITION.finditer(text):
        index = match.lastindex or 1
        word = match[index]
        number = 1 if word == "one" else ORDINALS.get(word) or int(re.sub(r"\D", "", word))
        reading.add(*match.span(), "invoices", f"#{number}")
    for match in re.finditer(
        rf"\b({'|'.join(ORDINALS)})(?=(?: and|,) (?:the )?({'|'.join(ORDINALS)})\b)", text
    ):
        reading.add(*match.span(1), "invoices", f"#{ORDINALS[match[1]]}")
    for match in _SMALL_LIST.finditer(text):
        numbers = [int(n) for n in re.findall(r"\d+", match[0])]
        if all(1 <= n <= 20 for n in numbers):
            _add_small(reading, match)


def _add_small(reading: Reading, match: re.Match[str]) -> None:
    for digits in re.finditer(r"\d+", reading.text[match.start() : match.end()]):
        at = match.start() + digits.start()
        reading.add(at, at + len(digits[0]), "invoices", f"#{int(digits[0])}")


def _read_ranked(reading: Reading, match: re.Match[str]) -> None:
    word = match["a"] or match["b"] or match["c"]
    count = match["n"] or match["n2"] or "1"
    adjective = re.search(r" (?:unpaid|open|overdue)\b", match[0])
    end = match.start() + adjective.start() if adjective else match.end()
    ends = re.match(r"\W*$|[,.;]", reading.text[end:])
    if word in ("first", "last", "recent") and not match["noun"] and not (word == "first" and ends):
        return
    if word == "first":
        value = "#1" if int(count) < 2 else f"#1..#{min(int(count), 20)}"
        reading.add(match.start(), end, "invoices", value)
        return
    rank = "oldest" if word in ("oldest", "earliest") else "latest"
    reading.add(match.start(), end, "invoices", f"{rank}:{int(count)}")


def read_all_but(reading: Reading) -> None:
    """ "Everything but 1043" speaks of invoices: it must be read before "everything" is a scope."""
    for match in _ALL_BUT.finditer(reading.text):
        reading.add(*match.span(1), "invoices", "all")


def read_plain_numbers(reading: Reading) -> None:
    """Bare numbers of four digits and more, and digits spoken one by one."""
    for match in _PLAIN.finditer(reading.text):
        reading.add(*match.span(), "invoices", _join(match[1]))


def mark_exceptions(reading: Reading) -> None:
    """Turn the references that are left out ("all but 1043") into `invoices_except`."""
    text, end, excepted = reading.text, 0, False
    if not _EXCEPTING.search(text):
        return
    for start, stop, span in sorted(reading.found, key=lambda found: found[0]):
        if span.slot not in ("invoices", "status", "scope"):
            continue
        gap = text[max(end, start - 60) : start]
        taken_off = _TAKEN_OFF.match(text[stop : stop + 8]) and _TAKING.search(gap)
        excepted = bool(_EXCEPT.search(text[max(0, start - 60) : start]) or taken_off) or (
            excepted and bool(_NEXT_EXCEPTED.match(gap))
        )
        end = stop
        if excepted and span.slot != "scope" and span.value != "all":
            reading.replace(start, Span(span.start, span.end, "invoices_except", span.value))
