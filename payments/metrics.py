"""Counters that an operator watches."""

from __future__ import annotations

from prometheus_client import Counter

PAYMENTS = Counter("paybot_payments", "Payments that reached their end, by state.", ["state"])
CHARGES = Counter("paybot_charge_attempts", "Attempts to charge, by what the gateway came to.", ["outcome"])
PARKED = Counter("paybot_charges_parked", "Charges whose outcome stayed unknown and that wait for an operator.")
