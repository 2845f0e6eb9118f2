"""The life of a payment: every state, every move, and nothing else. Pure.

    confirmed --CHARGE--> charging --SETTLE--> settled
    scheduled --CHARGE-->   |  ^  \\--DECLINE--> declined
       |                LOSE|  |CHARGE (same key)
       |                    v  |
       |                  unknown --SETTLE--> settled, --DECLINE--> declined
       \\--CANCEL--> canceled

`unknown` means that the gateway was asked and its answer never came: it is never failed, only reconciled.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from payments.contract import PaymentStatus


class State(StrEnum):
    """Where a payment stands."""

    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    CHARGING = "charging"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    DECLINED = "declined"
    CANCELED = "canceled"


class Move(StrEnum):
    """What can happen to a payment."""

    CHARGE = "charge"
    LOSE = "lose"
    SETTLE = "settle"
    DECLINE = "decline"
    CANCEL = "cancel"


_ASKED = {
    Move.CHARGE: State.CHARGING, Move.LOSE: State.UNKNOWN, Move.SETTLE: State.SETTLED, Move.DECLINE: State.DECLINED,
}  # fmt: skip

TRANSITIONS: Mapping[State, Mapping[Move, State]] = MappingProxyType({
    State.SCHEDULED: {Move.CHARGE: State.CHARGING, Move.CANCEL: State.CANCELED},
    State.CONFIRMED: {Move.CHARGE: State.CHARGING},
    State.CHARGING: _ASKED,
    State.UNKNOWN: _ASKED,
    State.SETTLED: {},
    State.DECLINED: {},
    State.CANCELED: {},
})  # fmt: skip
"""A move that is not here is refused, and changes nothing."""

TERMINAL = frozenset(state for state, moves in TRANSITIONS.items() if not moves)
RESERVING = frozenset({State.CONFIRMED, State.CHARGING, State.UNKNOWN})
"""Their allocations are spoken for: nothing else may pay the same money."""

STATUS: Mapping[State, PaymentStatus] = MappingProxyType({
    State.SCHEDULED: "scheduled",
    State.CONFIRMED: "processing",
    State.CHARGING: "processing",
    State.UNKNOWN: "processing",
    State.SETTLED: "settled",
    State.DECLINED: "declined",
    State.CANCELED: "canceled",
})  # fmt: skip
"""What a caller is told of each state."""


class IllegalMove(Exception):
    """Our own defect: this move does not exist from this state."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(f"a {state.value} payment cannot {move.value}")
        self.state = state
        self.move = move


def after(state: State, move: Move) -> State:
    """The state that `move` leads to; raises `IllegalMove` where there is none."""
    try:
        return TRANSITIONS[state][move]
    except KeyError:
        raise IllegalMove(state, move) from None
