"""What Prometheus is told, at `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS = Counter("paybot_turns_total", "Turns, by kind of event and outcome", ["kind", "outcome"])
TURN_SECONDS = Histogram(
    "paybot_turn_seconds", "From taking an event to its commit",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 5),
)  # fmt: skip
CHANNEL = Counter("paybot_channel_total", "What channels did: received, sent, refused", ["what", "how"])
REQUESTS = Counter("paybot_payment_requests_total", "Requests to the payment service, by call and result",
                   ["call", "result"])  # fmt: skip


def count(what: str, how: str) -> None:
    """Counts something that a channel did."""
    CHANNEL.labels(what=what, how=how).inc()
