"""The SMS channel on the bot's real store, against a Twilio that speaks HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.store import Store
from bot.tables import SENDER
from channels.sms import SmsSettings, TwilioApi, sms_worker
from durable.ambient import ManualClock
from durable.database import Database
from durable.worker import Worker
from tests.support.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, FakeTwilio

PUBLIC_URL = "https://bot.example.com"


@pytest.fixture
async def store(database: Database) -> Store:
    return Store(database, origin="test", lease_seconds=60)


@pytest.fixture
def twilio(clock: ManualClock) -> FakeTwilio:
    """A fake Twilio on the test's clock; `twilio_url` serves it."""
    return FakeTwilio(now=clock.now)


@pytest.fixture
def twilio_url(twilio: FakeTwilio) -> Iterator[str]:
    with twilio.serve() as url:
        yield url


@pytest.fixture
def settings(twilio_url: str) -> SmsSettings:
    return SmsSettings(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sender=OUR_NUMBER,
        public_url=PUBLIC_URL,
        api_url=twilio_url,
        messages_per_second=0,
        timeout_seconds=1.5,
    )


@pytest.fixture
async def api(settings: SmsSettings) -> AsyncIterator[TwilioApi]:
    async with TwilioApi(settings) as api:
        yield api


@pytest.fixture
def worker(api: TwilioApi, store: Store, settings: SmsSettings) -> Worker:
    return sms_worker(api, store, store.effects, SENDER, settings)
