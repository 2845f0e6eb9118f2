"""Signs callbacks, and checks the signature where they arrive. Pure.

`Paybot-Signature: t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256 of `t.body` with the service's token.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re

HEADER = "Paybot-Signature"
TOLERANCE_SECONDS = 300
_SHAPE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(token: str, body: bytes, *, at: dt.datetime) -> str:
    """The header's value for `body`, sent at `at`."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(token, moment, body)}"


def verify(token: str, body: bytes, header: str, *, now: dt.datetime) -> bool:
    """Whether `header` signs `body` with `token`, no more than five minutes from `now`. False without a token."""
    found = _SHAPE.fullmatch(header)
    if found is None or not token:
        return False
    moment = int(found[1])
    fresh = abs(int(now.timestamp()) - moment) <= TOLERANCE_SECONDS
    return hmac.compare_digest(_digest(token, moment, body), found[2]) and fresh


def _digest(token: str, moment: int, body: bytes) -> str:
    return hmac.new(token.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
