"""Payment methods: brands, kinds, last four digits, and references ("the one on file", "a different card").
Pure."""

from __future__ import annotations

import re

from nlu.grammar.lexicon_en import ORDINALS
from nlu.grammar.reading import Reading

_BRAND = re.compile(
    r"\b(?:(?P<visa>visa)|(?P<mastercard>master ?-?card)|(?P<amex>amex|am ex|american express)"
    r"|(?P<discover>discover(?! (?:how|what|why|that|an?\b|the)))|(?P<diners>diners(?: club)?)|(?P<jcb>jcb)"
    r"|(?P<unionpay>union ?-?pay))(?:'s|s)?\b"
)
_FOUR = r"(\d(?:[_ -]?\d){3})(?![\d_]|[., -]?\d)"
_FULL_NUMBER = re.compile(r"(?<![\d$])\d(?:[ _-]?\d){9,}(?!\d)")
_INVOICES_BEFORE = re.compile(r"\b(?:invoices?|inv|bills?|numbers) $")
_LAST4 = (
    re.compile(
        r"\b(?:ending|ends|end|finishing|endin|last (?:4|four)(?: (?:digits?|numbers?))?|last digits)"
        r"(?: (?:in|with|on|is|are|of|number|digits))*[ :#=-]*(?:[x*\u2022.]+ ?)*" + _FOUR
    ),
    re.compile(r"(?:\bx{1,12}|[*\u2022]+|\.{2,}|\u2026)[ -]?" + _FOUR),
    re.compile(r"\bcards?(?: (?:number|no\.?|is|with))?[ :#-]*" + _FOUR),
    re.compile(
        r"\b(?:visa|mastercard|master card|amex|american express|discover|diners|jcb|debit|credit"
        r"|checking|savings|bank)"
        r"(?: (?:card|account))?[ :#(-]*" + _FOUR
    ),
    re.compile(
        r"(?:\b(?:my|the|on|using|use|with) )" + _FOUR + r"(?= (?:card|visa|mastercard|amex|discover"
        r"|debit|credit|checking|savings)\b)"
    ),
)
_METHOD = (
    r"(?:card|cards|payment method|method|bank account|checking|savings|bank|debit|credit|visa|mastercard"
    r"|amex|discover)"
)
_DEFAULT = re.compile(
    r"\b(?:(?:one|card|method|payment method|account|whatever|what) (?:\w+ )?(?:\w+ )?(?:\w+ )?on file"
    r"|on file|(?:the |my )?(?:usual|default|regular|primary|normal)(?: (?:payment )?(?:card|method"
    r"|one|way))?|(?:the |my )?saved (?:payment )?(?:card|method|one)"
    r"|(?:the |my )?main (?:card|method|one)|same (?:card|method|way|one)(?: as (?:last time|before"
    r"|always|usual))?"
    r"|card (?:i|we) (?:always|usually|normally) use)\b"
)
_OTHER = re.compile(
    rf"\b(?:different|another|other|alternate|alternative)(?= (?:\w+ )?(?:{_METHOD}|one|account)\b)"
    r"|\b(?:use|using|with|on|to|try|charge) (?:the |my )?other\b(?! (?:half|invoice|day|people))"
    r"|\bsomething else\b"
)
_NEW = re.compile(rf"\b(?:brand )?new(?= (?:\w+ )?(?:{_METHOD}|account)\b)")
_NUMBERED = re.compile(
    r"\b(?:card|method) ?(?:to )?(?:#|number )?(\d{1,2})\b(?![.%\d/])"
    r"|\b(" + "|".join(ORDINALS) + r"|\d{1,2}(?:st|nd|rd|th)) (?:payment method|card|method|bank account)\b"
)
_KIND = re.compile(
    r"\b(?:(?P<credit>credit[ -]?cards?|(?<=my )credit|(?<=on )credit|(?<=with )credit|(?<=by )credit"
    r"|(?<=the )credit"
    r"|(?<=use )credit|(?<=using )credit|(?<=, )credit$|(?<=, )credit$|^credit$)"
    r"(?! (?:on|for|score|limit|note|memo|from|to|report|union|back|me|the|my))"
    r"|(?P<debit>debit(?:[ -]?cards?)?(?! (?:my|the|it|our)\b))|(?P<checking>checking(?: (?:account"
    r"|acc))?(?! (?:in|if|whether|up|out|that|why|to see|(?:on |for )?(?:it|my|this|that"
    r"|the (?:balance|status|amount)))\b))"
    r"|(?P<savings>savings(?: account)?)"
    r"|(?P<bank>bank(?: (?:account|transfer|draft|acc))?(?:s)?(?! (?:holiday|statement))|ach"
    r"|e-?checks?|echeck|direct debit|routing number|eft)"
    r"|(?P<card>cards?|plastic))\b"
)
_WHICH = re.compile(r"\b(?:which|what) (cards?)\b")
_GIFT = re.compile(
    r"\b(?:gift|report|birthday|business|sim|score|id|library|post|green|wild|insurance|christmas|loyalty"
    r"|punch|greeting) ?cards?\b"
)


def read_numbers_that_are_none(reading: Reading) -> None:
    """Card, bank and telephone numbers are no value of any slot."""
    for match in _FULL_NUMBER.finditer(reading.text):
        if not _is_list(reading.text[: match.start()], match[0]):
            reading.block(*match.span())


def _is_list(before: str, digits: str) -> bool:
    """Whether digits in groups are a list of references ("1043 1044 1045") and not one long number."""
    groups = re.split(r"[ _-]", digits)
    if any(len(group) != 4 for group in groups):
        return False
    return bool(_INVOICES_BEFORE.search(before)) or len(groups) < 4 or not _luhn("".join(groups))


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def read_methods(reading: Reading) -> None:
    """Every method span of the text."""
    text = reading.text
    if reading.digits:
        for pattern in _LAST4:
            for match in pattern.finditer(text):
                reading.add(*match.span(1), "method_last4", re.sub(r"\D", "", match[1]))
    for match in _BRAND.finditer(text):
        reading.add(*match.span(), "method_brand", match.lastgroup or "")
    for match in _WHICH.finditer(text):
        reading.block(*match.span(1))
    for match in _GIFT.finditer(text):
        reading.block(*match.span())
    _read_references(reading)
    for match in _KIND.finditer(text):
        reading.add(*match.span(), "method_kind", match.lastgroup or "")


def _read_references(reading: Reading) -> None:
    text = reading.text
    for match in _NUMBERED.finditer(text):
        word = match[1] or match[2]
        number = ORDINALS.get(word) or int(re.sub(r"\D", "", word))
        reading.add(*match.span(), "method_ref", f"#{number}")
    for pattern, value in ((_DEFAULT, "default"), (_OTHER, "other"), (_NEW, "new")):
        for match in pattern.finditer(text):
            reading.add(*match.span(), "method_ref", value)
