"""Twilio's fields as our own words. Pure.

Source: Twilio, "Twilio's request to your incoming message webhook" and "Outbound message status in status
callbacks"; `contracts/twilio_inbound.json` has an example of each form.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from bot.messages import TEXT_CHARS_MAX, Incoming
from channels.cards import mask
from channels.sms.signature import Fields

MARGIN_CHARS = 200
"""More than any card number spans: one that begins within the limit is masked whole before the text is cut."""


class MissingField(Exception):
    """A field is missing without which the request means nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no {name}")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What has become of a message that we sent."""

    sid: str
    status: str
    """Twilio's word: queued, sending, sent, delivered, undelivered, failed, ..."""
    to: str
    error_code: str | None


def incoming(fields: Fields, *, received_at: dt.datetime) -> Incoming:
    """An inbound message. Raises `MissingField` where it has no id or sender; a text may be missing (a picture)."""
    person = phone(_first(fields, "From"))
    text = mask(_cut(_clean(fields.get("Body", ""))))
    media = fields.get("NumMedia", "")
    return Incoming(
        channel="sms",
        event_id=_first(fields, "MessageSid", "SmsMessageSid", "SmsSid"),
        conversation=f"sms:{person}",
        person=person,
        text=text.text[:TEXT_CHARS_MAX],
        received_at=received_at,
        media=int(media) if media.isascii() and media.isdecimal() else 0,
        masked=text.found,
        opt_out_type=fields.get("OptOutType", "").upper() or None,
        to=fields.get("To") or None,
    )


def status(fields: Fields) -> Status:
    """A status callback. Raises `MissingField` where it lacks the message's id or its status."""
    return Status(
        sid=_first(fields, "MessageSid", "SmsSid"),
        status=_first(fields, "MessageStatus", "SmsStatus").lower(),
        to=phone(fields.get("To", "")),
        error_code=fields.get("ErrorCode") or None,
    )


def phone(sender: str) -> str:
    """A number in E.164; a short code, a name or another channel's address (whatsapp:+...) as it is."""
    if not sender.startswith("+"):
        return sender.strip()
    try:
        number = phonenumbers.parse(sender)
    except phonenumbers.NumberParseException:
        return sender.strip()
    if not phonenumbers.is_possible_number(number):
        return sender.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _first(fields: Fields, *names: str) -> str:
    """The first of these fields that has a value."""
    for name in names:
        if value := fields.get(name, "").strip():
            return value
    raise MissingField(names[0])


def _clean(text: str) -> str:
    """`text` without NUL and other control characters; lines stay lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _cut(text: str) -> str:
    """So much of an overlong text as will be masked; digits at its end, which may be part of a number, go."""
    if len(text) <= TEXT_CHARS_MAX:
        return text
    kept = text[: TEXT_CHARS_MAX + MARGIN_CHARS]
    return re.sub(r"[\d\W_]{0,100}\Z", "", kept) if len(kept) < len(text) else kept
