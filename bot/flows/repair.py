"""Repair that works in every flow: cancel, back, restart, repeat, small talk, not understood. Pure."""

from __future__ import annotations

from typing import Literal

from bot.commands import Reading
from bot.effects import Escalate, Say, Value
from bot.flows import confirm, pay
from bot.flows.access import choose
from bot.flows.base import Desk, Reply, ask, menu, sentence, tell
from bot.state import Conversation, PayFrame, Prompt
from bot.wording import innermost, money

UNCLEAR_PERSON = 3
"""So many messages in a row that were not understood, and a person is offered."""


def cancel(state: Conversation) -> Reply:
    """Drops what is on top, and says what was dropped and that nothing was charged.

    A change that the person wanted to make is dropped first, and the payment stays as it was.
    """
    frame = state.frame
    if isinstance(frame, PayFrame) and frame.draft.ask and not frame.draft.refused and frame.trail:
        return back(state)
    dropped = state.prompt.quote if state.prompt else None
    closed = state.model_copy(update={"frames": state.frames[:-1], "prompt": None, "pending": ()})
    if frame is None and state.prompt is None:
        key = "cancel_too_late_paying" if state.paying else "nothing_to_cancel"
        return tell(closed, key, **total_of(state))
    if not isinstance(frame, PayFrame):
        return tell(closed, "dropped", "again")
    if dropped is not None:
        return tell(closed, "dropped_total", "again", total=money(dropped.total, dropped.currency))
    return tell(closed, "dropped_payment", "again")


def back(state: Conversation) -> Reply:
    """One answer back."""
    earlier = pay.go_back(state)
    if earlier is not None:
        return Reply(earlier, next="go_on")
    return tell(state, "at_the_beginning" if state.frames else "nothing_to_go_back", "again")


def restarted(state: Conversation) -> Conversation:
    """Everything under way dropped; a payment begins anew."""
    frames = (PayFrame(),) if any(isinstance(f, PayFrame) for f in state.frames) else ()
    return state.model_copy(update={"frames": frames, "prompt": None, "pending": (), "unclear": 0})


def restart(state: Conversation, desk: Desk) -> Reply:
    if state.frames:
        return tell(state, "starting_over", "go_on")
    return tell(state, "help", **desk.company())


def repeat(state: Conversation, desk: Desk) -> Reply:
    """What was said last, word for word; a confirmation that has expired is quoted anew instead."""
    prompt = state.prompt
    if prompt is not None and prompt.kind == "confirm" and confirm.expired(prompt, desk.now):
        return Reply(state.model_copy(update={"prompt": None}), next="go_on")
    if not state.last:
        return tell(state, "help", **desk.company())
    if prompt is not None and all(innermost(s).text != innermost(prompt.say).text for s in state.last):
        return Reply(state, next="again")
    if prompt is not None:
        state = state.model_copy(update={"prompt": prompt.model_copy(update={"asked_at": desk.now})})
    return Reply(state, tuple(s.model_copy(update={"key": None}) for s in state.last))


def chat(state: Conversation, desk: Desk, kind: Literal["greet", "thank", "goodbye"]) -> Reply:
    """Small talk. What is open is put again after a greeting; after thanks or a goodbye, a reminder is enough."""
    prompt = state.prompt
    if kind == "greet":
        return tell(state, "greet_again" if prompt else "greet", "again", company=desk.context.company.name)
    if prompt is None:
        return tell(state, kind, "again" if state.frames else "rest")
    if prompt.kind != "confirm":
        return tell(state, f"{kind}_open")
    if confirm.expired(prompt, desk.now):
        return tell(state, kind, "again")
    values = carried(prompt)
    return tell(state, f"{kind}_waiting", total=values["total"], reply=values["reply"])


def unclear(
    state: Conversation, desk: Desk, readings: tuple[Reading, ...], *, first: str = "unclear_again"
) -> Reply:
    """First what was asked, put again; then what can be said; then a person."""
    times = state.unclear
    state = state.model_copy(update={"unclear": times + 1})
    if times + 1 >= UNCLEAR_PERSON:
        reply = tell(state, "unclear_person", "again", **desk.company())
        escalate = Escalate(reason="not understood", account=state.account)
        return Reply(state, (*reply.effects, escalate) if times + 1 == UNCLEAR_PERSON else reply.effects, "again")
    if len(readings) > 1 and state.prompt is None:
        return _which(state, desk, readings)
    if times == 0 and state.prompt is not None and state.prompt.kind == "amount":
        return ask(state, desk, "amount", Say(text="amount_unreadable", values=carried(state.prompt)))
    if times == 0 and state.prompt is not None:
        return tell(state, "unclear_confirm" if state.prompt.kind == "confirm" else first, "again")
    if times == 0:
        return tell(state, "unclear")
    return tell(state, "unclear_help", "again", **desk.company())


def carried(prompt: Prompt) -> dict[str, Value]:
    """The values of what was asked, for the same question in other words."""
    return dict(innermost(prompt.say).values)


def _which(state: Conversation, desk: Desk, readings: tuple[Reading, ...]) -> Reply:
    items: list[tuple[str, Value]] = [(str(n), sentence(f"reading_{r.intent}")) for n, r in enumerate(readings)]
    say = Say(text="unclear_which", options=menu(state, desk, items))
    prompt = Prompt(kind="clarify", say=say, asked_at=desk.now, readings=tuple(r.command for r in readings))
    return ask(state, desk, "clarify", say, prompt=prompt)


def switched(state: Conversation, desk: Desk) -> Reply:
    """Says which account it is now, and goes on with what is open."""
    chosen = choose(state, desk)
    if isinstance(chosen, Reply):
        return chosen
    state, _, ref = chosen
    return tell(state, "account_now", "go_on", name=ref.name, number=ref.number)


def total_of(state: Conversation) -> dict[str, Value]:
    """The payment that is on its way."""
    if not state.paying:
        return {}
    quote = state.paying[-1].quote
    return {"total": money(quote.total, quote.currency)}
