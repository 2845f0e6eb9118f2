"""Whether a text orders a payment, clause by clause, and why not where it only speaks of one. Pure.

Every function reads the normal form of the grammar.
"""

from __future__ import annotations

import re

_CLAUSES = re.compile(
    r"[.;!?\n:]+ |[.;!?\n]+$|, | but | so | (?:and )?then | - |\.\.+| now (?=pay|please)| just (?=pay)"
)
_SUGGESTED = re.compile(
    r"\b(?:(?:would|will) (?:it|you|that)(?: be)?(?: ok| okay| fine| great| possible| mind"
    r"| nice)? if you|if it is not (?:too much )?(?:of )?(?:trouble|a bother|a problem)|(?:i|we)"
    r" would (?:really )?appreciate(?: it)? if you"
    r"|why (?:do not (?:you|we|i)|not)|how about (?:you|we|i)|is it possible for you to"
    r"|could you possibly) "
)
_QUOTED = re.compile(r"\"[^\"]*\"")
_PAY = (
    r"(?:pay|paying|settle|settling|charge|remit|submit|process|send|put|apply|make (?:a|the|my|that"
    r"|this|an?other) (?:\w+ )?payment"
    r"|take care of|clear|square up|schedule|go ahead|cover|debit|get (?:this|my|the|it|that)(?: \w+)? paid)"
)
_SPEAKS = re.compile(
    r"\b(?:pay|pays|paying|paid|payed|payment|settle|charge|charged|charging|pay it|remit|submit|process"
    r"|debit)\b"
)
_VERB = re.compile(rf"\b{_PAY}\b")

_NEGATED = re.compile(
    r"(?:\b(?<!why )not(?! (?:only|forget|worry|wait))|\bnever|\bno way|\brefus\w+|\bwithout|\bstop"
    r"|\bquit|\brather \w+(?: \w+)?(?: \w+)? than"
    r"|\binstead of|\bhold off|\bavoid|\bnobody|\bno one|\bno more|\bno need to|\bno intention"
    rf"|\bno longer|\bhate to|\bunder no circumstances?|\bno(?= pay\b| want\b))\b.*?\b{_PAY}\b"
    rf"|\b{_PAY} (?:nothing|no one|nobody|zero|nada)\b|\bnot {_PAY}|\bnot (?:let|allow|want|send|run"
    r"|make|take)\b.*\b(?:payment|charge|money)\b|\b(?:over my dead body|like hell)\b"
)
_CONDITIONAL = re.compile(
    r"\b(?:if|suppose|supposing|assuming|imagine|unless|whether|hypothetically|what if|let us say"
    r"|in case|once|after|before|until|when(?:ever)?)"
    rf"(?: \w+)? (?:i|we|you|someone|somebody|he|she|they|people|one)\b.*?\b(?:{_PAY}|paid)\b"
    r"|\b(?:i|we) (?:would|might|may)(?! (?:like|love|want|prefer|rather|wish|to\b|appreciate))"
    rf"(?: \w+)? {_PAY}\b"
    r"|\bwish (?:i|we) could\b|\bmaybe (?:i|we)\b"
    rf"|\b(?:thinking|considering|debating|wondering)\b.*\b{_PAY}\b"
    rf"|\b(?:i|we) should (?:\w+ )?{_PAY}\b.*\b(?:soon|sometime|eventually|some ?day|at some point|one of these days)\b"
)
_ASKED_ABOUT = re.compile(
    rf"\b(?:how|why|when|where|what|who|whose|which|whether)\b(?! i (?:owe|want)| you need).*?\b{_PAY}\b"
    r"|^(?:\W|and |so |ok |okay |hi |hey |hello |um |uh |wait )*(?:do|does|did|is|are|am|was|were|has"
    r"|have(?! my (?:checking|savings|card|bank|debit|credit|visa|amex|mastercard|discover))|should|must|had) "
    r"(?:i|we|you|it|there|they|he|she|my|the|that|this|anyone|someone|paying|people"
    rf"|your)\b.*?\b(?:{_PAY}|charging)\b"
    rf"|^will (?:i|it|my|the|that)\b|^(?:can|could|may) (?:somebody|someone|anyone|people|my|he|she|they)\b"
)
_TROUBLE = re.compile(
    r"\b(?:help|trouble|struggl\w+|hard time|problems?|difficult\w*|issues?)(?: (?:me|with|in"
    r"|to))? (?:\w+ )?(?:pay|paying|payments?)\b"
)
_THIRD = re.compile(
    r"\b(?:he|she|they|it|someone|somebody|everyone|everybody|people|who|boss|wife|husband|company"
    r"|insurance|employer|landlord|friend"
    r"|son|daughter|mom|mum|dad|mother|father|brother|sister|roommate|client|clients|customer"
    r"|customers|tenant|tenants|uncle|aunt"
    r"|government|partner|neighbou?r|job|work)(?:'s)?(?: (?:will|would|should|has|have|had|can|could"
    r"|must|never|always|still|does|do|did|is|was"
    r"|also|not|to|supposed|going|needs|need|wants|want|got|better|might|may)){0,4}"
    rf" (?:pays|{_PAY})\b"
    r"|\b(?:my|our|the|his|her|their) (?!visa|card|bank|amex|mastercard|discover|checking|savings|account\b"
    r"|debit|credit"
    r"|payment|bill|invoice|balance|whole|total)\w+ (?:will|would|should|is going to|wants? to|needs? to|has to|can|may"
    rf"|might|is|was)(?: \w+)? {_PAY}\b"
)
_TOLD = re.compile(r"\b(said|says|texted|emailed|messaged|wrote|told|saying|reads)((?: me| us)?) ?[:,-]")
_REPORTED = re.compile(
    r"\b(?:said|says|saying|told|tell|tells|telling|heard|wrote|texted|means|meant|word|phrase|type"
    r"|typing|typed|typed in|reply|replying|button|song|joke|dreamt|dream"
    r"|movie|quote|scam)\b(?! me to| us to).*?"
    rf"\b{_PAY}\b"
)
_OTHER_PAYING = re.compile(
    r"\b(?:pay|paying|send|charge|put) (?:(?:more |close |closer )?attention|(?:a |my |your |our "
    r"|their )?(?:respects?|visit|compliments?|heed|homage|tribute|dues to"
    r"|son|daughter|mom|mum|dad|brother|sister|friend|employees?|staff|workers|landlord|boss|mother"
    r"|father|roommate|taxes|kids?|phone(?! bill)|laptop|battery)\b(?!'?s\b)"
    r"|him\b|her\b|it forward|you back|the price|well\b|no mind\b)|\b(?:pay|paying|send) me\b(?! to)"
    r"|\bit pays\b|\bpays (?:off|to|well)\b|\bpay(?:day| day| raise| cut| grade| stub| slip| rate"
    r"| scale| gap| attention| phone| ?check)\b"
    r"|\b(?:the|my|your|our|good|better|equal|bad|their|his|her|sick|overtime|severance) pay\b"
    r"|\bget paid\b|\bowes?(?:d)? (?:me|us)\b"
    r"|\b(?:going to|will) pay for (?:this|that|it)\b|\b(?:gift|starbucks) cards?\b|\bto pay or not\b"
    r"|\b(?:to|for) (?:my|a) (?:sister|brother|mom|mum|dad|friend|son|daughter|cousin)\b(?!'?s\b)"
)
_STOPPED = re.compile(
    r"^(?:\W|please |ok |hey |can you |could you |i want to )*(?:cancel|undo|contest|dispute|refund|withdraw"
    r"|delete|void)\b"
)
_PURCHASE = re.compile(
    r"\bwould (?:you|anyone|anybody) (?:ever |really |seriously )?pay\b[^.]* for (?:this|that|it|a|an|such)\b"
    r"|\bpay(?:ing)?(?: \$?\d+(?: dollars)?)? (?:for |to )?(?:my |the |a |an |some |our )?(?:uber|lyft"
    r"|taxi|dinner|lunch"
    r"|breakfast|coffee|drinks|groceries|flight|hotel|concert|movie|massage|haircut|pizza|casino|cousin"
    r"|babysitter|nanny)\b(?!'?s\b)|\bpay per view\b"
)
_PAST = re.compile(
    r"\b(?:used|tried|attempted|forgot|promised|planned|had|was going|were going|wanted|meant"
    rf"|supposed)\b.{{0,30}}?\bto {_PAY}\b"
)
_FRAMES = (
    ("past", _PAST), ("stopped", _STOPPED), ("purchase", _PURCHASE),
    ("negated", _NEGATED), ("conditional", _CONDITIONAL), ("asked", _ASKED_ABOUT),
    ("trouble", _TROUBLE), ("third", _THIRD),
    ("reported", _REPORTED), ("other", _OTHER_PAYING),
)  # fmt: skip


def clauses(text: str) -> list[str]:
    """The clauses of a normal form, roughly: enough that a frame in one does not colour the next."""
    said = _TOLD.sub(r"\1\2", _SUGGESTED.sub("", _QUOTED.sub(" ", text)))
    return [clause for clause in _CLAUSES.split(said) if clause]


def hindrance(clause: str) -> str | None:
    """Why a clause that names paying is no order, by name of a frame; None if it is one, or names
    no paying."""
    for name, frame in _FRAMES:
        if frame.search(clause):
            return name
    return None


def orders(text: str) -> bool:
    """Whether some clause orders a payment."""
    return any(_VERB.search(clause) and hindrance(clause) is None for clause in clauses(text))


def speaks_of_paying(text: str) -> bool:
    """Whether paying is named at all."""
    return _SPEAKS.search(text) is not None


def hindrances(text: str) -> set[str]:
    """Why the clauses that name paying, and the text as a whole, are no orders."""
    found = {hindrance(clause) for clause in clauses(text) if _VERB.search(clause) or _SPEAKS.search(clause)}
    if any(_SPEAKS.search(quoted) for quoted in _QUOTED.findall(text)):
        found.add("reported")
    return {name for name in found if name is not None}
