"""Logs: one JSON object a line, with conversation, event and payment ids; phone and card numbers masked.

No message text, no setting and no request body is ever logged; the masks are a second wall.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from channels.cards import mask

_FEW_DIGITS = re.compile(r"[\x00-/:-\x7f]*(?:[0-9][\x00-/:-\x7f]*){0,2}")
"""Nothing so short is masked: a security code has three digits. Beyond ASCII, digits are not told apart so easily."""
_PHONE = re.compile(r"(?<![\w.])\+(\d{1,3})\d{5,9}(\d{3})(?!\d)")


def setup(level: str = "info", *, stream: TextIO | None = None) -> None:
    """Sends structlog and the standard library's logging through the same masks to `stream` (default stderr)."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _safe_exception,
            masked,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for noisy in ("httpx", "httpcore", "twilio", "alembic", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they log addresses with phone numbers in them


def _safe_exception(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The kind of error and where it was raised; not its message, which may hold what a person wrote."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if not info:
        return event
    kind, trace = info[0], info[2]
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        trace = trace.tb_next
    event["exception"] = getattr(kind, "__name__", str(kind))
    event["trace"] = places[-12:]
    return event


def masked(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The event with phone numbers shortened and card numbers masked, at any depth."""
    return {key: _mask(value) for key, value in event.items()}


def _mask(value: object) -> object:
    match value:
        case str():
            if _FEW_DIGITS.fullmatch(value):
                return value
            return _PHONE.sub(r"+\1***\2", mask(value).text)
        case dict():
            return {key: _mask(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_mask(inner) for inner in value]
        case _:
            return value
