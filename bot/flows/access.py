"""Whose account: nobody acts on one that is not theirs. Read first in every turn that touches an account.

contact unknown           -> whom to contact
one account               -> that one
several                   -> the one chosen before, or asked which
"for Acme Dental"         -> that one, if it is theirs
"""

from __future__ import annotations

from dataclasses import dataclass

from actions.calls import ReadAccount, ReadMethods
from bot.effects import Say, Value
from bot.flows.base import Desk, Reply, ask, menu, sentence, tell
from bot.flows.facts import Unreachable, open_calls
from bot.messages import Option
from bot.state import Conversation
from bot.wording import quoted
from payments.contract import Account, AccountRef, Contact, Invoice, Method, Problem


@dataclass(frozen=True)
class Access:
    """The account that this person may act for, as it is now."""

    state: Conversation
    ref: AccountRef
    contact: Contact
    account: Account


@dataclass(frozen=True)
class Books:
    """An account with what a payment needs."""

    access: Access
    open: tuple[Invoice, ...]
    methods: tuple[Method, ...]


def choose(state: Conversation, desk: Desk) -> tuple[Conversation, Contact, AccountRef] | Reply:
    """Which account is meant. A Reply where that has to be asked, or where there is none."""
    contact = desk.facts.contact(state.person)
    if isinstance(contact, Problem):
        if contact.code not in ("contact_unknown", "not_found"):
            raise Unreachable
        return _nobody(state, desk)
    if not contact.accounts:
        return _nobody(state, desk)
    if state.account_said is not None:
        return _called(state, desk, contact, state.account_said)
    known = next((a for a in contact.accounts if a.number == state.account), None)
    if known is None and len(contact.accounts) == 1:
        known = contact.accounts[0]
    if known is None:
        return which(state, desk, contact.accounts)
    return _settled(state, contact, known), contact, known


def open_account(state: Conversation, desk: Desk) -> Access | Reply:
    """The account itself, with its language and timezone remembered."""
    chosen = choose(state, desk)
    if isinstance(chosen, Reply):
        return chosen
    state, contact, ref = chosen
    account = desk.facts.account(ref.number)
    return Access(_remember(state, desk, account), ref, contact, account)


def open_books(state: Conversation, desk: Desk) -> Books | Reply:
    """The account with its open invoices and methods, read at once."""
    chosen = choose(state, desk)
    if isinstance(chosen, Reply):
        return chosen
    _, _, ref = chosen
    reads = ReadAccount(account=ref.number), *open_calls(ref.number), ReadMethods(account=ref.number)
    desk.facts.need(*reads)
    access = open_account(state, desk)
    if isinstance(access, Reply):
        return access
    return Books(access, desk.facts.open_invoices(ref.number), desk.facts.methods(ref.number))


def which(
    state: Conversation,
    desk: Desk,
    among: tuple[AccountRef, ...],
    *,
    called: str | None = None,
    key: str = "account_which",
    values: dict[str, Value] | None = None,
) -> Reply:
    """Asks which account; `called` is what the person said, where it fits none or several."""
    items: tuple[Option, ...] = menu(
        state, desk, [(a.number, sentence("account_line", name=a.name, number=a.number)) for a in among]
    )
    state = state.model_copy(update={"account_said": None})
    values = {**(values or {}), **({} if called is None else {"called": quoted(called)})}
    return ask(state, desk, "account", Say(text=key, values=values, options=items))


def _called(
    state: Conversation, desk: Desk, contact: Contact, called: str
) -> tuple[Conversation, Contact, AccountRef] | Reply:
    wanted = " ".join(called.casefold().replace("account", " ").replace("#", " ").split())
    exact = [a for a in contact.accounts if wanted in (a.number.casefold(), a.name.casefold())]
    near = [a for a in contact.accounts if wanted and wanted in a.name.casefold()]
    matches = tuple(exact or near)
    if len(matches) == 1:
        return _settled(state, contact, matches[0]), contact, matches[0]
    if matches:
        return which(state, desk, matches, called=called, key="account_ambiguous")
    if len(contact.accounts) == 1:
        only = contact.accounts[0]
        return which(state, desk, (only,), called=called, key="account_only")
    return which(state, desk, contact.accounts, called=called, key="account_not_yours")


def _settled(state: Conversation, contact: Contact, ref: AccountRef) -> Conversation:
    label = ref.name if len(contact.accounts) > 1 else None
    return state.model_copy(update={"account": ref.number, "account_said": None, "account_label": label})


def _remember(state: Conversation, desk: Desk, account: Account) -> Conversation:
    language = account.language if desk.context.texts.has(account.language) else state.language
    return state.model_copy(update={"timezone": account.timezone, "language": language})


def _nobody(state: Conversation, desk: Desk) -> Reply:
    state = state.model_copy(update={"frames": (), "prompt": None, "account": None, "account_said": None})
    return tell(state, "contact_unknown", **desk.company())
