"""The reads, the saved methods, and the edge: what comes in badly is refused in words, never by a failure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from payments import tables as t
from payments.edge import BODY_BYTES_MAX
from tests.payments.conftest import ACCOUNT, TOKEN, World

BASE = f"/payments/v1/accounts/{ACCOUNT}"
METHODS = f"{BASE}/payment-methods"


async def test_a_contact_is_found_by_phone_with_the_accounts_it_may_act_for(world: World) -> None:
    contact = await world.get("/contacts/+15555550123")
    assert contact == {
        "name": "Dana Reyes", "phone": "+15555550123", "email": "dana@example.com",
        "accounts": [{"number": ACCOUNT, "name": "Acme Dental"}],
    }  # fmt: skip
    unknown = await world.http.get("/payments/v1/contacts/+15555550199")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "contact_unknown")


async def test_an_account_says_what_it_owes(world: World) -> None:
    account = await world.get(f"/accounts/{ACCOUNT}")
    assert account["default_method"]["last4"] == "4242"
    figures = {k: account[k] for k in ("total_balance", "current_charges", "past_due", "credit", "next_due")}
    assert figures == {
        "total_balance": "60.85", "current_charges": "42.10", "past_due": "18.75", "credit": "0.00",
        "next_due": {"date": "2026-11-30", "amount": "42.10"},
    }  # fmt: skip


async def test_next_due_is_the_oldest_debt_once_nothing_is_still_to_come_due(world: World) -> None:
    world.clock.move(dt.timedelta(days=30))
    assert (await world.get(f"/accounts/{ACCOUNT}"))["next_due"] == {"date": "2026-10-31", "amount": "18.75"}
    await world.pay((await world.quote())["id"])
    await world.work()
    assert (await world.get(f"/accounts/{ACCOUNT}"))["next_due"] is None


async def test_an_invoice_is_overdue_from_midnight_after_its_due_date_where_the_account_is(world: World) -> None:
    world.clock.move(dt.datetime(2026, 12, 1, 4, 59, tzinfo=dt.UTC) - world.clock.now())
    assert [i["status"] for i in (await world.get(f"/accounts/{ACCOUNT}/invoices"))["invoices"]] == ["open", "overdue"]
    world.clock.move(dt.timedelta(minutes=1))
    assert [i["status"] for i in (await world.get(f"/accounts/{ACCOUNT}/invoices"))["invoices"]] == ["overdue"] * 2


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({}, ["1044", "1043"]),
        ({"status": "open"}, ["1044", "1043"]),
        ({"status": "overdue"}, ["1043"]),
        ({"status": "paid"}, []),
        ({"from": "2026-11-01"}, ["1044"]),
        ({"to": "2026-10-31"}, ["1043"]),
    ],
)
async def test_invoices_are_narrowed_by_status_and_issue_date(
    world: World, params: dict[str, str], numbers: list[str]
) -> None:
    found = (await world.get(f"/accounts/{ACCOUNT}/invoices", **params))["invoices"]
    assert [i["number"] for i in found] == numbers


async def test_payments_are_listed_newest_first_and_limited(world: World) -> None:
    made = []
    for amount in ("1.00", "2.00", "3.00"):
        made.append((await world.pay((await world.quote("fixed_amount", amount=amount))["id"])).json()["id"])
        await world.later(dt.timedelta(minutes=1))
    found = (await world.get(f"/accounts/{ACCOUNT}/payments", limit=2))["payments"]
    assert [p["id"] for p in found] == [made[2], made[1]]
    assert len({p["confirmation"] for p in found}) == 2


async def test_the_calendar_shows_what_was_and_what_is_to_come(world: World) -> None:
    payment = (await world.pay((await world.quote("fixed_amount", amount="18.75"))["id"])).json()
    await world.work()
    scheduled = (await world.pay((await world.quote(pay_on="2026-11-28"))["id"])).json()
    found = (await world.get(f"/accounts/{ACCOUNT}/activity"))["activity"]
    assert [(a["date"], a["kind"], a["amount"], a["reference"], a["status"]) for a in found] == [
        ("2026-10-31", "invoice_due", "18.75", "1043", "paid"),
        ("2026-11-22", "payment", "18.75", payment["confirmation"], "settled"),
        ("2026-11-28", "scheduled_payment", "42.10", scheduled["confirmation"], "scheduled"),
        ("2026-11-30", "invoice_due", "42.10", "1044", "open"),
    ]
    days = {"from": "2026-11-23", "to": "2026-11-29"}
    narrow = await world.get(f"/accounts/{ACCOUNT}/activity", **days)
    assert [a["kind"] for a in narrow["activity"]] == ["scheduled_payment"]


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [("0001-01-01", "9999-12-31", 2), ("0001-01-01", "", 2), ("", "0001-01-01", 0), ("9999-12-31", "", 0),
     ("2026-12-01", "2026-11-01", 0)],
)  # fmt: skip
async def test_any_range_of_dates_can_be_asked_for(world: World, start: str, end: str, count: int) -> None:
    days = {name: day for name, day in (("from", start), ("to", end)) if day}
    assert len((await world.get(f"/accounts/{ACCOUNT}/activity", **days))["activity"]) == count


async def test_a_method_keeps_only_what_its_kind_has(world: World) -> None:
    method = await world.method("tok_b", kind="bank", bank="First", type="checking")
    kept = (await world.get(f"/accounts/{ACCOUNT}/payment-methods"))["payment_methods"][-1]
    assert (kept["id"], kept["bank"], kept["brand"], kept["expires"]) == (method, "First", None, None)


async def test_auto_pay_is_off(world: World) -> None:
    assert (await world.get(f"/accounts/{ACCOUNT}/autopay"))["enabled"] is False


async def test_methods_are_listed_without_their_tokens_and_default_first(world: World) -> None:
    added = await world.method("tok_secret_one", default=True)
    text = (await world.http.get(METHODS)).text
    assert "tok_" not in text
    first, *rest = (await world.get(f"/accounts/{ACCOUNT}/payment-methods"))["payment_methods"]
    assert (first["id"], first["default"], [m["default"] for m in rest]) == (added, True, [False, False])
    assert [m["last4"] for m in rest] == ["4242", "6789"]


async def test_the_same_token_again_is_the_same_method_even_after_it_was_removed(world: World) -> None:
    first = await world.method("tok_again")
    assert await world.method("tok_again", last4="2222") == first
    assert (await world.http.delete(f"{METHODS}/{first}")).status_code == 204
    assert (await world.http.delete(f"{METHODS}/{first}")).json()["code"] == "method_unknown"
    assert await world.method("tok_again") == first


@pytest.mark.parametrize(
    "change",
    [
        {"token": "4242424242424242"}, {"token": "4242 4242 4242 4242"}, {"expires": "2028-13"}, {"last4": "42"},
        {"kind": "cash"}, {"default": "yes"}, {"token": " "},
    ],
)  # fmt: skip
async def test_what_is_no_method_is_refused_and_a_card_number_is_never_kept(
    world: World, change: dict[str, Any]
) -> None:
    body = {"kind": "card", "brand": "visa", "last4": "4242", "expires": "2028-04", "token": "tok_x", **change}
    refused = await world.http.post(METHODS, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
    assert "4242424242424242" not in refused.text
    count = sa.select(sa.func.count()).select_from(t.method)
    assert await world.db.read(lambda conn: conn.execute(count).scalar_one()) == 2


PATHS = ["/payments/v1/accounts/10023", "/payments/v1/nope", "/payments/openapi.json", "/payments/v1/quotes", "/else"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer ", TOKEN])
async def test_nothing_is_said_without_the_token(world: World, path: str, header: str | None) -> None:
    transport = httpx.ASGITransport(app=world.service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pay") as http:
        refused = await http.get(path, headers={"Authorization": header} if header else {})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"account": "\\ud800"}', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b'"' + b"a" * BODY_BYTES_MAX + b'"', "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_malformed(world: World, content: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind} if kind else {}
    refused = await world.http.post("/payments/v1/quotes", content=content, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (status, "malformed")
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/payments/v1/nothing", 404, "not_found"),
        ("GET", "/elsewhere", 404, "not_found"),
        ("PATCH", "/payments/v1/quotes", 405, "not_found"),
        ("GET", "/payments/v1/accounts/%00", 404, "account_unknown"),
        ("GET", "/payments/v1/contacts/%00", 404, "contact_unknown"),
        ("GET", "/payments/v1/payments/%00", 404, "payment_unknown"),
        ("GET", f"/payments/v1/accounts/{'9' * 5000}", 404, "account_unknown"),
        ("DELETE", f"{METHODS}/%00", 404, "method_unknown"),
        ("GET", f"{BASE}/invoices?status=lost", 422, "malformed"),
        ("GET", f"{BASE}/invoices?from=tomorrow", 422, "malformed"),
        ("GET", f"{BASE}/invoices?from=20261122", 422, "malformed"),
        ("GET", f"{BASE}/payments?limit=0", 422, "malformed"),
        ("GET", f"{BASE}/payments?limit=5&limit=6", 422, "malformed"),
        ("GET", f"{BASE}/activity?from=2026-02-30", 422, "malformed"),
    ],
)
async def test_each_bad_address_is_a_problem(world: World, method: str, path: str, status: int, code: str) -> None:
    refused = await world.http.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_route_names_the_methods_that_it_has(world: World) -> None:
    assert (await world.http.put(METHODS)).headers["allow"] == "GET, POST"
