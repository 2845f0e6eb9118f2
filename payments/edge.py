"""The HTTP edge: who may come in, how a body is read, how a refusal looks. Knows no business rule.

Each path is one ASGI endpoint that answers every method itself, so that the routes can be mounted in another app
and still refuse in the service's own words.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from payments.contract import Problem
from payments.errors import (
    Malformed,
    MethodNotAllowed,
    NotFound,
    NotJson,
    PaymentError,
    TooLarge,
    Unauthorized,
    Unavailable,
    WrongContentType,
)

log = structlog.get_logger(__name__)

BODY_BYTES_MAX = 64 * 1024
PROBLEM_JSON = "application/problem+json"
Handler = Callable[[Request], Awaitable[Response]]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path: its handlers by method, behind the bearer token. An ASGI app. No handlers: nothing is there."""

    token: str = field(repr=False)
    handlers: Mapping[str, Handler]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except PaymentError as refusal:
            response = problem(refusal)
        except ClientDisconnect:
            return
        except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
            cause = getattr(error, "orig", None) or error
            log.warning("database_unavailable", path=_route(request), error=type(cause).__name__)
            response = problem(Unavailable())
        except Exception:  # the outer edge: a defect is logged whole, and told to nobody
            log.exception("request_failed", path=_route(request), method=request.method)
            response = _render(Problem(title="The service failed", status=500, code="unavailable"))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if not _authorized(request, self.token):
            raise Unauthorized
        if not self.handlers:
            raise NotFound(request.url.path)
        handler = self.handlers.get(request.method)
        if handler is None:
            raise MethodNotAllowed(tuple(sorted(self.handlers)))
        return await handler(request)


def problem(refusal: PaymentError) -> Response:
    """The problem document (RFC 9457) of a refusal."""
    response = _render(
        Problem(
            title=refusal.title, status=refusal.status, code=refusal.code, detail=str(refusal), quote=refusal.quote,
            payment=refusal.payment, limit=refusal.limit, errors=refusal.errors,
        )
    )  # fmt: skip
    if isinstance(refusal, Unauthorized):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(refusal.allowed)
    return response


def answer(body: BaseModel, status: int = 200) -> Response:
    """A model as JSON."""
    return Response(body.model_dump_json(), status, media_type="application/json")


async def read_json(request: Request, model: type[M]) -> tuple[M, Any]:
    """The body as `model`, and as plain JSON. Raises the `PaymentError` that says what is wrong with it."""
    sent = request.headers.get("content-type", "")
    if sent.partition(";")[0].strip().lower() != "application/json":
        raise WrongContentType(sent)
    body = await _body(request)
    try:
        plain = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"{type(error).__name__}: send one JSON object in UTF-8") from error
    try:
        made = model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise malformed(error) from error
    if _has_nul(made.model_dump()):
        raise Malformed("text cannot contain the NUL character")
    return made, plain


def malformed(error: ValidationError) -> Malformed:
    """Where and why, without the values that were sent."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    where = tuple(f"{'.'.join(str(part) for part in e['loc']) or 'body'}: {e['msg']}" for e in details[:20])
    return Malformed("the request does not fit the contract", errors=where)


async def _body(request: Request) -> bytes:
    """At most `BODY_BYTES_MAX`, whatever the length header says."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > BODY_BYTES_MAX:
            raise TooLarge(BODY_BYTES_MAX)
    return bytes(chunks)


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(_has_nul(v) for v in value.values())
        case list() | tuple():
            return any(_has_nul(v) for v in value)
        case _:
            return False


def _authorized(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return bool(token) and scheme.lower() == "bearer" and same


def _route(request: Request) -> str:
    """The path without what may name a person."""
    route = request.scope.get("route")
    return getattr(route, "path", "unknown")


def _render(document: Problem) -> Response:
    body = document.model_dump_json(exclude_none=True)
    return Response(body, document.status, media_type=PROBLEM_JSON)
