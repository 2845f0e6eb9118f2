"""What a person's message asks of the conversation: understanding proposes commands, flows decide.

Commands are imperative and carry values as said: nothing here has been checked against an account. They are kept
in the state when a turn could not be completed (`Conversation.pending`), hence JSON both ways. Pure.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nlu.frame import Slots, Target

Topic = Literal[
    "balance", "due_date", "invoices", "payments", "methods", "scheduled", "autopay", "terms", "help",
    "add_method", "remove_method", "default_method", "enroll_autopay", "cancel_autopay", "payment_plan",
    "document", "dispute", "person", "account",
]  # fmt: skip
"""What can be asked beside, or instead of, a flow. Those from `add_method` to `document` are answered with what
works instead."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StartFlow(_Model):
    """Begin a flow with what was said already."""

    type: Literal["start_flow"] = "start_flow"
    flow: Literal["pay", "cancel_scheduled"]
    slots: Slots = Slots()
    moved: bool = False
    """cancel_scheduled only: the person wants another date, not no payment."""


class SetSlots(_Model):
    """Values for the flow that is open, in answer to what was asked."""

    type: Literal["set_slots"] = "set_slots"
    slots: Slots


class Correct(_Model):
    """Values that replace earlier ones; with a target and no value, that question is asked again."""

    type: Literal["correct"] = "correct"
    slots: Slots = Slots()
    target: Target | None = None
    now: bool = False
    """No date any more: to be paid at once."""
    without: Target | None = None
    """A part that is to be gone."""
    add: bool = False
    """The invoices come to those chosen before."""


class Choose(_Model):
    """Lines of the menu that was shown, by their values."""

    type: Literal["choose"] = "choose"
    values: tuple[str, ...]


class Affirm(_Model):
    """Yes, and nothing else; `code` is the number beside it, if any."""

    type: Literal["affirm"] = "affirm"
    code: str | None = None


class Deny(_Model):
    type: Literal["deny"] = "deny"


class Cancel(_Model):
    type: Literal["cancel"] = "cancel"


class GoBack(_Model):
    type: Literal["go_back"] = "go_back"


class Restart(_Model):
    type: Literal["restart"] = "restart"


class Repeat(_Model):
    type: Literal["repeat"] = "repeat"


class Resume(_Model):
    """Go on with what is open, or with what could not be answered before."""

    type: Literal["resume"] = "resume"


class Ask(_Model):
    """A question: answered, and then what is open goes on."""

    type: Literal["ask"] = "ask"
    topic: Topic
    slots: Slots = Slots()


class Chat(_Model):
    type: Literal["chat"] = "chat"
    kind: Literal["greet", "thank", "goodbye"]


class SwitchAccount(_Model):
    """Act for the account called so, from now on."""

    type: Literal["switch_account"] = "switch_account"
    account: str


class Unreadable(_Model):
    """Nothing in the message can be acted on, and why."""

    type: Literal["unreadable"] = "unreadable"
    why: Literal["card_number", "picture", "empty", "symbols", "long"]


class Unclear(_Model):
    """Not understood well enough; `readings` are commands that it might mean, likeliest first."""

    type: Literal["unclear"] = "unclear"
    readings: tuple[Reading, ...] = ()


class Reading(_Model):
    """One thing that a message might mean, by its intent's name."""

    intent: str
    command: Command


Command = Annotated[
    StartFlow | SetSlots | Correct | Choose | Affirm | Deny | Cancel | GoBack | Restart | Repeat | Resume | Ask | Chat
    | SwitchAccount | Unreadable | Unclear,
    Field(discriminator="type"),
]  # fmt: skip

Unclear.model_rebuild()
Reading.model_rebuild()
