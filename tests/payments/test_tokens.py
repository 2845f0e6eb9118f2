"""Every sandbox token, from quote to the end of the payment."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from payments import tables as t
from tests.payments.conftest import ACCOUNT, World

MINUTE = dt.timedelta(minutes=1)


async def _start(world: World, token: str) -> str:
    quote = await world.quote(method=await world.method(token))
    response = await world.pay(quote["id"])
    assert response.status_code == 202
    assert response.json()["status"] == "processing"
    await world.work()
    return str(response.json()["id"])


async def _balanced(world: World) -> bool:
    """Every entry sums to zero, and every balance is the sum of its postings."""
    p, i = t.posting.c, t.invoice.c

    def work(conn: sa.Connection) -> bool:
        entries = conn.execute(sa.select(sa.func.sum(p.amount_minor)).group_by(p.entry)).scalars().all()
        for row in conn.execute(sa.select(t.invoice)):
            mine = sa.and_(p.account == row.account, p.invoice == row.number, p.ledger == "receivable")
            total = conn.execute(sa.select(sa.func.sum(p.amount_minor)).where(mine)).scalar()
            if int(total or 0) != row.balance_minor:
                return False
        assert conn.execute(sa.select(sa.func.count()).where(i.account == ACCOUNT)).scalar_one() > 0
        return not any(int(total) for total in entries)

    return await world.db.read(work)


@pytest.mark.parametrize("token", ["tok_ok", "tok_bank_ok", "tok_slow"])
async def test_a_good_token_settles_and_nothing_is_owed(world: World, token: str) -> None:
    payment = await world.payment(await _start(world, token))
    assert payment["status"] == "settled"
    assert await world.owed() == "0.00"
    assert await _balanced(world)


@pytest.mark.parametrize(
    ("token", "code"),
    [("tok_declined", "declined"), ("tok_insufficient_funds", "insufficient_funds"), ("tok_expired", "expired_card")],
)
async def test_a_bad_token_declines_with_its_reason_and_moves_nothing(world: World, token: str, code: str) -> None:
    payment = await world.payment(await _start(world, token))
    assert (payment["status"], payment["failure"]["code"]) == ("declined", code)
    assert await world.owed() == "60.85"
    assert await _balanced(world)


async def test_a_charge_whose_answer_is_lost_is_found_and_settles_without_a_second_call(world: World) -> None:
    payment = await _start(world, "tok_timeout")
    assert (await world.payment(payment))["status"] == "processing"
    await world.later(MINUTE)
    assert (await world.payment(payment))["status"] == "settled"
    (entry,) = await world.gateway.entries()
    assert (entry.calls, entry.status) == (1, "charged")
    assert await world.owed() == "0.00"


async def test_a_charge_that_never_happened_is_declined_once_the_gateway_gave_up_its_key(world: World) -> None:
    payment = await _start(world, "tok_lost")
    for _ in range(3):
        assert (await world.payment(payment))["status"] == "processing"
        await world.later(MINUTE)
    found = await world.payment(payment)
    assert (found["status"], found["failure"]["code"]) == ("declined", "gateway_timeout")
    (entry,) = await world.gateway.entries()
    assert (entry.calls, entry.status, entry.code) == (3, "declined", "abandoned")
    assert await world.owed() == "60.85"


async def test_a_refused_connection_is_tried_again_with_the_same_key(world: World) -> None:
    payment = await _start(world, "tok_flaky")
    assert (await world.payment(payment))["status"] == "processing"
    await world.later(MINUTE)
    assert (await world.payment(payment))["status"] == "settled"
    (entry,) = await world.gateway.entries()
    assert (entry.key, entry.calls) == (payment, 2)
