"""schemathesis against the service's own OpenAPI: every check, no failure, no answer that is not documented.

The quick run uses identifiers that lead somewhere. The heavy ones are deeper: also with what the document says alone,
also on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from durable.ambient import CountedIds, ManualClock
from durable.database import Database
from durable.effects import EffectQueue
from durable.migrate import migrate
from payments import tables
from payments.api import OPENAPI_PATH
from payments.callbacks import Callbacks
from payments.demo import DEMO
from payments.gateways.sandbox import SandboxGateway
from payments.handlers import Handlers
from payments.loading import load
from payments.openapi import document
from payments.operations import operations
from payments.paying import Paying
from payments.quotes import Quoting
from payments.wiring import build
from tests.conftest import NOON
from tests.payments.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.filterwarnings("ignore:The anyio.abc.BlockingPortal alias:DeprecationWarning")  # starlette's
METHOD = "pm_000003"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
QUICK = settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
DEEP = settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@contextlib.contextmanager
def _service(url: str) -> Iterator[Starlette]:
    clock, ids = ManualClock(NOON), CountedIds()
    db = Database(url, clock=clock)
    migrate(db, "payments")
    load(db, DEMO, clock=clock, ids=ids)
    gateway = SandboxGateway(clock)
    app = build(db, token=TOKEN, gateway=gateway, clock=clock, ids=ids, answer_within_seconds=0.0).app
    assert asyncio.run(_default_method(app)) == METHOD
    yield app
    db.close_blocking()


async def _default_method(app: Starlette) -> str:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pay", headers=AUTH) as http:
        return str((await http.get(f"/payments/v1/accounts/{ACCOUNT}")).json()["default_method"]["id"])


def _schema(*, informed: bool) -> BaseSchema:
    """What the service says of itself; the service comes when the tests run."""
    described = document(operations(_nowhere()))
    if informed:
        _inform(described)
    del described["security"]  # every call has the token: `test_routes` shows that nothing goes without it
    schema = schemathesis.openapi.from_dict(described)
    schema.app, schema.location = _Later(), OPENAPI_PATH
    return schema


class _Later:
    """An app that is not there yet when the tests are collected."""

    app: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def _nowhere() -> Handlers:
    """Handlers that are described and never called."""
    clock, ids, db = ManualClock(NOON), CountedIds(), Database("sqlite://")
    queue = EffectQueue(db, tables.effect)
    callbacks = Callbacks(queue, httpx.AsyncClient(), token=TOKEN, url=None, clock=clock, ids=ids)
    paying = Paying(queue=queue, callbacks=callbacks, ids=ids)
    return Handlers(
        db=db, clock=clock, ids=ids, quoting=Quoting(ids=ids), paying=paying, answer_within_seconds=0.0
    )  # fmt: skip


def _inform(described: dict[str, Any]) -> None:
    """Narrows what identifies an account, a method, a quote to values that exist: the rest is left to chance."""
    known = {"number": ACCOUNT, "phone": "+15555550123"}
    for path in described["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in known:
                    parameter["schema"] = {"enum": [known[parameter["name"]]]}
    quote = described["components"]["schemas"]["QuoteRequest"]["properties"]
    quote |= {"account": {"enum": [ACCOUNT]}, "method": {"enum": [METHOD]}}


documented, informed, on_postgres = _schema(informed=False), _schema(informed=True), _schema(informed=True)


@pytest.fixture(scope="module", autouse=True)
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("schemathesis")
    with _service(f"sqlite:///{folder / 'service.db'}") as app:
        documented.app.app = informed.app.app = app
        yield


@pytest.fixture
def _postgresql(request: pytest.FixtureRequest) -> Iterator[None]:
    with _service(request.getfixturevalue("postgres").create()) as app:
        on_postgres.app.app = app
        yield


SEMANTIC: list[CheckFunction] = [positive_data_acceptance]
"""A quote of a known account may be well-formed and still be refused (more than is owed, say): 422 is right there."""


@informed.parametrize()
@QUICK
def test_the_service_answers_as_documented(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers=AUTH, excluded_checks=SEMANTIC)


@pytest.mark.heavy
@documented.parametrize()
@DEEP
def test_the_service_answers_as_documented_at_length(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers=AUTH)


@pytest.mark.heavy
@pytest.mark.usefixtures("_postgresql")
@on_postgres.parametrize()
@DEEP
def test_the_service_answers_as_documented_on_postgresql_at_length(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(headers=AUTH, excluded_checks=SEMANTIC)
