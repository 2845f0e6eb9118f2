"""The pay flow: account -> what -> method -> date -> quote -> confirm -> Pay. Pure and re-entrant.

`advance` starts from what has been said so far and the facts of this turn, and comes to the first question that is
still open, or to the confirmation. Any value can be set or corrected at any time: setting it and advancing again is
all there is to it.
"""

from __future__ import annotations

from bot.effects import PersonSaid
from bot.flows import confirm, drafts, how, what
from bot.flows.access import open_books
from bot.flows.base import Desk, Reply
from bot.state import Conversation, Draft, PayFrame
from nlu.frame import Slots, Target

SELECTION = drafts.SELECTION
METHOD = drafts.METHOD
KEPT = (*SELECTION, *METHOD, "date", "note")
NO_SLOTS = Slots()


def advance(state: Conversation, desk: Desk) -> Reply:
    """The next question, or the confirmation, or why neither can be."""
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return Reply(state)
    books = open_books(state, desk)
    if isinstance(books, Reply):
        return books
    frame = drafts.as_method(frame, books.open, books.methods)
    state = books.access.state.on_top(frame)
    draft = frame.draft
    usable = [m for m in books.methods if m.usable]
    if books.open and not usable:
        return how.add(state, desk, books)
    if draft.ask == "method":
        return how.ask_method(state, desk, usable, "method_which")
    selection = what.settle(state, desk, books, draft)
    if isinstance(selection, Reply):
        return selection
    frame = drafts.pinned(frame, selection)
    state = state.on_top(frame)
    method = how.settle(state, desk, books, draft)
    if isinstance(method, Reply):
        return method
    day = what.pay_on(state, desk, draft.said)
    if isinstance(day, Reply):
        return day
    return confirm.propose(state, desk, frame, books, selection=selection, method=method, day=day)


def start(state: Conversation, slots: Slots) -> Conversation:
    """A payment with what was said already. One that is under way goes on, with this put in its place."""
    if isinstance(state.frame, PayFrame):
        return put(state, slots) if targets(slots) else state
    draft = Draft(said=merge(Slots(), slots))
    return state.model_copy(update={"frames": (*state.frames, PayFrame(draft=draft)), "prompt": None})


def put(
    state: Conversation, slots: Slots, *, corrected: bool = False, target: Target | None = None, add: bool = False
) -> Conversation:
    """The open payment with these values in place of what they replace; what was before can be gone back to.

    `add` puts invoices to those chosen before.
    """
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return state
    if add:
        before = tuple(i for i in frame.draft.said.invoices if i not in slots.invoices)
        slots = slots.model_copy(update={"invoices": (*before, *slots.invoices)})
    asked = state.prompt.kind if state.prompt else None
    still = drafts.still_asked(frame.draft, targets(slots)) if target is None else None
    draft = Draft(
        said=merge(frame.draft.said, slots, asked=asked),
        method=None if how.states_method(slots) else frame.draft.method,
        ask=target or still,
        refused=still is not None,
    )
    changed = drafts.changed(frame.draft.said, draft.said, targets(slots)) if corrected else ()
    return drafts.kept_trail(state, frame, draft, changed)


def choose_method(state: Conversation, method: str) -> Conversation:
    """The open payment with a method picked from a menu."""
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return state
    said = frame.draft.said.model_copy(update=dict.fromkeys(METHOD))
    return drafts.kept_trail(state, frame, Draft(said=said, method=method), ())


def choose_scope(state: Conversation, scope: str) -> Conversation:
    """The open payment with one of the four options; with a question where it needs more."""
    return put(state, Slots.model_validate({"scope": scope}))


def choose_invoices(state: Conversation, numbers: tuple[str, ...]) -> Conversation:
    """The open payment with invoices picked from a menu."""
    return put(state, Slots(invoices=numbers, scope="selected_invoices"))


def pay_now(state: Conversation) -> Conversation:
    """The open payment without a date."""
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return state
    said = frame.draft.said.model_copy(update={"date": None})
    changed: tuple[Target, ...] = ("date",) if frame.draft.said.date is not None else ()
    return drafts.kept_trail(state, frame, Draft(said=said, method=frame.draft.method), changed)


def leave_note(state: Conversation) -> Conversation:
    """Something else was said when the note was asked for: a later word is not taken for the note."""
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return state
    draft = frame.draft.model_copy(update={"ask": None})
    return state.on_top(frame.model_copy(update={"draft": draft})).model_copy(update={"prompt": None})


def go_back(state: Conversation) -> Conversation | None:
    """The payment before the last answer; None at its beginning."""
    frame = state.frame
    if not isinstance(frame, PayFrame):
        return None
    if frame.trail:
        earlier = frame.model_copy(update={"draft": frame.trail[-1], "trail": frame.trail[:-1], "changed": ()})
        return state.on_top(earlier).model_copy(update={"prompt": None})
    if state.prompt is not None and state.prompt.kind in ("scope", "account"):
        return None
    kept = frame.draft.said.model_copy(update={"scope": None, "amount": None, "amount_fraction": None,
                                               "invoices": (), "invoices_except": (), "amounts": ()})  # fmt: skip
    draft = Draft(said=kept, method=frame.draft.method, ask="scope")
    return state.on_top(frame.model_copy(update={"draft": draft, "changed": ()})).model_copy(update={"prompt": None})


def affirm(state: Conversation, desk: Desk, said: PersonSaid, code: str | None) -> Reply:
    """A plain yes to the confirmation that is open."""
    prompt, frame = state.prompt, state.frame
    if prompt is None or prompt.quote is None or not isinstance(frame, PayFrame):
        return confirm.unanswered(state)
    if confirm.expired(prompt, desk.now):
        return _fresh(state, desk)
    if said.incoming.unseen or said.incoming.received_at <= prompt.asked_at:
        return confirm.again(state, desk, prompt, "just_to_be_sure")
    if prompt.code is not None and code != prompt.code:
        return confirm.again(state, desk, prompt, "code_wrong" if code else "code_missing")
    if prompt.code is None and code is not None:
        return confirm.again(state, desk, prompt, "code_not_needed")
    return confirm.pay(state, desk, frame, prompt, said)


def targets(slots: Slots) -> tuple[Target, ...]:
    """Which parts of a payment these values are of."""
    found: list[Target] = []
    if slots.invoices or slots.invoices_except or slots.amounts:
        found.append("invoices")
    elif slots.amount is not None or slots.amount_fraction is not None:
        found.append("amount")
    elif slots.scope is not None:
        found.append("scope")
    if how.states_method(slots):
        found.append("method")
    if slots.date is not None:
        found.append("date")
    if slots.note is not None:
        found.append("note")
    return tuple(found)


def merge(old: Slots, new: Slots, *, asked: str | None = None) -> Slots:
    """`old` with what `new` says in its place; only what a payment needs is kept."""
    values: dict[str, object] = {name: getattr(old, name) for name in KEPT}
    values.update(_selection(old, new, asked))
    if how.states_method(new):
        values.update({name: getattr(new, name) for name in METHOD})
    values["date"] = new.date or old.date
    values["note"] = new.note or old.note
    return Slots.model_validate(values)


def _selection(old: Slots, new: Slots, asked: str | None) -> dict[str, object]:
    """What to pay, as one whole: a new choice replaces the old one, an amount narrows chosen invoices."""
    fresh: dict[str, object] = {name: getattr(new, name) for name in SELECTION}
    picked = {"invoices": old.invoices, "invoices_except": old.invoices_except, "scope": "selected_invoices"}
    if new.invoices:
        if asked == "invoices" and new.amount is None and not new.amounts:
            fresh["amount"] = old.amount
        return {**fresh, "scope": "selected_invoices"}
    if new.invoices_except:
        except_all = (*old.invoices_except, *new.invoices_except)
        return {**fresh, "invoices": old.invoices, "invoices_except": except_all, "scope": "selected_invoices"}
    narrows = new.amount is not None or new.amount_fraction is not None
    if narrows and (old.invoices or old.invoices_except):
        return {**fresh, **picked}
    if new.amount_fraction is not None and new.scope is None and old.amount is None:
        return {**fresh, "scope": old.scope}
    if narrows or new.scope is not None:
        return fresh
    return {name: getattr(old, name) for name in SELECTION}


def _fresh(state: Conversation, desk: Desk) -> Reply:
    """The yes came too late: a new quote, shown anew."""
    reply = advance(state.model_copy(update={"prompt": None}), desk)
    prompt = reply.state.prompt
    if prompt is None or prompt.kind != "confirm":
        return reply
    return confirm.again(reply.state, desk, prompt, "prompt_expired")
