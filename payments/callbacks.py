"""Tells the caller what became of a payment: a signed callback, as an effect, until it is taken.

At least once and in any order; its `id` stays the same over repeats.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, cast

import httpx
import sqlalchemy as sa

from durable.ambient import Clock, Ids
from durable.effects import Claim, Done, Effect, EffectQueue, Outcome, Park, Retry
from payments import signing
from payments.contract import Callback, Payment

CALLBACK = "callback"
PATIENCE = dt.timedelta(days=3)
TIMEOUT_SECONDS = 15.0
EventType = Literal["payment.settled", "payment.declined", "payment.canceled"]


class Callbacks:
    """Puts callbacks in the transaction that makes them true, and delivers them."""

    def __init__(
        self, queue: EffectQueue, client: httpx.AsyncClient, *, token: str, url: str | None, clock: Clock, ids: Ids
    ) -> None:
        self._queue = queue
        self._client = client
        self._token = token
        self._url = url
        self._clock = clock
        self._ids = ids

    def put(self, conn: sa.Connection, payment: Payment, url: str | None) -> None:
        """Announces the state that `payment` is in, to the payment's own `url` or the service's; once per state."""
        target = url or self._url
        if target is None:
            return
        kind = cast("EventType", f"payment.{payment.status}")
        told = Callback(id=self._ids.new("evt"), type=kind, account=payment.account, data=payment)
        key = f"callback:{payment.id}:{payment.status}"
        body = {"v": 1, "url": target, "payload": told.model_dump_json()}
        self._queue.put(conn, Effect(key=key, kind=CALLBACK, lane=key, body=body))

    async def deliver(self, claim: Claim) -> Outcome:
        """One attempt; anything but a 2xx is tried again, with growing pauses, for three days."""
        body = str(claim.body["payload"]).encode()
        headers = {
            "Content-Type": "application/json",
            signing.HEADER: signing.sign(self._token, body, at=self._clock.now()),
        }
        try:
            answer = await self._client.post(
                str(claim.body["url"]), content=body, headers=headers, timeout=TIMEOUT_SECONDS
            )
        except httpx.InvalidURL as error:
            return Park(error=f"InvalidURL: {error}")
        except httpx.HTTPError as error:
            return self._again(claim, type(error).__name__)
        return Done() if answer.is_success else self._again(claim, f"status {answer.status_code}")

    def _again(self, claim: Claim, why: str) -> Outcome:
        if self._clock.now() - claim.first_claimed_at > PATIENCE:
            return Park(error=why)
        return Retry(error=why)
