"""Carrier keywords (contracts/nlu.md) and opt-outs in plain words (TCPA: any reasonable means). Pure.

Both look at the whole message, before any understanding: "STOP" opts out, "stop autopay" does not.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
OPT_OUT_CHARS_MAX = 160
"""A longer message is more than an opt-out."""

_MESSAGES = r"(?:texts?|texting|texted|txts?|messag\w*|msg\w*|sms|contact\w*|reminder\w*|notification\w*|alert\w*)"
_ME = r"(?:me|us|this number|my phone|to me|to this number)"
_FILLER = r"(?:any|more|these|this|those|that|the|your|all|of|to|be|with)"
_POLITE = (
    r"(?:please|pls|plz|just|ok|okay|hey|hi|and|now|kindly|i said|i want you to|can you|could you|would you|will you)"
)
_TAIL = (
    r"(?:please|pls|plz|now|already|ever|again|any ?more|thanks|thank you|at all|immediately|here|from you|to me|me|us"
    r"|to this number|this number)"
)
_LIST = r"(?:texts?|texting|sms|messag\w*|mailing|contact|list|lists|system|service)"
_NOT = r"(?:do not|don't|dont|never)"
_WAYS = (
    rf"(?:stop|quit|cease)(?: sending)?(?: {_ME})?(?: {_FILLER})* {_MESSAGES}(?: {_ME})?",
    rf"{_NOT} (?:{_MESSAGES}|send)(?: {_ME})?(?: {_FILLER})*(?: {_MESSAGES})?",
    rf"(?:no|no more|enough)(?: {_FILLER})* {_MESSAGES}",
    rf"(?:take|remove|delete|get) (?:{_ME}|my (?:phone )?number) (?:off|from|out of)(?: {_FILLER})*(?: {_LIST})*",
    rf"(?:remove|delete|erase|lose) (?:{_ME}|my (?:phone )?number)",
    rf"(?:i )?(?:{_NOT}|no longer) (?:want|wish|like|need)(?: to)?(?: (?:get|receive|be getting|getting))?"
    rf"(?: {_FILLER})* {_MESSAGES}",
    rf"(?:i(?:'d| would)? (?:want|like|wish) to )?(?:opt|opting)[ -]?(?:{_ME} )?out(?: {_FILLER})*(?: {_MESSAGES})?",
    rf"(?:i want to )?unsubscribe(?: {_ME})?(?: from)?(?: {_FILLER})*(?: (?:{_LIST}|{_MESSAGES}))?",
    rf"leave me alone(?: stop {_MESSAGES})?",
    rf"(?:i )?revoke (?:my )?consent(?: to (?:be )?{_MESSAGES})?",
    r"(?:ya )?no (?:me )?(?:m[a\u00e1]s|mande\w*|env[i\u00ed]e\w*|escriba\w*)(?: m[a\u00e1]s)?"
    r"(?: (?:mensajes|textos))?",
    r"(?:dejen?|deje|pare\w*) de (?:mandar\w*|enviar\w*|escribir\w*)(?: (?:mensajes|textos))?",
    r"stop stop(?: stop)*",
)
_OPT_OUT = tuple(re.compile(rf"(?:{_POLITE} )*(?:{way})(?: {_TAIL})*") for way in _WAYS)


def carrier(text: str) -> Literal["stop", "start", "help"] | None:
    """The carrier keyword that the whole message is, whatever its case and the punctuation around it."""
    word = _bare(text).upper()
    if word in STOP:
        return "stop"
    if word in START:
        return "start"
    return "help" if word in HELP else None


def plain_opt_out(text: str) -> bool:
    """Whether the whole message asks, in plain words, to be texted no more."""
    if len(text) > OPT_OUT_CHARS_MAX:
        return False
    said = " ".join(re.sub(r"[.,;:!?\"()]+", " ", _bare(text).casefold().replace("\u2019", "'")).split())
    return any(way.fullmatch(said) for way in _OPT_OUT)


def _bare(text: str) -> str:
    """Without spaces, punctuation and invisible characters around it."""
    kept = "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cc", "Cf") or c in "\n\t "
    )
    return kept.strip(" \t\r\n.,;:!?\"'`*_-()[]<>")
