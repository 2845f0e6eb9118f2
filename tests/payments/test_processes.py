"""Several processes on one PostgreSQL, each with connections and workers of its own: still each payment is one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from durable.ambient import CountedIds, RandomIds, SystemClock
from durable.database import Database
from durable.migrate import migrate
from payments.gateways.sandbox import SandboxGateway
from payments.loading import load
from payments.wiring import Service, build
from tests.payments.conftest import ACCOUNT, TOKEN, consent, demo
from tests.support.postgres import PostgresServer

PROCESSES = 3
INVOICES = 12


@contextlib.asynccontextmanager
async def _process(url: str, *, works: bool) -> AsyncIterator[tuple[httpx.AsyncClient, Service]]:
    """What one process has to itself: connections, ids, workers."""
    db, clock = Database(url), SystemClock()
    service = build(db, token=TOKEN, gateway=SandboxGateway(clock, db), clock=clock, ids=RandomIds())
    tasks = [asyncio.create_task(worker.run()) for worker in service.workers] if works else []
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pay/payments/v1", headers=headers) as http:
        yield http, service
    for worker in service.workers:
        worker.stop()
    await asyncio.gather(*tasks)
    await service.close()
    await db.close()


@pytest.fixture
async def url(postgres: PostgresServer) -> str:
    made = postgres.create()
    db, clock = Database(made), SystemClock()
    migrate(db, "payments")
    invoices = [
        {"number": str(n), "issued": "2026-10-01", "due": "2026-10-31", "amount": "1.00"} for n in range(INVOICES)
    ]
    load(db, demo(invoices=invoices), clock=clock, ids=CountedIds())
    await db.close()
    return made


async def _quote(http: httpx.AsyncClient, number: int) -> str:
    account = (await http.get(f"/accounts/{ACCOUNT}")).json()
    selection = {"scope": "selected_invoices", "invoices": [str(number)]}
    body = {"account": ACCOUNT, "method": account["default_method"]["id"], "selection": selection}
    response = await http.post("/quotes", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def _pay(http: httpx.AsyncClient, quote: str, key: str) -> httpx.Response:
    body: dict[str, Any] = {"quote": quote, "consent": consent()}
    return await http.post("/payments", json=body, headers={"Idempotency-Key": key})


async def test_requests_for_the_same_quotes_at_every_process_at_once_pay_each_once(url: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_process(url, works=True)) for _ in range(PROCESSES)]
        quotes = [await _quote(processes[0][0], n) for n in range(INVOICES)]
        answers = await asyncio.gather(
            *(_pay(http, quote, quote) for quote in quotes for http, _ in processes)
        )
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["id"] for a in answers}) == INVOICES
        http, service = processes[0]
        assert (await http.get(f"/accounts/{ACCOUNT}")).json()["total_balance"] == "0.00"
        gateway = service.gateway
        assert isinstance(gateway, SandboxGateway)
        assert [(e.calls, e.status) for e in await gateway.entries()] == [(1, "charged")] * INVOICES


async def test_one_process_answers_what_another_one_settled(url: str) -> None:
    async with _process(url, works=False) as (http, _), _process(url, works=True):
        answered = await _pay(http, await _quote(http, 0), "yes")
    assert (answered.status_code, answered.json()["status"]) == (201, "settled")


async def test_an_invoice_is_paid_once_whichever_process_quoted_it(url: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_process(url, works=True)) for _ in range(PROCESSES)]
        quotes = [await _quote(http, 5) for http, _ in processes]
        answers = await asyncio.gather(
            *(_pay(http, quote, quote) for (http, _), quote in zip(processes, quotes, strict=True))
        )
        assert sorted(a.status_code for a in answers) == [201, 409, 409]
        assert (await processes[0][0].get(f"/accounts/{ACCOUNT}")).json()["total_balance"] == f"{INVOICES - 1}.00"
