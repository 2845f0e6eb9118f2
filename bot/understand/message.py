"""One message to commands: what cannot be read first, then answers to what was asked, then the NLU's frame. Pure."""

from __future__ import annotations

import re
import unicodedata

from bot.commands import Affirm, Choose, Command, Correct, Repeat, Resume, SetSlots, Unclear, Unreadable
from bot.messages import Incoming
from bot.state import Conversation, PayFrame
from bot.understand import answers, parts
from bot.understand.intents import commands, has_value
from nlu.frame import Frame, Slots

UNNUMBERED = ("confirm", "change", "cancel_scheduled")
"""Questions that list nothing: a bare number answers none of them, though it may read like an invoice's place."""
_BARE_NUMBER = re.compile(r"[#-]?\s*\d{1,3}")
LEAVES_NOTE = frozenset({
    "cancel", "go_back", "restart", "repeat", "help", "talk_to_human", "check_balance", "check_due_date", "ask_terms",
    "list_invoices", "list_payments", "list_payment_methods",
})  # fmt: skip
"""What may come instead of a note that was asked for."""
SURE_NO_NOTE = 0.85
READ_CHARS_MAX = 1000
"""Longer messages are not acted on: too much can be meant."""


def understand(state: Conversation, incoming: Incoming, frame: Frame) -> tuple[Command, ...]:
    """The commands of one message, at least one. Never raises on any text, state or frame."""
    unreadable = _unreadable(incoming)
    if unreadable is not None:
        return (unreadable,)
    text = incoming.text
    if state.prompt is not None:
        answer = None if _leaves_note(state, frame) else answers.read(state.prompt, text)
        if answer is not None:
            return (answer,)
        if state.prompt.kind in UNNUMBERED and _BARE_NUMBER.fullmatch(answers.plain(text)):
            return (Unclear(),)
        place = _place(state, frame)
        if place is not None:
            return (place,)
    said = answers.yes(text) or answers.no(text)
    if said is not None:
        return (said,)
    if answers.plain(text) == "" or set(text.strip()) == {"?"}:
        return (Repeat(),)
    away = parts.taken_away(answers.plain(text)) if isinstance(state.frame, PayFrame) else None
    if away is not None:
        return (away,)
    if answers.plain(text) in answers.RESUME_WORDS and (state.frames or state.pending):
        return (Resume(),)
    return tuple(_careful(state, c, text) for c in commands(state, frame))


def _careful(state: Conversation, command: Command, text: str) -> Command:
    """A yes that only the NLU hears counts where nothing in the words speaks against it."""
    if isinstance(command, Affirm) and not answers.may_be_yes(text):
        return Unclear()
    if isinstance(command, SetSlots) and state.prompt is not None and state.prompt.kind == "confirm":
        command = Correct(slots=command.slots)
    return parts.added(command, answers.plain(text)) if isinstance(command, Correct) else command


def _leaves_note(state: Conversation, frame: Frame) -> bool:
    """Whether what came instead of a note is surely something else."""
    is_note = state.prompt is not None and state.prompt.kind == "note"
    other = frame.intent in LEAVES_NOTE or (frame.intent == "change" and frame.slots.target is not None)
    return is_note and other and frame.confidence >= SURE_NO_NOTE


def _place(state: Conversation, frame: Frame) -> Command | None:
    """ "The second one" is a line of whatever menu is open."""
    prompt = state.prompt
    places = frame.slots.invoices
    if prompt is None or not prompt.options or frame.intent not in ("inform", "change", "make_payment"):
        return None
    if prompt.kind == "method" and frame.slots.method_ref and frame.slots.method_ref.startswith("#"):
        places = (frame.slots.method_ref,)
    if not places or not all(p.startswith("#") and p[1:].isdecimal() for p in places):
        return _last(state, frame)
    numbers = [int(p[1:5]) for p in places]
    if not all(1 <= n <= len(prompt.options) for n in numbers):
        return None
    if len(numbers) > 1 and prompt.kind != "invoices":
        return None
    rest = frame.slots.model_copy(update={"invoices": (), "method_ref": None, "scope": None})
    if has_value(rest):
        return None
    return Choose(values=tuple(prompt.options[n - 1].value for n in numbers))


def _last(state: Conversation, frame: Frame) -> Command | None:
    """A bare four-digit number at the methods' menu is a card's ending, though it reads like an invoice."""
    prompt = state.prompt
    if prompt is None or prompt.kind != "method" or not isinstance(state.frame, PayFrame):
        return None
    only = frame.slots.invoices
    if len(only) == 1 and len(only[0]) == 4 and only[0].isdecimal() and frame.intent == "inform":
        return SetSlots(slots=Slots(method_last4=only[0]))
    return None


def _unreadable(incoming: Incoming) -> Unreadable | None:
    if incoming.masked:
        return Unreadable(why="card_number")
    text = "".join(c for c in incoming.text if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn")).strip()
    if not text:
        return Unreadable(why="picture" if incoming.media else "empty")
    if len(text) > READ_CHARS_MAX:
        return Unreadable(why="long")
    if not any(c.isalnum() or c == "?" for c in text) and answers.yes(text) is None and answers.no(text) is None:
        return Unreadable(why="symbols")
    return None
