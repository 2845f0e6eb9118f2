"""The state of one conversation. Everything that survives between two messages lives here, and nothing else does.

Rules of this file:
- Frozen, JSON both ways, `version` counted up when the shape changes.
- What the ledger holds (balances, invoices, methods) is never kept beyond a turn: `turn` carries it while one is
  worked out, and is dropped when the next message comes.
- A quote is kept only inside the prompt that shows it, or with the payment that it was confirmed for.

    Conversation
      frames    what is under way, the last one on top (a payment, the cancelling of a scheduled one)
      prompt    what was asked last: its menu, its quote
      paying    confirmed payments whose outcome is not known yet
      pending   commands that could not be carried out (service down, account not chosen yet)
      turn      the event being worked out, and the answers so far
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from actions.calls import Call, Result
from bot.commands import Command
from bot.effects import Event, Say
from bot.messages import Channel, Option
from nlu.frame import Slots, Target
from payments.contract import Quote

VERSION = 1
FLOW_IDLE = dt.timedelta(minutes=30)
"""A flow is let go after so long a silence."""
CONFIRM_SECONDS = 600
"""A confirmation prompt can be answered for so long."""
INTRODUCED = dt.timedelta(hours=12)
"""The company is named again after so long a silence."""
TRAIL_MAX = 20
ANNOUNCED_MAX = 50
SHOWN_MAX = 100

PromptKind = Literal[
    "scope", "amount", "invoices", "method", "date", "note", "confirm", "change", "limit", "account",
    "cancel_scheduled", "which_scheduled", "clarify",
]  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Draft(_Model):
    """What a payment would be, as said so far. Resolved against the ledger anew in each turn."""

    said: Slots = Slots()
    """Values as said; later ones have replaced earlier ones."""
    method: str | None = None
    """Id of a method chosen from a menu; wins over what was said."""
    ask: Target | None = None
    """A question that is to be asked whatever else is known."""
    refused: bool = False
    """`ask` is open because what was said cannot be, not because the person wants to change it."""


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


PAY_FINGERPRINT = _fingerprint("pay", 1, tuple(Draft.model_fields), tuple(Slots.model_fields))
CANCEL_FINGERPRINT = _fingerprint("cancel_scheduled", 1)


class PayFrame(_Model):
    """A payment under way. `fingerprint` is that of the flow which made it: see `restore`."""

    flow: Literal["pay"] = "pay"
    fingerprint: str = PAY_FINGERPRINT
    draft: Draft = Draft()
    trail: tuple[Draft, ...] = ()
    """Earlier drafts, to go back to; the latest last."""
    changed: tuple[Target, ...] = ()
    """What has just been corrected, to be confirmed back in the next prompt."""


class CancelFrame(_Model):
    """The cancelling of one scheduled payment under way."""

    flow: Literal["cancel_scheduled"] = "cancel_scheduled"
    fingerprint: str = CANCEL_FINGERPRINT
    slots: Slots = Slots()
    payment: str | None = None
    """Id of the one chosen."""
    moved: bool = False
    """The person wants it on another date: after the cancelling, a new one is offered."""


Frame = Annotated[PayFrame | CancelFrame, Field(discriminator="flow")]


class Prompt(_Model):
    """What was asked last, and all that is needed to read the answer."""

    kind: PromptKind
    say: Say
    asked_at: AwareDatetime
    options: tuple[Option, ...] = ()
    quote: Quote | None = None
    shown: str = ""
    """The confirmation, word for word (evidence)."""
    code: str | None = None
    """Two digits that the yes must carry."""
    readings: tuple[Command, ...] = ()
    """clarify only: what each option stands for."""
    offer: Slots | None = None
    """limit only: what could be paid instead, and is if the answer is yes."""


class Paying(_Model):
    """A confirmed quote whose outcome is not known yet."""

    action: str
    """The `Act`'s id."""
    quote: Quote
    draft: Draft
    since: AwareDatetime
    payment: str | None = None
    """The payment's id, once the service has told it."""


class Cancelling(_Model):
    """A scheduled payment being canceled at the person's word."""

    action: str
    payment: str
    moved: bool = False
    date: dt.date | None = None
    """The day that it is to be moved to."""


class Asked(_Model):
    """One call of the turn, and its answer when there is one."""

    action: str
    call: Call
    result: Result | None = None


class Turn(_Model):
    """The event being worked out. It is stepped again from the state before it, with more answers each time."""

    cause: Event
    asked: tuple[Asked, ...] = ()

    @property
    def awaiting(self) -> frozenset[str]:
        return frozenset(a.action for a in self.asked if a.result is None)

    def answered(self, action: str, result: Result) -> Turn:
        """With that answer; the first answer to a call stays."""
        return self.model_copy(
            update={
                "asked": tuple(
                    a.model_copy(update={"result": result}) if a.action == action and a.result is None else a
                    for a in self.asked
                )
            }
        )


class Conversation(_Model):
    """One person's conversation on one channel."""

    version: int = VERSION
    key: str
    channel: Channel
    person: str
    language: str = "en"
    timezone: str = "UTC"
    account: str | None = None
    """The account that is talked about: chosen, or the person's only one."""
    account_said: str | None = None
    """An account as the person called it, not looked up yet."""
    frames: tuple[Frame, ...] = ()
    prompt: Prompt | None = None
    paying: tuple[Paying, ...] = ()
    cancelling: tuple[Cancelling, ...] = ()
    pending: tuple[Command, ...] = ()
    account_label: str | None = None
    """The account's name, where the person has several: confirmations say it."""
    shown: tuple[str, ...] = ()
    """Invoice numbers of the list last shown, in its order."""
    last: tuple[Say, ...] = ()
    """What was said last."""
    announced: tuple[str, ...] = ()
    """Keys of what was said of payments: each is said once."""
    unclear: int = 0
    """How many messages in a row were not understood."""
    introduced: bool = False
    """The company has been named."""
    heard_at: AwareDatetime | None = None
    spoke_at: AwareDatetime | None = None
    """When the bot last said something."""
    moved_at: AwareDatetime | None = None
    """When something other than the person's own message last changed what is on the table."""
    updated: bool = False
    """A new release has changed a flow that is under way: it is asked anew, with an apology."""
    turn: Turn | None = None

    @classmethod
    def begin(cls, key: str, channel: Channel, person: str) -> Conversation:
        """A conversation in which nothing has been said."""
        return cls(key=key, channel=channel, person=person)

    def today(self, now: dt.datetime) -> dt.date:
        """The date where the account is (UTC until an account is known); `now` must be aware."""
        return now.astimezone(_zone(self.timezone)).date()

    @property
    def frame(self) -> PayFrame | CancelFrame | None:
        """What is under way, on top."""
        return self.frames[-1] if self.frames else None

    def on_top(self, frame: PayFrame | CancelFrame) -> Conversation:
        """With the top frame replaced by `frame`, or with it as the first."""
        return self.model_copy(update={"frames": (*self.frames[:-1], frame)})


def restore(raw: str | bytes) -> Conversation:
    """A conversation from its JSON, whichever release wrote it.

    A flow whose fingerprint no longer fits begins anew from the values said, where their names still fit. Raises
    ValidationError where the JSON is not a conversation at all.
    """
    try:
        state = Conversation.model_validate_json(raw)
    except ValidationError:
        return _salvaged(_Loose.model_validate_json(raw))
    fits = {"pay": PAY_FINGERPRINT, "cancel_scheduled": CANCEL_FINGERPRINT}
    if all(frame.fingerprint == fits[frame.flow] for frame in state.frames):
        return state
    frames = tuple(
        PayFrame(draft=Draft(said=frame.draft.said)) if isinstance(frame, PayFrame) else CancelFrame(slots=frame.slots)
        for frame in state.frames
    )
    return state.model_copy(update={"frames": frames, "prompt": None, "pending": (), "updated": True})


class _Loose(BaseModel):
    """The fields that every version has; what is under way as it was written."""

    model_config = ConfigDict(extra="ignore")
    key: str
    channel: Channel
    person: str
    language: str = "en"
    timezone: str = "UTC"
    account: str | None = None
    announced: tuple[str, ...] = ()
    heard_at: AwareDatetime | None = None
    frames: JsonValue = None
    paying: JsonValue = None


def _salvaged(loose: _Loose) -> Conversation:
    frames = tuple(
        PayFrame(draft=Draft(said=_said(written)))
        for written in (loose.frames if isinstance(loose.frames, list) else [])
        if isinstance(written, dict) and written.get("flow") == "pay"
    )
    written = loose.paying if isinstance(loose.paying, list) else []
    paying = tuple(p for p in (_valid(Paying, one) for one in written) if p is not None)
    return Conversation(
        key=loose.key, channel=loose.channel, person=loose.person, language=loose.language, timezone=loose.timezone,
        account=loose.account, announced=loose.announced, heard_at=loose.heard_at, introduced=True,
        frames=frames, paying=paying, updated=bool(frames),
    )  # fmt: skip


def _said(written: dict[str, JsonValue]) -> Slots:
    """The values of a draft whose names and kinds still fit."""
    draft = written.get("draft")
    said = draft.get("said") if isinstance(draft, dict) else None
    kept: dict[str, JsonValue] = {}
    for name, value in (said if isinstance(said, dict) else {}).items():
        if name in Slots.model_fields and _valid(Slots, {name: value}) is not None:
            kept[name] = value
    return _valid(Slots, kept) or Slots()


M = TypeVar("M", bound=BaseModel)


def _valid(kind: type[M], value: JsonValue) -> M | None:
    try:
        return kind.model_validate_json(json.dumps(value))
    except ValidationError:
        return None


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return dt.UTC
