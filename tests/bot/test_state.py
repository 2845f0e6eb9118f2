"""The state: JSON both ways, whichever release wrote it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from pydantic import ValidationError

from bot.state import Conversation, restore
from tests.playbook import play, said, says


def test_today_is_the_accounts_today() -> None:
    late = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
    state = Conversation.begin("sms:1", "sms", "1")
    assert state.today(late) == dt.date(2026, 11, 23)
    home = state.model_copy(update={"timezone": "America/New_York"})
    assert home.today(late) == dt.date(2026, 11, 22)
    assert state.model_copy(update={"timezone": "Mars/Base"}).today(late) == dt.date(2026, 11, 23)


def test_a_flow_of_an_earlier_release_goes_on_with_what_was_said() -> None:
    """After a deploy that changed the flow, a yes to the old prompt pays nothing: it is asked anew."""
    p = play()
    p >> said("pay 20 with checking", "make_payment", scope="fixed_amount", amount="20.00", method_kind="checking")
    p << says("confirm", total="20.00")
    raw = json.loads(p.state.model_dump_json())
    raw["frames"][0]["fingerprint"] = "of another time"
    p.state = restore(json.dumps(raw))
    p >> "Y" << says("confirm", lead="updated", total="20.00", method="First Federal checking ..6789")
    p.done()


def test_a_shape_that_no_longer_fits_keeps_the_values_whose_names_do() -> None:
    p = play()
    p >> said("pay 20, note x", "make_payment", scope="fixed_amount", amount="20.00", note="x") << "confirm"
    raw = json.loads(p.state.model_dump_json())
    raw["frames"][0]["draft"]["said"] |= {"colour": "red", "note": ["not", "text"]}
    raw["unknown_to_this_release"] = 1
    p.state = restore(json.dumps(raw))
    p >> "1" << says("confirm", lead="updated", total="20.00", note="")
    p.done()


def test_what_is_not_a_conversation_is_refused() -> None:
    with pytest.raises(ValidationError):
        restore(b'{"no": "key"}')


def test_payments_on_their_way_survive_a_change_of_shape() -> None:
    """Else the receipt of a payment that a deploy overtook would have nobody to tell it."""
    p = play()
    p >> said("pay 20", "make_payment", scope="fixed_amount", amount="20.00") << "confirm"
    p >> "y"
    p.left.clear()
    raw = json.loads(p.state.model_dump_json())
    raw["gone"] = True
    assert restore(json.dumps(raw)).paying == p.state.paying
