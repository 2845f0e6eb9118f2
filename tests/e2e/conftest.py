"""What the end-to-end tests share."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.accounts import people
from tests.support.customers import Carrier, Mailbox
from tests.support.served import Deployment, Forge, Peers


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    made = Forge()
    yield made
    made.close()


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    made = Peers(tmp_path_factory.mktemp("peers"))
    yield made
    made.close()


@pytest.fixture
def mailbox(peers: Peers) -> Mailbox:
    """What Twilio has accepted."""
    return Mailbox(peers.sent_file)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as made:
        yield made


Deploy = Callable[..., Deployment]
_numbers = iter(range(100, 900, 20))


@pytest.fixture
async def deploy(forge: Forge, peers: Peers, tmp_path: Path) -> AsyncIterator[Deploy]:
    """Makes a deployment with customers (`tokens`, one each; default one whose card works); ends it after the test."""
    made: list[Deployment] = []

    def one(*tokens: str, database_url: str | None = None, **options: object) -> Deployment:
        folder = tmp_path / f"deployment-{len(made)}"
        folder.mkdir()
        url = database_url or f"sqlite:///{folder / 'paybot.db'}"
        options = {"forge": forge, "peers": peers, "folder": folder, "database_url": url, **options}
        deployment = Deployment(**options)  # type: ignore[arg-type]
        made.append(deployment)
        deployment.populate(people(tokens or ["tok_ok"], first=next(_numbers)))
        return deployment

    yield one
    for deployment in made:
        await deployment.stop()


@pytest.fixture
def carrier_to(client: httpx.AsyncClient) -> Callable[[Deployment], Carrier]:
    """Twilio's deliveries to the first process of a deployment, none of them repeated."""

    def make(deployment: Deployment) -> Carrier:
        return Carrier(
            client=client, rng=random.Random(7), target=lambda: deployment.served[0].url, again=0.0,
            public_url=deployment.public_url,
        )  # fmt: skip

    return make
