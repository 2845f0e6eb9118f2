"""Puts the payment service together: the only place that knows all of its parts."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from durable.ambient import Clock, Ids
from durable.database import Database
from durable.effects import EffectQueue
from durable.worker import Crash, Worker, no_crash
from payments import api, tables
from payments.callbacks import CALLBACK, Callbacks
from payments.charging import Charging
from payments.gateways import Gateway
from payments.handlers import Handlers
from payments.paying import CHARGE, Paying
from payments.quotes import TERMS_VERSION, Quoting

LEASE_SECONDS = 60.0
CALL_SHARE = 0.75
"""A gateway's answer is awaited for this share of the lease, so that the outcome can still be written under it."""


@dataclass(kw_only=True)
class Service:
    """A running payment service; `workers` are for the caller to run."""

    app: Starlette
    routes: list[Route]
    workers: list[Worker]
    db: Database
    gateway: Gateway
    own_client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Lets go of what `build` made; the database is the caller's."""
        if self.own_client is not None:
            await self.own_client.aclose()


def build(
    db: Database,
    *,
    token: str,
    gateway: Gateway,
    clock: Clock,
    ids: Ids,
    callback_client: httpx.AsyncClient | None = None,
    callback_url: str | None = None,
    answer_within_seconds: float = 4.0,
    terms_version: str = TERMS_VERSION,
    lease_seconds: float = LEASE_SECONDS,
    crash: Crash = no_crash,
) -> Service:
    """The service on a migrated `db` (`durable.migrate(db, "payments")`).

    `token` is the bearer token, and signs the callbacks. `callback_url` is where they go when a payment names no
    other; `callback_client` posts them.
    """
    client = callback_client or httpx.AsyncClient()
    queue = EffectQueue(db, tables.effect, lease_seconds=lease_seconds)
    callbacks = Callbacks(queue, client, token=token, url=callback_url, clock=clock, ids=ids)
    charging = Charging(
        db, gateway, callbacks, clock, call_seconds_max=lease_seconds * CALL_SHARE, crash=crash
    )
    handlers = Handlers(
        db=db, clock=clock, ids=ids, quoting=Quoting(ids=ids, terms_version=terms_version),
        paying=Paying(queue=queue, callbacks=callbacks, ids=ids), answer_within_seconds=answer_within_seconds,
    )  # fmt: skip
    routes = api.routes(handlers, token=token)
    return Service(
        app=api.app(routes, token=token), routes=routes, db=db, gateway=gateway,
        own_client=client if callback_client is None else None,
        workers=[
            Worker("payments-charge", queue, {CHARGE: charging.handle}, crash=crash),
            Worker("payments-callback", queue, {CALLBACK: callbacks.deliver}, crash=crash),
        ],
    )  # fmt: skip
