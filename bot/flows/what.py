"""What to pay: the portal's four options, an amount, invoices. Pure.

`settle` gives the selection to quote, or a Reply that asks for what is missing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from actions.calls import ReadInvoices
from bot.effects import Many, Say, Value
from bot.flows.access import Books
from bot.flows.base import Desk, Reply, ask, menu, sentence, tell
from bot.flows.drafts import refuse
from bot.selection import Selected, is_overdue, oldest_first, resolve, select
from bot.state import SHOWN_MAX, Conversation, Draft, Prompt
from bot.wording import day, invoice_line, invoice_part, money, numbers, quoted
from nlu.frame import Slots
from payments.contract import Invoice, Selection
from payments.money import AMOUNT_MAX, CENT

MENU_LINES_MAX = 6
SELECTED_MAX = 500
"""The contract's limit of invoices in one selection."""
NOTE_CHARS_SAID_MAX = 1000


def settle(state: Conversation, desk: Desk, books: Books, draft: Draft) -> Selection | Reply:
    """What is to be paid, checked as far as it can be without a quote."""
    said = draft.said
    if draft.ask is not None:
        return reopened(state, desk, books, draft)
    if not books.open and not _names_money(said):
        return nothing_due(state, desk, books)
    refused = _bad_amount(said)
    if refused is not None:
        return ask_amount(refuse(state, "amount"), desk, books, refused)
    if said.invoices or said.invoices_except or said.scope == "selected_invoices":
        return _invoices(state, desk, books, said)
    if said.amount is not None:
        of_current = said.scope == "current_charges"
        return Selection(scope="current_charges" if of_current else "fixed_amount", amount=said.amount)
    if said.amount_fraction is not None:
        scope = said.scope if said.scope in ("total_balance", "current_charges") else "total_balance"
        return Selection(scope=scope, amount_fraction=said.amount_fraction)
    if said.scope == "fixed_amount":
        return ask_amount(state, desk, books, "amount_which")
    if said.scope is not None:
        return Selection(scope=said.scope)
    if len(books.open) == 1:
        return Selection(scope="total_balance")
    return ask_scope(state, desk, books)


def reopened(state: Conversation, desk: Desk, books: Books, draft: Draft) -> Reply:
    """The question that the person wants to be asked again."""
    match draft.ask:
        case "amount":
            return ask_amount(state, desk, books, "amount_which")
        case "invoices":
            return ask_invoices(state, desk, books, "invoices_which")
        case "date":
            return ask(state, desk, "date", Say(text="date_which"))
        case "note":
            return ask(state, desk, "note", Say(text="note_which"))
        case _:
            return ask_scope(state, desk, books)


def ask_scope(state: Conversation, desk: Desk, books: Books) -> Reply:
    """The portal's four options, with their figures."""
    account = books.access.account
    items: list[tuple[str, Value]] = [
        ("total_balance", sentence("option_total", amount=money(account.total_balance, account.currency))),
        ("current_charges", sentence("option_current", amount=money(account.current_charges, account.currency))),
        ("fixed_amount", sentence("option_fixed")),
        ("selected_invoices", sentence("option_invoices", count=len(books.open))),
    ]
    say = Say(text="scope_which", values={"name": account.name}, options=menu(state, desk, items))
    return ask(state, desk, "scope", say)


def ask_amount(state: Conversation, desk: Desk, books: Books, key: str) -> Reply:
    account = books.access.account
    values: dict[str, Value] = {"total": money(account.total_balance, account.currency)}
    return ask(state, desk, "amount", Say(text=key, values=values))


def ask_invoices(
    state: Conversation, desk: Desk, books: Books, key: str, values: dict[str, Value] | None = None
) -> Reply:
    """A menu of the open invoices, oldest due first, and "all of them"."""
    today = state.today(desk.now)
    currency = books.access.account.currency
    listed = oldest_first(books.open)
    items: list[tuple[str, Value]] = [
        (i.number, invoice_line(i, currency, overdue=is_overdue(i, today))) for i in listed[:MENU_LINES_MAX]
    ]
    left = len(listed) - len(items)
    state = state.model_copy(update={"shown": tuple(i.number for i in listed)[:SHOWN_MAX]})
    more = sentence("invoices_more", count=left) if left else ""
    say = Say(text=key, values={**(values or {}), "more": more}, options=menu(state, desk, items))
    return ask(state, desk, "invoices", say)


def nothing_due(state: Conversation, desk: Desk, books: Books) -> Reply:
    """There is nothing to pay: the payment is let go."""
    account = books.access.account
    state = state.model_copy(update={"frames": state.frames[:-1], "prompt": None})
    if account.credit > 0:
        return tell(state, "nothing_due_credit", name=account.name, credit=money(account.credit, account.currency))
    return tell(state, "nothing_due", name=account.name)


def pay_on(state: Conversation, desk: Desk, said: Slots) -> dt.date | Reply | None:
    """The day to pay on: None for now; a Reply where it is past."""
    today = state.today(desk.now)
    if said.date is None or said.date == today:
        return None
    if said.date < today:
        say = Say(text="date_past", values={"date": day(said.date, said=today)})
        return ask(refuse(state, "date"), desk, "date", say)
    return said.date


def note(said: Slots) -> str | None:
    """The note to go with the payment; control characters and overlong ones do not reach the service."""
    if said.note is None:
        return None
    text = "".join(c if c.isprintable() else " " for c in said.note).strip()
    return text[:NOTE_CHARS_SAID_MAX].strip() or None


def _names_money(said: Slots) -> bool:
    return bool(said.amount is not None or said.invoices or said.amounts)


def _bad_amount(said: Slots) -> str | None:
    """The wording that says what is wrong with an amount, if anything is."""
    for amount in (*((said.amount,) if said.amount is not None else ()), *said.amounts):
        if not amount.is_finite():
            return "amount_unreadable"
        if amount <= 0:
            return "amount_zero"
        if amount > AMOUNT_MAX:
            return "amount_huge"
        if amount != amount.quantize(CENT):
            return "amount_places"
    fraction = said.amount_fraction
    if fraction is not None and not (fraction.is_finite() and Decimal(0) < fraction <= 1):
        return "amount_unreadable"
    return None


def _invoices(state: Conversation, desk: Desk, books: Books, said: Slots) -> Selection | Reply:
    if not said.invoices and not said.invoices_except:
        return ask_invoices(state, desk, books, "invoices_which")
    found = select(
        said.invoices, said.invoices_except, said.amounts,
        among=books.open, shown=state.shown, today=state.today(desk.now),
    )  # fmt: skip
    if found.unknown:
        return _unknown(state, desk, books, found)
    if not found.invoices:
        key = "invoices_none_overdue" if "overdue" in said.invoices else "invoices_none_left"
        return ask_invoices(refuse(state, "invoices"), desk, books, key)
    if len(found.invoices) > SELECTED_MAX:
        return ask_invoices(refuse(state, "invoices"), desk, books, "invoices_too_many")
    if found.unpaired:
        state = refuse(state, "invoices")
        return ask_invoices(state, desk, books, "invoices_unpaired", {"count": len(found.invoices)})
    if any(amount > i.balance for i, amount in zip(found.invoices, found.amounts, strict=False)):
        return _offer_balances(state, desk, books, found)
    return Selection(
        scope="selected_invoices",
        amount=None if found.amounts else said.amount,
        amount_fraction=None if found.amounts or said.amount is not None else said.amount_fraction,
        invoices=tuple(i.number for i in found.invoices),
        amounts=found.amounts,
    )


def _offer_balances(state: Conversation, desk: Desk, books: Books, found: Selected) -> Reply:
    """More was said for an invoice than is open on it: the same payment with what is open is offered."""
    pairs = [(i, min(amount, i.balance)) for i, amount in zip(found.invoices, found.amounts, strict=True)]
    currency = books.access.account.currency
    less = [i for i, amount in zip(found.invoices, found.amounts, strict=True) if amount > i.balance]
    parts = Many(parts=tuple(invoice_part(i.number, i.balance, currency) for i in less))
    offer = Slots(
        scope="selected_invoices", invoices=tuple(i.number for i, _ in pairs), amounts=tuple(a for _, a in pairs)
    )
    say = Say(text="amounts_above", values={"invoices": parts, "count": len(less)})
    state = refuse(state, "amount")
    return ask(state, desk, "limit", say, prompt=Prompt(kind="limit", say=say, asked_at=desk.now, offer=offer))


def _unknown(state: Conversation, desk: Desk, books: Books, found: Selected) -> Reply:
    """Names what is not open: paid already, or not there at all; and what is open."""
    everything = desk.facts.invoices(ReadInvoices(account=books.access.ref.number))
    paid, unknown = _sorted_out(found.unknown, everything, state.today(desk.now))
    lead = sentence("invoice_is_paid", invoices=numbers(paid), count=len(paid)) if paid else ""
    other = sentence("invoice_not_found", invoices=numbers(unknown), count=len(unknown)) if unknown else ""
    if not books.open:
        closed = state.model_copy(update={"frames": state.frames[:-1], "prompt": None})
        return tell(closed, "invoices_unknown_none_open", paid=lead, unknown=other)
    state = refuse(state, "invoices", _left(found))
    return ask_invoices(state, desk, books, "invoices_unknown", {"paid": lead, "unknown": other})


def _left(found: Selected) -> Slots | None:
    """The invoices that were named rightly beside a wrong one; None where there are none, or amounts hang on them."""
    if not found.invoices or found.amounts or found.unpaired:
        return None
    return Slots(invoices=tuple(i.number for i in found.invoices), scope="selected_invoices")


def _sorted_out(
    references: tuple[str, ...], everything: tuple[Invoice, ...], today: dt.date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    paid = tuple(r for r in references if not r.startswith("#") and resolve(r, among=everything, shown=(), today=today))
    unknown = tuple(r for r in references if r not in paid)
    return tuple(quoted(r.removeprefix("month:")) for r in paid), tuple(
        quoted(r.removeprefix("month:")) for r in unknown
    )
