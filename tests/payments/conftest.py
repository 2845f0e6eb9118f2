"""A payment service on the demo account, over its HTTP contract, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from durable.ambient import CountedIds, ManualClock
from durable.database import Database
from durable.migrate import migrate
from durable.worker import Crash
from payments.demo import DEMO
from payments.gateways import Gateway
from payments.gateways.sandbox import SandboxGateway
from payments.loading import load
from payments.wiring import Service, build

TOKEN = "test-token-of-the-service"
ACCOUNT = "10023"
CALLBACK_URL = "https://bot.example/payments/callback"


@dataclass
class Receiver:
    """The other end of the callbacks: keeps what arrives, and answers as told."""

    answers: list[int] = field(default_factory=list)
    received: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 204)


@dataclass
class World:
    """The service, its clock, its gateway, and a client with the token."""

    service: Service
    http: httpx.AsyncClient
    gateway: SandboxGateway
    clock: ManualClock
    receiver: Receiver
    callbacks: httpx.AsyncClient
    db: Database
    ids: CountedIds
    _keys: CountedIds = field(default_factory=CountedIds)

    def patient(self, seconds: float) -> World:
        """The same service, of which POST /payments waits that long for the outcome."""
        service = build(
            self.db, token=TOKEN, gateway=self.gateway, clock=self.clock, ids=self.ids,
            callback_client=self.callbacks, callback_url=CALLBACK_URL, answer_within_seconds=seconds,
        )  # fmt: skip
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=service.app), base_url="http://pay", headers=self.http.headers
        )
        return replace(self, service=service, http=http)

    def crashing(self, crash: Crash, *, gateway: Gateway | None = None) -> Service:
        """The same service as another process would run it; `crash` is called at each named point."""
        return build(
            self.db, token=TOKEN, gateway=gateway or self.gateway, clock=self.clock, ids=self.ids,
            callback_client=self.callbacks, callback_url=CALLBACK_URL, crash=crash,
        )  # fmt: skip

    async def get(self, path: str, **params: Any) -> Any:
        response = await self.http.get(f"/payments/v1{path}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def method(self, token: str, **more: Any) -> str:
        """The id of a newly saved card with that sandbox token."""
        body = {"kind": "card", "brand": "visa", "last4": "1111", "expires": "2029-01", "token": token, **more}
        response = await self.http.post(f"/payments/v1/accounts/{ACCOUNT}/payment-methods", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def default_method(self) -> str:
        return str((await self.get(f"/accounts/{ACCOUNT}"))["default_method"]["id"])

    async def ask_quote(
        self, scope: str = "total_balance", *, key: str | None = None, method: str | None = None, **more: Any
    ) -> httpx.Response:
        """POST /quotes; `more` goes into the selection, but for note and pay_on."""
        top: dict[str, Any] = {name: more.pop(name) for name in ("note", "pay_on", "account") if name in more}
        body = {
            "account": ACCOUNT, "method": method or await self.default_method(),
            "selection": {"scope": scope, **more}, **top,
        }  # fmt: skip
        headers = {"Idempotency-Key": key} if key else {}
        return await self.http.post("/payments/v1/quotes", json=body, headers=headers)

    async def quote(self, scope: str = "total_balance", **more: Any) -> dict[str, Any]:
        response = await self.ask_quote(scope, **more)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    async def pay(self, quote: str, *, key: str | None = None, **more: Any) -> httpx.Response:
        """POST /payments."""
        body = {"quote": quote, "consent": consent(), **more}
        headers = {"Idempotency-Key": key or self._keys.new("key")}
        return await self.http.post("/payments/v1/payments", json=body, headers=headers)

    async def work(self) -> None:
        """Everything that is due now is done, callbacks too."""
        while sum([await worker.drain() for worker in self.service.workers]):
            pass

    async def later(self, by: dt.timedelta) -> None:
        self.clock.move(by)
        await self.work()

    async def payment(self, payment: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/payments/{payment}")
        return found

    async def owed(self) -> str:
        return str((await self.get(f"/accounts/{ACCOUNT}"))["total_balance"])


def consent(**more: Any) -> dict[str, Any]:
    return {
        "who": "+15555550123", "channel": "sms", "message_id": "SM1", "words": "y", "terms_version": "2023-12",
        "prompt": "Pay 60.85?", **more,
    }  # fmt: skip


def demo(**account: Any) -> dict[str, Any]:
    """The demo's import data, with changes to its account."""
    content = deepcopy(DEMO)
    content["accounts"][0].update(account)
    return content


async def no_sleep(_seconds: float) -> None:
    """The sandbox's waits take no time."""


@pytest.fixture
def import_data() -> Mapping[str, Any]:
    """What the world is loaded with; override it by parametrising."""
    return DEMO


@pytest.fixture
async def world(
    database: Database, clock: ManualClock, ids: CountedIds, import_data: Mapping[str, Any]
) -> AsyncIterator[World]:
    """No worker runs: tests call `work`. POST /payments answers at once."""
    migrate(database, "payments")
    loaded = load(database, import_data, clock=clock, ids=ids)
    assert loaded.refused == []
    receiver = Receiver()
    gateway = SandboxGateway(clock, database, sleep=no_sleep)
    callbacks = httpx.AsyncClient(transport=httpx.MockTransport(receiver))
    service = build(
        database, token=TOKEN, gateway=gateway, clock=clock, ids=ids, callback_client=callbacks,
        callback_url=CALLBACK_URL, answer_within_seconds=0.0,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(app=service.app)
    async with callbacks, httpx.AsyncClient(transport=transport, base_url="http://pay", headers=headers) as http:
        yield World(service, http, gateway, clock, receiver, callbacks, database, ids)
    await service.close()
