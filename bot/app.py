"""The web application of `paybot serve`: channel webhooks, the payment service, health and metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.gauges import collect
from bot.logs import setup
from bot.settings import Settings, read_settings
from bot.wiring import Bot, build

log = structlog.get_logger(__name__)


def create() -> Starlette:
    """The application from this process's settings; what uvicorn's workers call."""
    settings = read_settings()
    setup(settings.log_level)
    return application(build(settings))


def application(bot: Bot) -> Starlette:
    """The application around one wired bot; it runs the bot from start to stop."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        bot.start()
        for line in channels_off(bot.settings):
            log.info("channel_off", detail=line)
        log.info("ready", database=bot.db.dialect)
        yield
        log.info("stopping")
        await bot.stop()
        log.info("stopped")

    routes = [
        Route("/healthz", _alive, methods=["GET"]),
        Route("/readyz", _readiness(bot), methods=["GET"]),
        Route("/metrics", _metrics(bot), methods=["GET"]),
        *bot.routes,
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def channels_off(settings: Settings) -> list[str]:
    """A line for each channel that is off: what it lacks."""
    lines = []
    if settings.sms_missing:
        lines.append(f"SMS is off: set {', '.join(settings.sms_missing)}")
    if not settings.payments_url and not settings.payments_token:
        lines.append("the payment service is not served outside this process: set PAYMENTS_TOKEN")
    return lines


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


def _readiness(bot: Bot) -> Callable[[Request], Awaitable[Response]]:
    async def ready(_request: Request) -> Response:
        try:
            await bot.db.read(lambda conn: conn.execute(text("SELECT 1")).scalar())
        except SQLAlchemyError:
            return JSONResponse({"status": "no database"}, status_code=503)
        if not bot.healthy():
            return JSONResponse({"status": "not running"}, status_code=503)
        return JSONResponse({"status": "ready"})

    return ready


def _metrics(bot: Bot) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(_request: Request) -> Response:
        try:
            await collect(bot.db, bot.queues)
        except SQLAlchemyError as error:
            log.warning("gauges_not_read", error=type(error).__name__)  # the counters are told all the same
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return metrics

