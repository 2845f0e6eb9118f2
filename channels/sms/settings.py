"""What the SMS channel must be told. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

INBOUND_PATH = "/sms"
STATUS_PATH = "/sms/status"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """One Twilio account and what it sends from."""

    account_sid: str
    auth_token: str = field(repr=False)
    """The account's primary token: it signs the webhooks, and authenticates us."""
    sender: str
    """A number of ours in E.164 or a short code, or the id of a Messaging Service (MG...)."""
    public_url: str
    """How Twilio reaches this server, without the route: https://pay.example.com."""
    api_url: str = "https://api.twilio.com"
    messages_per_second: float = 10.0
    """Per sender; 0 for no limit."""
    timeout_seconds: float = 10.0
    """How long an answer of Twilio's is waited for. With two look-ups and their pause it must fit into a lease."""
