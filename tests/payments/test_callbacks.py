"""Callbacks: signed, repeated until they are taken, once per state."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.contract import Callback
from payments.signing import sign, verify
from tests.payments.conftest import CALLBACK_URL, TOKEN, World

NOW = dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC)


async def test_a_settled_payment_is_told_with_a_signature_that_holds(world: World) -> None:
    payment = (await world.pay((await world.quote())["id"])).json()["id"]
    await world.work()
    (request,) = world.receiver.received
    told = Callback.model_validate_json(request.content)
    assert (str(request.url), told.type, told.account) == (CALLBACK_URL, "payment.settled", "10023")
    assert (told.data.id, told.data.status) == (payment, "settled")
    header = request.headers["Paybot-Signature"]
    assert verify(TOKEN, request.content, header, now=world.clock.now())
    moment = int(world.clock.now().timestamp())
    by_hand = hmac.new(TOKEN.encode(), f"{moment}.".encode() + request.content, hashlib.sha256).hexdigest()
    assert header == f"t={moment},v1={by_hand}"


async def test_a_declined_payment_is_told_to_the_address_that_it_named(world: World) -> None:
    quote = await world.quote(method=await world.method("tok_declined"))
    await world.pay(quote["id"], callback_url="https://other.example/cb")
    await world.work()
    (request,) = world.receiver.received
    assert str(request.url) == "https://other.example/cb"
    assert Callback.model_validate_json(request.content).type == "payment.declined"


async def test_it_is_repeated_with_the_same_id_until_it_is_taken(world: World) -> None:
    world.receiver.answers = [500, 404, 200]
    await world.pay((await world.quote())["id"])
    await world.work()
    for _ in range(4):
        await world.later(dt.timedelta(minutes=2))
    received = world.receiver.received
    assert len(received) == 3
    assert len({Callback.model_validate_json(r.content).id for r in received}) == 1
    assert all(verify(TOKEN, received[n].content, received[n].headers["Paybot-Signature"], now=NOW +
                      dt.timedelta(minutes=2 * n)) for n in range(3))  # fmt: skip


@pytest.mark.parametrize("url", ["ftp://x.example", "nonsense", "http://", "https://x.example/" + "a" * 2000])
async def test_an_address_that_is_none_is_refused(world: World, url: str) -> None:
    refused = await world.pay((await world.quote())["id"], callback_url=url)
    assert (refused.status_code, refused.json()["code"]) == (422, "malformed")


@given(body=st.binary(), at=st.integers(0, 2_000_000_000), off=st.integers(-1000, 1000))
def test_a_signature_holds_for_five_minutes_either_way(body: bytes, at: int, off: int) -> None:
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    header = sign("secret", body, at=moment)
    assert verify("secret", body, header, now=moment + dt.timedelta(seconds=off)) is (abs(off) <= 300)


@given(body=st.binary(), more=st.binary(min_size=1))
def test_a_signature_does_not_hold_for_anything_else(body: bytes, more: bytes) -> None:
    header = sign("secret", body, at=NOW)
    assert not verify("secret", body + more, header, now=NOW)
    assert not verify("other", body, header, now=NOW)
    assert not verify("", body, sign("", body, at=NOW), now=NOW)


@given(st.text())
def test_a_header_that_is_none_does_not_hold(header: str) -> None:
    assert not verify("secret", b"", header, now=NOW)
