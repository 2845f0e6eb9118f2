"""The demo account: what `paybot chat` opens on. In the shape of the import file."""

from __future__ import annotations

from typing import Any

DEMO_PHONE = "+15555550123"

DEMO: dict[str, Any] = {
    "accounts": [
        {
            "number": "10023",
            "name": "Acme Dental",
            "language": "en",
            "timezone": "America/New_York",
            "contacts": [{"name": "Dana Reyes", "phone": DEMO_PHONE, "email": "dana@example.com"}],
            "invoices": [
                {
                    "number": "1043", "issued": "2026-10-01", "due": "2026-10-31", "amount": "18.75",
                    "balance": "18.75", "description": "October service",
                },
                {
                    "number": "1044", "issued": "2026-11-01", "due": "2026-11-30", "amount": "42.10",
                    "balance": "42.10",
                },
            ],
            "payment_methods": [
                {
                    "kind": "card", "brand": "visa", "last4": "4242", "expires": "2028-04", "token": "tok_ok",
                    "default": True,
                },
                {
                    "kind": "bank", "bank": "First Federal", "last4": "6789", "type": "checking",
                    "token": "tok_bank_ok",
                },
            ],
        }
    ],
    "staff": [
        {"slack_user": "U012ABCDEF", "name": "Sam Okafor", "role": "payer", "accounts": ["10023"], "limit": "500.00"},
        {"slack_user": "U045ABCDEF", "name": "Lee Wong", "role": "approver", "accounts": "all"},
    ],
}  # fmt: skip
