"""Deterministic corrections of the learned intent ranking: the contract's rulings, and safety.

orders.py says whether a text orders a payment; yes.py whether a yes is plain. A correction applies only
where the
learned first choice is one of the intents that it is known to be confused with, so the classifier is
overruled
only in the frames that the contract decides. Pure; standard library only, since training imports it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.grammar import edits
from nlu.grammar.lexicon_en import words_of
from nlu.grammar.normal import LIMIT, normalise
from nlu.grammar.spans import Span
from nlu.rulings import asides, orders, yes
from nlu.rulings import commands as other
from nlu.rulings import patterns as p

__all__ = ["rule"]

_OTHER_BUSINESS = (
    (p.AUTOMATIC, "enroll_autopay"), (p.STOPS_A_PAYMENT, "cancel_scheduled_payment"),
    (p.SAVES_A_METHOD, "add_payment_method"), (p.MAKES_DEFAULT, "set_default_payment_method"),
    (p.RATHER, "change"),
)  # fmt: skip
_SURE = 0.9
"""Confidence of an intent that a ruling decides."""
_UNSURE = 0.45
"""Confidence, at most, of what is left when the first choice is ruled out: the bot should ask."""
_PAYING = frozenset({"make_payment", "affirm"})
_LOOSE = frozenset({"make_payment", "affirm", "inform", "change"})
_VALUES = frozenset(
    {
        "amount", "amount_fraction", "invoices", "invoices_except", "method_brand", "method_kind",
        "method_last4",
        "method_ref", "date", "note",
    }
)  # fmt: skip


_TAKEN_OUT = _VALUES | {"scope", "status", "period", "account", "parts", "count"}
_MISTAKEN_FOR_VALUES = frozenset(
    {
        "make_payment",
        "change",
        "affirm",
        "deny",
        "switch_account",
        "reschedule_payment",
        "payment_plan",
        "out_of_scope",
    }
)


_UNUSUAL = words_of("""
    out_of_scope inform change list_payments list_invoices list_scheduled_payments list_payment_methods
    remove_payment_method check_balance check_due_date check_autopay goodbye thank greet help cancel
    deny
""")
"""What an order in an unusual verb is taken for."""
_RIDER = 14
"""Words, at most, of a yes with something added; what is longer only opens with a filler like "yeah hi so"."""


@dataclass(frozen=True, slots=True)
class _Saying:
    """An utterance as the rulings look at it."""

    text: str
    """Its normal form, a note left out: what a note says is no wording of the order."""
    rest: str
    """The normal form without the grammar's values."""
    slots: frozenset[str]
    """The slots of all values."""
    standing: tuple[tuple[int, str], ...]
    """Offset and slot of the values that are not taken back."""
    refused: bool
    """Whether some value is refused ("not the visa")."""
    amounts: int
    dates: int
    orders: bool
    asks: bool
    form: str
    """The masked form (see `nlu.rulings.commands`)."""
    commanded: bool
    """Whether a payment is ordered in so many words, whatever the verb."""

    def stands(self, after: int = 0) -> bool:
        """Whether a value stands, from some offset on."""
        return any(slot in _VALUES and start >= after for start, slot in self.standing)


def _saying(text: str, spans: Sequence[Span]) -> _Saying:
    normal = normalise(text)
    items = edits.items_of(normal, spans)
    kept, refused = edits.settle(normal.text, items)
    read = _blanked(normal.text, [item for item in items if item.span.slot == "note"])
    form = other.masked(normal.text, items)
    commanded = other.commands(form)
    return _Saying(
        text=read,
        rest=_blanked(normal.text, [item for item in items if item.span.slot in _TAKEN_OUT]),
        slots=frozenset(item.span.slot for item in items),
        standing=tuple((item.start, item.span.slot) for item in kept),
        dates=sum(item.span.slot == "date" for item in kept),
        refused=bool(refused),
        amounts=sum(item.span.slot in ("amount", "amount_fraction") for item in items),
        orders=commanded or orders.orders(read),
        form=form,
        commanded=commanded,
        asks=bool(p.QUESTION.search(read)),
    )


def _blanked(text: str, items: Sequence[edits.Item]) -> str:
    """The text with spaces in the place of the items, so that offsets stay."""
    for item in items:
        text = text[: item.start] + " " * (item.end - item.start) + text[item.end :]
    return text


def rule(text: str, spans: Sequence[Span], ranking: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The ranking, corrected: sorted, confidences in 0..1. Deterministic; never raises.

    `spans` are the grammar's of the same text. A text too long to be read whole is neither an order nor a
    yes.
    """
    ranked = sorted(ranking, key=lambda pair: -pair[1])
    if not ranked:
        return []
    saying = _saying(text, spans)
    forced = _forced(saying, ranked[0][0])
    if forced is not None and forced != ranked[0][0]:
        ranked = _promoted(ranked, forced)
    top = ranked[0][0]
    if top in _PAYING and len(text) > LIMIT:
        return _without(ranked, _PAYING)
    if (top == "make_payment" and _no_order(saying)) or (top == "affirm" and not _agrees(saying)):
        banned = {top} if saying.orders else _PAYING
        ranked = _without(ranked, banned)
    return ranked


def _forced(saying: _Saying, top: str) -> str | None:
    """The intent that a ruling of the contract gives to the utterance; None where none speaks."""
    if (intent := asides.aside(saying.form, top)) is not None:
        return intent
    for ruling in (
        _commanded,
        _beside_paying,
        _not_an_order,
        _refusal,
        _with_yes,
        _with_replacement,
        _other_business,
        _bare_values,
    ):
        intent = ruling(saying, top)
        if intent is not None:
            return intent
    return None


def _commanded(saying: _Saying, top: str) -> str | None:
    """An order in an unusual verb, taken for something else."""
    if yes.starts_with_yes(saying.text) and len(saying.text.split()) <= _RIDER:
        return None
    if not saying.commanded or top not in _UNUSUAL or "parts" in saying.slots or p.IN_PARTS.search(saying.text):
        return None
    if saying.amounts > 1 and (saying.dates > 1 or p.NOW_AND_LATER.search(saying.text)):
        return None
    return "make_payment"


def _beside_paying(saying: _Saying, top: str) -> str | None:
    """Orders and questions around paying that are taken for other business."""
    text = saying.text
    if p.RATHER_THAN_PAY.search(text) and top in (*_LOOSE, "out_of_scope"):
        return "deny"
    if p.TERMS.search(text) and top in (*_LOOSE, "check_balance", "check_due_date", "help"):
        return "ask_terms"
    if top == "inform" and p.LAST_FEW.fullmatch(text):
        return "list_invoices"
    if top == "inform" and "count" in saying.slots and p.PAYMENTS.search(text):
        return "list_payments"
    if top in ("change", "payment_plan", "list_payments") and _ends_in_order(saying, top):
        return "make_payment"
    return None


def _ends_in_order(saying: _Saying, top: str) -> bool:
    """Whether the last clause that says "pay" opens with it, and nothing takes it back or puts it off."""
    text = saying.text
    if p.CORRECTS.search(text) or p.REPLACES_FIRST.search(text) or p.IN_PARTS.search(text) or saying.asks:
        return False
    if "parts" in saying.slots or saying.amounts > 2 or p.CANNOT.search(text) or p.RATHER.search(text):
        return False
    clauses = orders.clauses(text)
    if top == "payment_plan" and len(clauses) < 2:
        return False
    paying = [clause for clause in clauses if p.PAY_WORD.search(clause)]
    if not paying or not p.ORDERS_FIRST.search(paying[-1]) or orders.hindrance(paying[-1]) is not None:
        return False
    return orders.hindrances(text) <= {"past", "negated"} and not p.ADDS.search(text)


def _not_an_order(saying: _Saying, top: str) -> str | None:
    """ "If I pay", "can I pay by check", "how do I pay", "I paid", "I can't pay"."""
    if top not in _LOOSE and top not in ("deny", "help", "out_of_scope", "payment_plan", "cancel"):
        return None
    text = saying.text
    if (
        p.HOW_TO_PAY.search(text)
        and top not in ("payment_plan", "out_of_scope")
        and "other" not in orders.hindrances(text)
    ):
        return "help"
    if top in _LOOSE or top == "help":
        if p.IF_PAYING.search(text) and not saying.orders:
            return "payment_plan" if "amount_fraction" in saying.slots and not saying.asks else "ask_terms"
        if p.ASKS_WHETHER.search(text):
            return "ask_terms"
    if saying.orders or top == "out_of_scope":
        return None
    if top in (*_PAYING, "cancel", "deny") and orders.hindrances(text) & {"other", "purchase"} and not saying.stands():
        return "out_of_scope"
    if p.CANNOT.search(text):
        return "payment_plan"
    if top in _LOOSE and (p.PAST.search(text) or (p.HAPPENED.search(text) and not saying.asks)):
        return "list_payments"
    return None


def _refusal(saying: _Saying, top: str) -> str | None:
    """ "Don't pay it"; a payment already set for a date is cancelled instead."""
    if top not in _LOOSE and top != "deny":
        return None
    if saying.orders or "negated" not in orders.hindrances(saying.text):
        return None
    if p.FUTURE_PAYMENT.search(saying.text) and "date" in saying.slots:
        return "cancel_scheduled_payment"
    used = p.USES.search(saying.text)
    if used is not None and saying.stands(after=used.end()):
        return "change"
    if saying.asks:
        return None
    return "deny"


def _with_yes(saying: _Saying, top: str) -> str | None:
    """A yes that alters something is a change; one that only repeats itself is a yes."""
    if top in ("out_of_scope", "help", "ask_terms") and p.YES_TO_THE_END.search(saying.text):
        return "affirm" if yes.plain(saying.text, saying.rest, values=bool(saying.slots & _VALUES)) else None
    if not yes.starts_with_yes(saying.text) or saying.asks:
        return None
    rest = yes.rest_after_yes(saying.text)
    if top in ("ask_terms", "out_of_scope", "help") and saying.stands() and p.PROVIDED.search(rest):
        return "change"
    if top not in ("make_payment", "affirm", "inform", "deny", "change"):
        return None
    ordered = top == "make_payment" and saying.orders and not p.ALTERS_STRONGLY.search(rest)
    altered = saying.stands() or p.TARGET_CHANGED.search(rest)
    if (
        altered
        and not ordered
        and p.ALTERS.search(rest)
        and top in ("affirm", "inform", "make_payment", "deny")
    ):
        return None if yes.plain(saying.text, saying.rest, values=True) else "change"
    if top in ("make_payment", "inform") and yes.plain(
        saying.text, saying.rest, values=bool(saying.slots & _VALUES)
    ):
        return "affirm"
    return None


def _with_replacement(saying: _Saying, top: str) -> str | None:
    """Replace wording makes a change, unless the sentence gives its own order and corrects itself."""
    text = saying.text
    if saying.asks and top != "change":
        return None
    if top == "change":
        corrected = p.CORRECTS.search(text)
        if corrected and orders.orders(text[: corrected.start()]) and saying.stands(after=corrected.end()):
            return "make_payment"
        return None
    if not (saying.stands() or "scope" in saying.slots) or top not in ("inform", "make_payment", "deny"):
        return None
    if top == "deny":
        return "change" if p.NO_FIRST.search(text) and not orders.hindrances(text) else None
    if saying.refused and not saying.orders and saying.stands():
        return "change"
    if p.REPLACES_FIRST.search(text) or (top == "inform" and p.CORRECTS.search(text)):
        return "change"
    return None


def _bare_values(saying: _Saying, top: str) -> str | None:
    """Values with nothing around them but small words answer a question of the bot."""
    if (
        top not in _MISTAKEN_FOR_VALUES
        or saying.asks
        or not saying.slots & (_VALUES | {"scope", "status"})
        or saying.slots & {"account", "note"}
    ):
        return None
    if p.DIFFERENT.search(saying.text):
        return None
    return "inform" if p.BARE_FILLER.fullmatch(saying.rest) else None


def _other_business(saying: _Saying, top: str) -> str | None:
    """What is taken for an order to pay now, but is auto pay, a plan, a saved method, a stopped payment, a
    note."""
    if (
        top == "make_payment"
        and not saying.asks
        and not saying.orders
        and p.ONLY_A_NOTE.search(saying.text)
        and "note" in saying.slots
    ):
        return "inform"
    if (
        top in ("make_payment", "inform", "out_of_scope", "affirm")
        and saying.slots == {"account"}
        and not saying.asks
    ):
        return "switch_account" if p.FOR_SOMEBODY.fullmatch(saying.rest) else None
    if top != "make_payment" or saying.asks:
        return None
    text = saying.text
    if p.CHANGES_FIRST.search(text):
        return "change"
    if (
        "parts" in saying.slots
        or p.IN_PARTS.search(text)
        or (saying.amounts > 1 and (saying.dates > 1 or p.NOW_AND_LATER.search(text)))
    ):
        return "payment_plan"
    if p.SAVES_ONLY.search(saying.form):
        return "add_payment_method"
    for pattern, intent in _OTHER_BUSINESS:
        if pattern.search(text):
            return intent
    return (
        "change"
        if "invoices_except" in saying.slots and "invoices" not in saying.slots and not saying.orders
        else None
    )


def _no_order(saying: _Saying) -> bool:
    """Whether paying is named, but every time negated, conditional, asked about, or somebody else's."""
    if p.SHOWS.search(saying.text) or p.DONE_BEFORE.search(saying.text) or p.NO_PAYING.search(saying.text):
        return True
    if other.between_methods(saying.form) or (other.reported(saying.form) and not saying.orders):
        return True
    if p.WANTS_A_FILE.search(saying.text) and not saying.commanded:
        return True
    if p.STATES.search(saying.text) and not saying.orders and not p.REQUESTS.search(saying.text):
        return True
    if not saying.slots and not p.EVIDENCE.search(saying.text):
        return True
    if yes.starts_with_yes(saying.text) and not saying.orders and not saying.stands():
        return True
    if p.ASKS_LAST.search(saying.text) and not p.REQUESTS.search(saying.text):
        return True
    return not saying.orders and (
        bool(orders.hindrances(saying.text)) or p.ASKS_FIRST.search(saying.text) is not None
    )


def _agrees(saying: _Saying) -> bool:
    if orders.hindrances(saying.text):
        return False
    return yes.plain(saying.text, saying.rest, values=bool(saying.slots & (_TAKEN_OUT - {"scope", "status"})))


def _promoted(ranked: list[tuple[str, float]], intent: str) -> list[tuple[str, float]]:
    own = dict(ranked).get(intent, 0.0)
    sure = max(_SURE, own)
    left = (1.0 - sure) / (1.0 - own) if own < 1.0 else 0.0
    others = [(name, confidence * left) for name, confidence in ranked if name != intent]
    return [(intent, sure), *others]


def _without(ranked: list[tuple[str, float]], banned: frozenset[str] | set[str]) -> list[tuple[str, float]]:
    """The ranking with the banned intents last at zero and the rest no surer than `_UNSURE`."""
    kept = [(name, confidence) for name, confidence in ranked if name not in banned]
    total = sum(confidence for _, confidence in kept)
    if total <= 0:
        kept = [("out_of_scope", 1.0), *[(name, 0.0) for name, _ in kept if name != "out_of_scope"]]
        total = 1.0
    scaled = [(name, min(_UNSURE, confidence / total)) for name, confidence in kept]
    return [*scaled, *[(name, 0.0) for name, _ in ranked if name in banned]]
