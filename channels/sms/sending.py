"""Sends texts, each once. Twilio's create call has no idempotency key, so what may have happened is looked up.

    no connection                -> Retry: surely not sent
    an answer was lost, HTTP 5xx -> Uncertain: the next attempt looks before it sends
    refused, for good            -> Park, with Twilio's code
    refused, for now             -> Retry, and the sender pauses

Looking: a status callback that named the effect proves that it was sent; so does a message to that number, with that
text, since the first attempt, that is not known to be another effect's. Only after two look-ups by two successive
attempts, `LOOK_AGAIN_SECONDS` apart, have not found it is it sent again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import sqlalchemy as sa
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from bot.messages import Outgoing
from channels.base import Count, MessageStore, count_nothing
from channels.gsm import to_gsm7
from channels.sms.client import NoAnswer, NotSent, Refused, TwilioApi, TwilioError
from channels.sms.redaction import REDACT, Redactor
from channels.sms.settings import STATUS_PATH, SmsSettings
from durable.effects import Claim, Done, Effect, EffectQueue, Outcome, Park, Retry, Uncertain, backoff_seconds
from durable.worker import Crash, Worker, WorkerOptions, limited_by_sender, no_crash

log = structlog.get_logger(__name__)

SMS = "sms"
REPLY, REMINDER = 0, 10
"""Priorities: what a person waits for goes first."""
LOOK_AGAIN_SECONDS = 5.0
CLOCKS_APART = dt.timedelta(minutes=1)
GIVE_UP = dt.timedelta(hours=4)
"""A reply that could not be handed over for so long is parked: it would only puzzle."""
VALIDITY_SECONDS_MIN, VALIDITY_SECONDS_MAX = 5, 36_000

OPTED_OUT = 21610
FOR_NOW = frozenset({20429, 21611, 63038})
"""Too many requests; the number's queue is full; the day's limit is reached."""
OURS = frozenset({20003, 20005, 20008, 20404, 21212, 21603, 21606, 21659, 21660})
"""Faults of our account or sender, not of the message: credentials, suspension, a number that is not ours."""


class Looked(BaseModel):
    """A look-up that did not find the message: by which attempt, and when."""

    model_config = ConfigDict(frozen=True)

    attempt: int
    at: AwareDatetime


class SmsBody(BaseModel):
    """The body of an `sms` effect, version 1."""

    model_config = ConfigDict(frozen=True)

    v: int = 1
    to: str
    text: str
    valid_seconds: int | None = None
    """After so long it is not handed over any more (confirmations)."""
    said_at: AwareDatetime | None = None
    """When it was decided; without it, validity counts from the first attempt."""
    even_if_out: bool = False
    """The one confirmation of an opt-out."""
    looked: Looked | None = None
    """Written here between two attempts: the first of the two look-ups that go before sending again."""


def sms_effect(
    key: str,
    *,
    conversation: str,
    to: str,
    message: Outgoing,
    sender: str,
    said_at: dt.datetime | None = None,
    priority: int = REPLY,
) -> Effect:
    """The effect that sends `message`; those of one conversation go out in the order in which they are put."""
    body = SmsBody(to=to, text=message.text, valid_seconds=message.valid_seconds, said_at=said_at)
    return Effect(
        key=key, kind=SMS, lane=conversation, sender=sender, priority=priority,
        body=body.model_dump(mode="json", exclude_none=True),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says of an effect just before it is sent."""

    now: dt.datetime
    out: bool
    sid: str | None


class SmsSender:
    """Handles `sms`: answers with what became of one attempt, and raises nothing."""

    def __init__(
        self,
        api: TwilioApi,
        store: MessageStore,
        queue: EffectQueue,
        senders: sa.Table,
        settings: SmsSettings,
        *,
        count: Count = count_nothing,
    ) -> None:
        self._api = api
        self._store = store
        self._queue = queue
        self._senders = senders
        self._settings = settings
        self._count = count

    async def __call__(self, claim: Claim) -> Outcome:
        try:
            body = SmsBody.model_validate(claim.body)
        except ValidationError:
            return Park(error="body of an unknown form")
        body = body.model_copy(update={"text": to_gsm7(body.text).strip()})
        known = await self._known(claim, body)
        if known.sid is not None:
            return self._done("known", None)
        if known.now - claim.first_claimed_at > GIVE_UP:
            return self._given_up(claim)
        if claim.maybe_done:
            found = await self._look(claim, body, known.now)
            if found is not None:
                return found
            known = await self._known(claim, body)  # looking took time, in which a callback or an opt-out may have come
            if known.sid is not None:
                return self._done("known", None)
        if known.out:
            return self._held_back(claim, body, "opted_out")
        if _expired(claim, body, known.now):
            return self._held_back(claim, body, "expired")
        return await self._send(claim, body, known)

    async def _known(self, claim: Claim, body: SmsBody) -> _Known:
        def work(conn: sa.Connection) -> _Known:
            out = self._store.is_out(conn, body.to) and not body.even_if_out
            return _Known(self._queue.db.now(conn), out, self._store.sid(conn, claim.key))

        return await self._queue.db.read(work)

    async def _look(self, claim: Claim, body: SmsBody, now: dt.datetime) -> Outcome | None:
        """The outcome where Twilio has the message, or may show it later; None where it was looked for enough."""
        since = claim.first_claimed_at - CLOCKS_APART
        try:
            messages = await self._api.sent_to(body.to, since)
        except TwilioError as error:
            return Uncertain(error=f"cannot look: {error}")
        taken = await self._queue.db.read(lambda conn: self._store.sids(conn, body.to, since))
        for message in messages:
            if message.sid not in taken and to_gsm7(message.body).strip() == body.text:
                log.info("sms_found", effect=claim.key, sid=message.sid)
                return self._done("found", self._note(claim, body, message.sid, message.status))
        looked = body.looked
        if looked and looked.attempt == claim.attempt - 1 and (now - looked.at).total_seconds() >= LOOK_AGAIN_SECONDS:
            return None
        remember = partial(self._remember, claim=claim, looked=Looked(attempt=claim.attempt, at=now))
        return Uncertain(error="not found, looking again", after_seconds=LOOK_AGAIN_SECONDS, apply=remember)

    async def _send(self, claim: Claim, body: SmsBody, known: _Known) -> Outcome:
        within = min(self._settings.timeout_seconds, (claim.lease_until - known.now).total_seconds())
        if within < min(self._settings.timeout_seconds, self._queue.lease_seconds / 2):
            return _unsent(claim, "too little of the lease left", 0.0)
        url = f"{self._settings.public_url.rstrip('/')}{STATUS_PATH}?delivery={quote(claim.key, safe='')}"
        try:
            made = await self._api.send(
                body.to, body.text, status_url=url, within_seconds=within,
                valid_seconds=_validity(claim, body, known.now),
            )  # fmt: skip
        except NotSent as error:
            return _unsent(claim, str(error))
        except NoAnswer as error:
            self._count("sms_out", "uncertain")
            return Uncertain(error=str(error))
        except Refused as error:
            return self._refused(claim, body, error, known.now)
        return self._done("sent", self._note(claim, body, made.sid, made.status))

    def _refused(self, claim: Claim, body: SmsBody, error: Refused, now: dt.datetime) -> Outcome:
        if error.code == OPTED_OUT:
            return self._held_back(claim, body, "opted_out", also=partial(self._opt_out, claim=claim, phone=body.to))
        if error.status == 429 or error.code in FOR_NOW:
            wait = backoff_seconds(claim.attempt)
            until = now + dt.timedelta(seconds=wait)
            return _unsent(claim, str(error), wait, partial(self._pause, sender=claim.sender, until=until))
        if error.status in (401, 403, 404) or error.status < 400 or error.code in OURS:
            log.error("twilio_refuses_us", effect=claim.key, status=error.status, code=error.code)
            return _unsent(claim, str(error))
        log.error("sms_refused", effect=claim.key, status=error.status, code=error.code)
        self._count("sms_out", "refused")
        return Park(error=str(error), apply=self._note(claim, body, None, "failed"))

    def _held_back(
        self, claim: Claim, body: SmsBody, why: str, *, also: Callable[[sa.Connection], None] | None = None
    ) -> Outcome:
        """Not sent, on purpose; recorded as suppressed."""
        note = self._note(claim, body, None, "suppressed")

        def apply(conn: sa.Connection) -> None:
            note(conn)
            if also is not None:
                also(conn)

        log.info("sms_held_back", effect=claim.key, why=why)
        return self._done(why, apply)

    def _done(self, how: str, apply: Callable[[sa.Connection], None] | None) -> Outcome:
        self._count("sms_out", how)
        return Done(apply=apply)

    def _given_up(self, claim: Claim) -> Outcome:
        what = "it may have been sent" if claim.maybe_done else "it was not sent"
        log.error("sms_given_up", effect=claim.key, attempts=claim.attempt, what=what)
        self._count("sms_out", "given_up")
        return Park(error=f"given up after {GIVE_UP}: {what}")

    def _note(self, claim: Claim, body: SmsBody, sid: str | None, status: str) -> Callable[[sa.Connection], None]:
        return lambda conn: self._store.sent(conn, key=claim.key, sid=sid, to=body.to, status=status)

    def _opt_out(self, conn: sa.Connection, *, claim: Claim, phone: str) -> None:
        self._store.write_opt_out(conn, phone, out=True, why=f"error {OPTED_OUT}", event_id=claim.key)

    def _remember(self, conn: sa.Connection, *, claim: Claim, looked: Looked) -> None:
        """Keeps, with the effect, that this attempt has looked; rolled back with it where it is no longer ours."""
        t, body = self._queue.table, claim.body | {"looked": looked.model_dump(mode="json")}
        conn.execute(sa.update(t).where(t.c.key == claim.key, t.c.attempt == claim.attempt).values(body=body))

    def _pause(self, conn: sa.Connection, *, sender: str | None, until: dt.datetime) -> None:
        """Nothing more goes out from this sender until then."""
        t = self._senders
        conn.execute(sa.update(t).where(t.c.sender == sender, t.c.next_at < until).values(next_at=until))


def sms_worker(
    api: TwilioApi,
    store: MessageStore,
    queue: EffectQueue,
    senders: sa.Table,
    settings: SmsSettings,
    *,
    count: Count = count_nothing,
    options: WorkerOptions | None = None,
    crash: Crash = no_crash,
) -> Worker:
    """Delivers `sms` and `sms_redact`, each sender within its rate, replies before reminders."""
    sender = SmsSender(api, store, queue, senders, settings, count=count)
    return Worker(
        "sms",
        queue,
        {SMS: sender, REDACT: Redactor(api, count=count)},
        claimer=limited_by_sender(queue, senders, settings.messages_per_second),
        options=options,
        crash=crash,
    )


def _unsent(
    claim: Claim, error: str, after_seconds: float | None = None, apply: Callable[[sa.Connection], None] | None = None
) -> Outcome:
    """This attempt sent nothing. An earlier one may have: then the next looks again, for a late appearance."""
    if claim.maybe_done:
        return Uncertain(error=error, after_seconds=after_seconds, apply=apply)
    return Retry(error=error, after_seconds=after_seconds, apply=apply)


def _left(claim: Claim, body: SmsBody, now: dt.datetime) -> float | None:
    """For how many seconds more the message may be delivered; None for no limit."""
    if body.valid_seconds is None:
        return None
    return body.valid_seconds - (now - (body.said_at or claim.first_claimed_at)).total_seconds()


def _expired(claim: Claim, body: SmsBody, now: dt.datetime) -> bool:
    left = _left(claim, body, now)
    return left is not None and left < VALIDITY_SECONDS_MIN


def _validity(claim: Claim, body: SmsBody, now: dt.datetime) -> int | None:
    left = _left(claim, body, now)
    return None if left is None else int(min(max(left, VALIDITY_SECONDS_MIN), VALIDITY_SECONDS_MAX))
