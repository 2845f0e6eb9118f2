"""The served process is killed at every step of a turn and of a payment, twice, on both databases.

The steps are not listed here: a run that records the points which the process passes gives them, so that a new one is
killed at by itself.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.accounts import people
from tests.support.customers import Carrier, Customer, Mailbox
from tests.support.postgres import PostgresServer
from tests.support.served import Deployment, Forge, Peers
from tests.support.truth import Findings, examine, quiet

TOKENS = ("tok_ok", "tok_declined", "tok_timeout")
"""A card that works, one that does not (the bank account then does), one whose answer is lost."""
LONG = ("tok_lost",)
"""A charge that is never made: so long until that is sure that the bot asks after it. Passes the steps of `watch`."""
AT_ONCE = 3
"""Deployments that are killed side by side; most of the time of each is waiting for leases to lapse."""
KNOWN = {
    "turn:worked_out", "turn:committed", "act:claimed", "act:handled", "act:settled", "charge:claimed",
    "charge:begun", "charge:answered", "charge:handled", "charge:settled", "callback:claimed", "callback:handled",
    "callback:settled", "sms:claimed", "sms:handled", "sms:settled", "watch:claimed", "watch:handled", "watch:settled",
}  # fmt: skip
"""Steps that a payment cannot do without: a recording that lacks one is broken."""


Life = dict[str, Any]
"""How a process is started: where it is killed, what it records."""


class Bench:
    """Runs deployments with a few customers each on one kind of database."""

    def __init__(self, forge: Forge, peers: Peers, folder: Path, server: PostgresServer | None) -> None:
        self.forge = forge
        self.peers = peers
        self.folder = folder
        self.server = server
        self.mailbox = Mailbox(peers.sent_file)
        self._runs = 0

    def deployment(self, name: str, tokens: tuple[str, ...]) -> Deployment:
        self._runs += 1
        folder = self.folder / f"{self._runs}-{name.replace(':', '-')}"
        folder.mkdir()
        url = self.server.create() if self.server else f"sqlite:///{folder / 'paybot.db'}"
        made = Deployment(forge=self.forge, peers=self.peers, database_url=url, folder=folder)
        first = (4000 if self.server else 1000) + 10 * self._runs
        made.populate(people(tokens, first=first))
        return made

    async def run(
        self, name: str, *lives: Life, tokens: tuple[str, ...] = TOKENS
    ) -> tuple[Findings, list[int | None]]:
        """Customers pay while the process goes through these lives, the last of which nothing ends."""
        made = self.deployment(name, tokens)
        ends: list[int | None] = []
        rng = random.Random(name)
        async with httpx.AsyncClient(timeout=20) as client:
            carrier = Carrier(client=client, rng=rng, target=lambda: made.served[0].url)
            customers = [
                Customer(person=p, carrier=carrier, mailbox=self.mailbox, curious=n == 0, impatient=n == 1)
                for n, p in enumerate(made.persons)
            ]
            keeper = asyncio.create_task(self._live(made, lives, ends))
            try:
                await asyncio.gather(*(customer.pay_total() for customer in customers))
                await quiet(made, seconds_max=60)
                found = await examine(made, self.mailbox, carrier, paid=made.persons)
            except BaseException as error:
                error.add_note(made.logs())
                raise
            finally:
                keeper.cancel()
                await made.stop()
        return found, ends

    async def _live(self, made: Deployment, lives: tuple[Life, ...], ends: list[int | None]) -> None:
        for life in lives:
            made.start(**life)
            ends.append(await made.end(seconds_max=300))


@pytest.mark.heavy
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_kill_at_any_step_loses_nothing_and_charges_nobody_twice(
    kind: str, forge: Forge, peers: Peers, tmp_path: Path, request: pytest.FixtureRequest,
    outcome: Callable[[str], None],
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    bench = Bench(forge, peers, tmp_path, server)
    record = tmp_path / "points"
    await bench.run("record", {"record": str(record)}, tokens=TOKENS + LONG)
    points = sorted(set(record.read_text().split()))
    assert set(points) >= KNOWN, f"the recording misses {KNOWN - set(points)}"
    room = asyncio.Semaphore(AT_ONCE)

    async def kill_at(point: str) -> tuple[Findings, int]:
        async with room:
            lives: tuple[Life, ...] = ({"kill_at": point, "nth": 1}, {"kill_at": point, "nth": 2}, {})
            tokens = LONG if point.startswith("watch:") else TOKENS
            found, ends = await bench.run(point, *lives, tokens=tokens)
            assert ends.count(-9) >= 1, "the process was never killed there"
            return found, ends.count(-9)

    outcome(f"{kind}: {len(points)} points, killed at the first and then at the second passing of each")
    runs = await asyncio.gather(*(kill_at(point) for point in points), return_exceptions=True)
    failed: list[str] = []
    for point, run in zip(points, runs, strict=True):
        if isinstance(run, BaseException):
            failed.append(f"{point}: {run!r}\n{''.join(getattr(run, '__notes__', []))[-3000:]}")
        else:
            outcome(f"  {point:<22} kills {run[1]}; {run[0]}")
    assert not failed, "\n".join(failed)
