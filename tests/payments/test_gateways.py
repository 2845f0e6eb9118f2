"""The gateway in its own process, its client, and what a charge comes to when either end dies."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from durable.ambient import ManualClock
from durable.worker import no_crash
from payments.gateways import Charge, Charged, ChargeOutcome, Declined, Gateway, Unknown, Unreachable
from payments.gateways.remote import RemoteGateway
from payments.gateways.sandbox import KeyReused, SandboxGateway
from payments.gateways.server import app
from tests.payments.conftest import World, no_sleep

START_SECONDS_MAX = 20.0


def _charge(token: str, *, key: str = "pay_1", amount_minor: int = 6085) -> Charge:
    return Charge(key=key, token=token, amount_minor=amount_minor, currency="USD", account="10023")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class GatewayProcess:
    """`python -m payments.gateways.server` on a free port."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        command = [sys.executable, "-m", "payments.gateways.server", "--port", str(self.port), "--file",
                   str(self._file), "--late-seconds", "0.2"]  # fmt: skip
        self._process = subprocess.Popen(command)
        async with asyncio.timeout(START_SECONDS_MAX), httpx.AsyncClient() as http:
            while True:
                try:
                    await http.get(f"http://127.0.0.1:{self.port}/charges")
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
                else:
                    return

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    made = GatewayProcess(tmp_path / "gateway.db")
    await made.start()
    yield made
    made.kill()


@pytest.fixture
async def remote(process: GatewayProcess) -> AsyncIterator[RemoteGateway]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}") as http:
        yield RemoteGateway(http)


@pytest.fixture(params=["memory", "http"])
async def gateway(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[Gateway]:
    sandbox = SandboxGateway(clock, sleep=no_sleep)
    if request.param == "memory":
        yield sandbox
        return
    transport = httpx.ASGITransport(app(sandbox, pause=no_pause))
    async with httpx.AsyncClient(base_url="http://gateway", transport=transport) as http:
        yield RemoteGateway(http)


async def no_pause() -> None:
    """The process waits a little before each answer; these tests do not."""


@pytest.mark.parametrize(
    ("token", "first", "found"),
    [
        ("tok_ok", Charged, Charged), ("tok_bank_ok", Charged, Charged), ("tok_declined", Declined, Declined),
        ("tok_insufficient_funds", Declined, Declined), ("tok_expired", Declined, Declined),
        ("tok_nobody_knows", Declined, Declined), ("tok_timeout", Unknown, Charged), ("tok_lost", Unknown, None),
        ("tok_flaky", Unreachable, None),
    ],
)  # fmt: skip
async def test_each_token_answers_and_is_found_as_it_should_be(
    gateway: Gateway, token: str, first: type[ChargeOutcome], found: type[ChargeOutcome] | None
) -> None:
    assert isinstance(await gateway.charge(_charge(token)), first)
    looked = await gateway.find("pay_1")
    assert looked is None if found is None else isinstance(looked, found)


async def test_a_key_that_nobody_charged_is_not_found(gateway: Gateway) -> None:
    assert await gateway.find("pay_never") is None


async def test_a_repeated_key_gives_the_same_charge(gateway: Gateway) -> None:
    first = await gateway.charge(_charge("tok_ok"))
    assert await gateway.charge(_charge("tok_ok")) == first


async def test_an_abandoned_key_never_charges_any_more(gateway: Gateway) -> None:
    await gateway.charge(_charge("tok_flaky"))
    assert await gateway.abandon("pay_1") is None
    assert await gateway.abandon("pay_1") is None
    assert isinstance(await gateway.charge(_charge("tok_flaky")), Declined)


async def test_abandoning_a_key_that_charged_gives_the_charge(gateway: Gateway) -> None:
    await gateway.charge(_charge("tok_timeout"))
    assert isinstance(await gateway.abandon("pay_1"), Charged)


async def test_a_key_with_another_amount_is_a_defect_of_the_caller(clock: ManualClock) -> None:
    gateway = SandboxGateway(clock, sleep=no_sleep)
    await gateway.charge(_charge("tok_ok"))
    with pytest.raises(KeyReused):
        await gateway.charge(_charge("tok_ok", amount_minor=1))


async def test_the_process_remembers_its_charges_when_it_is_killed(
    process: GatewayProcess, remote: RemoteGateway
) -> None:
    made = await remote.charge(_charge("tok_ok"))
    process.kill()
    assert isinstance(await remote.find("pay_1"), Unreachable)
    assert isinstance(await remote.charge(_charge("tok_ok")), Unreachable)
    await process.start()
    assert await remote.find("pay_1") == made
    async with httpx.AsyncClient() as http:
        (entry,) = (await http.get(f"http://127.0.0.1:{process.port}/charges")).json()["charges"]
    assert (entry["key"], entry["amount_minor"], entry["status"], entry["calls"]) == ("pay_1", 6085, "charged", 1)


def _refusing(error: type[httpx.HTTPError]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("no")

    return answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (_refusing(httpx.ConnectError), Unreachable),
        (_refusing(httpx.ConnectTimeout), Unreachable),
        (_refusing(httpx.ReadTimeout), Unknown),
        (_refusing(httpx.RemoteProtocolError), Unknown),
        (lambda _: httpx.Response(500), Unknown),
        (lambda _: httpx.Response(200, text="<html>"), Unknown),
        (lambda _: httpx.Response(200, json={"outcome": "charged"}), Unknown),
        (lambda _: httpx.Response(500, json={"outcome": "charged", "ref": "r"}), Unknown),
        (lambda _: httpx.Response(404, json={"outcome": "none"}), Unknown),
        (lambda _: httpx.Response(200, json={"outcome": "none"}), Unknown),
    ],
)
async def test_only_what_surely_never_arrived_counts_as_unreachable(
    answer: Callable[[httpx.Request], httpx.Response], outcome: type[ChargeOutcome]
) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://gw") as http:
        assert isinstance(await RemoteGateway(http).charge(_charge("tok_ok")), outcome)


class Killed(BaseException):
    """Stands for the end of the process at a named point."""


@pytest.mark.parametrize("fatal", ["charge:claimed", "charge:begun", "charge:answered", "charge:handled"])
@pytest.mark.parametrize("token", ["tok_ok", "tok_declined", "tok_timeout", "tok_flaky"])
async def test_a_process_that_dies_at_any_point_charges_once_when_another_takes_over(
    world: World, fatal: str, token: str
) -> None:
    payment = (await world.pay((await world.quote(method=await world.method(token)))["id"])).json()["id"]

    def die(point: str) -> None:
        if point == fatal:
            raise Killed

    with pytest.raises(Killed):
        await world.crashing(die).workers[0].drain()
    await world.work()
    assert (await world.payment(payment))["status"] == "processing"  # its lease has not lapsed yet
    for _ in range(4):
        await world.later(dt.timedelta(minutes=2))
    declined = token == "tok_declined"
    assert (await world.payment(payment))["status"] == ("declined" if declined else "settled")
    assert await world.owed() == ("60.85" if declined else "0.00")
    (entry,) = await world.gateway.entries()
    assert entry.calls <= 2
    assert len(world.receiver.received) == 1


async def test_a_worker_that_wakes_late_changes_nothing(world: World) -> None:
    payment = (await world.pay((await world.quote())["id"])).json()["id"]
    slow = world.service.workers[0]
    (claim,) = await world.db.write(lambda conn: slow.queue.claim(conn, ["charge"], limit=1))
    outcome = await slow.handlers["charge"](claim)
    world.clock.move(dt.timedelta(minutes=2))
    await world.work()
    assert (await world.payment(payment))["status"] == "settled"
    assert not await slow.queue.settle(claim, outcome)
    assert await world.owed() == "0.00"
    assert len(world.receiver.received) == 1


async def test_an_outcome_that_stays_unknown_for_days_is_parked_and_never_failed(world: World) -> None:
    class Silent:
        """A gateway that never says anything."""

        async def charge(self, charge: Charge) -> ChargeOutcome:
            return Unknown(why="silence")

        async def find(self, key: str) -> ChargeOutcome | None:
            return Unknown(why="silence")

        async def abandon(self, key: str) -> ChargeOutcome | None:
            return Unknown(why="silence")

    service = world.crashing(no_crash, gateway=Silent())
    payment = (await world.pay((await world.quote())["id"])).json()["id"]
    for _ in range(5):
        await service.workers[0].drain()
        world.clock.move(dt.timedelta(days=1))
    assert (await world.payment(payment))["status"] == "processing"
    assert await service.workers[0].drain() == 0
    assert (await world.ask_quote()).json()["code"] == "nothing_due"
