"""What Prometheus is told, at `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS = Counter("paybot_turns_total", "Turns, by kind of event and outcome", ["kind", "outcome"])
TURN_SECONDS = Histogram(
    "paybot_turn_seconds", "From taking an event to its commit",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 5),
)  # fmt: skip
MESSAGES_IN = Counter("paybot_messages_in_total", "Messages received, by channel; duplicates apart", ["channel", "new"])
REQUESTS = Counter("paybot_payment_requests_total", "Requests to the payment service, by call and result",
                   ["call", "result"])  # fmt: skip
