"""What cannot be done here yet: said honestly, with what works instead. Pure."""

from __future__ import annotations

from bot.commands import Topic
from bot.effects import Value
from bot.flows.access import open_account
from bot.flows.base import Desk, Reply, sentence, tell
from bot.flows.facts import Unreachable
from bot.state import Conversation

NOT_YET: dict[Topic, str] = {
    "add_method": "not_yet_add_method", "remove_method": "not_yet_remove_method",
    "default_method": "not_yet_default_method", "enroll_autopay": "not_yet_enroll_autopay",
    "cancel_autopay": "not_yet_cancel_autopay", "payment_plan": "not_yet_payment_plan",
    "document": "not_yet_document",
}  # fmt: skip
"""Topic -> wording."""


def not_yet(state: Conversation, desk: Desk, topic: Topic) -> Reply:
    """What works instead, or whom to contact. A payment under way stays open."""
    if topic == "add_method":
        return _add_method(state, desk)
    return tell(state, NOT_YET[topic], "again", **desk.company())


def _add_method(state: Conversation, desk: Desk) -> Reply:
    """The secure page, where the service offers one."""
    access = open_account(state, desk)
    if isinstance(access, Reply):
        return access
    link = desk.facts.method_link(access.ref.number)
    if link is None:
        return tell(access.state, NOT_YET["add_method"], "again", **desk.company())
    return tell(access.state, "method_link", "again", url=link.url)


def card_number(state: Conversation, desk: Desk) -> Reply:
    """A card number was sent: it was not kept, and nothing else of the message is acted on."""
    found: Value = sentence("card_contact", **desk.company())
    try:
        access = open_account(state, desk)
        link = None if isinstance(access, Reply) else desk.facts.method_link(access.ref.number)
    except Unreachable:
        return tell(state, "card_number", instead=found)
    if link is not None:
        found = sentence("card_link", url=link.url)
    return tell(state, "card_number", "rest" if isinstance(access, Reply) else "again", instead=found)
