"""The served processes are killed at random moments while many customers pay, and started again."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.support.accounts import Person, people
from tests.support.customers import Carrier, Customer, Mailbox
from tests.support.postgres import PostgresServer
from tests.support.served import Deployment, Forge, Peers, free_port
from tests.support.truth import Findings, examine, quiet

SEED = 20261122
PAUSE_SECONDS = (0.05, 0.8)
LONG_PAUSE_SECONDS = (1.5, 3.5)
"""Between a process being ready and its kill; one in four is long, so that work left by the dead is under way too."""
FAULTS = ("500", "429", "reset", "accepted_500", "lost_reset", "garbage")
"""What befalls a text at Twilio, after every third kill: refused, or accepted and the answer lost."""
PATIENCE_SECONDS = 300.0
"""How long a customer waits for an answer: longer than the kills go on, which keep texts from being looked up."""
TOKENS = (
    "tok_ok", "tok_ok", "tok_declined", "tok_timeout", "tok_flaky", "tok_lost", "tok_ok", "tok_insufficient_funds",
)  # fmt: skip


@dataclass(slots=True)
class Run:
    """Kills and load on one deployment."""

    made: Deployment
    mailbox: Mailbox
    carrier: Carrier
    rng: random.Random
    waiting: list[Person]
    paid: list[Person] = field(default_factory=list)
    kills: int = 0
    kills_of_all: int = 0
    over: bool = False
    """No more kills: who has begun pays, nobody begins."""

    def __str__(self) -> str:
        return (
            f"kills {self.kills} ({self.kills_of_all} times all at once); customers {len(self.paid)}; "
            f"webhooks repeated after their answer {self.carrier.repeated}"
        )

    async def customers(self, at_once: int) -> None:
        """So many conversations at any time, until everyone has paid or the kills are over."""

        async def one_after_another() -> None:
            while self.waiting and not self.over:
                person = self.waiting.pop()
                customer = Customer(
                    person=person, carrier=self.carrier, mailbox=self.mailbox, reply_seconds_max=PATIENCE_SECONDS,
                    impatient=self.rng.random() < 0.3, curious=self.rng.random() < 0.3,
                )  # fmt: skip
                await customer.pay_total()
                self.paid.append(person)

        await asyncio.gather(*(one_after_another() for _ in range(at_once)))

    async def killer(self, kills: int) -> None:
        """Kills one process after another (now and then all at once), each time starting it again."""
        while self.kills < kills and not self.over:
            pause = LONG_PAUSE_SECONDS if self.kills % 4 == 3 else PAUSE_SECONDS
            await asyncio.sleep(self.rng.uniform(*pause))
            alive = [n for n, one in enumerate(self.made.served) if one.pid is not None]
            together = len(alive) > 1 and self.rng.random() < 0.1
            self.kills_of_all += together
            for number in alive if together else [self.rng.choice(alive)]:
                assert await self.made.kill(number) == -9, self.made.logs()
                self.kills += 1
                self.made.start(number)
                if self.kills % 3 == 0:
                    await self.made.peers.fault(self.rng.choice(FAULTS))
            if len(alive) == 1 or together:
                assert await self.made.ready(self.rng.choice(alive)), self.made.logs()
        self.over = True


@contextlib.asynccontextmanager
async def running(made: Deployment, seed: int) -> AsyncIterator[Run]:
    """The deployment with all its processes started; killed at the end."""
    rng = random.Random(seed)

    def target() -> str:
        return rng.choice([one for one in made.served if one.pid is not None] or made.served).url

    async with httpx.AsyncClient(timeout=20) as client:
        carrier = Carrier(client=client, rng=rng, target=target)
        run = Run(made, Mailbox(made.peers.sent_file), carrier, rng, list(made.persons))
        try:
            for number in range(made.processes):
                made.start(number)
            for number in range(made.processes):
                assert await made.ready(number), made.logs()
            yield run
        except BaseException as error:
            error.add_note(made.logs())
            raise
        finally:
            await made.stop()


async def rampage(made: Deployment, *, kills: int, at_once: int, seed: int, rest: float) -> tuple[Findings, Run]:
    """Kills under load, then no more; what is true when everything has come to rest."""
    async with running(made, seed) as run:
        load = asyncio.create_task(run.customers(at_once))
        killer = asyncio.create_task(run.killer(kills))
        done, _ = await asyncio.wait({load, killer}, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        await quiet(made, seconds_max=rest)
        return await examine(made, run.mailbox, run.carrier, paid=run.paid), run


async def test_five_random_kills_under_load(
    forge: Forge, peers: Peers, tmp_path: Path, outcome: Callable[[str], None]
) -> None:
    made = Deployment(
        forge=forge, peers=peers, database_url=f"sqlite:///{tmp_path / 'paybot.db'}", folder=tmp_path,
        lease_seconds=1.0,
    )  # fmt: skip
    made.populate(people(["tok_ok"] * 5 + ["tok_declined"], first=8000))
    found, run = await rampage(made, kills=5, at_once=6, seed=SEED, rest=30)
    outcome(f"sqlite, 1 process: {run}; {found}")
    assert run.kills == 5
    assert found.charged == 6


@pytest.mark.heavy
@pytest.mark.parametrize(("kind", "processes"), [("sqlite", 1), ("postgresql", 3)])
async def test_a_hundred_random_kills_under_load(
    kind: str, processes: int, forge: Forge, tmp_path: Path, request: pytest.FixtureRequest,
    outcome: Callable[[str], None],
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    url = server.create() if server else f"sqlite:///{tmp_path / 'paybot.db'}"
    port = free_port()
    peers = Peers(tmp_path / "peers", callbacks=f"http://127.0.0.1:{port}")
    made = Deployment(
        forge=forge, peers=peers, database_url=url, folder=tmp_path, processes=processes, lease_seconds=3.0
    )
    made.served[0].port = port
    count = 240
    made.populate(people([TOKENS[n % len(TOKENS)] for n in range(count)], first=5000 if server else 2000))
    started = time.monotonic()
    try:
        found, run = await rampage(made, kills=100, at_once=24, seed=SEED, rest=60)
    finally:
        peers.close()
    outcome(
        f"{kind}, {processes} process{'es' if processes > 1 else ''}: {run}; {found}; "
        f"{time.monotonic() - started:.0f} s"
    )
    assert run.kills >= 100
