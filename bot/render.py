"""Say -> Outgoing: wordings filled with values, in the reader's language. Pure; wiring reads the files.

A wording is a sentence with `{placeholders}`, or a mapping of plural forms (`one`, `other`, ... after CLDR) chosen by
the value `count`. Money and dates are written by Babel. What a person typed is inserted as it is, never as a wording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency

from bot.effects import Day, Line, Many, Money, Say, Value
from bot.messages import Option, Outgoing

Wording = str | Mapping[str, str]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
DEFAULT_LANGUAGE = "en"
_SPACES = re.compile(r"[^\S\n]+")
_SPACE_BEFORE_STOP = re.compile(r" +(?=[.,;:?!)](?:\s|$))")


class WordingMissing(KeyError):
    """No language has a wording under this key, or the wording lacks a value that it names."""


@dataclass(frozen=True)
class Texts:
    """All wordings: language -> key -> wording. `locale` in a language's mapping names Babel's locale."""

    languages: Mapping[str, Mapping[str, Wording]]

    def has(self, language: str) -> bool:
        return language in self.languages

    def wording(self, key: str, language: str) -> Wording:
        """The wording of `key`, in English where the language lacks it. Raises WordingMissing."""
        for name in (language, DEFAULT_LANGUAGE):
            found = self.languages.get(name, {}).get(key)
            if found is not None:
                return found
        raise WordingMissing(key)

    def locale(self, language: str) -> Locale:
        name = self.languages.get(language, {}).get("locale", language)
        return _locale(name if isinstance(name, str) else language)


def render(say: Say, texts: Texts, language: str) -> Outgoing:
    """One message: the wording filled, and its options as numbered lines below it.

    Raises WordingMissing where a key or a value is missing; a test over all texts keeps that from happening.
    """
    pen = _Pen(texts, language)
    lines = [pen.line(say.text, say.values)]
    options = tuple(Option(value=o.value, label=_tidy(o.label)) for o in say.options)
    lines += [f"{number}. {option.label}" for number, option in enumerate(options, 1)]
    return Outgoing(text="\n".join(lines).strip(), options=options, valid_seconds=say.valid_seconds)


def phrase(value: Value, texts: Texts, language: str) -> str:
    """One value in words: for labels of options, which are plain text."""
    return _tidy(_Pen(texts, language).value(value))


@dataclass(frozen=True)
class _Pen:
    texts: Texts
    language: str

    def line(self, key: str, values: Mapping[str, Value]) -> str:
        wording = self.texts.wording(key, self.language)
        if not isinstance(wording, str):
            wording = self._plural(key, wording, values)

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in values:
                raise WordingMissing(f"{key}: {{{name}}}")
            return self.value(values[name])

        return _tidy(PLACEHOLDER.sub(fill, wording))

    def _plural(self, key: str, forms: Mapping[str, str], values: Mapping[str, Value]) -> str:
        count = values.get("count")
        if not isinstance(count, int):
            raise WordingMissing(f"{key}: {{count}}")
        form = self.texts.locale(self.language).plural_form(count)
        chosen = forms.get(form) or forms.get("other")
        if chosen is None:
            raise WordingMissing(f"{key}: {form}")
        return chosen

    def value(self, value: Value) -> str:
        match value:
            case str():
                return value
            case int():
                return str(value)
            case Money():
                return self._money(value.amount, value.currency)
            case Day():
                skeleton = "yMMMEd" if value.year else "MMMEd"
                return _plain_spaces(format_skeleton(skeleton, value.date, locale=self.texts.locale(self.language)))
            case Line():
                return self.line(value.text, value.values)
            case Many():
                return self._many(value)

    def _money(self, amount: Decimal, currency: str) -> str:
        return _plain_spaces(format_currency(amount, currency, locale=self.texts.locale(self.language)))

    def _many(self, many: Many) -> str:
        parts = [p for p in (self.value(part) for part in many.parts) if p]
        if many.joined == "lines":
            return "\n".join(parts)
        if many.joined == "semicolons":
            return "; ".join(parts)
        if len(parts) < 2:
            return "".join(parts)
        return self.line(f"list_{many.joined}", {"start": ", ".join(parts[:-1]), "last": parts[-1]})


@lru_cache(maxsize=16)
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def _plain_spaces(text: str) -> str:
    """Babel's narrow and no-break spaces are outside GSM-7."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def _tidy(text: str) -> str:
    """Empty values leave no double spaces and no space before a full stop."""
    lines = (_SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", line)).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
