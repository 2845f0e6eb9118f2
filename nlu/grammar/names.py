"""Notes and accounts that a trigger word announces; names without one are the learned extractor's. Pure."""

from __future__ import annotations

import re

from nlu.grammar.lexicon_en import MONTHS, WEEKDAYS, words_of
from nlu.grammar.reading import Reading

_NOTE = r"(?:note|memo|comment|description|message|reference|remark)"
_SAYING = (
    r"(?: ?[:=]| -| (?:that |which )?(?:says?|saying|reads?|reading|stating|stat(?:es|ing)"
    r"|should (?:actually |just )?(?:say|read|be)|to (?:say|read|be)|(?:would|will) be|with the text|as|of|is"
    r"|be|being)\b(?! wrong))"
)
_THEN = r"(?:,? ?(?:(?:it )?should (?:be|read|say)|it is|make it|just put|put|just)\b:?)? ?"
_SAID = re.compile(rf"\b{_NOTE}(?: line| field| section)?{_SAYING}:?{_THEN}")
_TO = re.compile(
    rf"\b(?:change|update|set|edit|make|switch|correct|fix) (?:the |my |that )?{_NOTE}(?: line)? ?"
    rf"(?:to\b|with\b|:)?{_THEN}"
)
_DIRECT = re.compile(
    r"(?:^|[,;.-] ?(?:and )?|\b(?:add|adding|with|put|and|include|attach|leave|w) (?:in |as )?(?:a |the "
    rf"|this )?)(?<!please ){_NOTE}(?: line)?(?:,| about| for)? (?!that\b|for\b|about\b|and\b|to\b"
    r"|on\b|please|in\b|with\b|from\b)"
)
_ON_IT = re.compile(
    rf"\b(?:put|add|leave|attach|stick|include|write) (?:a |the |this )?{_NOTE} (?:on|to|with|in|for) (?:it|that|this"
    r"|there|the payment|the bill|the invoice|my payment)(?: please)? ?(?:[,:;-]+|that (?:says?|reads?)"
    r"|saying|which says"
    r"|to say|with) ?"
)
_FILLER = re.compile(
    r"(?:\W|\b(?:please|pls|thanks|thank you|too|as well|instead|now|on it|to it|again|first|is|was|wrong|it|that"
    r"|this|for me)\b)*"
)
"""Words after "note" that are none."""
_BARE_MEMO = re.compile(
    r"(?<!the )(?<!a )(?<!in )\bmemo(?: line)? (?!line)|(?<=\d )note (?!that\b|for\b|to\b)"
)
_FOR = re.compile(
    r"\b(?:add|adding|with|put|include|attach|leave|write) (?:a |the |an? )?(?:note|memo|comment) "
    r"(?:(?=for )|about |that )"
)
_INTO = re.compile(
    r"\b(?:put|write|add|type|enter|place|include|use|say|note|write down) (?P<c>[^;\n]+?) (?:in|on"
    rf"|as|into|for|to|under) (?:the |a |my |its )?(?:payment )?{_NOTE}(?: line| field"
    r"| section)?\b(?! ?:)"
)
_LABEL = re.compile(
    r"\b(?:label|tag|mark|memo|title|caption) (?:it|this|that|the payment|this payment|this one)(?: as"
    r"| with)?:? (?!paid|as paid)"
)
_QUOTED = re.compile(r"\"([^\"]{1,200})\"|(?<!\w)'([^']{1,200})'(?!\w)")
_NOT_A_NOTE = re.compile(
    r"\b(?:please|take|of|do) note\b|\bnote (?:that(?! (?:says?|reads?|said))|to self)\b|\b(?:no"
    r"|without a|without|remove the"
    r"|delete the|skip the) note\b"
)
_STOP = re.compile(
    r"[;\n]|(?<=\w\w)[.!] |[.!?]?$| instead\b|, (?:with|on|date|from|by|using|via)\b|,? (?:and |then "
    r"|and then |but )?(?:please |also |just )?\b(?:pay|use|using"
    r"|charge|send it|schedule|put it|take it|run it|confirm|go ahead|thanks|thank you|please|pls)\b"
    r"|,? (?:and )?(?:with|from|on|using|via|to) (?:my |the )(?:visa|mastercard|amex|american"
    r"|discover|card|checking|savings|bank|debit|credit|usual|default)\b"
    r"|, (?:on |by |due )?(?:" + "|".join(WEEKDAYS) + r"|tomorrow|today)\b"
)

_ACCOUNT = re.compile(
    r"(?<!bank )(?<!checking )(?<!savings )\b(?:accounts?|customer|client)(?: ?(?:number|no\.?|id|num"
    r"|nr|code|#))*(?: is)? ?[#:]? ?"
    r"(?P<v>[a-z]{1,4}-?\d[\w-]{2,14}|\d+(?:[_-]\d+)*|\d(?: \d){3,9})(?![\w%]|\.\d| ?dollars)"
)
_NAME_WORD = r"[A-Z][\w&'\u2019.-]*"
_NAME = rf"{_NAME_WORD}(?: (?:{_NAME_WORD}|&|of|and|the|de|la|\d{{1,4}}(?![\d/.]))(?= {_NAME_WORD}|\b))*"
_FOR_NAME = re.compile(
    r"\b(?:[Ff]or|[Tt]o|[Aa]s|[Oo]f|FOR|[Oo]n behalf of|under|[Aa]bout|[Oo]n|[Aa]ccount|[Aa]cct"
    rf"|[Aa]t)\s+(?:the |our |my )?(?P<n>{_NAME})"
)
_WHOSE = re.compile(
    rf"(?P<n>{_NAME_WORD}(?: (?:{_NAME_WORD}|&|and|of))*?)['\u2019]s (?:bill|bills|invoices?|account"
    r"|balance|charges|payments?|statement)\b"
)
_NO_NAMES = words_of("""
    i i'm i'd i'll visa mastercard amex discover american inv invoice invoices tomorrow today what which
    when how pay the a my me us it ach autopay auto friday's jan feb mar apr jun jul aug sep sept oct
    nov dec mon tue wed thu fri sat sun master paybot bot card checking total current now balance
    statement receipt thanks ok okay yes no please hi hello hey slack sms diners jcb unionpay christmas
    stripe apple google paypal venmo zelle bitcoin mc credit debit savings bank let's can could would do
    did does is are why english spanish god all everything half
""") | frozenset({*MONTHS, *WEEKDAYS})


def read_notes(reading: Reading) -> None:
    """The note that a trigger announces: what is quoted after it, else up to where the sentence turns to
    something else."""
    text = reading.text
    if not re.search(rf"\b{_NOTE}|\b(?:label|tag|mark|title|caption) ", text) or _NOT_A_NOTE.search(text):
        return
    into = _INTO.search(text)
    if into is not None and into["c"].strip() not in ("a", "the", "it", "this", "that", "something"):
        _add_note(reading, into.start("c"), into.end("c"))
        return
    for trigger in (_ON_IT, _SAID, _TO, _LABEL, _FOR, _DIRECT, _BARE_MEMO):
        match = trigger.search(text)
        if match is not None and match.end() < len(text):
            stop = _STOP.search(text, match.end())
            quoted = _QUOTED.search(text, match.end())
            if quoted is not None and quoted.start() <= match.end() + 2:
                _add_note(reading, *quoted.span(1 if quoted[1] else 2))
            else:
                _add_note(reading, match.end(), stop.start() if stop else len(text))
            return


def _add_note(reading: Reading, start: int, end: int) -> None:
    text = reading.text
    while start < end and text[start] in " \"':,-":
        start += 1
    while start < end and text[end - 1] in " \"',:":
        end -= 1
    if text[start:end].endswith((" on it", " on that")):
        end = text.rindex(" on ", start, end)
    if start < end and any(c.isalnum() for c in text[start:end]) and not _FILLER.fullmatch(text[start:end]):
        source_start, source_end = reading.normal.back(start, end)
        reading.add(
            start,
            end,
            "note",
            reading.normal.source[source_start:source_end].strip(" \"'\u201c\u201d\u2018\u2019"),
        )


def read_accounts(reading: Reading) -> None:
    """Account numbers after the word, and capitalised names after "for" and its like or before "'s bill"."""
    for match in _ACCOUNT.finditer(reading.text):
        digits = re.sub(r"[_ ]", "", match["v"])
        if len(re.sub(r"\D", "", digits)) >= 4 and not re.search(
            r"(?:ending|ends) (?:in|with)? ?$", reading.text[: match.start("v")]
        ):
            value = digits
            if not digits.isdigit():
                start, end = reading.normal.back(match.start("v"), match.end("v"))
                value = reading.normal.source[start:end]
            reading.add(*match.span("v"), "account", value)
    _read_names(reading)


def _read_names(reading: Reading) -> None:
    source = reading.normal.source[: len(reading.text) + 400]
    capitals = sum(1 for word in source.split() if word[0].isupper())
    if not capitals or (capitals > 2 and capitals > 0.7 * len(source.split())):
        return
    for pattern in (_FOR_NAME, _WHOSE):
        for match in pattern.finditer(source):
            name = match["n"].rstrip(".,'")
            words = [word.lower().removesuffix("'s").strip(".,'") for word in name.split()]
            if re.search(r"\d{3}", name) or not words or any(word in _NO_NAMES or not word for word in words):
                continue
            if name.endswith(("'s", "\u2019s")):
                name = name[:-2]
            start = reading.normal.forth(match.start("n"))
            end = reading.normal.forth(match.start("n") + len(name) - 1) + 1
            if end <= len(reading.text):
                reading.add(start, end, "account", name)
