"""The sandbox gateway as a process of its own, over HTTP: the client. `payments.gateways.server` is the other end."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx

from payments.gateways import Charge, Charged, ChargeOutcome, Declined, Unknown, Unreachable

TIMEOUT_SECONDS = 20.0
"""Shorter than a lease, longer than any answer that still comes."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class RemoteGateway:
    """Asks over `client`, whose base address is the gateway's."""

    def __init__(self, client: httpx.AsyncClient, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds

    async def charge(self, charge: Charge) -> ChargeOutcome:
        body = {
            "token": charge.token, "amount_minor": charge.amount_minor, "currency": charge.currency,
            "account": charge.account,
        }  # fmt: skip
        return await self._ask("POST", _path(charge.key), body) or Unknown(why="an answer without an outcome")

    async def find(self, key: str) -> ChargeOutcome | None:
        return await self._ask("GET", _path(key))

    async def abandon(self, key: str) -> ChargeOutcome | None:
        return await self._ask("POST", _path(key) + "/abandon")

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> ChargeOutcome | None:
        try:
            answer = await self._client.request(method, path, json=body, timeout=self._timeout_seconds)
        except _NEVER_SENT as error:
            return Unreachable(why=type(error).__name__)
        except httpx.HTTPError as error:
            return Unknown(why=type(error).__name__)
        return _outcome(answer)


def _path(key: str) -> str:
    return f"/charges/{quote(key, safe='')}"


def _outcome(answer: httpx.Response) -> ChargeOutcome | None:
    """What the gateway says; Unknown for whatever does not read like an answer of its own."""
    try:
        said = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return Unknown(why=f"status {answer.status_code}")
    match said:
        case {"outcome": "none"} if answer.is_success:
            return None
        case {"outcome": "charged", "ref": str(ref)} if answer.is_success:
            return Charged(ref=ref)
        case {"outcome": "declined", "code": str(code), "detail": str(detail)} if answer.is_success:
            return Declined(code=code, detail=detail)
        case {"outcome": "unreachable", "why": str(why)}:
            return Unreachable(why=why)
        case _:
            return Unknown(why=f"status {answer.status_code}")
