"""What has been said of the payment under way, and taking parts of it away again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.state import TRAIL_MAX, Conversation, Draft, PayFrame
from nlu.frame import Slots, Target
from payments.contract import Invoice, Method, Selection

SELECTION = ("scope", "amount", "amount_fraction", "invoices", "invoices_except", "amounts")
METHOD = ("method_brand", "method_kind", "method_last4", "method_ref")
NOTHING_SELECTED: dict[str, object] = {
    "scope": None, "amount": None, "amount_fraction": None, "invoices": (), "invoices_except": (), "amounts": (),
}  # fmt: skip
WHAT: frozenset[Target] = frozenset({"scope", "amount", "invoices"})
"""Three names of one question: what to pay. A value for any of them answers it."""


FIELDS: dict[Target, tuple[str, ...]] = {
    "scope": SELECTION, "amount": ("amount", "amount_fraction"), "invoices": ("invoices", "invoices_except", "amounts"),
    "method": METHOD, "date": ("date",), "note": ("note",),
}  # fmt: skip
"""Where the values of each part are."""


def beside_what(state: Conversation, said: tuple[Target, ...]) -> bool:
    """Whether something was said, and what to pay is still open beside it."""
    frame = state.frame
    if not isinstance(frame, PayFrame) or not said or WHAT & set(said):
        return False
    draft = frame.draft
    return draft.ask in WHAT or all(getattr(draft.said, name) in (None, ()) for name in SELECTION)


def changed(old: Slots, new: Slots, said: tuple[Target, ...]) -> tuple[Target, ...]:
    """The parts of `said` whose values are others now."""
    return tuple(part for part in said if any(getattr(old, f) != getattr(new, f) for f in FIELDS[part]))


def without(draft: Draft, part: Target) -> Draft:
    """The draft with nothing said of `part`."""
    said = draft.said
    match part:
        case "amount":
            scope = "selected_invoices" if said.invoices or said.invoices_except else "fixed_amount"
            gone: dict[str, object] = {"amount": None, "amount_fraction": None, "amounts": (), "scope": scope}
        case "invoices":
            gone = {"invoices": (), "invoices_except": (), "amounts": (), "scope": "selected_invoices"}
        case "scope":
            gone = NOTHING_SELECTED
        case "method":
            gone = dict.fromkeys(METHOD)
        case "date" | "note":
            gone = {part: None}
    method = None if part == "method" else draft.method
    return draft.model_copy(update={"said": said.model_copy(update=gone), "method": method})


def refuse(state: Conversation, part: Target, keep: Slots | None = None) -> Conversation:
    """The payment under way without the values of `part`, which cannot be: nothing said later stumbles over them.

    The question for that part stays open until something is said of it, unless `keep` has what is left of it.
    """
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return state
    draft = without(frame.draft, part)
    if keep is None:
        draft = draft.model_copy(update={"ask": part, "refused": True})
    else:
        left = {name: getattr(keep, name) for name in keep.model_fields_set}
        draft = draft.model_copy(update={"said": draft.said.model_copy(update=left), "ask": None, "refused": False})
    return state.on_top(frame.model_copy(update={"draft": draft, "changed": ()}))


def take_away(state: Conversation, part: Target) -> Conversation:
    """The payment under way without that part, at the person's word; it can be gone back to."""
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return state
    draft = without(frame.draft, part).model_copy(update={"ask": None, "refused": False})
    return kept_trail(state, frame, draft, (part,) if draft.said != frame.draft.said else ())


def kept_trail(
    state: Conversation, frame: PayFrame, draft: Draft, changed: tuple[Target, ...]
) -> Conversation:
    """The payment under way as `draft`; what was before can be gone back to."""
    trail = (*frame.trail, frame.draft)[-TRAIL_MAX:] if draft != frame.draft else frame.trail
    after = frame.model_copy(update={"draft": draft, "trail": trail, "changed": changed})
    return state.on_top(after).model_copy(update={"prompt": None})


def still_asked(draft: Draft, said: tuple[Target, ...]) -> Target | None:
    """The refused part that is still to be said after values of the parts `said`."""
    if not draft.refused or draft.ask is None:
        return None
    answered = WHAT & set(said) if draft.ask in WHAT else draft.ask in said
    return None if answered else draft.ask


def as_method(frame: PayFrame, open_: Sequence[Invoice], methods: Sequence[Method]) -> PayFrame:
    """With "4242" as the method that ends so, where it was said of a payment under way and is no open invoice."""
    said = frame.draft.said
    number = said.invoices[0] if len(said.invoices) == 1 else None
    ends = [m for m in methods if m.last4 == number]
    if len(ends) != 1 or not frame.trail or any(i.number.endswith(str(number)) for i in open_):
        return frame
    before = frame.trail[-1]
    slots = before.said.model_copy(update={**dict.fromkeys(METHOD), "method_last4": number})
    draft = before.model_copy(update={"said": slots, "method": None})
    return frame.model_copy(update={"draft": draft, "changed": ("method",) if frame.changed else ()})


def pinned(frame: PayFrame, selection: Selection) -> PayFrame:
    """With places in a list ("#2") as the invoices that they mean now: another list may be shown later."""
    said = frame.draft.said
    if not any(reference.startswith("#") for reference in (*said.invoices, *said.invoices_except)):
        return frame
    meant = {"invoices": selection.invoices, "invoices_except": (), "amounts": selection.amounts}
    return frame.model_copy(
        update={"draft": frame.draft.model_copy(update={"said": said.model_copy(update=meant)})}
    )
