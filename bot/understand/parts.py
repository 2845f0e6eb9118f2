"""Words about a part of the payment that is under way: taken away, or added to. Pure.

The NLU says which part is meant; that it is to go, or that invoices come to those already chosen, is in small words
that no slot carries.
"""

from __future__ import annotations

import re

from bot.commands import Correct
from nlu.frame import Target

_FILL = r"(?:(?:actually|ok|okay|oh|no|wait|please|pls|just|and|sorry|hmm|well|i said|can you|could you|you can) )*"
_AWAY = (
    r"(?:no|without|with no|remove|delete|drop|clear|erase|skip|scrap|lose|forget|cancel|leave (?:off|out)"
    r"|take (?:off|out|away)|get rid of|never ?mind|no need for"
    r"|(?:i )?(?:don't|dont|do not) (?:want|need|add|put|send|include|set))"
)
_NOUNS: dict[Target, str] = {"note": r"(?:note|notes|memo)", "date": r"(?:date|day|schedule)"}
_OF = r"(?:about |with )?(?:a |an |the |my |that |this |any )?"
_TAIL = r"(?: (?:please|pls|thanks|thank you|off|out|away|any ?more|then|at all))*"
_GONE = {
    part: re.compile(rf"{_FILL}(?:{_AWAY} {_OF}{noun}|take {_OF}{noun} (?:off|out|away)){_TAIL}")
    for part, noun in _NOUNS.items()
}
_DAY = r"(?:today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|the \d{1,2}(?:st|nd|rd|th))"
_CARD = (
    r"(?:visa|mastercard|amex|american express|discover|card|debit|credit|bank|checking|savings|account|one|method"
    r"|payment method)"
)
_NOT = r"(?:not|(?:don't|dont|do not) (?:use|do it (?:on|with)))"
"""Never "don't charge": that refuses the payment, not the method."""
_REFUSED: dict[Target, re.Pattern[str]] = {
    "date": re.compile(rf"{_FILL}{_NOT} (?:on )?{_DAY}{_TAIL}"),
    "method": re.compile(rf"{_FILL}{_NOT} (?:with )?(?:the |my |that |this )?{_CARD}(?: (?:card|account))?{_TAIL}"),
}
_NOW = re.compile(
    rf"{_FILL}(?:(?:let's |lets |i'll |i will )?(?:pay|do|make|charge|send)(?: it| this| that)? )?"
    rf"(?:now|today|right now|right away|asap|immediately|straight away){_TAIL}(?: instead)?"
)
_ADDS = re.compile(r"^(?:and|also|plus|add|include|\+)\b|\b(?:too|as well|also)$")


def taken_away(said: str) -> Correct | None:
    """ "No note", "remove the date", "not friday", "pay it now instead"; `said` is in plain form."""
    said = " ".join(said.replace(",", " ").split())
    for part, words in _GONE.items():
        if words.fullmatch(said):
            return Correct(now=True) if part == "date" else Correct(without=part)
    for part, words in _REFUSED.items():
        if words.fullmatch(said):
            return Correct(target=part)
    return Correct(now=True) if _NOW.fullmatch(said) else None


def added(command: Correct, said: str) -> Correct:
    """ "And 1044 too": with the invoices chosen before."""
    slots = command.slots
    more = slots.invoices_except or slots.amounts or slots.amount is not None or slots.amount_fraction is not None
    adds = bool(slots.invoices) and not more and _ADDS.search(said) is not None
    return command.model_copy(update={"add": True}) if adds else command

