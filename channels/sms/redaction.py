"""Deletes Twilio's copy of a text that held a card number. It can be repeated without harm, so it is retried."""

from __future__ import annotations

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from channels.base import Count, count_nothing
from channels.sms.client import Refused, TwilioApi, TwilioError
from durable.effects import Claim, Done, Effect, Outcome, Park, Retry

log = structlog.get_logger(__name__)

REDACT = "sms_redact"
ATTEMPTS_MAX = 60
"""With a minute between the later ones: an hour."""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)
    v: int
    sid: str


def redact_effect(sid: str) -> Effect:
    """The effect that deletes the text of the inbound message `sid` at Twilio."""
    key = f"{REDACT}:{sid}"
    return Effect(key=key, kind=REDACT, lane=key, sender=REDACT, priority=10, body={"v": 1, "sid": sid})


class Redactor:
    """Handles `sms_redact`. Parks where Twilio keeps refusing: an operator must delete the message by hand."""

    def __init__(self, api: TwilioApi, *, count: Count = count_nothing) -> None:
        self._api = api
        self._count = count

    async def __call__(self, claim: Claim) -> Outcome:
        try:
            sid = _Body.model_validate(claim.body).sid
        except ValidationError:
            return Park(error="body of an unknown form")
        try:
            await self._api.redact(sid)
        except TwilioError as error:
            return self._failed(claim, sid, error)
        self._count("sms_redacted", "done")
        return Done()

    def _failed(self, claim: Claim, sid: str, error: TwilioError) -> Outcome:
        if isinstance(error, Refused) and error.status == 404:
            return Done()  # deleted already
        if claim.attempt < ATTEMPTS_MAX:
            return Retry(error=str(error))
        log.error("card_number_left_at_twilio", sid=sid, error=str(error))
        self._count("sms_redacted", "given_up")
        return Park(error=str(error))
