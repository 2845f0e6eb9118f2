"""The NLU's frame to commands. How sure it must be depends on what a mistake would cost. Pure."""

from __future__ import annotations

from typing import get_args

from bot.commands import (
    Affirm,
    Ask,
    Cancel,
    Chat,
    Command,
    Correct,
    Deny,
    GoBack,
    Reading,
    Repeat,
    Restart,
    SetSlots,
    StartFlow,
    SwitchAccount,
    Topic,
    Unclear,
)
from bot.state import Conversation, PayFrame
from nlu.frame import INTENTS, Frame, Intent, Slots

SURE_MONEY = 0.8
"""A yes: the one word that moves money, once a confirmation is open."""
SURE_CHANGE = 0.5
"""What changes or drops something under way, which can be said again."""
SURE_TALK = 0.35
"""What only shows or asks something."""
THRESHOLDS: dict[str, float] = {
    **dict.fromkeys(INTENTS, SURE_TALK),
    **dict.fromkeys(("make_payment", "inform"), 0.4),
    **dict.fromkeys(("deny", "cancel", "change", "go_back", "restart"), SURE_CHANGE),
    **dict.fromkeys(("cancel_scheduled_payment", "dispute_charge"), SURE_CHANGE),
    "affirm": SURE_MONEY,
}
READING_FLOOR = 0.15
"""A second reading less likely than this is not worth offering."""

TOPICS: dict[str, Topic] = {
    "check_balance": "balance", "check_due_date": "due_date", "list_invoices": "invoices",
    "list_payments": "payments", "list_payment_methods": "methods", "list_scheduled_payments": "scheduled",
    "check_autopay": "autopay", "ask_terms": "terms", "help": "help", "add_payment_method": "add_method",
    "remove_payment_method": "remove_method", "set_default_payment_method": "default_method",
    "enroll_autopay": "enroll_autopay", "cancel_autopay": "cancel_autopay", "payment_plan": "payment_plan",
    "get_document": "document", "dispute_charge": "dispute", "talk_to_human": "person",
}  # fmt: skip
PLAIN: dict[str, Command] = {
    "deny": Deny(), "cancel": Cancel(), "go_back": GoBack(), "restart": Restart(), "repeat": Repeat(),
    "greet": Chat(kind="greet"), "thank": Chat(kind="thank"), "goodbye": Chat(kind="goodbye"),
}  # fmt: skip
OFFERED = frozenset({*TOPICS, "make_payment", "cancel_scheduled_payment"})
"""Readings that can be offered in a menu: they need nothing more to be carried out."""
VALUES = ("scope", "amount", "amount_fraction", "invoices", "invoices_except", "amounts", "method_brand",
          "method_kind", "method_last4", "method_ref", "date", "note")  # fmt: skip


def commands(state: Conversation, frame: Frame) -> tuple[Command, ...]:
    """What the frame asks for, or Unclear where it is not sure enough."""
    if frame.confidence < THRESHOLDS[frame.intent]:
        return _unsure(state, frame)
    said = _command(state, frame.intent, frame.slots)
    if said is None:
        return (Unclear(),)
    account = frame.slots.account
    if account and not isinstance(said, SwitchAccount):
        return (SwitchAccount(account=account), said)
    return (said,)


def has_value(slots: Slots) -> bool:
    """Whether anything of a payment is said."""
    return any(getattr(slots, name) not in (None, ()) for name in VALUES)


def _command(state: Conversation, intent: Intent, slots: Slots) -> Command | None:
    paying = isinstance(state.frame, PayFrame)
    if intent == "affirm":
        return Correct(slots=slots) if has_value(slots) else Affirm()
    if intent == "deny" and has_value(slots) and paying:
        return Correct(slots=slots)
    if intent in PLAIN:
        return PLAIN[intent]
    if intent in TOPICS:
        return Ask(topic=TOPICS[intent], slots=slots)
    match intent:
        case "make_payment":
            return Correct(slots=slots) if paying and has_value(slots) else StartFlow(flow="pay", slots=slots)
        case "inform":
            return _inform(state, slots, paying=paying)
        case "change":
            return _change(state, slots, paying=paying)
        case "cancel_scheduled_payment":
            return StartFlow(flow="cancel_scheduled", slots=slots)
        case "reschedule_payment" if paying and slots.date is not None and slots.date_from is None:
            return Correct(slots=slots)  # "move it to Friday": the one under way
        case "reschedule_payment":
            return StartFlow(flow="cancel_scheduled", slots=slots, moved=True)
        case "switch_account":
            return SwitchAccount(account=slots.account) if slots.account else Ask(topic="account")
        case _:
            return None


def _inform(state: Conversation, slots: Slots, *, paying: bool) -> Command | None:
    if not has_value(slots):
        return SwitchAccount(account=slots.account) if slots.account else None
    if paying:
        return SetSlots(slots=slots)
    if slots.invoices and not state.shown and all(i.startswith("#") for i in slots.invoices):
        return None  # "2" where no list was shown
    names_what = slots.amount is not None or slots.invoices or slots.scope or slots.amount_fraction or slots.amounts
    return StartFlow(flow="pay", slots=slots) if names_what else _about_methods(slots)


def _about_methods(slots: Slots) -> Command | None:
    """ "Visa", out of nowhere: the saved methods are shown."""
    named = slots.method_brand or slots.method_kind or slots.method_last4 or slots.method_ref
    return Ask(topic="methods") if named else None


def _change(state: Conversation, slots: Slots, *, paying: bool) -> Command | None:
    if paying:
        return Correct(slots=slots, target=None if has_value(slots) else slots.target)
    if state.paying:
        return Correct(slots=slots)  # too late, and no second payment
    return StartFlow(flow="pay", slots=slots) if has_value(slots) else None


def _unsure(state: Conversation, frame: Frame) -> tuple[Command, ...]:
    """A value that answers what was asked is taken all the same; else up to two readings are offered."""
    if isinstance(state.frame, PayFrame) and _answers(state, frame) and frame.intent != "affirm":
        return (SetSlots(slots=frame.slots),)
    ranking = frame.ranking or ((frame.intent, frame.confidence),)
    readings: list[Reading] = []
    for name, confidence in ranking[:3]:
        if confidence < READING_FLOOR or name not in OFFERED or name not in get_args(Intent):
            continue
        command = _command(state, name, frame.slots)  # type: ignore[arg-type]  # just tested
        if command is not None:
            readings.append(Reading(intent=name, command=command))
    return (Unclear(readings=tuple(readings[:2])),)


def _answers(state: Conversation, frame: Frame) -> bool:
    kind, slots = state.prompt.kind if state.prompt else None, frame.slots
    match kind:
        case "confirm" | "change":  # shown again before anything is paid, so a likely value is worth taking
            return frame.intent in ("inform", "change", "make_payment") and has_value(slots)
        case "amount":
            return slots.amount is not None or slots.amount_fraction is not None
        case "invoices":
            return bool(slots.invoices or slots.invoices_except)
        case "method":
            return bool(slots.method_brand or slots.method_kind or slots.method_last4 or slots.method_ref)
        case "date":
            return slots.date is not None
        case "scope":
            return slots.scope is not None or slots.amount is not None or bool(slots.invoices)
        case _:
            return False
