"""Paying: once per quote, under whatever retries, races and changes."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from payments import tables as t
from payments.loading import load
from tests.payments.conftest import ACCOUNT, World, consent, demo

MINUTE = dt.timedelta(minutes=1)


async def _count(world: World, table: sa.Table) -> int:
    return await world.db.read(lambda conn: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


async def test_a_quote_stores_nothing_but_itself(world: World) -> None:
    quote = await world.quote(note="unit 4B")
    assert quote["allocations"] == [{"invoice": "1043", "amount": "18.75"}, {"invoice": "1044", "amount": "42.10"}]
    assert (quote["total"], quote["note"], quote["warnings"]) == ("60.85", "unit 4B", [])
    assert await _count(world, t.payment) == await _count(world, t.effect) == 0
    assert await world.owed() == "60.85"


async def test_the_same_key_and_body_give_the_same_quote_while_it_is_live(world: World) -> None:
    first = await world.quote(key="event-1")
    assert await world.quote(key="event-1") == first
    other = await world.ask_quote("current_charges", key="event-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    world.clock.move(16 * MINUTE)
    assert (await world.quote(key="event-1"))["id"] != first["id"]


async def test_the_same_key_gives_the_same_payment_before_and_after_it_settles(world: World) -> None:
    quote = await world.quote()
    first = await world.pay(quote["id"], key="yes-1")
    again = await world.pay(quote["id"], key="yes-1")
    assert (first.status_code, again.status_code) == (202, 202)
    await world.work()
    settled = await world.pay(quote["id"], key="yes-1")
    assert settled.status_code == 201
    assert first.json()["id"] == again.json()["id"] == settled.json()["id"]
    assert await _count(world, t.payment) == 1


async def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    quote = await world.quote()
    await world.pay(quote["id"], key="yes-1")
    other = await world.pay(quote["id"], key="yes-1", consent=consent(words="yes please"))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_paid_quote_under_another_key_gives_its_payment(world: World) -> None:
    quote = await world.quote()
    first = await world.pay(quote["id"])
    await world.work()
    second = await world.pay(quote["id"])
    assert (second.status_code, second.json()["code"]) == (409, "quote_paid")
    assert second.json()["payment"]["id"] == first.json()["id"]
    assert second.json()["payment"]["status"] == "settled"


@pytest.mark.parametrize("same_key", [True, False])
async def test_many_requests_at_once_for_one_quote_carry_it_out_once(world: World, *, same_key: bool) -> None:
    quote = await world.quote()
    answers = await asyncio.gather(
        *(world.pay(quote["id"], key="yes" if same_key else f"yes-{n}") for n in range(8))
    )
    codes = sorted(a.status_code for a in answers)
    assert codes == ([202] * 8 if same_key else [202] + [409] * 7)
    payments = {a.json()["id"] if a.status_code == 202 else a.json()["payment"]["id"] for a in answers}
    assert len(payments) == await _count(world, t.payment) == 1
    await world.work()
    (entry,) = await world.gateway.entries()
    assert (entry.calls, entry.amount_minor) == (1, 6085)


async def test_two_quotes_for_one_invoice_at_once_pay_it_once(world: World) -> None:
    quotes = [await world.quote("selected_invoices", invoices=["1044"]) for _ in range(4)]
    answers = await asyncio.gather(*(world.pay(quote["id"]) for quote in quotes))
    assert sorted(a.status_code for a in answers) == [202, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"quote_stale"}
    await world.work()
    assert await world.owed() == "18.75"


async def test_money_that_is_being_paid_is_not_quoted_again_and_is_warned_of(world: World) -> None:
    await world.pay((await world.quote("selected_invoices", invoices=["1044"], amount="40.00"))["id"])
    quote = await world.quote()
    assert quote["total"] == "20.85"
    assert [w["code"] for w in quote["warnings"]] == ["payment_in_progress"]
    refused = await world.ask_quote("selected_invoices", invoices=["1044"], amount="2.11")
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (
        422, "amount_above_balance", "2.10",
    )  # fmt: skip


async def test_an_expired_quote_is_refused_with_a_fresh_one(world: World) -> None:
    quote = await world.quote(note="for November")
    world.clock.move(15 * MINUTE)
    refused = await world.pay(quote["id"], key="late")
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_stale")
    fresh = refused.json()["quote"]
    assert (fresh["total"], fresh["note"]) == ("60.85", "for November")
    assert fresh["id"] != quote["id"]
    assert (await world.pay(quote["id"], key="late")).json()["quote"]["id"] == fresh["id"]
    assert (await world.pay(fresh["id"])).status_code == 202


async def test_a_quote_is_refused_once_a_balance_that_it_stands_on_has_changed(world: World) -> None:
    stale, other = await world.quote(), await world.quote("current_charges")
    await world.pay(other["id"])
    await world.work()
    refused = await world.pay(stale["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "quote_stale")
    assert refused.json()["quote"]["total"] == "18.75"


async def test_a_stale_quote_comes_without_a_fresh_one_where_nothing_is_left(world: World) -> None:
    one, two = await world.quote("current_charges"), await world.quote("current_charges")
    await world.pay(one["id"])
    await world.work()
    refused = await world.pay(two["id"])
    assert refused.json()["code"] == "quote_stale"
    assert "quote" not in refused.json()


async def test_a_new_invoice_makes_a_quote_of_the_total_stale(world: World) -> None:
    quote = await world.quote()
    more = demo()
    more["accounts"][0]["invoices"].append(
        {"number": "1045", "issued": "2026-11-20", "due": "2026-12-20", "amount": "5.00"}
    )
    await asyncio.to_thread(load, world.db, more, clock=world.clock, ids=world.ids)
    refused = await world.pay(quote["id"])
    assert (refused.json()["code"], refused.json()["quote"]["total"]) == ("quote_stale", "65.85")


async def test_consent_must_be_to_the_terms_of_the_quote(world: World) -> None:
    quote = await world.quote()
    refused = await world.pay(quote["id"], consent=consent(terms_version="2020-01"))
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_mismatch")
    assert await _count(world, t.payment) == await _count(world, t.request) == 0


async def test_consent_is_kept_whole_and_every_step_has_its_line_of_history(world: World) -> None:
    quote = await world.quote()
    payment = (await world.pay(quote["id"])).json()["id"]
    await world.work()

    def work(conn: sa.Connection) -> tuple[Any, list[Any]]:
        kept = conn.execute(sa.select(t.payment.c.consent).where(t.payment.c.id == payment)).scalar_one()
        h = t.history.c
        lines = conn.execute(sa.select(h.event, h.who, h.words).where(h.subject == payment).order_by(h.id)).all()
        return kept, [tuple(line) for line in lines]

    kept, lines = await world.db.read(work)
    assert {k: v for k, v in kept.items() if v is not None} == consent()
    assert lines == [
        ("payment_confirmed", "+15555550123", "y"),
        ("payment_charging", "gateway", None),
        ("payment_settled", "gateway", None),
    ]


async def test_a_payment_needs_an_idempotency_key(world: World) -> None:
    body = {"quote": "quo_1", "consent": consent()}
    refused = await world.http.post("/payments/v1/payments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_declined_payment_is_402_with_the_payment_and_leaves_the_invoices_payable(world: World) -> None:
    quote = await world.quote(method=await world.method("tok_declined"))
    await world.pay(quote["id"], key="yes")
    await world.work()
    declined = await world.pay(quote["id"], key="yes")
    assert (declined.status_code, declined.json()["code"]) == (402, "payment_declined")
    assert declined.json()["payment"]["failure"]["code"] == "declined"
    assert (await world.quote())["total"] == "60.85"


async def test_the_answer_waits_for_a_worker_and_is_201(world: World) -> None:
    patient = world.patient(5.0)
    tasks = [asyncio.create_task(worker.run()) for worker in world.service.workers]
    quote = await world.quote()
    answered = await patient.pay(quote["id"])
    assert (answered.status_code, answered.json()["status"]) == (201, "settled")
    for worker in world.service.workers:
        worker.stop()
    await asyncio.gather(*tasks)


async def test_a_method_that_was_removed_meanwhile_is_not_charged(world: World) -> None:
    method = await world.method("tok_other")
    quote = await world.quote(method=method)
    gone = await world.http.delete(f"/payments/v1/accounts/{ACCOUNT}/payment-methods/{method}")
    assert gone.status_code == 204
    refused = await world.pay(quote["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "method_unusable")


@pytest.mark.parametrize("import_data", [demo(allow_prepayment=True)])
async def test_what_is_paid_beyond_the_balance_becomes_credit_where_that_is_allowed(
    world: World, import_data: Mapping[str, Any]
) -> None:
    quote = await world.quote("fixed_amount", amount="70.00")
    assert quote["allocations"][-1] == {"invoice": None, "amount": "9.15"}
    await world.pay(quote["id"])
    await world.work()
    account = await world.get(f"/accounts/{ACCOUNT}")
    assert (account["total_balance"], account["credit"]) == ("0.00", "9.15")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"scope": "fixed_amount", "amount": "60.86"}, 422, "amount_above_balance"),
        ({"scope": "fixed_amount", "amount": "0.00"}, 422, "amount_invalid"),
        ({"scope": "fixed_amount", "amount": "NaN"}, 422, "malformed"),
        ({"scope": "fixed_amount", "amount": 5.5}, 422, "malformed"),
        ({"scope": "fixed_amount", "amount": "0.001"}, 422, "malformed"),
        ({"scope": "selected_invoices", "invoices": ["9"]}, 404, "invoice_unknown"),
        ({"method": "pm_none"}, 404, "method_unknown"),
        ({"account": "1", "method": "pm_none"}, 404, "account_unknown"),
        ({"pay_on": "2026-11-21"}, 422, "date_invalid"),
        ({"pay_on": "2027-11-23"}, 422, "date_invalid"),
        ({"pay_on": "2029-02-01", "method": "x"}, 404, "method_unknown"),
        ({"note": "a\x00b"}, 422, "malformed"),
    ],
)
async def test_each_refusal_of_a_quote_has_its_code(world: World, more: dict[str, Any], status: int, code: str) -> None:
    refused = await world.ask_quote(**{"scope": "total_balance", **more})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"


async def test_an_expired_card_is_judged_in_the_accounts_timezone(world: World) -> None:
    method = await world.method("tok_short", expires="2026-11")
    world.clock.move(dt.datetime(2026, 12, 1, 4, 30, tzinfo=dt.UTC) - world.clock.now())  # 23:30 on 30 November
    assert (await world.ask_quote(method=method)).status_code == 201
    world.clock.move(30 * MINUTE)
    refused = await world.ask_quote(method=method)
    assert (refused.status_code, refused.json()["code"]) == (422, "method_unusable")

