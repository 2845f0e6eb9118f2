"""How to pay: which saved method. Pure.

The stated one; else the account's default if it works; else the only one that works; else asked, with a menu.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.effects import Say, Value
from bot.flows.access import Books
from bot.flows.base import Desk, Reply, ask, menu, sentence, tell
from bot.flows.drafts import refuse
from bot.state import Conversation, Draft
from bot.wording import method as method_words
from nlu.frame import Slots
from payments.contract import Method

ADD = "add"
"""The menu's line for a method that is not saved yet."""


def settle(state: Conversation, desk: Desk, books: Books, draft: Draft) -> Method | Reply:
    """The method to pay with, or a Reply that asks."""
    usable = [m for m in books.methods if m.usable]
    said = draft.said
    if said.method_ref == "new" or draft.method == ADD:
        return add(state, desk, books)
    if not usable:
        return add(state, desk, books)
    chosen = next((m for m in books.methods if m.id == draft.method), None)
    if chosen is not None:
        return chosen if chosen.usable else _unusable(state, desk, chosen, usable)
    if said.method_ref == "other":
        others = [m for m in matching(usable, said) if not m.default] or [m for m in usable if not m.default] or usable
        return others[0] if len(others) == 1 else ask_method(state, desk, others, "method_which")
    if states_method(said):
        return _stated(state, desk, books, usable, said)
    chosen, preset = default(books, usable), _preset(books)
    if chosen is None and preset is not None and not preset.usable:
        return _unusable(state, desk, preset, usable)
    return chosen or ask_method(state, desk, usable, "method_which")


def states_method(said: Slots) -> bool:
    return any((said.method_brand, said.method_kind, said.method_last4, said.method_ref))


def default(books: Books, usable: Sequence[Method]) -> Method | None:
    """The account's default if it works, else the only one that works."""
    wanted = books.access.account.default_method
    found = [m for m in usable if m.default or (wanted is not None and m.id == wanted.id)]
    if found:
        return found[0]
    return usable[0] if len(usable) == 1 else None


def ask_method(
    state: Conversation, desk: Desk, among: Sequence[Method], key: str, values: dict[str, Value] | None = None
) -> Reply:
    """A menu of methods, and "add a new one"."""
    items: list[tuple[str, Value]] = [(m.id, method_words(m)) for m in among]
    items.append((ADD, sentence("option_add_method")))
    return ask(state, desk, "method", Say(text=key, values=values or {}, options=menu(state, desk, items)))


def matching(methods: Sequence[Method], said: Slots) -> list[Method]:
    """The methods that fit everything said of one."""
    tests: list[Callable[[Method], bool]] = []
    if said.method_brand:
        tests.append(lambda m: m.brand == said.method_brand)
    if said.method_last4:
        tests.append(lambda m: m.last4 == said.method_last4)
    if said.method_kind:
        tests.append(lambda m: _is_kind(m, str(said.method_kind)))
    return [m for m in methods if all(test(m) for test in tests)]


def add(state: Conversation, desk: Desk, books: Books) -> Reply:
    """The secure page for a new method, or whom to contact; the payment waits with a menu of what there is."""
    link = desk.facts.method_link(books.access.ref.number)
    usable = [m for m in books.methods if m.usable]
    key = "method_add_link" if link else "method_add_contact"
    values: dict[str, Value] = {"url": link.url} if link else dict(desk.company())
    if not usable:
        state = state.model_copy(update={"frames": state.frames[:-1], "prompt": None})
        return tell(state, "method_add_link_only" if link else "method_add_contact_only", **values)
    items: list[tuple[str, Value]] = [(m.id, method_words(m)) for m in usable]
    state = refuse(state, "method")
    return ask(state, desk, "method", Say(text=key, values=values, options=menu(state, desk, items)))


def _stated(state: Conversation, desk: Desk, books: Books, usable: Sequence[Method], said: Slots) -> Method | Reply:
    ref = said.method_ref or ""
    if ref == "default":
        known = _preset(books)
        if known is not None and not known.usable:
            return _unusable(state, desk, known, usable)
        return default(books, usable) or ask_method(state, desk, usable, "method_no_default")
    if ref.startswith("#"):
        place = int(ref[1:]) if ref[1:].isdecimal() else 0
        if 1 <= place <= len(books.methods):
            chosen = books.methods[place - 1]
            return chosen if chosen.usable else _unusable(state, desk, chosen, usable)
        return ask_method(refuse(state, "method"), desk, usable, "method_unknown")
    matches = matching(books.methods, said)
    working = [m for m in matches if m.usable]
    if len(working) == 1:
        return working[0]
    if working:
        preferred = [m for m in working if m.default]
        vague = said.method_kind == "card" and not (said.method_brand or said.method_last4)
        return preferred[0] if vague and preferred else ask_method(state, desk, working, "method_several")
    if matches:
        return _unusable(state, desk, matches[0], usable)
    return ask_method(refuse(state, "method"), desk, usable, "method_unknown")


def _unusable(state: Conversation, desk: Desk, method: Method, usable: Sequence[Method]) -> Reply:
    key = "method_expired" if method.kind == "card" else "method_unusable"
    return ask_method(refuse(state, "method"), desk, usable, key, {"method": method_words(method)})


def _preset(books: Books) -> Method | None:
    """The account's default, whether it works or not."""
    return next((m for m in books.methods if m.default), books.access.account.default_method)


def _is_kind(method: Method, kind: str) -> bool:
    if kind in ("card", "bank"):
        return method.kind == kind
    if kind in ("checking", "savings"):
        return method.kind == "bank" and method.type in (kind, None)
    return method.kind == "card" and method.type in (kind, None)
