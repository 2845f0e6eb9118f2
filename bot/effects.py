"""What the core wants done, and the events that it is told. Frozen, complete, JSON both ways; pure.

Events are in the past tense, effects imperative:

    PersonSaid, ActionFinished, PaymentChanged, OptChanged  ->  step  ->  Say, Act, Escalate

`bot.turn` is the only interpreter of effects. An `Act` whose call is not durable is carried out at once and its
result stepped again; a durable one becomes an effect of the outbox, and its result arrives as a later event.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from actions.calls import Call, Result
from bot.messages import Incoming, Option
from nlu.frame import Frame
from payments.contract import Payment


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(_Model):
    """An amount to be written in the reader's language."""

    type: Literal["money"] = "money"
    amount: Decimal
    currency: str


class Day(_Model):
    """A date to be written in the reader's language."""

    type: Literal["day"] = "day"
    date: dt.date
    year: bool = False
    """The year is said too: it is not the one that goes without saying."""


class Line(_Model):
    """A sentence part of its own: a wording with values, or several joined."""

    type: Literal["line"] = "line"
    text: str
    """Key of the wording in texts/*.yml."""
    values: dict[str, Value] = {}


class Many(_Model):
    """Parts joined as a list: "1043, 1044 and 1045", or one a line."""

    type: Literal["many"] = "many"
    parts: tuple[Value, ...]
    joined: Literal["and", "or", "lines", "semicolons"] = "and"


Value = str | int | Annotated[Money | Day | Line | Many, Field(discriminator="type")]


class Say(_Model):
    """One message to the person: a wording and its values, and the choices that it offers."""

    type: Literal["say"] = "say"
    text: str
    """Key of the wording in texts/*.yml."""
    values: dict[str, Value] = {}
    options: tuple[Option, ...] = ()
    """Menu lines, numbered from 1 by a channel that has only words."""
    key: str | None = None
    """Said at most once for this key, whatever is repeated; None: once for this event."""
    valid_seconds: int | None = None


class Act(_Model):
    """Ask the payment service. `id` comes back with the result."""

    type: Literal["act"] = "act"
    id: str
    call: Call


class Escalate(_Model):
    """A person of the company should look at this conversation."""

    type: Literal["escalate"] = "escalate"
    reason: str
    account: str | None = None


Effect = Annotated[Say | Act | Escalate, Field(discriminator="type")]


class PersonSaid(_Model):
    """Something the person sent, understood."""

    type: Literal["person_said"] = "person_said"
    incoming: Incoming
    frame: Frame


class ActionFinished(_Model):
    """What an `Act` came to."""

    type: Literal["action_finished"] = "action_finished"
    event_id: str
    action: str
    """The `Act`'s id."""
    result: Result


class PaymentChanged(_Model):
    """The payment service says that a payment of this conversation has a new status."""

    type: Literal["payment_changed"] = "payment_changed"
    event_id: str
    payment: Payment
    at: AwareDatetime


class OptChanged(_Model):
    """The person's number was silenced, or may be written to again."""

    type: Literal["opt_changed"] = "opt_changed"
    event_id: str
    out: bool
    at: AwareDatetime


Event = Annotated[PersonSaid | ActionFinished | PaymentChanged | OptChanged, Field(discriminator="type")]

Line.model_rebuild()
Many.model_rebuild()
Say.model_rebuild()
