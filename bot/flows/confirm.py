"""The confirmation: bound to its quote, answered by a yes that answers nothing else. Pure.

quote  ->  shown (total, what it pays, method, date, note, terms)  ->  Y  ->  Pay, once
                                                                   ->  N  ->  nothing charged, still correctable
a yes after 10 minutes, or after the quote's own end   ->  a fresh quote is asked for and shown
a yes sent before the prompt could be seen              ->  the prompt again, "to be sure"
a prompt that something else than the person put there  ->  the yes must carry its two digits
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from actions.calls import MakeQuote, Pay
from bot.effects import Act, Line, PersonSaid, Say, Value
from bot.flows import how, what
from bot.flows.access import Books
from bot.flows.base import CODE_WINDOW, Desk, Reply, ask, sentence, tell
from bot.flows.drafts import refuse
from bot.flows.facts import Unreachable
from bot.render import render
from bot.state import CONFIRM_SECONDS, SHOWN_MAX, Conversation, PayFrame, Paying, Prompt
from bot.wording import NOTHING, day, led, money, quote_values
from nlu.frame import Slots
from payments.contract import Consent, Method, Problem, Quote, QuoteRequest, Selection

CHANGED = {
    "amount": "changed_amount", "method": "changed_method", "invoices": "changed_invoices", "date": "changed_date",
    "note": "changed_note", "scope": "changed_scope",
}  # fmt: skip


def propose(
    state: Conversation,
    desk: Desk,
    frame: PayFrame,
    books: Books,
    *,
    selection: Selection,
    method: Method,
    day: dt.date | None,
) -> Reply:
    """Quotes exactly this payment and asks for the yes."""
    request = QuoteRequest(
        account=books.access.ref.number,
        selection=selection,
        method=method.id,
        note=what.note(frame.draft.said),
        pay_on=day,
    )
    quote = desk.facts.quote(MakeQuote(request=request))
    if isinstance(quote, Problem):
        return refused(state, desk, frame, books, quote)
    named = tuple(a.invoice for a in quote.allocations if a.invoice is not None)
    if len(named) > 1:  # "leave out the first" counts in what was just shown
        state = state.model_copy(update={"shown": named[:SHOWN_MAX]})
    return show(state, desk, quote, lead=_changed(frame))


def _changed(frame: PayFrame) -> Line | None:
    """What has just been corrected, in a word or two."""
    if not frame.changed:
        return None
    gone = frame.changed[0] == "note" and frame.draft.said.note is None
    return sentence("removed_note" if gone else CHANGED[frame.changed[0]])


def show(state: Conversation, desk: Desk, quote: Quote, *, lead: Line | None = None) -> Reply:
    """The confirmation prompt of one quote."""
    frame = state.frame
    if isinstance(frame, PayFrame) and frame.changed:
        state = state.on_top(frame.model_copy(update={"changed": ()}))
    code = code_of(quote) if needs_code(state, desk) else None
    return _prompted(state, desk, quote, code, lead)


def again(state: Conversation, desk: Desk, prompt: Prompt, key: str) -> Reply:
    """The same prompt, shown again with a sentence before it."""
    if prompt.quote is None:
        return Reply(state)
    return _prompted(state, desk, prompt.quote, prompt.code, sentence(key))


def _prompted(state: Conversation, desk: Desk, quote: Quote, code: str | None, lead: Line | None) -> Reply:
    values: dict[str, Value] = {
        **quote_values(quote),
        "company": desk.context.company.name,
        "terms": desk.context.company.terms_url,
        "warning": _warning(quote),
        "account": sentence("for_account", name=state.account_label) if state.account_label else NOTHING,
        "reply": sentence("reply_yes_code", code=code) if code else sentence("reply_yes"),
    }
    say = Say(text="confirm", values=values, valid_seconds=CONFIRM_SECONDS)
    shown = render(say, desk.context.texts, state.language).text
    say = led(lead, say) if lead else say
    prompt = Prompt(kind="confirm", say=say, asked_at=desk.now, quote=quote, shown=shown, code=code)
    return ask(state, desk, "confirm", say, prompt=prompt)


def needs_code(state: Conversation, desk: Desk) -> bool:
    """Whether a yes might have been meant for what stood here before."""
    if not desk.by_person:
        return True
    return state.moved_at is not None and desk.now - state.moved_at < CODE_WINDOW


def code_of(quote: Quote) -> str:
    """Two digits, 10 to 99, from the quote's id."""
    return str(int(hashlib.sha256(quote.id.encode()).hexdigest()[:8], 16) % 90 + 10)


def expired(prompt: Prompt, now: dt.datetime) -> bool:
    """Whether the confirmation can no longer be answered."""
    if prompt.quote is None:
        return True
    return now >= prompt.quote.expires_at or now - prompt.asked_at > dt.timedelta(seconds=CONFIRM_SECONDS)


def pay(state: Conversation, desk: Desk, frame: PayFrame, prompt: Prompt, said: PersonSaid) -> Reply:
    """The yes was given: one Pay for this quote, with the evidence. What the service says of it is the answer."""
    quote = prompt.quote
    if quote is None:
        return Reply(state)
    action = f"pay:{quote.id}"
    incoming = said.incoming
    consent = Consent(
        who=incoming.person,
        channel=incoming.channel,
        message_id=incoming.event_id,
        words=incoming.text,
        terms_version=quote.terms_version,
        prompt=prompt.shown,
        at=incoming.received_at,
    )
    paying = Paying(action=action, quote=quote, draft=frame.draft, since=desk.now)
    state = state.model_copy(update={"frames": state.frames[:-1], "prompt": None, "paying": (*state.paying, paying)})
    return Reply(state, (Act(id=action, call=Pay(quote=quote.id, account=quote.account, consent=consent)),))


def refused(state: Conversation, desk: Desk, frame: PayFrame, books: Books, problem: Problem) -> Reply:
    """The service will not quote this: why, and the one question that mends it. Nothing else is lost."""
    account = books.access.account
    usable = [m for m in books.methods if m.usable]
    match problem.code:
        case "amount_above_balance":
            return _above(state, desk, books, problem.limit or account.total_balance)
        case "amount_invalid":
            return what.ask_amount(refuse(state, "amount"), desk, books, "amount_unreadable")
        case "nothing_due":
            return _nothing_due(state, desk, books)
        case "invoice_unknown" | "invoice_paid":
            return what.ask_invoices(refuse(state, "invoices"), desk, books, "invoices_moved")
        case "method_unknown":
            return how.ask_method(refuse(state, "method"), desk, usable, "method_unknown")
        case "method_unusable":
            return how.ask_method(refuse(state, "method"), desk, usable, "method_not_taken")
        case "date_invalid":
            return ask(refuse(state, "date"), desk, "date", _far_date(state, desk, frame))
        case _:
            raise Unreachable


def _above(state: Conversation, desk: Desk, books: Books, limit: Decimal) -> Reply:
    account = books.access.account
    state = refuse(state, "amount")
    if limit <= 0:
        return what.ask_amount(state, desk, books, "amount_none_left")
    values: dict[str, Value] = {"limit": money(limit, account.currency)}
    say = Say(text="amount_above", values=values)
    prompt = Prompt(kind="limit", say=say, asked_at=desk.now, offer=Slots(amount=limit, scope="fixed_amount"))
    return ask(state, desk, "limit", say, prompt=prompt)


def _nothing_due(state: Conversation, desk: Desk, books: Books) -> Reply:
    """Nothing of what was chosen is due; where something else is, the four options are shown."""
    if not books.open:
        return what.nothing_due(state, desk, books)
    reply = what.ask_scope(refuse(state, "scope"), desk, books)
    prompt = reply.state.prompt
    if prompt is None:
        return reply
    say = led(sentence("scope_nothing_due"), prompt.say)
    return ask(reply.state, desk, "scope", say)


def _far_date(state: Conversation, desk: Desk, frame: PayFrame) -> Say:
    date = frame.draft.said.date
    shown = day(date, said=state.today(desk.now)) if date else NOTHING
    return Say(text="date_not_possible", values={"date": shown})


def _warning(quote: Quote) -> Value:
    codes = {w.code for w in quote.warnings}
    for code in ("payment_in_progress", "already_scheduled", "method_expires_soon"):
        if code in codes:
            return sentence(f"warning_{code}")
    return NOTHING


def nothing_charged(state: Conversation, desk: Desk) -> Reply:
    """The person said no: the payment stays as it is, for a change."""
    say = Say(text="not_charged_change")
    return ask(state, desk, "change", say)


def change_which(state: Conversation, desk: Desk) -> Reply:
    """The person wants something changed, and has not said what."""
    return ask(state, desk, "change", Say(text="change_what"))


def unanswered(state: Conversation) -> Reply:
    return tell(state, "nothing_waiting")
