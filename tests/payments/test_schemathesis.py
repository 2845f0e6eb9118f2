"""schemathesis against the service's own OpenAPI: every check, no failure, no answer that is not documented.

Once with what the document says alone, once with identifiers that lead somewhere. The heavy runs are deeper, and also
on PostgreSQL. Over real HTTP: `schemathesis run URL/payments/openapi.json -H "Authorization: Bearer ..." --checks all`.
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
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette

from durable.ambient import CountedIds, ManualClock
from durable.database import Database
from durable.migrate import migrate
from payments.api import OPENAPI_PATH
from payments.demo import DEMO
from payments.gateways.sandbox import SandboxGateway
from payments.loading import load
from payments.wiring import build
from tests.conftest import NOON
from tests.payments.conftest import ACCOUNT, TOKEN

pytestmark = pytest.mark.filterwarnings("ignore:The anyio.abc.BlockingPortal alias:DeprecationWarning")  # starlette's
AUTH = {"Authorization": f"Bearer {TOKEN}"}
QUICK = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
DEEP = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@contextlib.contextmanager
def _service(url: str) -> Iterator[Starlette]:
    clock, ids = ManualClock(NOON), CountedIds()
    db = Database(url, clock=clock)
    migrate(db, "payments")
    load(db, DEMO, clock=clock, ids=ids)
    gateway = SandboxGateway(clock)
    yield build(db, token=TOKEN, gateway=gateway, clock=clock, ids=ids, answer_within_seconds=0.0).app
    db.close_blocking()


def _described(app: Starlette, *, informed: bool) -> BaseSchema:
    document, account = asyncio.run(_fetch(app, OPENAPI_PATH, f"/payments/v1/accounts/{ACCOUNT}"))
    method = account["default_method"]["id"]
    if informed:
        _inform(document, method)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    schema.location = OPENAPI_PATH
    return schema


async def _fetch(app: Starlette, *paths: str) -> list[Any]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pay", headers=AUTH) as http:
        return [(await http.get(path)).json() for path in paths]


def _inform(document: dict[str, Any], method: str) -> None:
    """Narrows what identifies an account, a method, a quote to values that exist: the rest is left to chance."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "number":
                    parameter["schema"] = {"enum": [ACCOUNT]}
                elif parameter["name"] == "phone":
                    parameter["schema"] = {"enum": ["+15555550123"]}
    quote = document["components"]["schemas"]["QuoteRequest"]["properties"]
    quote |= {"account": {"enum": [ACCOUNT]}, "method": {"enum": [method]}}


@pytest.fixture(scope="module")
def as_documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    with _service(_sqlite(tmp_path_factory)) as app:
        yield _described(app, informed=False)


@pytest.fixture(scope="module")
def as_informed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    with _service(_sqlite(tmp_path_factory)) as app:
        yield _described(app, informed=True)


@pytest.fixture(scope="module")
def on_postgres(request: pytest.FixtureRequest) -> Iterator[BaseSchema]:
    with _service(request.getfixturevalue("postgres").create()) as app:
        yield _described(app, informed=True)


def _sqlite(factory: pytest.TempPathFactory) -> str:
    folder: Path = factory.mktemp("schemathesis")
    return f"sqlite:///{folder / 'service.db'}"


documented = schemathesis.pytest.from_fixture("as_documented")
informed = schemathesis.pytest.from_fixture("as_informed")
postgres_informed = schemathesis.pytest.from_fixture("on_postgres")

SEMANTIC = [positive_data_acceptance]
"""A quote of a known account may be well-formed and still be refused (more than is owed, say): 422 is right there."""


@documented.parametrize()
@QUICK
def test_the_service_answers_as_documented(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=AUTH)


@informed.parametrize()
@QUICK
def test_the_service_answers_as_documented_where_there_is_something(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=AUTH, excluded_checks=SEMANTIC)


@pytest.mark.heavy
@documented.parametrize()
@DEEP
def test_the_service_answers_as_documented_at_length(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=AUTH)


@pytest.mark.heavy
@postgres_informed.parametrize()
@DEEP
def test_the_service_answers_as_documented_on_postgresql_at_length(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=AUTH, excluded_checks=SEMANTIC)
