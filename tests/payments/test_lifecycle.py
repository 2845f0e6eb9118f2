"""The transition table, walked whole."""

from __future__ import annotations

from itertools import product

import pytest

from payments.lifecycle import RESERVING, STATUS, TERMINAL, TRANSITIONS, IllegalMove, Move, State, after


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_a_move_leads_where_the_table_says_or_is_refused(state: State, move: Move) -> None:
    if move in TRANSITIONS[state]:
        assert after(state, move) is TRANSITIONS[state][move]
    else:
        with pytest.raises(IllegalMove, match=f"a {state.value} payment cannot {move.value}"):
            after(state, move)


def test_every_state_has_a_row_and_a_status_and_can_be_reached() -> None:
    reached = {target for moves in TRANSITIONS.values() for target in moves.values()}
    assert set(TRANSITIONS) == set(STATUS) == set(State)
    assert reached | {State.CONFIRMED, State.SCHEDULED} == set(State)


def test_what_is_over_stays_over() -> None:
    assert {State.SETTLED, State.DECLINED, State.CANCELED} == TERMINAL


def test_an_unknown_charge_still_holds_its_money_and_is_never_failed_by_itself() -> None:
    assert State.UNKNOWN in RESERVING
    assert STATUS[State.UNKNOWN] == "processing"


def test_only_what_was_never_asked_of_the_gateway_can_be_canceled() -> None:
    assert {state for state, moves in TRANSITIONS.items() if Move.CANCEL in moves} == {State.SCHEDULED}
