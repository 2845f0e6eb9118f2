"""The payment service's signed callbacks: verified, kept in the inbox, acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.acting import CALLBACK_PATH, Acting
from bot.store import Store
from durable.database import AWAY
from payments.contract import Callback
from payments.signing import verify

log = structlog.get_logger(__name__)

BODY_BYTES_MAX = 64 * 1024


def callback_route(store: Store, acting: Acting, *, token: str, now: Callable[[], datetime]) -> Route:
    """`POST /callbacks/payments?conversation=...`: 204 kept (or kept before), 403 not signed by the service,
    422 not a callback, 503 the database is away (the service delivers again)."""

    async def receive(request: Request) -> Response:
        body = await request.body()
        signature = request.headers.get("paybot-signature", "")
        if len(body) > BODY_BYTES_MAX or not verify(token, body, signature, now=now()):
            log.warning("callback_refused", path=request.url.path)
            return Response(status_code=403)
        conversation = request.query_params.get("conversation")
        try:
            callback = Callback.model_validate_json(body)
        except ValidationError:
            return Response(status_code=422)
        if not conversation:
            return Response(status_code=422)
        try:
            await store.db.write(lambda conn: acting.put_payment(conn, conversation, callback.data))
        except AWAY:
            return Response(status_code=503)
        return Response(status_code=204)

    return Route(CALLBACK_PATH, receive, methods=["POST"])
