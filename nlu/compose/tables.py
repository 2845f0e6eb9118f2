"""Which slots an intent may carry. Data only."""

from __future__ import annotations

METHOD = frozenset({"method_brand", "method_kind", "method_last4", "method_ref"})
WHAT = frozenset({"scope", "amount", "amount_fraction", "invoices", "invoices_except", "amounts"})

IMPLIES_SCOPE = frozenset({"make_payment", "inform", "change"})
"""Intents with which an amount or invoices imply the scope."""
PAYS = frozenset({"make_payment", "inform", "change", "payment_plan", "enroll_autopay"})
"""Intents in which described invoices ("the october one", "what's overdue") are invoices, not filters of a
list."""
LOOKS_BACK = frozenset({"list_payments", "dispute_charge", "get_document", "list_invoices"})
"""Intents about what has been: a day without a year is the previous one."""

_LISTED = frozenset({"count", "period", "date", "account"})

ALLOWED: dict[str, frozenset[str]] = {
    "make_payment": WHAT | METHOD | {"date", "note", "account", "parts"},
    "inform": WHAT | METHOD | {"date", "period", "note", "account", "parts", "document"},
    "change": WHAT | METHOD | {"date", "note", "account", "parts", "target"},
    "payment_plan": WHAT | METHOD | {"date", "note", "account", "parts"},
    "check_balance": frozenset({"scope", "invoices", "period", "status", "account", "date"}),
    "check_due_date": frozenset({"scope", "invoices", "period", "status", "account", "date"}),
    "list_invoices": _LISTED | {"invoices", "status", "amount"},
    "list_payments": _LISTED | METHOD | {"invoices", "amount", "amounts", "scope"},
    "list_payment_methods": METHOD | {"account"},
    "add_payment_method": METHOD | {"account"},
    "remove_payment_method": METHOD | {"account"},
    "set_default_payment_method": METHOD | {"account"},
    "enroll_autopay": METHOD | {"scope", "amount", "date", "account"},
    "cancel_autopay": METHOD | {"account"},
    "check_autopay": METHOD | {"account"},
    "list_scheduled_payments": _LISTED,
    "cancel_scheduled_payment": METHOD | {"date", "amount", "invoices", "account"},
    "reschedule_payment": METHOD | {"date", "date_from", "amount", "invoices", "account"},
    "get_document": _LISTED | METHOD | {"document", "invoices", "amount", "status"},
    "switch_account": frozenset({"account"}),
    "help": METHOD,
    "ask_terms": METHOD | {"amount", "invoices", "date", "amount_fraction", "scope"},
    "dispute_charge": METHOD | {"amount", "amounts", "invoices", "date", "period"},
}
"""Intents that are not here carry none."""
