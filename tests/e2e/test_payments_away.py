"""The payment service as a process of its own, at PAYMENTS_URL: away, back again, slow; its callbacks over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.tables import EFFECT
from durable.database import Database
from tests.e2e.conftest import Deploy
from tests.support.accounts import Person
from tests.support.customers import Carrier, Customer, Mailbox, is_receipt
from tests.support.served import Deployment, Forge, Peers, free_port
from tests.support.truth import charges, rows, told_balance

CarrierTo = Callable[[Deployment], Carrier]
NO_TWILIO = dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"), "")


@dataclass
class Apart:
    """A bot without a payment service of its own, and the service, each with its own database."""

    bot: Deployment
    service: Deployment
    carrier: Carrier
    mailbox: Mailbox

    @property
    def person(self) -> Person:
        return self.service.persons[0]

    async def read(self, seen: int) -> str:
        """The text after the first `seen`."""
        text = await self.mailbox.wait(self.person.phone, seen, seconds_max=30)
        assert text is not None, self.bot.logs() + self.service.logs()
        return text

    async def say(self, text: str) -> None:
        await self.carrier.deliver(self.person.phone, text)

    async def charged(self) -> int:
        """How many charges the gateway made for this customer."""
        return sum(entry["status"] == "charged" for entry in await charges(self.service))


@pytest.fixture
async def apart(
    deploy: Deploy, forge: Forge, peers: Peers, tmp_path: Path, mailbox: Mailbox, carrier_to: CarrierTo
) -> AsyncIterator[Callable[[str], Apart]]:
    """Makes both, started neither; the customer's card has the token given."""
    made: list[Deployment] = []

    def make(token: str) -> Apart:
        service = deploy(token, settings=NO_TWILIO)
        folder = tmp_path / "bot"
        folder.mkdir()
        port = free_port()
        bot = Deployment(
            forge=forge, peers=peers, folder=folder, database_url=f"sqlite:///{folder / 'bot.db'}",
            public_url=f"http://127.0.0.1:{port}", settings={"PAYMENTS_URL": service.served[0].url},
        )  # fmt: skip
        bot.served[0].port = port
        made.append(bot)
        return Apart(bot, service, carrier_to(bot), mailbox)

    yield make
    for one in made:
        await one.stop()


async def test_a_customer_pays_at_a_payment_service_elsewhere(apart: Callable[[str], Apart]) -> None:
    both = apart("tok_ok")
    await both.service.up()
    await both.bot.up()
    await Customer(person=both.person, carrier=both.carrier, mailbox=both.mailbox).pay_total()
    assert await both.charged() == 1
    assert await told_balance(both.service.served[0].url, both.person.account) == "0.00"


async def test_while_the_service_is_away_the_bot_says_so_and_goes_on_where_it_was(
    apart: Callable[[str], Apart],
) -> None:
    both = apart("tok_ok")
    await both.bot.up()
    await both.say("pay my total balance")
    assert "can't reach the payment service" in await both.read(0)
    assert await both.charged() == 0
    await both.service.up()
    await both.say("try again")
    assert "Reply Y" in await both.read(1)
    await both.say("Y")
    assert is_receipt(await both.read(2))
    assert await both.charged() == 1


async def test_a_yes_while_the_service_is_away_is_carried_out_once_it_is_back(apart: Callable[[str], Apart]) -> None:
    both = apart("tok_ok")
    await both.service.up()
    await both.bot.up()
    await both.say("pay my total balance")
    assert "Reply Y" in await both.read(0)
    await both.service.kill()
    await both.say("Y")
    assert "can't reach the payment service" in await both.read(1)
    await both.say("Y")
    assert "already on its way" in await both.read(2)
    await both.service.up()
    assert is_receipt(await both.read(3))
    assert await both.charged() == 1
    assert await told_balance(both.service.served[0].url, both.person.account) == "0.00"


@pytest.mark.heavy
async def test_a_slow_charge_is_told_as_in_progress_and_its_end_comes_by_a_signed_callback(
    deploy: Deploy, forge: Forge, tmp_path: Path, carrier_to: CarrierTo
) -> None:
    """The gateway answers later than the service lets its caller wait; the bot's own asking comes later still."""
    peers = Peers(tmp_path / "peers", late_seconds=5.5)
    try:
        service = deploy("tok_timeout", peers=peers, settings=NO_TWILIO, lease_seconds=60.0)
        bot = deploy("tok_ok", peers=peers, lease_seconds=60.0)
        bot.settings = {"PAYMENTS_URL": service.served[0].url}
        bot.public_url = bot.served[0].url
        both = Apart(bot, service, carrier_to(bot), Mailbox(peers.sent_file))
        await service.up()
        await bot.up()
        await both.say("pay my total balance")
        assert "Reply Y" in await both.read(0)
        await both.say("Y")
        assert "being processed" in await both.read(1)
        assert is_receipt(await both.read(2))
        assert await both.charged() == 1
        db = Database(bot.database_url)
        watches = rows(db, sa.select(EFFECT.c.state).where(EFFECT.c.kind == "watch"))
        await db.close()
        assert [row.state for row in watches] == ["ready"], "it was the callback that told it"
    finally:
        await bot.stop()
        await service.stop()
        peers.close()
