"""Questions: answered from the ledger as it is now, and then what is open goes on. Pure.

Each answer is one message of at most a few lines; what does not fit is counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from actions.calls import ReadActivity, ReadInvoices, ReadPayments
from bot.commands import Ask, Topic
from bot.effects import Day, Escalate, Line, Many, Value
from bot.flows.access import Access, choose, open_account, which
from bot.flows.base import Desk, Reply, sentence, tell
from bot.flows.facts import Unreachable, open_calls
from bot.flows.honest import NOT_YET, not_yet
from bot.selection import is_overdue, newest_first, oldest_first
from bot.state import SHOWN_MAX, Conversation
from bot.wording import NOTHING, day, invoice_line, money
from bot.wording import method as method_words
from nlu.frame import Slots
from payments.contract import Account, Activity, Due, Invoice, Payment

LINES_MAX = 7
PAYMENTS_SHOWN = 3
PAYMENTS_MAX = 8


def answer(state: Conversation, desk: Desk, asked: Ask) -> Reply:
    """The answer to one question; what was open is asked again after it."""
    if asked.topic in NOT_YET:
        return not_yet(state, desk, asked.topic)
    if asked.topic in GENERAL:
        return GENERAL[asked.topic](state, desk)
    access = open_account(state, desk)
    if isinstance(access, Reply):
        return access
    return OF_ACCOUNT[asked.topic](access, desk, asked.slots)


def _help(state: Conversation, desk: Desk) -> Reply:
    return tell(state, "help", "again", **desk.company())


def _terms(state: Conversation, desk: Desk) -> Reply:
    return tell(state, "terms", "again", url=desk.context.company.terms_url)


def _person(state: Conversation, desk: Desk) -> Reply:
    reply = tell(state, "person", "again", **desk.company())
    return Reply(state, (*reply.effects, Escalate(reason="asked for a person", account=_whose(state, desk))), "again")


def _dispute(state: Conversation, desk: Desk) -> Reply:
    reply = tell(state, "dispute", "again", **desk.company())
    return Reply(state, (*reply.effects, Escalate(reason="disputes a charge", account=_whose(state, desk))), "again")


def _whose(state: Conversation, desk: Desk) -> str | None:
    """The account that a person of the company should look at, where it can be told."""
    try:
        chosen = choose(state, desk)
    except Unreachable:
        return state.account
    return state.account if isinstance(chosen, Reply) else chosen[2].number


def _account(state: Conversation, desk: Desk) -> Reply:
    chosen = choose(state, desk)
    if isinstance(chosen, Reply):
        return chosen
    state, contact, ref = chosen
    if len(contact.accounts) == 1:
        return tell(state, "account_is", "again", name=ref.name, number=ref.number)
    here: dict[str, Value] = {"name": ref.name, "number": ref.number}
    return which(state, desk, contact.accounts, key="account_is_of", values=here)


def _balance(access: Access, desk: Desk, slots: Slots) -> Reply:
    del slots
    account = access.account
    currency = account.currency
    if account.total_balance <= 0:
        key = "balance_credit" if account.credit > 0 else "balance_none"
        return tell(access.state, key, "again", name=account.name, credit=money(account.credit, currency))
    parts: list[Value] = [sentence("balance_current", amount=money(account.current_charges, currency))]
    if account.past_due > 0:
        parts.append(sentence("balance_past_due", amount=money(account.past_due, currency)))
    due = _coming(account, access.state.today(desk.now))
    if due is not None:
        parts.append(sentence("balance_next_due", amount=money(due.amount, currency), date=Day(date=due.date)))
    if account.credit > 0:
        parts.append(sentence("balance_with_credit", amount=money(account.credit, currency)))
    return tell(
        access.state, "balance", "again",
        name=account.name, total=money(account.total_balance, currency), parts=Many(parts=tuple(parts), joined="lines"),
    )  # fmt: skip


def _due_date(access: Access, desk: Desk, slots: Slots) -> Reply:
    """What is next due, and what comes up: this month and the next, or the month asked about."""
    state, account = access.state, access.account
    today = state.today(desk.now)
    start, end = _months(slots.period, today)
    found = desk.facts.activity(ReadActivity(account=account.number, start=start, end=end))
    past = end < today
    coming = [a for a in found if past or a.date >= today]
    head: Line = sentence("due_nothing", name=account.name)
    due = _coming(account, today)
    if due is not None:
        head = sentence(
            "due_next", name=account.name, amount=money(due.amount, account.currency), date=Day(date=due.date)
        )
    overdue: Value = NOTHING
    if account.past_due > 0:
        overdue = sentence("due_overdue", amount=money(account.past_due, account.currency))
    lines = _listed([_activity_line(a, account.currency) for a in coming])
    return tell(state, "due", "again", head=head, overdue=overdue, lines=lines)


def _coming(account: Account, today: dt.date) -> Due | None:
    """What is due next; what should have been paid before today is past due, and told as that."""
    due = account.next_due
    return due if due is not None and due.date >= today else None


def _activity_line(activity: Activity, currency: str) -> Line:
    return sentence(
        f"activity_{activity.kind}",
        date=Day(date=activity.date), amount=money(activity.amount, currency), reference=activity.reference,
    )  # fmt: skip


def _months(period: str | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """The month asked about, else today to the last day of next month."""
    first = _first_of(period, today)
    if first is not None and period is not None:
        months = 1 if len(period) > 4 else 12
        return first, _later(first, months) - dt.timedelta(days=1)
    this = today.replace(day=1)
    return today, _later(this, 2) - dt.timedelta(days=1)


def _first_of(period: str | None, today: dt.date) -> dt.date | None:
    if period is None:
        return None
    year, _, month = period.partition("-")
    try:
        first = dt.date(int(year), int(month or 1), 1)
    except ValueError:
        return None
    return first if abs(first.year - today.year) <= 50 else None


def _later(first: dt.date, months: int) -> dt.date:
    count = first.month - 1 + months
    return first.replace(year=first.year + count // 12, month=count % 12 + 1)


def _invoices(access: Access, desk: Desk, slots: Slots) -> Reply:
    """Open ones unless asked otherwise; the list can be pointed into ("the second one") afterwards."""
    state, account = access.state, access.account
    today = state.today(desk.now)
    found, key = _found(access, desk, slots, today)
    if slots.count:
        found = newest_first(found)[: max(1, slots.count)]
    if not found:
        return tell(state, f"{key}_none", "again", name=account.name)
    state = state.model_copy(update={"shown": tuple(i.number for i in found)[:SHOWN_MAX]})
    lines = _listed(
        [
            sentence("numbered", place=n, line=invoice_line(i, account.currency, overdue=is_overdue(i, today)))
            for n, i in enumerate(found[:LINES_MAX], 1)
        ],
        left=max(0, len(found) - LINES_MAX),
    )
    return tell(state, key, "again", name=account.name, count=len(found), lines=lines)


def _found(access: Access, desk: Desk, slots: Slots, today: dt.date) -> tuple[tuple[Invoice, ...], str]:
    number = access.ref.number
    if slots.period is not None and _first_of(slots.period, today) is not None:
        start, end = _months(slots.period, today)
        call = ReadInvoices(account=number, issued_from=start, issued_to=end)
        found = [i for i in desk.facts.invoices(call) if start <= i.issued <= end]
        if slots.status is not None:
            found = [i for i in found if _has_status(i, slots.status, today)]
        return newest_first(found), "invoices_period"
    if slots.status == "paid":
        paid = desk.facts.invoices(ReadInvoices(account=number, status="paid"))
        return newest_first([i for i in paid if i.status == "paid"]), "invoices_paid"
    desk.facts.need(*open_calls(number))
    owed = oldest_first(desk.facts.open_invoices(number))
    if slots.status == "overdue":
        return tuple(i for i in owed if is_overdue(i, today)), "invoices_overdue"
    return owed, "invoices_open"


def _has_status(invoice: Invoice, status: str, today: dt.date) -> bool:
    if status == "paid":
        return invoice.status == "paid"
    if status == "overdue":
        return is_overdue(invoice, today)
    return invoice.status != "paid"


def _payments(access: Access, desk: Desk, slots: Slots) -> Reply:
    """The last ones, with their status: a payment's own answer to "did it go through"."""
    count = min(max(1, slots.count or PAYMENTS_SHOWN), PAYMENTS_MAX)
    found = desk.facts.payments(ReadPayments(account=access.ref.number, limit=count))[:count]
    if not found:
        return tell(access.state, "payments_none", "again", name=access.account.name)
    lines = _listed([_payment_line(p, access.state, desk) for p in found])
    return tell(access.state, "payments", "again", name=access.account.name, count=len(found), lines=lines)


def _payment_line(payment: Payment, state: Conversation, desk: Desk) -> Line:
    made = state.today(payment.created_at)
    when = payment.pay_on if payment.status == "scheduled" and payment.pay_on else made
    return sentence(
        f"payment_{payment.status}",
        date=day(when, said=state.today(desk.now)), total=money(payment.amount, payment.currency),
        method=method_words(payment.method), confirmation=payment.confirmation,
    )  # fmt: skip


def _methods(access: Access, desk: Desk, slots: Slots) -> Reply:
    del slots
    found = desk.facts.methods(access.ref.number)
    if not found:
        return tell(access.state, "methods_none", "again", **desk.company())
    lines: list[Line] = []
    for n, m in enumerate(found[:LINES_MAX], 1):
        key = "method_line_default" if m.default else "method_line"
        lines.append(
            sentence("numbered", place=n, line=sentence(key if m.usable else "method_line_expired",
                                                        method=method_words(m)))
        )  # fmt: skip
    return tell(access.state, "methods", "again", lines=_listed(lines, left=max(0, len(found) - LINES_MAX)))


def _scheduled(access: Access, desk: Desk, slots: Slots) -> Reply:
    del slots
    found = desk.facts.scheduled(access.ref.number)
    if not found:
        return tell(access.state, "scheduled_none", "again", name=access.account.name)
    lines = _listed([_payment_line(p, access.state, desk) for p in found])
    return tell(access.state, "scheduled", "again", count=len(found), lines=lines)


def _autopay(access: Access, desk: Desk, slots: Slots) -> Reply:
    del slots
    autopay = access.account.autopay
    if not autopay.enabled:
        return tell(access.state, "autopay_off", "again", **desk.company())
    method: Value = sentence("autopay_method", method=method_words(autopay.method)) if autopay.method else NOTHING
    date: Value = sentence("autopay_next", date=Day(date=autopay.next_on)) if autopay.next_on else NOTHING
    return tell(access.state, "autopay_on", "again", method=method, date=date)


def _listed(lines: Sequence[Line], *, left: int = 0) -> Many:
    shown = list(lines[:LINES_MAX])
    left += len(lines) - len(shown)
    if left:
        shown.append(sentence("more", count=left))
    return Many(parts=tuple(shown), joined="lines")


GENERAL: dict[Topic, Callable[[Conversation, Desk], Reply]] = {
    "help": _help, "terms": _terms, "person": _person, "dispute": _dispute, "account": _account,
}  # fmt: skip
OF_ACCOUNT: dict[Topic, Callable[[Access, Desk, Slots], Reply]] = {
    "balance": _balance, "due_date": _due_date, "invoices": _invoices, "payments": _payments,
    "methods": _methods, "scheduled": _scheduled, "autopay": _autopay,
}  # fmt: skip
