"""Puts the parts together: the only place where channels, core, actions and the payment service meet."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import httpx
import structlog
import yaml
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from actions.client import TIMEOUT_SECONDS, Http, PaymentsClient, connect
from actions.inprocess import InProcess
from actions.perform import perform
from bot import metrics
from bot.acting import Acting
from bot.callbacks import callback_route
from bot.context import Company
from bot.messages import Outgoing
from bot.pages import terms_route
from bot.render import Texts
from bot.retention import Retention, purges
from bot.settings import Settings
from bot.state import Conversation
from bot.store import Store
from bot.tables import SENDER
from bot.turn import Addresser, Turns
from channels.sms import SmsSettings, TwilioApi, sms_effect, sms_worker
from channels.sms import routes as sms_routes
from durable.ambient import Clock, Ids, RandomIds, SystemClock
from durable.bell import ring_on_notify
from durable.database import NOTIFY_CHANNEL, Database
from durable.effects import Effect, EffectQueue
from durable.migrate import migrate
from durable.worker import Crash, Handler, Worker, no_crash
from nlu.frame import Nlu
from payments.gateways import Gateway
from payments.gateways.remote import RemoteGateway
from payments.gateways.sandbox import SandboxGateway
from payments.quotes import TERMS_VERSION
from payments.wiring import Service
from payments.wiring import build as build_payments

log = structlog.get_logger(__name__)

INTERNAL = "http://paybot.internal"
"""The address of this process to itself; never on a network."""
STOP_SECONDS_MAX = 20.0
CALLBACK_SECONDS_MAX = 10.0
QUIET_POLL_SECONDS = 0.01
ANSWER_WITHIN_SECONDS = 4.0
"""How long the bundled payment service lets the bot wait for the end of a payment."""
WAIT_SHARE = 0.5
"""At most this share of a lease is spent waiting for the payment service: an answer after it would be dropped."""


@dataclass(kw_only=True)
class Extras:
    """What differs between `serve`, `chat` and the tests."""

    clock: Clock | None = None
    ids: Ids = field(default_factory=RandomIds)
    nlu: Nlu | None = None
    addressers: Mapping[str, Addresser] = field(default_factory=dict)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    """More effects to deliver, by kind: the terminal's."""
    gateway: Gateway | None = None
    payments_transport: httpx.AsyncBaseTransport | None = None
    """Between the bot and the payment service; tests put faults here."""
    crash: Crash = no_crash


@dataclass(kw_only=True)
class Bot:
    """Everything of one process, wired; `start` and `stop` run it inside an event loop."""

    settings: Settings
    db: Database
    store: Store
    turns: Turns
    workers: list[Worker]
    queues: list[EffectQueue]
    retention: Retention
    payments: Service | None
    routes: list[BaseRoute]
    closing: list[Callable[[], Awaitable[None]]]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begins to work on what waits."""
        jobs = [self.turns.run(), *(worker.run() for worker in self.workers), self.retention.run()]
        self.tasks = [asyncio.create_task(job) for job in jobs]
        if self.db.dialect == "postgresql":
            bells = ring_on_notify(self.db.bell, self.db.url, NOTIFY_CHANNEL, self.db.origin)
            self.tasks.append(asyncio.create_task(bells))

    async def stop(self) -> None:
        """Finishes what was acknowledged (within a bound), then lets go of everything."""
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await self.quiet()
        except TimeoutError:
            log.warning("stopped_with_work_left", seconds=STOP_SECONDS_MAX)
        self.turns.stop()
        for worker in self.workers:
            worker.stop()
        self.retention.stop()
        for listener in self.tasks[len(self.workers) + 2 :]:
            listener.cancel()
        await asyncio.wait(self.tasks, timeout=STOP_SECONDS_MAX)
        await self.close()

    async def quiet(self) -> None:
        """Returns when nothing waits to be handled or delivered now."""
        calm = 0
        while calm < 2:  # an effect under way may bring an event, and an event effects
            busy = await self.turns.waiting() or not all([await worker.idle() for worker in self.workers])
            calm = 0 if busy else calm + 1
            await asyncio.sleep(QUIET_POLL_SECONDS)

    async def close(self) -> None:
        """Lets go of connections; for a bot that was never started, too."""
        for close in self.closing:
            await close()
        if self.payments is not None:
            await self.payments.close()
        await self.db.close()

    def healthy(self) -> bool:
        """Whether every loop still runs."""
        return bool(self.tasks) and not any(task.done() for task in self.tasks)


def build(settings: Settings, extras: Extras | None = None) -> Bot:
    """Wires one process. Brings the tables to their newest version.

    Raises `sqlalchemy.exc.OperationalError` where the database cannot be reached.
    """
    extras = extras or Extras()
    db = Database(settings.database_url, clock=extras.clock)
    migrate(db, "bot")
    store = Store(db, origin=extras.ids.new("proc"), lease_seconds=settings.lease_seconds)
    token = settings.payments_token.get_secret_value() if settings.payments_token else secrets.token_hex(32)
    clock = extras.clock or SystemClock()
    itself = _Itself()
    gateway_http = httpx.AsyncClient(base_url=settings.sandbox_gateway_url or "")
    payments = None if settings.payments_url else _bundled(settings, db, token, itself, gateway_http, extras)
    http = _payments_http(settings, token, payments, extras)
    client = PaymentsClient(http)
    acting = Acting(store, client, callback_base=settings.public_url if settings.payments_url else INTERNAL)
    sms = _sms_settings(settings)
    turns = Turns(
        store,
        nlu=extras.nlu or _nlu(),
        perform=lambda call, key: perform(client, call, key=key),
        addressers=dict(extras.addressers) | ({"sms": sms_addresser(sms.sender)} if sms else {}),
        company=company(settings),
        texts=load_texts(),
        callback_url=acting.callback_url,
        crash=extras.crash,
    )
    workers = [Worker("acting", store.effects, acting.handlers() | dict(extras.handlers), crash=extras.crash)]
    workers += payments.workers if payments else []
    callback = callback_route(store, acting, token=token, now=clock.now)
    routes: list[BaseRoute] = [callback]
    itself.app = Starlette(routes=[callback])
    closing: list[Callable[[], Awaitable[None]]] = [http.aclose, itself.client.aclose, gateway_http.aclose]
    if sms is not None:
        api = TwilioApi(sms)
        closing.append(api.aclose)
        routes += sms_routes(sms, store, queue=store.effects, clock=clock, count=metrics.count)
        workers.append(
            sms_worker(api, store, store.effects, SENDER, sms, count=metrics.count, crash=extras.crash)
        )
    if payments is not None:
        routes.append(terms_route(company(settings), version=TERMS_VERSION))
    if payments is not None and settings.payments_token:
        routes += payments.routes
    queues = list({worker.queue.table.name: worker.queue for worker in workers}.values())
    return Bot(
        settings=settings, db=db, store=store, turns=turns, workers=workers, payments=payments, routes=routes,
        closing=closing, queues=queues, retention=Retention(db, purges(queues), days=settings.retention_days),
    )  # fmt: skip


def sms_addresser(sender: str) -> Addresser:
    """Messages of SMS conversations, sent from `sender`."""

    def address(state: Conversation, key: str, message: Outgoing, at: dt.datetime) -> Effect:
        return sms_effect(
            key, conversation=state.key, to=state.person, message=message, sender=sender, said_at=at
        )

    return address


class _Itself:
    """This process as the payment service sees it: its own callbacks need no network, others do."""

    def __init__(self) -> None:
        self.app: Starlette | None = None
        self.client = httpx.AsyncClient(
            mounts={INTERNAL: httpx.ASGITransport(self._serve)}, timeout=CALLBACK_SECONDS_MAX
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is None:
            raise RuntimeError("a callback came before the wiring was done")
        await self.app(scope, receive, send)


def _bundled(
    settings: Settings, db: Database, token: str, itself: _Itself, gateway_http: httpx.AsyncClient, extras: Extras
) -> Service:
    migrate(db, "payments")
    clock = extras.clock or SystemClock()
    sandbox: Gateway = RemoteGateway(gateway_http) if settings.sandbox_gateway_url else SandboxGateway(clock, db)
    return build_payments(
        db, token=token, gateway=extras.gateway or sandbox, clock=clock, ids=extras.ids, callback_client=itself.client,
        lease_seconds=settings.lease_seconds, crash=extras.crash,
        answer_within_seconds=min(ANSWER_WITHIN_SECONDS, settings.lease_seconds * WAIT_SHARE),
    )  # fmt: skip


def _payments_http(settings: Settings, token: str, payments: Service | None, extras: Extras) -> Http:
    if payments is None:
        timeout = min(TIMEOUT_SECONDS, settings.lease_seconds * WAIT_SHARE)
        return connect(str(settings.payments_url), token, extras.payments_transport, timeout_seconds=timeout)
    if extras.payments_transport is not None:
        return connect(INTERNAL, token, extras.payments_transport)
    return InProcess(payments.app, token)


def _sms_settings(settings: Settings) -> SmsSettings | None:
    if settings.sms_missing or settings.twilio_auth_token is None:
        return None
    return SmsSettings(
        account_sid=str(settings.twilio_account_sid),
        auth_token=settings.twilio_auth_token.get_secret_value(),
        sender=str(settings.sms_sender),
        public_url=str(settings.public_url),
        api_url=settings.twilio_api_url,
        messages_per_second=settings.twilio_messages_per_second,
    )


def _nlu() -> Nlu:
    from nlu.runtime import load

    return load()


def load_texts() -> Texts:
    """The wordings of every language."""
    found = {}
    for file in (files("bot") / "texts").iterdir():
        if file.name.endswith(".yml"):
            found[file.name.removesuffix(".yml")] = yaml.safe_load(file.read_text("utf-8"))
    return Texts(found)


def company(settings: Settings) -> Company:
    """Who speaks."""
    return Company(name=settings.company_name, support=settings.company_support, terms_url=terms_url(settings))


def terms_url(settings: Settings) -> str:
    """Where the Terms and Conditions are, as it is said in a text."""
    url = settings.terms_url or (f"{settings.public_url}/terms" if settings.public_url else "paybot.example/terms")
    return url.removeprefix("https://")
