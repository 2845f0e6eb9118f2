"""Payment requests as effects: asked of the payment service until it has answered, then told to the conversation.

Every attempt carries the same idempotency key, so repeating one is safe whatever became of the last. A payment that
the service is still processing is watched: its callback, or our asking, brings the end to the conversation, whichever
is first.
"""

from __future__ import annotations

from urllib.parse import quote as url_part

import sqlalchemy as sa
import structlog
from pydantic import TypeAdapter

from actions.calls import Call, Pay, PaymentAnswered, Unavailable
from actions.client import NoAnswer, PaymentsClient, Problematic
from actions.perform import perform
from bot import metrics
from bot.effects import ActionFinished, PaymentChanged
from bot.store import Store
from durable.effects import Claim, Done, Effect, Outcome, Retry
from durable.worker import Handler
from payments.contract import Payment

log = structlog.get_logger(__name__)

CALL: TypeAdapter[Call] = TypeAdapter(Call)
CALLBACK_PATH = "/callbacks/payments"
FINAL = frozenset({"settled", "declined", "canceled"})
WATCH_SECONDS = (5.0, 15.0, 60.0, 300.0, 900.0)
"""How long to wait before asking again about a payment that is being processed; the last one repeats."""
SCHEDULED_WATCH_SECONDS = 6 * 3600.0
"""The same for one that is set for a later day."""


class Acting:
    """The handlers of the effects `act` and `watch`."""

    def __init__(self, store: Store, client: PaymentsClient, *, callback_base: str | None) -> None:
        self._store = store
        self._client = client
        self._callback_base = callback_base

    def handlers(self) -> dict[str, Handler]:
        """By kind of effect."""
        return {"act": self.act, "watch": self.watch}

    async def act(self, claim: Claim) -> Outcome:
        """Asks once; the result becomes an event of the conversation, in the transaction that ends the effect."""
        call, conversation = CALL.validate_python(claim.body["call"]), claim.body["conversation"]
        result = await perform(self._client, call, key=claim.key, callback_url=claim.body.get("callback_url"))
        metrics.REQUESTS.labels(call=call.type, result=result.type).inc()
        event = ActionFinished(event_id=claim.key, action=claim.key, result=result)
        if isinstance(result, Unavailable):
            late = event.model_copy(update={"event_id": f"{claim.key}:delayed"})
            return Retry(error=result.reason, apply=lambda conn: self._put(conn, conversation, late))
        payment = result.payment if isinstance(result, PaymentAnswered) and isinstance(call, Pay) else None
        watch = _watch(conversation, payment) if payment and payment.status not in FINAL else None

        def apply(conn: sa.Connection) -> None:
            self._put(conn, conversation, event)
            if watch is not None:
                self._store.effects.put(conn, watch)

        return Done(apply=apply)

    async def watch(self, claim: Claim) -> Outcome:
        """Asks what became of a payment, until it has ended."""
        conversation = claim.body["conversation"]
        try:
            payment = await self._client.payment(claim.body["payment"])
        except (NoAnswer, Problematic) as failure:
            return Retry(error=str(failure), after_seconds=_pause(claim.attempt))
        if payment.status == "scheduled":
            return Retry(error=payment.status, after_seconds=SCHEDULED_WATCH_SECONDS)
        if payment.status not in FINAL:
            return Retry(error=payment.status, after_seconds=_pause(claim.attempt))
        return Done(apply=lambda conn: self.put_payment(conn, conversation, payment))

    def put_payment(self, conn: sa.Connection, conversation: str, payment: Payment) -> None:
        """News of a payment; told once for each status, whoever brings it."""
        at = self._store.db.now(conn)
        event = PaymentChanged(event_id=f"{payment.id}:{payment.status}", payment=payment, at=at)
        self._store.put_payment(conn, conversation, event)

    def _put(self, conn: sa.Connection, conversation: str, event: ActionFinished) -> None:
        self._store.put_action(conn, conversation, event)

    def callback_url(self, conversation: str) -> str | None:
        """Where the service tells what becomes of a payment; None for nowhere. It is kept with each request, so that
        every attempt sends the same body, whatever this process is called meanwhile."""
        if self._callback_base is None:
            return None
        return f"{self._callback_base}{CALLBACK_PATH}?conversation={url_part(conversation, safe='')}"


def _watch(conversation: str, payment: Payment) -> Effect:
    body = {"v": 1, "conversation": conversation, "payment": payment.id}
    return Effect(key=f"watch:{payment.id}", kind="watch", lane=f"watch:{payment.id}", body=body)


def _pause(attempt: int) -> float:
    return WATCH_SECONDS[min(attempt - 1, len(WATCH_SECONDS) - 1)]
