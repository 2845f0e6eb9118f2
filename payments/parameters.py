"""What requests carry beside their body: query parameters, the idempotency key, on whose behalf."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any, Literal, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from payments.contract import InvoiceStatus
from payments.edge import malformed
from payments.errors import IdempotencyKeyMissing, Malformed
from payments.history import WORDS_MAX, Actor

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
KEY_PATTERN = r"^[\x21-\x7e]{1,200}$"
ActorField = Literal["who", "channel", "message", "words"]


class Query(BaseModel):
    """Base of query parameters; unknown ones are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class InvoicesQuery(Query):
    status: InvoiceStatus | None = Field(default=None, description="`open` has everything with a balance.")
    start: dt.date | None = Field(default=None, alias="from", description="Issued on this date or later.")
    end: dt.date | None = Field(default=None, alias="to", description="Issued on this date or earlier.")


class PaymentsQuery(Query):
    limit: int = Field(default=20, ge=1, le=100)


class ActivityQuery(Query):
    start: dt.date | None = Field(default=None, alias="from", description="Default: 30 days ago.")
    end: dt.date | None = Field(default=None, alias="to", description="Default: in 60 days.")


Q = TypeVar("Q", bound=Query)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_query(request: Request, model: type[Q]) -> Q:
    """The query as `model`; raises `Malformed`."""
    sent: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in sent:
            raise Malformed(f"the parameter {name[:50]!r} is given twice")
        sent[name] = value
    for name in ("from", "to"):
        if name in sent and not _DATE.fullmatch(sent[name]):
            raise Malformed(f"{name} is a date like 2026-11-30")
    if "limit" in sent and not re.fullmatch(r"[0-9]{1,9}", sent["limit"]):
        raise Malformed("limit is a whole number")
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise malformed(error) from error


def idempotency_key(request: Request) -> str | None:
    """The key; None without one. Raises `IdempotencyKeyMissing` for one that cannot be a key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMissing
    return key


def digest(plain: Any) -> str:
    """A hash of a JSON body that ignores the order of its members and its spacing."""
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def actor(request: Request) -> Actor:
    """On whose behalf a change is made: the optional Paybot-* headers, percent-encoded UTF-8."""
    who, channel = _header(request, "who"), _header(request, "channel")
    message, words = _header(request, "message"), _header(request, "words")
    return Actor(who=who or "api", channel=channel or "api", message_id=message, words=words)


def _header(request: Request, field: ActorField) -> str | None:
    value = unquote(request.headers.get(f"paybot-{field}", "")).replace("\x00", "").strip()
    return value[: WORDS_MAX if field == "words" else 200] or None
