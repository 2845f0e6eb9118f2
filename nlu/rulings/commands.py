"""Orders of a payment in other verbs than "pay": hit my card for it, drop 40 on the bill, have 225 go out. Pure.

Reads the masked form of an utterance: its normal form with a capital letter in the place of each value of the
grammar (see `MASKS`), so that a verb counts only beside money, invoices or a method.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.grammar.edits import Item
from nlu.rulings import orders

MASKS = {
    "amount": "A", "amount_fraction": "A", "scope": "W", "invoices": "I", "invoices_except": "I", "status": "I",
    "method_brand": "M", "method_kind": "M", "method_last4": "M", "method_ref": "M", "date": "D", "period": "P",
    "note": "N", "account": "C", "parts": "T", "count": "K",
}  # fmt: skip
"""The letter that stands for a value; a document ("invoice") stays a word."""

_SMALL = r"(?:(?:my|the|our|this|that|these|those|all|of|a|an|just|another|extra|about|like|whole|entire|down|up|in) )*"
_DEBT = (
    r"(?:A|W|I|P|C|(?:whatever|anything|everything) I|(?:what|whatever|anything|everything)(?: that)? (?:is"
    r"|are|was|i have) (?:\w+ )?I|bills?"
    r"|balance|account|invoices?|charges?|tab|what (?:i|we) owe|what is (?:I|due|owed|left)"
    r"|amount due|debt|it|this|everything)\b"
)
_SETTLES = (
    r"(?:pay|settle|clear|cover|square (?:up|away)|squaring up|take care of|taking care of|knock (?:out|off)|wipe out"
    r"|zero out|get rid of|finish off|close out|catch up on|handle|retire|remit|satisfy|polish off|put through"
    r"|wrap up|get caught up on|make good on|process|submit|authori[sz]e)"
)
_SENDS = (
    r"(?:drop|throw|put|toss|chuck|stick|apply|send|slap|kick in|kick|lay|plunk|plop|shoot|push|post|allocate"
    r"|contribute|pitch in|chip in|transfer|route|remit|give|knock)"
)
_TAKES = r"(?:take|pull|draw|deduct|grab|debit|get|bill|charge|pay)"
_CHARGES = r"(?:hit|charge|bill|debit|ding|run|use|tap)"
_TOWARDS = r"(?:on|onto|at|to|toward|towards|into|against|off|off of|for)"
_BY = r"(?:on|onto|from|with|using|via|through|off|off of|out of|against|by|to)"

_ORDERS = re.compile(
    rf"(?:{_SETTLES} {_SMALL}{_DEBT}(?! (?:later|tomorrow's dinner))"
    rf"|{_CHARGES} {_SMALL}M(?: \w+){{0,3}}? (?:for|with|and pay) {_SMALL}(?:A|W|I|bill|balance|it|this)\b"
    rf"|(?:charge|debit) {_SMALL}M(?: M)*(?: D)?$"
    rf"|{_SENDS} {_SMALL}(?:A|W|I)(?: A)?(?: more| extra| down)? {_TOWARDS} {_SMALL}(?:W|I|C|A|bill|balance|account"
    rf"|invoice|tab|charges|what (?:i|we) owe|it|this)\b"
    rf"|{_SENDS} {_SMALL}(?:A|W|I)(?: D)? (?:on|onto|from|with|using|via|through|against) {_SMALL}M\b"
    rf"|{_TAKES} {_SMALL}(?:A|W|I|payment|it)(?: \w+){{0,3}}? (?:out of|from|off of|off|through|using) {_SMALL}M\b"
    rf"|(?:run|put|place|throw|stick|charge|process) (?:it|this|that|them|all of it|W|I|the \w+)(?: all)? {_BY}"
    rf" {_SMALL}M\b"
    rf"|(?:have|let|get|want|need|make) {_SMALL}(?:A|W|I) (?:to )?(?:be )?(?:go|come|taken|pulled|sent|drawn|deducted"
    r"|charged|paid|applied|debited|processed|settled|cleared|covered|squared|run|put)\b"
    rf"|(?:give|pay|credit|put|apply) {_SMALL}I A\b|square (?:me|us) (?:up|away) (?:for|on) {_SMALL}{_DEBT}"
    rf"|(?:have|let|make|use) {_SMALL}M (?:\w+ )?(?:to )?(?:cover|pay|settle|handle|take care of|clear) {_SMALL}{_DEBT}"
    rf"|(?:schedule|set up|book|line up|queue up|arrange|plan) {_SMALL}(?:payment (?:of|for) )?{_SMALL}(?:A|W|I)"
    rf"(?: \w+){{0,5}}? D\b)"
)
_LEAD = (
    r"(?:^|\b(?:please|kindly|can you|could you|would you|will you|i (?:want|need|would like|am ready|am going"
    r"|have|wish|am looking|am here|am trying|am calling|am texting) (?:you )?(?:guys )?to|(?:i|we) will|let us|let me"
    r"|go ahead and|just|basically|so|now|time to|i want|i need) )"
)
_FILLERS = (
    r"(?:(?:please|just|kindly|also|go ahead and|so|um|uh|and|now|then|okay|hey|hi|hello|yo|well|alright|finally|yeah"
    r"|yes|basically|can you|could you|would you|will you|i (?:want|need|would like) to|i am going to|i will|let us"
    r"|let me|to|really|today|D|like|good morning|good afternoon|good evening|thanks|ok|my friend|you guys"
    r"|(?:the )?paybot)[ ,]+)*"
)
_ORDERED = re.compile(_LEAD + _FILLERS + rf"(?P<o>{_ORDERS.pattern})")
_NOUN = re.compile(
    r"^\W*(?:(?:a|one|make|new|quick|please|hi|hello|yes)[ ,]+)*payment (?:of|for) (?:A|W|I)\b"
    r"(?!.*\b(?:was|were|is|has|had|did|does|bounced|declined|failed|went|got|returned|cleared|posted|pending|wrong"
    r"|missing|back|made|twice)\b)"
)
_WISHES = re.compile(
    r"\b(?:when|whenever|if) (?:you|u) (?:get|have|can|could|would|do not mind|are able)\b[^,.;]{0,24}"
    r"|\bif (?:it is )?(?:possible|okay|ok|that works|that is (?:ok|okay|fine|possible|alright))\b"
)
_BLOCKS = re.compile(
    r"\b(?:if|unless|suppose|supposing|assuming|imagine|whether|hypothetically|until|once|whenever|every (?:month|time"
    r"|week|single)|each month|monthly|automatic(?:ally)?|auto ?pay\w*|recurring|from now on|going forward"
    r"|instead|actually|rather|change|switch|swap|replace|his|her|their|scam|phishing|(?<!no )joke|kidding|jk"
    r"|dream\w*|movie"
    r"|song|game|refund\w*|dispute|split|install?ments|plan|already|yesterday|refuse|hate|cannot|not|never|nobody"
    r"|limit|mistake|error|wrong|by accident|accidentally|someone else|somebody else|default|on file for)\b|\""
)
_BETWEEN_METHODS = re.compile(
    r"\b(?:from|out of) (?:my |the )?M (?:and )?(?:\w+ )?(?:in)?to (?:my |the )?M\b|\b(?:transfer|move|send"
    r"|deposit|add) A (?:in|into|to) (?:my |the )?M\b"
)
_BEFORE = re.compile(
    r"\b(?:said|says|saying|told|tell|tells|wants?(?= me| us| you)|asked|asks|asking|heard|wrote|read|thinks?|how|why"
    r"|when|where|who|what|which|whether|did|does|was|were|had|used to|tried|trying|wanted|supposed|going to have"
    r"|he|she|they|someone|somebody|anyone|mom|dad|wife|husband|boss|remind|remember)\b"
)
_AFTER = re.compile(
    r"\b(?:is that|is it|is there|would that|will that|does that|do you|what happens|never mind|just kidding|forget it"
    r"|no wait|lol|haha)\b|\?"
)


_PAYS_BILL = re.compile(r"\bpay (?:my|the|our|this) (?:bill|invoice|balance)\b")
_NAMED = re.compile(r"\b([IP]) (?:invoices?|bills?|ones?|charges)\b")


def masked(text: str, items: Sequence[Item]) -> str:
    """The normal form with every value of the grammar as one capital letter."""
    out: list[str] = []
    at = 0
    for item in items:
        mask = MASKS.get(item.span.slot)
        if mask is not None and item.start >= at:
            out += [text[at : item.start], mask]
            at = item.end
    return _NAMED.sub(r"\1", "".join([*out, text[at:]]))


def commands(form: str) -> bool:
    """Whether a clause of a masked form orders a payment, in whatever verb, and nothing around takes it back."""
    if not any(mask in form for mask in "AWIM") and not _PAYS_BILL.search(form):
        return False
    plain = _WISHES.sub("", form)
    if _BLOCKS.search(plain) or _BETWEEN_METHODS.search(plain):
        return False
    if _NOUN.search(plain) and "?" not in plain:
        return True
    parts = orders.clauses(plain)
    for at, clause in enumerate(parts):
        match = _ORDERED.search(clause)
        if match is None or orders.hindrance(clause) is not None:
            continue
        if _BEFORE.search(clause[: match.start("o")]) or any(_AFTER.search(part) for part in parts[at + 1 :]):
            continue
        return "?" not in plain or bool(_REQUEST.search(plain))
    return False


def reported(form: str) -> bool:
    """Whether somebody else is said to order or want what a masked form names."""
    for clause in orders.clauses(form):
        match = _ORDERS.search(clause)
        if match is not None and _REPORTER.search(clause[: match.start()]):
            return True
    return False


def between_methods(form: str) -> bool:
    """Whether money goes from one of the person's own accounts to another."""
    return _BETWEEN_METHODS.search(form) is not None


_REPORTER = re.compile(
    r"\b(?:he|she|they|someone|somebody|(?:my|our|the|his|her) \w+) (?:\w+ )?(?:said|says|told|tells|asked|asks|wants?"
    r"|wanted|texted|thinks?|suggested|wrote)\b"
)
_REQUEST = re.compile(r"\b(?:can|could|would|will) you\b|\bplease\b")
