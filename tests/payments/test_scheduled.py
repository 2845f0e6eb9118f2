"""Payments set for a date: charged that morning if they still hold, and cancelable until then."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from payments import tables as t
from tests.payments.conftest import ACCOUNT, World

PATH = f"/payments/v1/accounts/{ACCOUNT}/scheduled-payments"
FRIDAY = "2026-11-27"
NINE_IN_NEW_YORK = dt.datetime(2026, 11, 27, 14, 0, tzinfo=dt.UTC)


async def _schedule(world: World, scope: str = "current_charges", **more: Any) -> dict[str, Any]:
    quote = await world.quote(scope, pay_on=FRIDAY, **more)
    response = await world.pay(quote["id"], key=f"yes-{quote['id']}")
    assert response.status_code == 202, response.text
    await world.work()
    found: dict[str, Any] = response.json()
    return found


async def _until(world: World, moment: dt.datetime) -> None:
    await world.later(moment - world.clock.now())


async def test_it_is_charged_at_nine_that_morning_and_not_before(world: World) -> None:
    payment = await _schedule(world)
    assert (payment["status"], payment["pay_on"]) == ("scheduled", FRIDAY)
    assert (await world.get(f"/accounts/{ACCOUNT}/scheduled-payments"))["scheduled_payments"] == [payment]
    await _until(world, NINE_IN_NEW_YORK - dt.timedelta(seconds=1))
    assert await world.gateway.entries() == []
    await _until(world, NINE_IN_NEW_YORK)
    assert (await world.payment(payment["id"]))["status"] == "settled"
    assert await world.owed() == "18.75"


async def test_it_reserves_nothing_but_a_quote_warns_of_it(world: World) -> None:
    await _schedule(world)
    quote = await world.quote()
    assert (quote["total"], [w["code"] for w in quote["warnings"]]) == ("60.85", ["already_scheduled"])


async def test_it_is_never_charged_once_the_invoice_was_paid_otherwise(world: World) -> None:
    payment = await _schedule(world)
    await world.pay((await world.quote("fixed_amount", amount="60.00"))["id"])
    await world.work()
    await _until(world, NINE_IN_NEW_YORK)
    found = await world.payment(payment["id"])
    assert (found["status"], found["failure"]["code"]) == ("canceled", "balance_changed")
    assert [entry.key for entry in await world.gateway.entries()] != [payment["id"]]
    assert await world.owed() == "0.85"
    assert b'"payment.canceled"' in world.receiver.received[-1].content


async def test_it_is_never_charged_to_a_method_that_was_removed(world: World) -> None:
    method = await world.method("tok_other_ok")
    payment = await _schedule(world, method=method)
    await world.http.delete(f"/payments/v1/accounts/{ACCOUNT}/payment-methods/{method}")
    await _until(world, NINE_IN_NEW_YORK)
    found = await world.payment(payment["id"])
    assert (found["status"], found["failure"]["code"]) == ("canceled", "method_unusable")
    assert await world.gateway.entries() == []


async def test_canceling_keeps_it_from_being_charged_and_can_be_repeated(world: World) -> None:
    payment = await _schedule(world)
    for _ in range(2):
        canceled = await world.http.delete(f"{PATH}/{payment['id']}")
        assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    await _until(world, NINE_IN_NEW_YORK)
    assert await world.gateway.entries() == []
    assert (await world.payment(payment["id"]))["status"] == "canceled"
    again = await world.pay(payment["quote"], key=f"yes-{payment['quote']}")
    assert (again.status_code, again.json()["status"]) == (200, "canceled")


async def test_what_is_settled_or_of_another_account_cannot_be_canceled(world: World) -> None:
    payment = await _schedule(world)
    await _until(world, NINE_IN_NEW_YORK)
    late = await world.http.delete(f"{PATH}/{payment['id']}")
    assert (late.status_code, late.json()["code"]) == (409, "payment_not_cancelable")
    assert late.json()["payment"]["status"] == "settled"
    other = await world.http.delete(f"{PATH}/pay_none")
    assert (other.status_code, other.json()["code"]) == (404, "payment_unknown")


async def test_who_canceled_is_recorded_with_their_words(world: World) -> None:
    payment = await _schedule(world)
    headers = {"Paybot-Who": "%2B15555550123", "Paybot-Channel": "sms", "Paybot-Words": "no%2C%20an%C3%BAlalo"}
    await world.http.delete(f"{PATH}/{payment['id']}", headers=headers)


    h = t.history.c
    query = sa.select(h.who, h.channel, h.words).where(h.event == "payment_canceled")
    row = await world.db.read(lambda conn: conn.execute(query).one())
    assert tuple(row) == ("+15555550123", "sms", "no, anúlalo")


async def test_today_in_the_accounts_timezone_means_now(world: World) -> None:
    world.clock.move(dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC) - world.clock.now())  # 22:00 on the 22nd
    quote = await world.quote(pay_on="2026-11-22")
    assert quote["pay_on"] is None
    assert (await world.pay(quote["id"])).json()["status"] == "processing"
