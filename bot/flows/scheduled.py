"""Cancelling a payment that is set for a later day: which one, then a yes, then the service is asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from actions.calls import CancelScheduled, PaymentAnswered, Refused, Result
from bot.effects import Act, Say, Value
from bot.flows.access import open_account
from bot.flows.base import Desk, Reply, ask, event_id, menu, sentence, tell
from bot.flows.outcome import draft_of
from bot.state import ANNOUNCED_MAX, CancelFrame, Cancelling, Conversation, Draft, PayFrame
from bot.wording import NOTHING, day, money, payment_values
from nlu.frame import Slots
from payments.contract import Payment


def start(state: Conversation, slots: Slots, *, moved: bool) -> Conversation:
    """Put on top of what is under way, which goes on afterwards."""
    frames = tuple(f for f in state.frames if not isinstance(f, CancelFrame))
    frame = CancelFrame(slots=slots, moved=moved)
    return state.model_copy(update={"frames": (*frames, frame), "prompt": None})


def choose(state: Conversation, payment: str) -> Conversation:
    frame = state.frame
    if not isinstance(frame, CancelFrame):
        return state
    return state.on_top(frame.model_copy(update={"payment": payment})).model_copy(update={"prompt": None})


def advance(state: Conversation, desk: Desk) -> Reply:
    """Which payment, then whether to cancel it."""
    frame = state.frame
    access = open_account(state, desk)
    if isinstance(access, Reply) or not isinstance(frame, CancelFrame):
        return access if isinstance(access, Reply) else Reply(state)
    state = access.state
    found = desk.facts.scheduled(access.ref.number)
    if not found:
        return tell(_done(state), "scheduled_none", "again", name=access.account.name)
    matches = _matching(found, frame)
    if len(matches) == 1:
        return _confirm(state, desk, frame, matches[0])
    key = "scheduled_which" if matches else "scheduled_no_match"
    items: list[tuple[str, Value]] = [(p.id, sentence("scheduled_line", **_values(p))) for p in (matches or found)]
    return ask(state, desk, "which_scheduled", Say(text=key, options=menu(state, desk, items)))


def affirm(state: Conversation, desk: Desk) -> Reply:
    """The yes: the service is asked to cancel; its answer is the reply."""
    frame, prompt = state.frame, state.prompt
    if not isinstance(frame, CancelFrame) or frame.payment is None or prompt is None or state.account is None:
        return tell(state, "nothing_waiting", "again")
    action = f"cancel:{frame.payment}:{event_id(desk.cause)}"
    to = frame.slots.date if frame.moved else None
    cancelling = Cancelling(action=action, payment=frame.payment, moved=frame.moved, date=to)
    state = _done(state).model_copy(update={"cancelling": (*state.cancelling, cancelling)})
    return Reply(state, (Act(id=action, call=CancelScheduled(account=state.account or "", payment=frame.payment)),))


def deny(state: Conversation) -> Reply:
    return tell(_done(state), "scheduled_kept", "again")


def finished(state: Conversation, desk: Desk, cancelling: Cancelling, result: Result) -> Reply:
    """The service's answer to the cancelling."""
    left = tuple(c for c in state.cancelling if c != cancelling)
    closed = state.model_copy(update={"cancelling": left})
    match result:
        case PaymentAnswered() if result.payment.status == "canceled":
            key = f"canceled:{result.payment.id}"
            if key in state.announced:
                return Reply(closed)
            closed = closed.model_copy(update={"announced": (*state.announced, key)[-ANNOUNCED_MAX:]})
            text = "canceled_move" if cancelling.moved else "canceled"
            closed = _set_anew(closed, result.payment, cancelling) if cancelling.moved else closed
            say = Say(text=text, values=payment_values(result.payment), key=key)
            return Reply(closed, (say,), "again")
        case PaymentAnswered():
            return tell(closed, "cancel_too_late", "again", **payment_values(result.payment))
        case Refused():
            return tell(closed, "cancel_refused", "again", **desk.company())
        case _:
            key = f"cancel_delayed:{cancelling.action}"
            if key in state.announced:
                return Reply(state)
            state = state.model_copy(update={"announced": (*state.announced, key)[-ANNOUNCED_MAX:]})
            return Reply(state, (Say(text="cancel_delayed", key=key),), "again")


def _set_anew(state: Conversation, payment: Payment, cancelling: Cancelling) -> Conversation:
    """The same payment under way again, for the new day; asked for where none was said."""
    draft = draft_of(payment)
    said = draft.said.model_copy(update={"date": cancelling.date})
    frame = PayFrame(draft=Draft(said=said, method=payment.method.id, ask=None if cancelling.date else "date"))
    return state.model_copy(update={"frames": (*state.frames, frame), "prompt": None})


def _confirm(state: Conversation, desk: Desk, frame: CancelFrame, payment: Payment) -> Reply:
    state = state.on_top(frame.model_copy(update={"payment": payment.id}))
    key = "cancel_to_move" if frame.moved else "cancel_confirm"
    return ask(state, desk, "cancel_scheduled", Say(text=key, values=_values(payment)))


def _matching(found: Sequence[Payment], frame: CancelFrame) -> list[Payment]:
    if frame.payment is not None:
        return [p for p in found if p.id == frame.payment]
    date = frame.slots.date_from or (None if frame.moved else frame.slots.date)
    amount = frame.slots.amount
    matches = [p for p in found if date is None or p.pay_on == date]
    return [p for p in matches if amount is None or p.amount == amount]


def _values(payment: Payment) -> dict[str, Value]:
    return {
        "total": money(payment.amount, payment.currency),
        "date": day(payment.pay_on, said=payment.created_at.date()) if payment.pay_on else NOTHING,
    }


def _done(state: Conversation) -> Conversation:
    return state.model_copy(update={"frames": state.frames[:-1], "prompt": None})
