"""What became of a confirmed payment: the answer to its yes, a second or a day later. Pure.

Everything said of a payment has a key made of the payment's id and is said once. An outcome that is not known is
never called a failure.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.calls import PaymentAnswered, Refused, Result
from bot.effects import Escalate, Say, Value
from bot.flows import confirm, how, pay
from bot.flows.base import Desk, Reply, ask, menu, sentence, tell
from bot.flows.facts import Unreachable
from bot.state import ANNOUNCED_MAX, Conversation, Draft, PayFrame, Paying
from bot.wording import NOTHING, day, failure, led, money, payment_values
from bot.wording import method as method_words
from nlu.frame import Slots
from payments.contract import Account, Method, Payment, Problem


def finished(state: Conversation, desk: Desk, paying: Paying, result: Result) -> Reply:
    """The service has answered a Pay, or could not be reached: then it goes on being tried."""
    match result:
        case PaymentAnswered():
            return changed(state, desk, result.payment)
        case Refused():
            return _refused(state, desk, paying, result.problem)
        case _:
            return _delayed(state, paying)


def changed(state: Conversation, desk: Desk, payment: Payment) -> Reply:
    """A payment of this conversation has a status: said once, whoever tells it first."""
    paying = next((p for p in state.paying if p.quote.id == payment.quote), None)
    match payment.status:
        case "processing":
            return _processing(state, paying, payment)
        case "scheduled":
            return _scheduled(_closed(state, paying), payment)
        case "settled":
            return _receipt(_closed(state, paying), desk, payment)
        case "declined":
            return _declined(_closed(state, paying), desk, payment, paying)
        case "canceled":
            return _canceled(_closed(state, paying), payment)


def _once(state: Conversation, key: str, say: Say) -> Reply:
    """`say`, unless it has been said; the key is remembered."""
    if key in state.announced:
        return Reply(state)
    announced = (*state.announced, key)[-ANNOUNCED_MAX:]
    return Reply(state.model_copy(update={"announced": announced}), (say.model_copy(update={"key": key}),), "again")


def _processing(state: Conversation, paying: Paying | None, payment: Payment) -> Reply:
    if paying is not None:
        known = paying.model_copy(update={"payment": payment.id})
        state = state.model_copy(update={"paying": tuple(known if p == paying else p for p in state.paying)})
    say = Say(text="processing", values=payment_values(payment))
    return _once(state, f"processing:{payment.id}", say)


def _scheduled(state: Conversation, payment: Payment) -> Reply:
    date: Value = day(payment.pay_on, said=payment.created_at.date()) if payment.pay_on else NOTHING
    say = Say(text="scheduled_set", values={**payment_values(payment), "date": date})
    return _once(state, f"scheduled:{payment.id}", say)


def _receipt(state: Conversation, desk: Desk, payment: Payment) -> Reply:
    key = f"receipt:{payment.id}"
    if key in state.announced:
        return Reply(state)
    account = _account(state, desk, payment.account)
    left: Value = NOTHING
    if account is not None:
        owed = account.total_balance
        left = sentence("left_owed", left=money(owed, account.currency)) if owed > 0 else sentence("left_nothing")
    say = Say(text="receipt", values={**payment_values(payment), "left": left})
    return _once(state, key, say)


def _canceled(state: Conversation, payment: Payment) -> Reply:
    moved = payment.failure is not None and payment.failure.code == "balance_changed"
    key = "canceled_balance" if moved else "canceled"
    return _once(state, f"canceled:{payment.id}", Say(text=key, values=payment_values(payment)))


def _declined(state: Conversation, desk: Desk, payment: Payment, paying: Paying | None) -> Reply:
    """Why, and the other methods; everything else of the payment is kept."""
    key = f"declined:{payment.id}"
    if key in state.announced:
        return Reply(state)
    values: dict[str, Value] = {**payment_values(payment), "reason": failure(payment)}
    if state.frames:
        return _once(state, key, Say(text="declined", values=values))
    draft = _again(paying.draft if paying else draft_of(payment))
    state = state.model_copy(update={"frames": (PayFrame(draft=draft),), "prompt": None})
    others = [m for m in _methods(state, desk, payment.account) if m.usable and m.id != payment.method.id]
    if not others:
        said = _once(state, key, Say(text="declined_no_other", values={**values, **desk.company()}))
        return Reply(said.state, said.effects)
    items: list[tuple[str, Value]] = [(m.id, method_words(m)) for m in others]
    items.append((how.ADD, sentence("option_add_method")))
    said = _once(state, key, Say(text="declined_which", values=values, options=menu(state, desk, items)))
    return ask(said.state, desk, "method", said.says[0]) if said.says else said


def _refused(state: Conversation, desk: Desk, paying: Paying, problem: Problem) -> Reply:
    if problem.payment is not None:
        return changed(state, desk, problem.payment)
    state = _closed(state, paying)
    if problem.code in ("quote_stale", "quote_unknown"):
        return _stale(state, desk, paying, problem)
    reply = tell(state, "payment_refused", "again", **desk.company())
    return Reply(
        reply.state,
        (*_keyed(reply.says, f"refused:{paying.quote.id}"), Escalate(reason=f"payment refused: {problem.code}",
                                                                   account=paying.quote.account)),
        "again",
    )  # fmt: skip


def _stale(state: Conversation, desk: Desk, paying: Paying, problem: Problem) -> Reply:
    """What is owed has changed since the quote: the fresh one is shown, and needs a yes of its own."""
    if state.frames:
        return tell(state, "stale_dropped", "again", total=money(paying.quote.total, paying.quote.currency))
    state = state.model_copy(update={"frames": (PayFrame(draft=paying.draft),), "prompt": None})
    fresh = problem.quote
    same = fresh is not None and (fresh.total, fresh.allocations) == (paying.quote.total, paying.quote.allocations)
    lead = sentence("stale_expired" if same else "stale")
    if problem.quote is not None:
        return confirm.show(state, desk, problem.quote, lead=lead)
    try:
        reply = pay.advance(state, desk)
    except Unreachable:
        return tell(state, "stale_later")
    if not reply.says:
        return tell(state, "stale_later")
    return Reply(reply.state, (led(lead, reply.says[0]), *reply.effects[1:]))


def _delayed(state: Conversation, paying: Paying) -> Reply:
    say = Say(text="delayed", values={"total": money(paying.quote.total, paying.quote.currency)})
    return _once(state, f"delayed:{paying.quote.id}", say)


def _closed(state: Conversation, paying: Paying | None) -> Conversation:
    if paying is None:
        return state
    return state.model_copy(update={"paying": tuple(p for p in state.paying if p != paying)})


def _keyed(says: Sequence[Say], key: str) -> tuple[Say, ...]:
    return tuple(s.model_copy(update={"key": key}) for s in says)


def _again(draft: Draft) -> Draft:
    """The same payment with no method chosen: the one that was declined is not fallen back on."""
    return Draft(said=draft.said.model_copy(update=dict.fromkeys(pay.METHOD)), ask="method", refused=True)


def draft_of(payment: Payment) -> Draft:
    """The same payment, from what it was to pay."""
    named = [a for a in payment.allocations if a.invoice is not None]
    if len(named) != len(payment.allocations) or not named:
        return Draft(said=Slots(scope="fixed_amount", amount=payment.amount, note=payment.note))
    return Draft(
        said=Slots(
            scope="selected_invoices",
            invoices=tuple(str(a.invoice) for a in named),
            amounts=tuple(a.amount for a in named),
            note=payment.note,
        )
    )


def _may(state: Conversation, desk: Desk, number: str) -> bool:
    contact = desk.facts.contact(state.person)
    return not isinstance(contact, Problem) and any(a.number == number for a in contact.accounts)


def _account(state: Conversation, desk: Desk, number: str) -> Account | None:
    """The account as it is now, where it can be read; a receipt does without."""
    try:
        return desk.facts.account_if_told(number) if _may(state, desk, number) else None
    except Unreachable:
        return None


def _methods(state: Conversation, desk: Desk, number: str) -> tuple[Method, ...]:
    try:
        return desk.facts.methods(number) if _may(state, desk, number) else ()
    except Unreachable:
        return ()
