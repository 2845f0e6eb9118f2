"""The sandbox gateway as a process of its own: `python -m payments.gateways.server --port P --file F`.

It shares nothing with the service that calls it, and survives it: every call and every charge is in its own SQLite
file, synced to disk, before it answers. GET /charges lists them. Each answer waits 2 to 30 ms, so that a caller that
is killed at a random moment is sometimes killed between the charge and its answer.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import uvicorn
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from durable.ambient import SystemClock
from durable.database import Database
from payments import tables as t
from payments.gateways import Charge, Charged, ChargeOutcome, Declined, Unknown, Unreachable
from payments.gateways.sandbox import LATE_SECONDS, KeyReused, SandboxGateway

PAUSE_MS_MIN, PAUSE_MS_MAX = 2, 30
Pause = Callable[[], Awaitable[None]]


class ChargeBody(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)
    token: str
    amount_minor: int
    currency: str
    account: str


class _Server:
    def __init__(self, gateway: SandboxGateway, pause: Pause) -> None:
        self._gateway = gateway
        self._pause = pause

    async def charge(self, request: Request) -> Response:
        try:
            body = ChargeBody.model_validate_json(await request.body())
        except ValidationError:
            return JSONResponse({"outcome": "malformed"}, 422)
        charge = Charge(
            key=request.path_params["key"], token=body.token, amount_minor=body.amount_minor, currency=body.currency,
            account=body.account,
        )  # fmt: skip
        try:
            outcome = await self._gateway.charge(charge)
        except KeyReused:
            return JSONResponse({"outcome": "key_reused"}, 409)
        return await self._answer(outcome)

    async def find(self, request: Request) -> Response:
        return await self._answer(await self._gateway.find(request.path_params["key"]))

    async def abandon(self, request: Request) -> Response:
        return await self._answer(await self._gateway.abandon(request.path_params["key"]))

    async def listed(self, _: Request) -> Response:
        return JSONResponse({"charges": [asdict(entry) for entry in await self._gateway.entries()]})

    async def _answer(self, outcome: ChargeOutcome | None) -> Response:
        await self._pause()
        match outcome:
            case Charged(ref=ref):
                return JSONResponse({"outcome": "charged", "ref": ref})
            case Declined(code=code, detail=detail):
                return JSONResponse({"outcome": "declined", "code": code, "detail": detail})
            case Unreachable(why=why):
                return JSONResponse({"outcome": "unreachable", "why": why}, 503)
            case Unknown(why=why):
                return JSONResponse({"outcome": "unknown", "why": why}, 504)
            case None:
                return JSONResponse({"outcome": "none"})


def app(gateway: SandboxGateway, pause: Pause) -> Starlette:
    """The gateway's HTTP side; `pause` is awaited before each answer."""
    server = _Server(gateway, pause)
    return Starlette(
        routes=[
            Route("/charges", server.listed),
            Route("/charges/{key}", server.charge, methods=["POST"]),
            Route("/charges/{key}", server.find),
            Route("/charges/{key}/abandon", server.abandon, methods=["POST"]),
        ]
    )


async def _short_pause() -> None:
    milliseconds = PAUSE_MS_MIN + secrets.randbelow(PAUSE_MS_MAX - PAUSE_MS_MIN + 1)
    await asyncio.sleep(milliseconds / 1000)


def main() -> None:
    """Serves on localhost until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m payments.gateways.server", description="The sandbox gateway.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", required=True, help="SQLite file of the gateway's own record")
    parser.add_argument("--late-seconds", type=float, default=LATE_SECONDS, help="when a late answer comes")
    given = parser.parse_args()
    db = Database(f"sqlite:///{given.file}")
    db.write_blocking(lambda conn: t.METADATA.create_all(conn, tables=[t.sandbox_charge]))
    gateway = SandboxGateway(SystemClock(), db, late_seconds=given.late_seconds)
    uvicorn.run(app(gateway, _short_pause), host="127.0.0.1", port=given.port, log_level="warning")
    db.close_blocking()


if __name__ == "__main__":
    main()
