"""What channels and the core exchange. Nothing here knows a platform; pure.

    Incoming   something a person sent, as a channel received it (card numbers already masked)
    Outgoing   one message to a person, as words and, where the channel can show them, choices
"""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Channel = Literal["sms", "terminal", "slack"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Incoming(_Model):
    """One inbound message, unique by (channel, event_id)."""

    channel: Channel
    event_id: str
    conversation: str
    """Which conversation it belongs to: "sms:+15555550123"."""
    person: str
    """Who speaks: a phone number in E.164."""
    text: str
    """At most `TEXT_CHARS_MAX` characters; what stands for a card number is masked."""
    received_at: AwareDatetime
    media: int = 0
    """How many pictures or files came with it."""
    masked: bool = False
    """A card number was masked in `text`."""
    opt_out_type: str | None = None
    """Twilio's OptOutType: it has answered this keyword itself."""
    to: str | None = None
    """The number of ours that it was sent to."""
    unseen: bool = False
    """When it came, the last thing said to the person had surely not gone out yet."""


class Option(_Model):
    """One line of a menu: what it stands for, and how it reads."""

    value: str
    label: str


class Outgoing(_Model):
    """One message to a person."""

    text: str
    """Everything, menu included, for a channel that has only words."""
    options: tuple[Option, ...] = ()
    valid_seconds: int | None = None
    """After so long it must not be delivered any more (confirmations)."""


TEXT_CHARS_MAX = 10_000
