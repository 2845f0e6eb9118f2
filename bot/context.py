"""What the core is told beside the event: the time, the company, the wordings. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.render import Texts


@dataclass(frozen=True)
class Company:
    """Who is paid."""

    name: str
    support: str
    """Whom to contact, as it is said: a phone number, an address."""
    terms_url: str
    """Where the Terms and Conditions are, as it is said (no scheme is shorter)."""


@dataclass(frozen=True)
class Context:
    now: dt.datetime
    """Aware."""
    company: Company
    texts: Texts
