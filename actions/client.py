"""A typed client of the payment service's HTTP contract, in process (ASGI transport) or elsewhere.

Every method answers with a model of the contract or raises `Problematic` (the service said no, with a problem
document) or `NoAnswer` (it could not be reached, was too slow, or answered what the contract does not allow).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import quote as path_part

import httpx
from pydantic import BaseModel, ValidationError

from payments.contract import (
    Account,
    Activities,
    Contact,
    Invoices,
    InvoiceStatus,
    MethodLink,
    Methods,
    Payment,
    PaymentRequest,
    Payments,
    Problem,
    Quote,
    QuoteRequest,
    ScheduledPayments,
)

BASE = "/payments/v1"
TIMEOUT_SECONDS = 10.0
M = TypeVar("M", bound=BaseModel)


class ActionError(Exception):
    """Base of what can go wrong between the bot and the payment service."""


class Problematic(ActionError):
    """The service refused, and said why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.problem = problem


class NoAnswer(ActionError):
    """Nothing usable came back; whether the request was carried out is not known."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the payment service gave no answer: {why}")
        self.why = why


class Http(Protocol):
    """What carries requests: `httpx.AsyncClient` over a network, `actions.inprocess.InProcess` within a process."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        content: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response: ...

    async def aclose(self) -> None: ...


class PaymentsClient:
    """`http` has the service's base address and the bearer token (see `connect`)."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def contact(self, phone: str) -> Contact:
        return await self._get(Contact, f"/contacts/{_part(phone)}")

    async def account(self, number: str) -> Account:
        return await self._get(Account, f"/accounts/{_part(number)}")

    async def invoices(
        self, number: str, status: InvoiceStatus | None, start: dt.date | None, end: dt.date | None
    ) -> Invoices:
        """Those with that status, issued between the dates."""
        params = {"status": status, "from": start, "to": end}
        return await self._get(Invoices, f"/accounts/{_part(number)}/invoices", params)

    async def methods(self, number: str) -> Methods:
        return await self._get(Methods, f"/accounts/{_part(number)}/payment-methods")

    async def payments(self, number: str, limit: int) -> Payments:
        return await self._get(Payments, f"/accounts/{_part(number)}/payments", {"limit": limit})

    async def payment(self, payment: str) -> Payment:
        return await self._get(Payment, f"/payments/{_part(payment)}")

    async def scheduled(self, number: str) -> ScheduledPayments:
        return await self._get(ScheduledPayments, f"/accounts/{_part(number)}/scheduled-payments")

    async def activity(self, number: str, start: dt.date, end: dt.date) -> Activities:
        return await self._get(Activities, f"/accounts/{_part(number)}/activity", {"from": start, "to": end})

    async def method_link(self, number: str) -> MethodLink:
        return await self._ask(MethodLink, "POST", f"/accounts/{_part(number)}/payment-method-links")

    async def quote(self, request: QuoteRequest, key: str) -> Quote:
        """`key`: the same key and request give the same quote again."""
        return await self._ask(Quote, "POST", "/quotes", body=request, key=key)

    async def pay(self, request: PaymentRequest, key: str) -> Payment:
        """Carries out a quote once for `key`. A declined payment is an answer, not an error."""
        try:
            return await self._ask(Payment, "POST", "/payments", body=request, key=key)
        except Problematic as refusal:
            if refusal.problem.code == "payment_declined" and refusal.problem.payment is not None:
                return refusal.problem.payment
            raise

    async def cancel_scheduled(self, number: str, payment: str) -> Payment | None:
        """The canceled payment; None where the service answers without a body."""
        address = f"/accounts/{_part(number)}/scheduled-payments/{_part(payment)}"
        response = await self._send("DELETE", address)
        return _read(Payment, response) if response.content else None

    async def _get(self, model: type[M], address: str, params: dict[str, Any] | None = None) -> M:
        kept = {name: str(value) for name, value in (params or {}).items() if value is not None}
        return _read(model, await self._send("GET", address, params=kept))

    async def _ask(
        self, model: type[M], method: str, address: str, *, body: BaseModel | None = None, key: str | None = None
    ) -> M:
        headers = {"Idempotency-Key": key} if key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = body.model_dump_json(exclude_none=True) if body is not None else None
        return _read(model, await self._send(method, address, content=content, headers=headers))

    async def _send(self, method: str, address: str, **options: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, BASE + address, **options)
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error
        if response.status_code >= 400:
            raise _refusal(response)
        return response


def connect(
    base_url: str,
    token: str,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> httpx.AsyncClient:
    """An HTTP client for the payment service; `transport` is ASGI's where it runs in this process."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=base_url, headers=headers, transport=transport, timeout=timeout_seconds)


def _part(value: str) -> str:
    return path_part(value, safe="")


def _read(model: type[M], response: httpx.Response) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise NoAnswer(f"{response.status_code} with a body that is no {model.__name__}") from error


def _refusal(response: httpx.Response) -> ActionError:
    """A 4xx with a problem document is the service's word; anything else is no answer."""
    if response.status_code >= 500 or response.status_code in (401, 403, 408, 425, 429):
        return NoAnswer(f"status {response.status_code}")
    try:
        return Problematic(Problem.model_validate_json(response.content))
    except ValidationError:
        return NoAnswer(f"status {response.status_code} without a problem document")
