"""The import file: what is loaded, what is refused and why, and that repeating it changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from payments import tables as t
from payments.loading import ImportRefused, Loaded, load
from tests.payments.conftest import ACCOUNT, World, demo

CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "runtime.md"


async def _load(world: World, source: Path | Mapping[str, Any]) -> Loaded:
    return await asyncio.to_thread(load, world.db, source, clock=world.clock, ids=world.ids)


async def _stored(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that an import writes, but for its history."""
    tables = (t.account, t.contact, t.contact_account, t.invoice, t.method, t.staff, t.staff_account, t.posting)

    def work(conn: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {x.name: sorted(map(tuple, conn.execute(sa.select(x))), key=repr) for x in tables}

    return await world.db.read(work)


async def _pay(world: World, scope: str, **more: Any) -> None:
    await world.pay((await world.quote(scope, **more))["id"])
    await world.work()


async def test_importing_again_changes_nothing(world: World) -> None:
    before = await _stored(world)
    loaded = await _load(world, demo())
    assert (loaded.accounts, loaded.contacts, loaded.invoices, loaded.payment_methods, loaded.staff) == (1, 1, 2, 2, 2)
    assert await _stored(world) == before


async def test_importing_again_never_brings_back_what_was_paid_here(world: World) -> None:
    await _pay(world, "fixed_amount", amount="30.00")
    before = await _stored(world)
    await _load(world, demo())
    assert await _stored(world) == before
    assert await world.owed() == "30.85"


async def test_a_changed_invoice_keeps_what_was_paid_here(world: World) -> None:
    await _pay(world, "selected_invoices", invoices=["1044"], amount="40.00")
    changed = demo()
    changed["accounts"][0]["invoices"][1] |= {"amount": "50.00", "balance": "50.00", "description": "More"}
    await _load(world, changed)
    (invoice, _) = (await world.get(f"/accounts/{ACCOUNT}/invoices"))["invoices"]
    assert (invoice["amount"], invoice["balance"], invoice["description"]) == ("50.00", "10.00", "More")
    changed["accounts"][0]["invoices"][1] |= {"amount": "30.00", "balance": "30.00"}
    await _load(world, changed)
    assert await world.owed() == "18.75"


async def test_a_removed_method_and_a_chosen_default_outlive_an_import(world: World) -> None:
    card, bank = (await world.get(f"/accounts/{ACCOUNT}/payment-methods"))["payment_methods"]
    base = f"/payments/v1/accounts/{ACCOUNT}/payment-methods"
    await world.http.put(f"{base}/{bank['id']}/default")
    await world.http.delete(f"{base}/{card['id']}")
    await _load(world, demo())
    (left,) = (await world.get(f"/accounts/{ACCOUNT}/payment-methods"))["payment_methods"]
    assert (left["id"], left["default"]) == (bank["id"], True)


async def test_a_bad_row_is_refused_with_its_line_and_the_others_are_loaded(world: World, tmp_path: Path) -> None:
    file = tmp_path / "import.yml"
    file.write_text(
        """accounts:
  - number: "200"
    name: Two Hundred
    timezone: America/Chicago
    contacts:
      - {name: A, phone: "+15555550124"}
      - {name: B, phone: "12"}
    invoices:
      - {number: "1", issued: 2026-10-01, due: 2026-10-31, amount: "5.00"}
      - {number: "2", issued: 2026-10-01, due: 2026-10-31, amount: 5.00}
      - {number: "1", issued: 2026-10-01, due: 2026-10-31, amount: "5.00"}
    payment_methods:
      - {kind: card, last4: "4242", expires: 2028-04, token: "4242 4242 4242 4242"}
      - {kind: card, last4: 4242, expires: 2028-04, token: tok_ok}
  - number: 300
    name: Three Hundred
    timezone: Mars/Olympus
staff:
  - {slack_user: U1, name: C, role: king}
extra: 1
"""
    )
    loaded = await _load(world, file)
    assert (loaded.accounts, loaded.contacts, loaded.invoices, loaded.payment_methods, loaded.staff) == (1, 1, 1, 0, 0)
    places = {refused.where for refused in loaded.refused}
    assert places == {
        "line 20, extra", "line 7, accounts[0].contacts[1].phone", "line 10, accounts[0].invoices[1].amount",
        "line 11, accounts[0].invoices[2].number", "line 13, accounts[0].payment_methods[0]",
        "line 14, accounts[0].payment_methods[1].last4", "line 15, accounts[1].number",
        "line 17, accounts[1].timezone", "line 19, staff[0].role",
    }  # fmt: skip
    assert not any("4242" in refused.reason for refused in loaded.refused if "payment_methods[0]" in refused.where)


@pytest.mark.parametrize(
    ("written", "where", "reason"),
    [
        (b"accounts: [", "line 1", "not YAML"),
        (b"- a\n- b\n", "line 1", "must hold"),
        (b"", "line 1", "must hold"),
        (b"\xff\xfe\x00", "byte 0", "UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_read_says_where(
    world: World, tmp_path: Path, written: bytes, where: str, reason: str
) -> None:
    file = tmp_path / "bad.yml"
    file.write_bytes(written)
    with pytest.raises(ImportRefused, match=reason) as refusal:
        await _load(world, file)
    assert where in refusal.value.where


async def test_a_file_that_is_not_there_is_said_to_be_so(world: World, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="No such file"):
        await _load(world, tmp_path / "none.yml")


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside this checkout")
async def test_the_demo_is_the_contracts_own_file(world: World, tmp_path: Path) -> None:
    text = CONTRACT.read_text().partition("```yaml\n")[2].partition("```")[0]
    file = tmp_path / "contract.yml"
    file.write_text(text)
    before = await _stored(world)
    assert (await _load(world, file)).refused == []
    assert await _stored(world) == before
