"""What Twilio posts to us: inbound messages and status callbacks.

Each request is verified, written down in one transaction, and acknowledged; nothing else happens while Twilio waits
(15 seconds at most). A request that cannot be written down is answered 503, so that Twilio delivers it again.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.messages import Incoming
from channels.base import Count, MessageStore, count_nothing
from channels.sms.parsing import MissingField, Status, incoming, status
from channels.sms.redaction import redact_effect
from channels.sms.settings import INBOUND_PATH, STATUS_PATH, SmsSettings
from channels.sms.signature import Fields, Signature
from durable.ambient import Clock
from durable.effects import EffectQueue

log = structlog.get_logger(__name__)

BODY_BYTES_MAX = 256 * 1024
STORE_SECONDS_MAX = 10.0
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
OPTED_OUT = "21610"
AWAY = (OperationalError, InterfaceError, PoolTimeout, TimeoutError)


def routes(
    settings: SmsSettings, store: MessageStore, *, queue: EffectQueue, clock: Clock, count: Count = count_nothing
) -> list[Route]:
    """`POST /sms` and `POST /sms/status`. Answers: 2xx it is kept (or was before), 403 not signed by Twilio,
    413 too large, 400 signed but without what makes it a message, 503 the database is away.
    """
    hooks = Webhooks(settings, store, queue=queue, clock=clock, count=count)
    return [
        Route(INBOUND_PATH, hooks.inbound, methods=["POST"]),
        Route(STATUS_PATH, hooks.status, methods=["POST"]),
    ]


class Webhooks:
    """The two endpoints. Bodies, fields and signatures are never logged."""

    def __init__(
        self, settings: SmsSettings, store: MessageStore, *, queue: EffectQueue, clock: Clock, count: Count
    ) -> None:
        self._public_url = settings.public_url.rstrip("/")
        self._signature = Signature(settings.auth_token)
        self._store = store
        self._queue = queue
        self._clock = clock
        self._count = count

    async def inbound(self, request: Request) -> Response:
        """An inbound message."""
        fields = await self._fields(request)
        if isinstance(fields, Response):
            return fields
        try:
            message = incoming(fields, received_at=self._clock.now())
        except MissingField as error:
            return self._meaningless(request, error)
        try:
            async with asyncio.timeout(STORE_SECONDS_MAX):
                new = await self._keep(message)
        except AWAY as error:
            return self._away(request, error)
        self._count("sms_in", "received" if new else "duplicate")
        return Response(NO_REPLY, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        """A status callback; `?delivery=` names the effect that the message was sent for."""
        fields = await self._fields(request)
        if isinstance(fields, Response):
            return fields
        try:
            news = status(fields)
        except MissingField as error:
            return self._meaningless(request, error)
        key = request.query_params.get("delivery") or None
        try:
            async with asyncio.timeout(STORE_SECONDS_MAX):
                new = await self._queue.db.write(lambda conn: self._note(conn, key, news))
        except AWAY as error:
            return self._away(request, error)
        if new:
            self._count("sms_status", news.status)
        if new and news.status in ("failed", "undelivered"):
            log.warning("sms_not_delivered", effect=key, sid=news.sid, status=news.status, code=news.error_code)
        return Response(status_code=204)

    async def _keep(self, message: Incoming) -> bool:
        """Twilio's copy first: whatever ends here, the next delivery of this message goes on from where it is."""
        if message.masked:
            await self._queue.db.write(lambda conn: self._queue.put(conn, redact_effect(message.event_id)))
        return await self._store.receive(message)

    def _note(self, conn: Connection, key: str | None, news: Status) -> bool:
        """The news in one transaction; an effect whose end was not known is made due, to find itself done."""
        known = self._store.sid(conn, key) if key else None
        if known not in (None, news.sid):
            log.error("sms_sent_twice", effect=key, sid=news.sid, first_sid=known)
        new = self._store.status(
            conn, key=key, sid=news.sid, status=news.status, error_code=news.error_code, to=news.to
        )
        if new and news.error_code == OPTED_OUT:
            self._store.write_opt_out(conn, news.to, out=True, why=f"error {OPTED_OUT}", event_id=news.sid)
        if new and key:
            self._queue.release(conn, key)
        return new

    async def _fields(self, request: Request) -> Fields | Response:
        """The signed fields, or the answer to a request that has none."""
        body = await _body(request)
        if body is None:
            return self._refused(request, 413)
        fields = self._signature.fields(self._url(request), request.headers, body)
        return self._refused(request, 403) if fields is None else fields

    def _url(self, request: Request) -> str:
        """The URL that Twilio was given: the configured one, whatever proxies made of host, scheme and port."""
        raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
        path = raw.partition(b"?")[0].decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        return f"{self._public_url}{path}" + (f"?{query}" if query else "")

    def _refused(self, request: Request, code: int) -> Response:
        log.warning("webhook_refused", path=request.scope["path"], code=code)
        self._count("sms_refused", str(code))
        return Response(status_code=code)

    def _meaningless(self, request: Request, error: MissingField) -> Response:
        log.warning("webhook_meaningless", path=request.scope["path"], missing=error.name)
        self._count("sms_refused", "400")
        return Response(status_code=400)

    def _away(self, request: Request, error: Exception) -> Response:
        log.error("webhook_not_kept", path=request.scope["path"], error=type(error).__name__)
        self._count("sms_refused", "503")
        return Response(status_code=503)


async def _body(request: Request) -> bytes | None:
    """The raw body; None where it is larger than any message."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            return None
        parts.append(part)
    return b"".join(parts)
