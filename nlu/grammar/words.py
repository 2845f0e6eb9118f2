"""Scope, status, counts and documents. Pure.

Scope values other than the contract's: `weak:total_balance` says all that is owed without naming the total,
and
`current_charges:month` / `current_charges:latest` say how the bill was told apart; the composer decides by
intent.
"""

from __future__ import annotations

import re

from nlu.grammar.reading import Reading

_TOTAL = re.compile(
    r"\b(?:total|full|entire|whole) (?:outstanding |account |remaining )?(?:balance|amount due"
    r"|amount owed|due)\b"
    r"|\btotal (?:owed|owing|bill|amount)\b|\beverything (?:(?:that )?(?:i|we) (?:owe|have|got)"
    r"|outstanding|open|due|that is due|on (?:my|the|our) account)\b"
)
_WEAK_TOTAL = re.compile(
    r"\b(?:everything|(?:all|whatever|what)(?: that)? (?:i|we) (?:owe|have|still owe"
    r"|currently owe)(?: you)?|all of it|it all|the whole (?:thing|lot|amount|enchilada|shebang)"
    r"|(?:the |my )?(?:full|entire|whole|complete) (?:amount|bill|thing|sum|account|payment|price"
    r"|tab)|in full|(?:the |my )?(?:outstanding|remaining) (?:balance|amount)"
    r"|all outstanding(?: charges| balances?)?(?! invoices| bills)|all (?:my|the|our) (?:balance|charges|debt"
    r"|bills? total)|(?:the )?full(?= |$)"
    r"|(?<=pay )all(?=$|[ .!,]*(?:please|now|today|with|on|$))|(?<=pay )(?:the )?total"
    r"|the total(?= (?:on|with|from|to|via|instead|please|using)\b)"
    r"|^(?:the )?total$|^all$|the lot|the works"
    r"|(?<=off )(?:my|the|our) (?:balance|account|tab|debt)|(?:balance|amount) in full)\b"
)
_ZERO_OUT = re.compile(
    r"\b(?:clear|zero out|wipe out|pay off) (?P<w>(?:my|the|our) (?:entire |whole |full )?(?:balance"
    r"|account|tab|debt))\b"
)
_CURRENT = re.compile(
    r"\bcurrent (?:charges?|bill|invoice|month(?:'s)?(?: bill| charges?| invoice)?|statement|amount"
    r"|due)\b|\bcurrent(?=$|[.!]| only| please)"
    r"|(?P<month>\bthis month(?:'s|s)? (?:bill|charges?|invoice|statement|payment|amount|balance"
    r"|one)\b|\b(?:bill|charges?|invoice|statement) (?:for|from|of) this month\b)"
    r"|(?P<latest>\b(?:latest|most recent|newest|last|new) (?:bill|charges?|statement)\b)"
)
_STATUS = re.compile(
    r"\b(?:(?P<open>(?:unpaid|un-?paid|open|outstanding|(?:still )?due|not paid"
    r"|have not (?:been )?paid|unsettled|pending)(?= (?:invoices?|bills?|ones?|items|charges))"
    r"|(?<=invoices )(?:that )?(?:are |is )?(?:still )?(?:unpaid|open|outstanding|due|not paid)"
    r"|(?<=bills )(?:that )?(?:are |is )?(?:still )?(?:unpaid|open|outstanding|due)"
    r"|(?<=invoices )(?:that )?(?:i |we )?(?:have |did |has )?not (?:yet )?(?:been )?(?:pay|paid)"
    r"|(?<=bills )(?:that )?(?:i |we )?(?:have |did |has )?not (?:yet )?(?:been )?(?:pay|paid)|unpaid"
    r"|(?:is|are|still|what is) (?:still )?open|open ones)"
    r"|(?P<paid>(?<=invoices )(?:have |did )?(?:i |we )(?:have )?(?:already )?paid"
    r"|(?<=bills )(?:have |did )?(?:i |we )(?:have )?(?:already )?paid"
    r"|(?:already )?paid(?= (?:invoices?|bills?|ones?))|(?<=invoices )(?:that )?(?:i |we )?(?:have "
    r"|are |were )?(?:already )?paid"
    r"|(?<=bills )(?:that )?(?:i |we )?(?:have |are |were )?(?:already )?paid|^paid$|"
    r"(?<=ones )that are paid))\b"
)
_THING = r"payments?|transactions?|charges?|receipts?|statements?|ones|things"
_COUNT = re.compile(
    r"\b(?:last|past|latest|recent|most recent|previous|newest|upcoming"
    rf"|(?:next|first|top)(?= \d+ (?:\w+ )?(?:{_THING}))) (\d{{1,3}})(?: (?:\w+ )?(?:{_THING})\b)?(?! ?"
    r"(?:(?:\w+ )?(?:invoices?|bills?)\b|ones?\b"
    r"|dollars|days|weeks|months|years|digits|hours|%))\b"
    rf"|\b(\d{{1,3}}) (?:last|latest|most recent|recent|previous|newest|upcoming) (?:\w+ )?(?:{_THING})\b"
    rf"|\b(?:show|list|give|see|send|get)(?: me)?(?: my| the)? (\d{{1,2}}) (?:{_THING})\b"
)
_DOCUMENT = re.compile(
    r"\b(?:(?P<receipt>receipts?|proof of (?:my |the )?payment|payment confirmations?"
    r"|confirmation (?:of (?:my |the )?payment|email|letter|number|slip))"
    r"|(?P<statement>statements?)|(?P<report>reports?)|(?P<invoice>invoices?|bills?|inv))\b"
)


_OPTION = re.compile(
    r"\b(?:(?P<selected_invoices>(?:selected|select|certain|specific|particular|some(?: of)?(?: my"
    r"| the)?) invoices)"
    r"|(?P<fixed_amount>(?:fixed|set|specific|custom|certain) amount))\b"
)


def read_scopes(reading: Reading) -> None:
    """Total balance and current charges."""
    text = reading.text
    for match in _CURRENT.finditer(text):
        reading.add(
            *match.span(), "scope", "current_charges" + (f":{match.lastgroup}" if match.lastgroup else "")
        )
    for match in _OPTION.finditer(text):
        reading.add(*match.span(), "scope", match.lastgroup or "")
    for match in _TOTAL.finditer(text):
        reading.add(*match.span(), "scope", "total_balance")
    for pattern in (_ZERO_OUT, _WEAK_TOTAL):
        for match in pattern.finditer(text):
            reading.add(*match.span("w" if pattern is _ZERO_OUT else 0), "scope", "weak:total_balance")


def read_statuses(reading: Reading) -> None:
    """Open and paid (overdue is read with the invoices)."""
    for match in _STATUS.finditer(reading.text):
        reading.add(*match.span(), "status", match.lastgroup or "")


def read_counts(reading: Reading) -> None:
    """ "My last 3 payments"."""
    for match in _COUNT.finditer(reading.text):
        index = match.lastindex or 1
        if int(match[index]) > 0:
            reading.add(*match.span(index), "count", str(int(match[index])))


def read_documents(reading: Reading) -> None:
    """Words for files: the composer uses them only where a file is asked for."""
    for match in _DOCUMENT.finditer(reading.text):
        reading.add(*match.span(), "document", match.lastgroup or "")
