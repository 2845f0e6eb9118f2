"""`paybot check`: does what the configuration points to answer? A line each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import httpx
import sqlalchemy as sa

from actions.client import connect
from bot.settings import Settings
from durable.database import Database
from durable.migrate import is_current

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """What was checked, how it stands, and what to do about it."""

    what: str
    status: Literal["ok", "off", "failed"]
    detail: str

    @property
    def failed(self) -> bool:
        return self.status == "failed"

    def __str__(self) -> str:
        return f"{self.status:<6} {self.what}: {self.detail}"


async def check_all(settings: Settings) -> list[Line]:
    """Every check, in a fixed order. Never raises for what is checked."""
    checks: list[Callable[[Settings], Awaitable[Line]]] = [
        _database, _understanding, _sms, _twilio, _payments, _gateway,
    ]  # fmt: skip
    return list(await asyncio.gather(*(check(settings) for check in checks)))


async def _database(settings: Settings) -> Line:
    try:
        db = Database(settings.database_url)
        try:
            packages = ["bot"] if settings.payments_url else ["bot", "payments"]
            old = [name for name in packages if not await db.read(partial(is_current, package=name))]
        finally:
            await db.close()
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        return Line("database", "failed", f"cannot be opened: {reason}; see DATABASE_URL")
    if old:
        return Line("database", "ok", f"{db.dialect}; tables will be made or upgraded at the next start")
    return Line("database", "ok", f"{db.dialect}; tables are current")


async def _understanding(_settings: Settings) -> Line:
    from nlu.runtime import ArtifactError, load

    try:
        await asyncio.to_thread(load)
    except ArtifactError as error:
        return Line("understanding", "failed", f"{error}; run paybot train")
    return Line("understanding", "ok", "the served model loads")


async def _sms(settings: Settings) -> Line:
    if settings.sms_missing:
        return Line("SMS", "off", f"set {', '.join(settings.sms_missing)}")
    if not str(settings.public_url).startswith("https://"):
        return Line("SMS", "failed", "PUBLIC_URL must be https: Twilio signs the address that it calls")
    return Line("SMS", "ok", f"webhooks at {settings.public_url}/sms and {settings.public_url}/sms/status")


async def _twilio(settings: Settings) -> Line:
    """Asks Twilio for the number, which proves the account and the token, and shows where its texts go."""
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        return Line("Twilio", "off", "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    address = f"{settings.twilio_api_url}/2010-04-01/Accounts/{settings.twilio_account_sid}/IncomingPhoneNumbers.json"
    auth = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
    number = settings.twilio_from_number
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, auth=auth) as client:
            answer = await client.get(address, params={"PhoneNumber": number} if number else {"PageSize": 1})
    except httpx.HTTPError as error:
        return Line("Twilio", "failed", f"{settings.twilio_api_url} does not answer ({type(error).__name__})")
    if answer.status_code != httpx.codes.OK:
        return Line("Twilio", "failed", f"refuses the account or token (status {answer.status_code})")
    found = answer.json().get("incoming_phone_numbers", [])
    if number and not found:
        return Line("Twilio", "failed", "TWILIO_FROM_NUMBER is not a number of this account")
    wanted = f"{settings.public_url}/sms"
    if number and settings.public_url and not str(found[0].get("sms_url") or "").startswith(wanted):
        return Line("Twilio", "failed", f"the number's messaging webhook is not {wanted}; set it in Twilio's console")
    return Line("Twilio", "ok", "the account and its token are accepted")


async def _payments(settings: Settings) -> Line:
    if settings.payments_url is None:
        outside = "and served" if settings.payments_token else "not served outside (set PAYMENTS_TOKEN)"
        return Line("payment service", "ok", f"the bundled one, in process, {outside}")
    if settings.payments_token is None:
        return Line("payment service", "failed", "PAYMENTS_URL is set without PAYMENTS_TOKEN")
    token = settings.payments_token.get_secret_value()
    try:
        async with connect(settings.payments_url, token) as client:
            answer = await client.get("/payments/v1/contacts/%2B15555550100")
    except httpx.HTTPError as error:
        return Line("payment service", "failed", f"{settings.payments_url} does not answer ({type(error).__name__})")
    if answer.status_code not in (httpx.codes.OK, httpx.codes.NOT_FOUND):
        return Line("payment service", "failed", f"refuses PAYMENTS_TOKEN (status {answer.status_code})")
    return Line("payment service", "ok", f"{settings.payments_url} answers")


async def _gateway(settings: Settings) -> Line:
    if settings.payments_url is not None:
        return Line("gateway", "off", "the payment service at PAYMENTS_URL has its own")
    if settings.sandbox_gateway_url is None:
        return Line("gateway", "ok", "sandbox, in process: no real money moves")
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            await client.get(settings.sandbox_gateway_url)
    except httpx.HTTPError as error:
        return Line("gateway", "failed", f"{settings.sandbox_gateway_url} does not answer ({type(error).__name__})")
    return Line("gateway", "ok", f"sandbox at {settings.sandbox_gateway_url}: no real money moves")
