"""The core: `step(state, event, context) -> Step(state, effects)`. Pure, synchronous, and total.

One event is worked out from the state before it. Where a fact is missing, the state says what is awaited and the
effects are the Acts that ask for it; each answer comes back as ActionFinished, and when all are in, the event is
worked out again from the start with them. So a turn leaves either everything of itself in the state, or nothing.

    PersonSaid       -> understand -> commands -> prepare (what was said) -> answer (what is replied) -> what is open
    ActionFinished   -> the answer to a read, or what became of a confirmed payment
    PaymentChanged   -> what became of a payment, told by the service
    OptChanged       -> silenced: nothing is open any more
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from bot.commands import (
    Affirm,
    Ask,
    Cancel,
    Chat,
    Choose,
    Command,
    Restart,
    Resume,
    StartFlow,
    SwitchAccount,
    Unclear,
    Unreadable,
)  # fmt: skip
from bot.context import Company, Context
from bot.effects import Act, ActionFinished, Effect, Event, Line, OptChanged, PaymentChanged, PersonSaid, Say
from bot.flows import carry, outcome, repair, scheduled
from bot.flows.base import Desk, Reply, event_id, tell
from bot.flows.facts import Facts, Needed, Unreachable
from bot.state import FLOW_IDLE, INTRODUCED, Asked, Conversation, Prompt, Turn
from bot.understand import answers, understand
from bot.wording import led, named

__all__ = ["Company", "Context", "Step", "step"]

ACTS_PER_TURN_MAX = 12
"""A turn that needs more reads than this is given up, with words."""


REMARKS = frozenset({
    "unclear_again", "unclear_confirm", "pick_one", "greet_again", "noted",
    "unreadable_picture", "unreadable_empty", "unreadable_symbols", "unreadable_long", "thank",
    "at_the_beginning", "starting_over", "account_now", "dropped", "dropped_payment", "dropped_total", "scheduled_kept",
})  # fmt: skip
"""Wordings short enough to stand before a question in the same message."""


@dataclass(frozen=True)
class Step:
    """The state after an event, and what is to be done."""

    state: Conversation
    effects: tuple[Effect, ...] = ()


def step(state: Conversation, event: Event, context: Context) -> Step:
    """What one event makes of the conversation. Never raises, on any event in any state."""
    turn, before = state.turn, state.model_copy(update={"turn": None})
    if isinstance(event, ActionFinished):
        if turn is not None and event.action in turn.awaiting:
            turn = turn.answered(event.action, event.result)
            waiting = bool(turn.awaiting)
            return Step(before.model_copy(update={"turn": turn})) if waiting else _work(before, turn, context)
        if not _expected(state, event.action):
            return Step(state)
    return _work(before, Turn(cause=event), context)


def _silenced(state: Conversation) -> Conversation:
    """Nothing that was asked before an opt-out can be answered after it."""
    return state.model_copy(update={"frames": (), "prompt": None, "pending": ()})


def _expected(state: Conversation, action: str) -> bool:
    return any(action == p.action for p in state.paying) or any(action == c.action for c in state.cancelling)


def _work(before: Conversation, turn: Turn, context: Context) -> Step:
    desk = Desk(context, Facts(turn.asked), turn.cause)
    try:
        reply = _handle(before, desk)
    except Needed as needed:
        if len(turn.asked) + len(needed.calls) > ACTS_PER_TURN_MAX:
            return _finish(before, desk, _unreachable(before, desk))
        start = len(turn.asked)
        asked = tuple(Asked(action=f"{event_id(turn.cause)}:{start + n}", call=c) for n, c in enumerate(needed.calls))
        waiting = turn.model_copy(update={"asked": (*turn.asked, *asked)})
        return Step(before.model_copy(update={"turn": waiting}), tuple(Act(id=a.action, call=a.call) for a in asked))
    except Unreachable:
        reply = _unreachable(before, desk)
    return _finish(before, desk, reply)


def _handle(before: Conversation, desk: Desk) -> Reply:
    match desk.cause:
        case PersonSaid():
            return _person_said(before, desk, desk.cause)
        case ActionFinished():
            return _moved(before, desk, _outcome(before, desk, desk.cause))
        case PaymentChanged():
            return _moved(before, desk, outcome.changed(before, desk, desk.cause.payment))
        case OptChanged():
            return Reply(_silenced(before) if desk.cause.out else before)


def _outcome(state: Conversation, desk: Desk, event: ActionFinished) -> Reply:
    paying = next((p for p in state.paying if p.action == event.action), None)
    if paying is not None:
        return outcome.finished(state, desk, paying, event.result)
    cancelling = next((c for c in state.cancelling if c.action == event.action), None)
    return scheduled.finished(state, desk, cancelling, event.result) if cancelling else Reply(state)


def _moved(before: Conversation, desk: Desk, reply: Reply) -> Reply:
    """Something was said that the person did not ask for just now: what is open is put anew, with a code."""
    if not reply.effects:
        return reply
    state = reply.state
    if before.prompt is not None:  # a yes on its way was meant for that one
        state = state.model_copy(update={"moved_at": desk.now})
    reply = replace(reply, state=state)
    if reply.next != "again" or not (state.frames or state.prompt):
        return replace(reply, next="rest")
    try:
        return reply.and_then(carry.again(state, desk))
    except Unreachable:
        return replace(reply, state=state.model_copy(update={"prompt": None}))


def _person_said(before: Conversation, desk: Desk, said: PersonSaid) -> Reply:
    state, let_go = _heard(before, desk)
    found = _commands(state, said, let_go)
    if found is None:
        return tell(state, "expired")
    state, commands = found
    carry_out = _carry_out_updated if state.updated else _carry_out
    reply = carry_out(state, desk, said, commands)
    if reply.state.unclear != state.unclear or isinstance(commands[0], Unreadable):
        return reply
    return replace(reply, state=reply.state.model_copy(update={"unclear": 0}))


def _carry_out_updated(state: Conversation, desk: Desk, said: PersonSaid, commands: tuple[Command, ...]) -> Reply:
    """After a new release, an answer may have been meant for a question that is no longer there: it is asked anew."""
    if not isinstance(commands[0], Ask | Cancel | Restart | StartFlow):
        commands = (Resume(),)
    reply = _carry_out(state.model_copy(update={"updated": False}), desk, said, commands)
    says = reply.says
    if not isinstance(commands[0], Resume) or not says:
        return reply
    return replace(reply, effects=(led(Line(text="updated"), says[0]), *reply.effects[1:]))


def _carry_out(state: Conversation, desk: Desk, said: PersonSaid, commands: tuple[Command, ...]) -> Reply:
    for command in commands:
        state = carry.prepare(state, command)
    reply = Reply(state, next="go_on")
    speaking = [c for c in commands if not isinstance(c, SwitchAccount)] or commands
    for command in speaking[:1]:
        reply = carry.answer(state, desk, command, said)
    asked = next((c for c in speaking if isinstance(c, Ask)), None)
    prompt = reply.state.prompt
    if asked is not None and prompt is not None and prompt.kind == "account" and reply.next == "rest":
        return replace(reply, state=reply.state.model_copy(update={"pending": (asked,)}))
    return _completed(reply, desk)


def _completed(reply: Reply, desk: Desk) -> Reply:
    """After an answer, what is open."""
    match reply.next:
        case "go_on":
            return _joined(reply, carry.go_on(reply.state, desk))
        case "again":
            return _joined(reply, carry.again(reply.state, desk))
        case "rest":
            return reply


def _joined(first: Reply, second: Reply) -> Reply:
    """A short remark and the question after it are one message."""
    remark, question = first.says, second.says
    single = len(first.effects) == len(second.effects) == len(remark) == len(question) == 1
    if not single or remark[0].text not in REMARKS or question[0].text == "led":
        return first.and_then(second)
    return replace(second, effects=(led(Line(text=remark[0].text, values=remark[0].values), question[0]),))


def _commands(
    state: Conversation, said: PersonSaid, let_go: Prompt | None
) -> tuple[Conversation, tuple[Command, ...]] | None:
    """What the person wants, with what waited for it; None where it answers what has been let go since."""
    commands = understand(state, said.incoming, said.frame)
    first = commands[0]
    if let_go is not None and (isinstance(first, Affirm) or answers.read(let_go, said.incoming.text) is not None):
        return None
    prompt = state.prompt
    if isinstance(first, Choose) and prompt is not None:
        state = state.model_copy(update={"moved_at": None})  # a line of it was picked: the person has seen it
        if prompt.kind == "clarify":
            place = int(first.values[0]) if first.values[0].isdecimal() else 0
            chosen = prompt.readings[place] if place < len(prompt.readings) else Unclear()
            return state.model_copy(update={"prompt": None}), (chosen,)
        if prompt.kind == "account" and not state.pending and not state.frames:
            return state, (SwitchAccount(account=first.values[0]),)
        if prompt.kind == "account" and state.pending:
            chosen_state = carry.prepare(state, first).model_copy(update={"pending": ()})
            if any(isinstance(c, Ask) and c.topic == "account" for c in state.pending):
                return chosen_state, (SwitchAccount(account=first.values[0]),)
            return chosen_state, state.pending
    if prompt is None and carry.is_resume(first) and (state.frames or state.pending):
        return state.model_copy(update={"pending": (), "unclear": 0}), state.pending or (Resume(),)
    waits = prompt is not None and prompt.kind == "account" and isinstance(first, Ask | Chat | Unclear | Unreadable)
    return state if waits else state.model_copy(update={"pending": ()}), commands


def _heard(state: Conversation, desk: Desk) -> tuple[Conversation, Prompt | None]:
    """The state at the time of a message, and the question that was let go because of a long silence, if one was."""
    quiet = _quiet(state, desk)
    late = quiet is not None and quiet > FLOW_IDLE and bool(state.frames or state.prompt or state.pending)
    changes: dict[str, object] = {"heard_at": desk.now}
    if late:
        changes |= {"frames": (), "prompt": None, "pending": (), "account_said": None, "updated": False}
    return state.model_copy(update=changes), state.prompt if late else None


def _quiet(state: Conversation, desk: Desk) -> dt.timedelta | None:
    """How long neither side has said anything."""
    moments = [moment for moment in (state.heard_at, state.spoke_at) if moment is not None]
    return desk.now - max(moments) if moments else None


def _unreachable(before: Conversation, desk: Desk) -> Reply:
    """The service does not answer: what was said is kept, and the next message goes on from it."""
    cause = desk.cause
    if not isinstance(cause, PersonSaid):
        return Reply(before)
    state, let_go = _heard(before, desk)
    found = _commands(state, cause, let_go)
    if found is None:
        return tell(state, "expired")
    state, commands = found
    for command in commands:
        state = carry.prepare(state, command)
    prompt = None if state.frames else state.prompt
    asks = tuple(c for c in commands if isinstance(c, Ask))
    state = state.model_copy(update={"pending": asks, "prompt": prompt})
    if state.paying:  # nothing may be said of whether that one was charged
        return tell(state, "unavailable_unknown", **repair.total_of(state))
    return tell(state, "unavailable_paying" if state.frames else "unavailable")


def _finish(before: Conversation, desk: Desk, reply: Reply) -> Step:
    """The reply as a step: every message gets an answer, the company is named in the first."""
    state, effects = reply.state, reply.effects
    if isinstance(desk.cause, PersonSaid) and not effects:
        effects = tell(state, "help", **desk.company()).effects
    said = [n for n, e in enumerate(effects) if isinstance(e, Say)]
    quiet = _quiet(before, desk)
    if said and (not state.introduced or (quiet is not None and quiet > INTRODUCED)):
        first = effects[said[0]]
        if isinstance(first, Say):
            effects = (*effects[: said[0]], _introduced(state, first, desk), *effects[said[0] + 1 :])
        state = state.model_copy(update={"introduced": True})
    if said:
        last = tuple(e for e in effects if isinstance(e, Say))
        state = state.model_copy(update={"last": last, "spoke_at": desk.now})
    return Step(state.model_copy(update={"turn": None}), effects)


def _introduced(state: Conversation, say: Say, desk: Desk) -> Say:
    """With the company's name, unless the message has it already."""
    company = desk.context.company.name
    there = company in desk.phrase(state, Line(text=say.text, values=say.values))
    return say if there else named(company, say)
