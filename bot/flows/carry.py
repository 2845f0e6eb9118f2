"""Commands carried out: general repair lives here, not in the flows. Pure.

`prepare` puts what was said into the state; it needs no facts, so nothing said is lost when the service is down.
`answer` gives the reply. `go_on` advances what is on top; `again` asks what is open once more.
"""

from __future__ import annotations

from bot.commands import (
    Affirm,
    Ask,
    Cancel,
    Chat,
    Choose,
    Command,
    Correct,
    Deny,
    GoBack,
    Repeat,
    Restart,
    Resume,
    SetSlots,
    StartFlow,
    SwitchAccount,
    Unclear,
    Unreadable,
)
from bot.effects import PersonSaid, Say
from bot.flows import asides, confirm, drafts, honest, pay, repair, scheduled, what
from bot.flows.access import open_books
from bot.flows.base import Desk, Reply, ask, tell
from bot.flows.facts import Unreachable
from bot.state import CancelFrame, Conversation, PayFrame, Prompt
from bot.wording import innermost
from nlu.frame import Slots

PLAINLY = {
    **dict.fromkeys(("invoices_unknown", "invoices_none_overdue", "invoices_none_left", "invoices_moved",
                     "invoices_unpaired", "invoices_too_many"), "invoices_which"),
    **dict.fromkeys(("amount_unreadable", "amount_zero", "amount_places", "amount_huge", "amount_none_left"),
                    "amount_which"),
    **dict.fromkeys(("method_unknown", "method_no_default", "method_expired", "method_unusable", "method_not_taken",
                     "method_add_link", "method_add_contact", "declined_which"), "method_which"),
    **dict.fromkeys(("date_past", "date_not_possible"), "date_which"),
    **dict.fromkeys(("account_ambiguous", "account_not_yours"), "account_which"),
    "scheduled_no_match": "scheduled_which",
    "not_charged_change": "change_what",
    "account_is_of": "account_which",
}  # fmt: skip
"""Questions that begin with what went wrong, and the same question without it."""


FIGURES = ("scope", "amount", "invoices")
"""Questions that tell what is owed: never said again from memory, since somebody else may have paid meanwhile."""


def prepare(state: Conversation, command: Command) -> Conversation:
    """The state with what the command says, before anything is looked up."""
    match command:
        case StartFlow(flow="pay"):
            return pay.start(state, command.slots)
        case StartFlow():
            return scheduled.start(state, command.slots, moved=command.moved)
        case SetSlots():
            return pay.put(state, command.slots)
        case Correct(now=True):
            return pay.pay_now(state)
        case Correct(without=part) if part is not None:
            return drafts.take_away(state, part)
        case Correct() if not command.target and not pay.targets(command.slots):
            return state
        case Correct():
            return pay.put(state, command.slots, corrected=True, target=command.target, add=command.add)
        case Ask() | Chat() if state.prompt is not None and state.prompt.kind == "note":
            return pay.leave_note(state)
        case Choose():
            return _chosen(state, command.values)
        case SwitchAccount():
            return state.model_copy(update={"account_said": command.account, "prompt": None})
        case Restart():
            return repair.restarted(state)
        case _:
            return state


def answer(state: Conversation, desk: Desk, command: Command, said: PersonSaid) -> Reply:  # noqa: C901
    """The reply to one command; `state` is already prepared by all commands of the message."""
    match command:
        case Affirm():
            return _affirm(state, desk, command, said)
        case Deny():
            return _deny(state, desk)
        case Cancel() if _of_scheduled(state):
            return Reply(scheduled.start(state, Slots(), moved=False), next="go_on")
        case Cancel():
            return repair.cancel(state)
        case GoBack():
            return repair.back(state)
        case Restart():
            return repair.restart(state, desk)
        case Repeat() if state.prompt is not None and state.prompt.kind in FIGURES and state.frames:
            return Reply(state, next="again")
        case Repeat():
            return repair.repeat(state, desk)
        case Ask():
            return asides.answer(state, desk, command)
        case Chat():
            return repair.chat(state, desk, command.kind)
        case Unreadable(why="card_number"):
            return honest.card_number(state, desk)
        case Unreadable():
            return tell(state, f"unreadable_{command.why}", "again")
        case Unclear():
            return repair.unclear(state, desk, command.readings)
        case Correct() if _says_nothing(command) and state.prompt is not None:
            open_to_change = state.prompt.kind in ("confirm", "change")
            return confirm.change_which(state, desk) if open_to_change else again(state, desk)
        case SwitchAccount():
            return repair.switched(state, desk)
        case Correct() | SetSlots() if not state.frames:
            key = "cancel_too_late_paying" if state.paying else "nothing_to_change"
            return tell(state, key, "again", **repair.total_of(state))
        case SetSlots() if drafts.beside_what(state, pay.targets(command.slots)):
            return tell(state, "noted", "go_on")
        case _:
            return Reply(state, next="go_on")


def go_on(state: Conversation, desk: Desk) -> Reply:
    """The next question of what is on top, if anything is."""
    match state.frame:
        case PayFrame():
            return pay.advance(state, desk)
        case CancelFrame():
            return scheduled.advance(state, desk)
        case None:
            return Reply(state)


def again(state: Conversation, desk: Desk) -> Reply:
    """What is open, asked again after something else was said."""
    prompt = state.prompt
    if prompt is None:
        return go_on(state, desk)
    if prompt.kind == "account" and len(prompt.options) == 1 and not state.frames:  # nothing to choose: it lapses
        return Reply(state.model_copy(update={"prompt": None, "pending": ()}))
    if prompt.kind == "confirm":
        stale = confirm.expired(prompt, desk.now) or not desk.by_person
        return go_on(state.model_copy(update={"prompt": None}), desk) if stale else _reshown(state, desk)
    if prompt.kind in FIGURES and state.frames:
        return _with_figures(state, desk, prompt)
    return _reshown(state, desk)


def _with_figures(state: Conversation, desk: Desk, prompt: Prompt) -> Reply:
    """The same question with what is owed now; not asked again where that cannot be read, though still answerable."""
    try:
        books = open_books(state, desk)
    except Unreachable:
        return Reply(state)
    if isinstance(books, Reply):
        return books
    state = books.access.state
    if not books.open:
        return what.nothing_due(state, desk, books)
    match prompt.kind:
        case "scope":
            return what.ask_scope(state, desk, books)
        case "amount":
            return what.ask_amount(state, desk, books, "amount_which")
        case _:
            return what.ask_invoices(state, desk, books, "invoices_which")


def _reshown(state: Conversation, desk: Desk) -> Reply:
    prompt = state.prompt
    if prompt is None:
        return Reply(state)
    return ask(state, desk, prompt.kind, bare(prompt.say), prompt=prompt)


def bare(say: Say) -> Say:
    """The question alone: without what was put before it or went wrong before it, and free to be said again."""
    inner = innermost(say)
    return say.model_copy(update={"text": PLAINLY.get(inner.text, inner.text), "values": inner.values, "key": None})


def _chosen(state: Conversation, values: tuple[str, ...]) -> Conversation:
    prompt = state.prompt
    if prompt is None or not values:
        return state
    value = values[0]
    match prompt.kind:
        case "scope":
            return pay.choose_scope(state, value)
        case "invoices":
            return pay.choose_invoices(state, values)
        case "method":
            return pay.choose_method(state, value)
        case "date":
            return pay.pay_now(state)
        case "account":
            return state.model_copy(update={"account": value, "account_said": None, "prompt": None})
        case "which_scheduled":
            return scheduled.choose(state, value)
        case _:
            return state


def _affirm(state: Conversation, desk: Desk, command: Affirm, said: PersonSaid) -> Reply:
    prompt = state.prompt
    match prompt.kind if prompt else None:
        case "confirm":
            return pay.affirm(state, desk, said, command.code)
        case "limit" if prompt is not None and prompt.offer is not None:
            return Reply(pay.put(state, prompt.offer), next="go_on")
        case "cancel_scheduled" if prompt is not None:
            if said.incoming.unseen or said.incoming.received_at <= prompt.asked_at:
                return again(state, desk)
            return scheduled.affirm(state, desk)
        case "change":
            return tell(state, "change_what")
        case "note":
            return repair.back(state)
        case "invoices" if _settled(state):
            return Reply(state, next="go_on")
        case None if state.frames:
            return Reply(state, next="go_on")
        case None if state.paying:
            return tell(state, "already_on_its_way", **repair.total_of(state))
        case None:
            return confirm.unanswered(state)
        case _ if prompt is not None and prompt.options:
            return repair.unclear(state, desk, (), first="pick_one")
        case _:
            return repair.unclear(state, desk, ())


def _deny(state: Conversation, desk: Desk) -> Reply:
    prompt = state.prompt
    match prompt.kind if prompt else None:
        case "confirm":
            return confirm.nothing_charged(state, desk)
        case "limit":
            return Reply(pay.put(state, pay.NO_SLOTS, target="amount"), next="go_on")
        case "cancel_scheduled" | "which_scheduled":
            return scheduled.deny(state)
        case None if not state.frames:
            return tell(state, "all_right")
        case _ if isinstance(state.frame, PayFrame) and state.frame.draft.ask and not state.frame.draft.refused:
            return repair.back(state)  # "change the amount ... no": as it was
        case _:
            return repair.cancel(state)


def _of_scheduled(state: Conversation) -> bool:
    """Whether scheduled payments are what was talked about last, and nothing is under way: it is asked which."""
    idle = not state.frames and state.prompt is None
    return idle and any(innermost(say).text in ("scheduled", "scheduled_set") for say in state.last)


def _says_nothing(command: Correct) -> bool:
    return not (command.target or command.now or command.without or pay.targets(command.slots))


def _settled(state: Conversation) -> bool:
    """Whether some of the invoices named were right, and the question was only for the others."""
    frame = state.frame
    return isinstance(frame, PayFrame) and bool(frame.draft.said.invoices) and frame.draft.ask is None


def is_resume(command: Command) -> bool:
    """Whether a message that says nothing new may stand for "go on" where nothing was asked."""
    return isinstance(command, Affirm | Resume | Unclear | Repeat) or (
        isinstance(command, Chat) and command.kind == "greet"
    )
