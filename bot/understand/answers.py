"""Answers to what the bot asked last, read without the NLU. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from bot.commands import Affirm, Choose, Command, Correct, Deny, Resume, SetSlots, SwitchAccount, Unclear
from bot.messages import Option
from bot.state import Prompt
from nlu.frame import Slots, Target

YES = frozenset({
    "y", "yes", "yes please", "yep", "yeah", "yup", "ok", "okay", "k", "sure", "confirm", "confirmed", "i confirm",
    "go ahead", "yes go ahead", "ok go ahead", "do it", "yes do it", "yes pay", "yes pay it", "sounds good", "correct",
    "yes confirm", "absolutely", "of course", "approved", "si", "s\u00ed", "claro", "dale", "\U0001f44d",
})  # fmt: skip
NO = frozenset({
    "n", "no", "nope", "nah", "no thanks", "no thank you", "not now", "not yet", "don't", "dont", "do not",
    "\U0001f44e",
})  # fmt: skip
NOW_WORDS = frozenset({
    "now", "pay now", "pay it now", "today", "right now", "right away", "asap", "immediately", "straight away",
})  # fmt: skip
RESUME_WORDS = frozenset({
    "try again", "retry", "again", "try now", "continue", "go on", "keep going", "next", "pay", "pay it",
})  # fmt: skip
ALL_WORDS = frozenset({"all", "both", "all of them", "both of them", "everything", "all of it", "them all"})
PARTS: dict[str, Target] = {
    "amount": "amount", "invoice": "invoices", "invoices": "invoices", "method": "method", "payment method": "method",
    "card": "method", "date": "date", "day": "date", "note": "note",
}  # fmt: skip
NOTE_CLEAR = frozenset({"none", "no note", "skip", "nothing"})

NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth", "last"})
FILLERS = frozenset({
    "the", "my", "a", "please", "for", "with", "use", "pay", "i", "want", "think", "one", "card", "it's",
})  # fmt: skip
COMMAND_WORDS = frozenset({"balance", "payment", "payments", "help"})
"""Words that we advertise for a question: they ask it, whatever the menu says."""
BY_WORD = frozenset({"scope", "method", "account", "which_scheduled"})

AMOUNT_SAID_MAX = Decimal(10) ** 12
"""Anything beyond is the same: too much."""

_CODE = r"(?P<code>\d{2})"
_YES_CODE = re.compile(rf"^(?:(?P<word>[^\d]*?)\s*{_CODE}|{_CODE.replace('code', 'first')}\s*(?P<after>[^\d]+))$")
_NUMBER = re.compile(r"^(?:option|number|no\.?|nr\.?|choice|line)?\s*#?\s*(\d{1,3})\s*[.)]?$")
_LETTER = re.compile(r"^\(?([a-i])[.)]?$")
_SEVERAL = re.compile(r"^#?\d{1,2}(?:\s*(?:,|;|&|\+|and|y|\s)\s*#?\d{1,2})+[.]?$")
_MONEY = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?(?:e\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d+,\d{1,2}|\.\d+)"
_AMOUNT = re.compile(rf"^\$?\s*(-?\s*\$?\s*{_MONEY}|nan|inf|-inf|infinity)\s*(?:\$|usd|dollars?|bucks?)?$")
_LAST4 = re.compile(r"^(?:\.\.|ending(?: in)?|x+|\*+)?\s*(\d{4})$")
_DRESSING = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""What changes an emoji's look, not its meaning."""
_DOUBT = frozenset({
    "not", "no", "nope", "never", "don't", "dont", "cannot", "can't", "cant", "won't", "but", "if", "unless", "wait",
    "hold", "except", "instead", "only", "later", "maybe", "guess", "hate", "cancel", "until", "when", "after",
    "before", "tomorrow", "half", "why", "what", "how", "which", "who", "question", "first", "also", "change",
    "actually", "pero", "cuando",
})  # fmt: skip
YES_CHARS_MAX = 60
_EDGES = " \t\r\n.!,;:\"'`*_~"


def plain(text: str) -> str:
    """The message as it is compared: one case, one kind of space, no punctuation around it. ".50" keeps its point."""
    said = " ".join(text.casefold().replace("\u2019", "'").split()).rstrip(_EDGES)
    bare = said.lstrip(_EDGES)
    return f".{bare}" if bare[:1].isdigit() and re.search(r"(?<!\.)\.$", said.removesuffix(bare)) else bare


def yes(text: str) -> Affirm | None:
    """A plain yes, with the two digits beside it, if any."""
    said = plain(_DRESSING.sub("", text)) or plain(text)
    said = said[:1] if set(said) == {"\U0001f44d"} else said
    if said in YES:
        return Affirm()
    found = _YES_CODE.match(said)
    if found is None:
        return None
    word = plain((found["word"] if found["word"] is not None else found["after"] or "").strip(" -"))
    return Affirm(code=found["code"] or found["first"]) if word in YES else None


def may_be_yes(text: str) -> bool:
    """Whether words that the NLU takes for a yes can be one where money is at stake: short, and without a doubt."""
    said = plain(text)
    words = set(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", said))
    return len(said) <= YES_CHARS_MAX and not any(c.isdigit() or c == "?" for c in text) and not words & _DOUBT


def no(text: str) -> Deny | None:
    return Deny() if plain(text) in NO else None


def read(prompt: Prompt, text: str) -> Command | None:
    """The answer to `prompt`, where the words alone tell it; None leaves it to the NLU."""
    said = plain(text)
    if prompt.kind == "confirm":
        return yes(text) or no(text) or _bare_code(prompt, said)
    if prompt.kind in ("limit", "cancel_scheduled"):
        return yes(text) or no(text) or (_amount(said) if prompt.kind == "limit" else None)
    if prompt.kind == "amount":
        return _amount(said)
    if prompt.kind == "date" and said in NOW_WORDS:
        return Choose(values=("now",))
    if prompt.kind == "note":
        return _note(text, said)
    if prompt.options:
        only = prompt.kind == "account" and len(prompt.options) == 1 and yes(text) is not None
        return _by_place(prompt.options, 1) if only else _menu(prompt, said)
    if prompt.kind == "change":
        return no(text) or _part(said) or (Resume() if said in YES or said in RESUME_WORDS else None)
    return None


def _part(said: str) -> Command | None:
    """Which part of a payment is to be changed, by its name alone."""
    target = PARTS.get(said.removeprefix("change ").removeprefix("the ").removeprefix("my "))
    return Correct(target=target) if target is not None else None


def _bare_code(prompt: Prompt, said: str) -> Command | None:
    """The two digits alone are as clear as with a Y."""
    return Affirm(code=said) if prompt.code is not None and said == prompt.code else None


def _amount(said: str) -> Command | None:
    """A bare number is the amount that was asked for."""
    found = _AMOUNT.match(said)
    if found is None:
        return None
    try:
        value = Decimal(_dotted(found[1].replace("$", "").replace(" ", "")))
    except InvalidOperation:
        return None
    if not value.is_finite():
        return Unclear()
    value = max(-AMOUNT_SAID_MAX, min(value, AMOUNT_SAID_MAX))
    return SetSlots(slots=Slots(amount=value, scope="fixed_amount"))


def _dotted(number: str) -> str:
    """ "1,234.50", "1.234,50" and "40,5" with a decimal point and no thousands separators."""
    if re.fullmatch(r"-?[\d.]+,\d{1,2}", number):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", "")


def _note(text: str, said: str) -> Command:
    if said in NOTE_CLEAR or said in NO or said in YES:  # a yes was meant for the payment, which is shown again
        return Deny()
    return SetSlots(slots=Slots(note=text.strip()))


def _menu(prompt: Prompt, said: str) -> Command | None:
    options = prompt.options
    if prompt.kind == "invoices":
        if said in ALL_WORDS:
            return SetSlots(slots=Slots(invoices=("all",), scope="selected_invoices"))
        several = _several(options, said)
        if several is not None:
            return several
    number = _NUMBER.match(said)
    if number is not None:
        return _by_number(prompt, int(number[1]), said)
    if said in NUMBER_WORDS:
        return _by_place(options, NUMBER_WORDS.index(said) + 1)
    letter = _LETTER.match(said)
    if letter is not None:
        return _by_place(options, ord(letter[1]) - ord("a") + 1)
    if prompt.kind == "method":
        last4 = _LAST4.match(said)
        if last4 is not None:
            return SetSlots(slots=Slots(method_last4=last4[1]))
    return _by_label(options, said) or _by_word(prompt, said)


def _by_number(prompt: Prompt, number: int, said: str) -> Command | None:
    """A line of the menu. At the four options, a number beyond them is an amount; among invoices, a number."""
    chosen = _by_place(prompt.options, number)
    if chosen is not None:
        return chosen
    if any(o.value == said for o in prompt.options):
        return Choose(values=(said,))
    if prompt.kind == "scope" and number > 0:
        return SetSlots(slots=Slots(amount=Decimal(number), scope="fixed_amount"))
    if prompt.kind == "invoices":
        return SetSlots(slots=Slots(invoices=(str(number),), scope="selected_invoices"))
    return Unclear()  # a line that the menu does not have, and nothing else either


def _by_place(options: Sequence[Option], place: int) -> Choose | None:
    return Choose(values=(options[place - 1].value,)) if 1 <= place <= len(options) else None


def _several(options: Sequence[Option], said: str) -> Command | None:
    """ "1 3", "1, 2 and 4": several lines at once."""
    if _SEVERAL.match(said) is None:
        return None
    places = [int(n) for n in re.findall(r"\d+", said)]
    if not all(1 <= p <= len(options) for p in places):
        return None
    return Choose(values=tuple(dict.fromkeys(options[p - 1].value for p in places)))


def _by_word(prompt: Prompt, said: str) -> Command | None:
    """ "The vet", "first federal", "invoices": the one line that has those words."""
    words = [w for w in said.split() if w not in FILLERS]
    if prompt.kind not in BY_WORD or not words or not all(w.isalpha() for w in words):
        return None
    if set(words) <= COMMAND_WORDS or (len(words) == 1 and words[0] in ORDINALS):
        return None
    found = [o for o in prompt.options if set(words) <= set(re.findall(r"[^\W\d_]+", plain(o.label)))]
    if len(found) > 1 and prompt.kind == "account":
        return SwitchAccount(account=" ".join(words))
    return Choose(values=(found[0].value,)) if len(found) == 1 else None


def _by_label(options: Sequence[Option], said: str) -> Choose | None:
    """The line's own words, or the one line that begins with them."""
    exact = [o for o in options if plain(o.label) == said or o.value == said]
    near = exact or [o for o in options if len(said) > 2 and plain(o.label).startswith(said)]
    return Choose(values=(near[0].value,)) if len(near) == 1 else None
