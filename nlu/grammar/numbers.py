"""Number words folded into digits ("a hundred and five" -> "105", "ten forty three" -> "10_43").

Groups that stand side by side without making one number are joined by `_`: a reader of references takes the
digits together, a reader of amounts takes dollars and cents. Pure; text2num values each group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from text_to_num import text2num  # type: ignore[import-untyped]

from nlu.grammar import lexicon_en as lexicon

_SMALL = {**lexicon.UNITS, **lexicon.TEENS, **lexicon.TENS}
_NUMBER_WORDS = frozenset({*_SMALL, *lexicon.MULTIPLIERS, "oh", "o", "grand"})
_MONEY_AFTER = frozenset({"dollars", "cents", "percent", "invoice", "invoices"})
_COUNTED = lexicon.words_of("""
    dollars cents percent times invoices years days usd people % things reasons questions problems other
    thanks thank calls emails messages texts bills different ways miles hours minutes weeks months yes
    no
""")
_FIGURATIVE = lexicon.words_of("things reasons questions problems other thanks calls emails messages texts ways")
"""What there are "a million" of."""
_NAMES_A_NUMBER = frozenset({"invoice", "number", "account", "card", "ending", "bill", "in"})
_ONES = frozenset(w for w, v in lexicon.ORDINALS.items() if v < 10)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its range, its normal form, its kind (word, number, space, other)."""

    start: int
    end: int
    norm: str
    kind: str


def fold(tokens: list[Token]) -> list[Token]:
    """The tokens with every run of number words replaced by one token of digits."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].norm in lexicon.TENS and _word_after(tokens, at) in _ONES:
            out.append(_compound_ordinal(tokens[at], tokens[at + 2]))
            at += 3
            continue
        run = _run(tokens, at)
        folded = _fold_run(tokens, at, run) if run > at else None
        if folded is None:
            out.append(_ordinal(tokens[at]))
            at += 1
        else:
            out.append(folded)
            at = run
    return out


def _ordinal(token: Token) -> Token:
    value = lexicon.LATER_ORDINALS.get(token.norm)
    return token if value is None else Token(token.start, token.end, f"{value}th", "word")


def _compound_ordinal(tens: Token, ones: Token) -> Token:
    value = lexicon.TENS[tens.norm] + lexicon.ORDINALS[ones.norm]
    return Token(tens.start, ones.end, f"{value}th", "word")


def _starts_run(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    if token.kind == "number":
        nxt = _word_after(tokens, at)
        return nxt in ("hundred", "thousand", "million", "grand")
    if token.norm == "a":
        return _word_after(tokens, at) in ("hundred", "thousand", "million", "grand")
    return token.norm in _NUMBER_WORDS and token.norm not in ("oh", "o", "grand")


def _word_after(tokens: list[Token], at: int) -> str:
    if at + 2 < len(tokens) and tokens[at + 1].norm in (" ", "-"):
        return tokens[at + 2].norm
    return ""


def _run(tokens: list[Token], at: int) -> int:
    """The end of the run of number words that starts at `at`; `at` itself if none does."""
    if not _starts_run(tokens, at):
        return at
    end = at + 1
    while end + 1 < len(tokens) and tokens[end].norm in (" ", "-"):
        word = tokens[end + 1]
        if word.norm in _NUMBER_WORDS:
            end += 2
        elif word.norm == "and" and _links(tokens, end + 1):
            end += 4
        elif _is_cents(tokens, end + 1):
            return end + 2
        else:
            break
    return end


def _links(tokens: list[Token], at: int) -> bool:
    """Whether the "and" at `at` stands inside a number, as in "a hundred and five"."""
    return tokens[at - 2].norm in lexicon.MULTIPLIERS and _word_after(tokens, at) in _SMALL


def _is_cents(tokens: list[Token], at: int) -> bool:
    """Whether two digits follow a number word, as in "sixty 85"."""
    return tokens[at].kind == "number" and len(tokens[at].norm) == 2 and tokens[at - 2].norm in lexicon.TENS


def _fold_run(tokens: list[Token], at: int, end: int) -> Token | None:
    words = [t.norm for t in tokens[at:end] if t.kind != "space" and t.norm not in ("-", "and")]
    after = _word_after(tokens, end - 1)
    if words == ["one"] and after not in _MONEY_AFTER:
        return None
    if words[0] in ("a", *lexicon.MULTIPLIERS) and after in _FIGURATIVE:
        return None
    start, stop = tokens[at].start, tokens[end - 1].end
    groups = [value for value in (_value(group) for group in _groups(words)) if value is not None]
    if not groups:
        return None
    before = tokens[at - 2].norm if at > 1 else ""
    money = _is_money(words, after) and before not in _NAMES_A_NUMBER and len(groups) == 1
    return Token(start, stop, "_".join(groups) + (" dollars" if money else ""), "number")


def _is_money(words: list[str], after: str) -> bool:
    """Whether a number is money by its words alone: references are not said in hundreds and grands."""
    return any(word in lexicon.MULTIPLIERS or word == "grand" for word in words) and after not in _COUNTED


def _groups(words: list[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for word in words:
        if group and not _extends(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _extends(group: list[str], word: str) -> bool:
    last = group[-1]
    if word in lexicon.MULTIPLIERS or word == "grand":
        return True
    if last in lexicon.MULTIPLIERS:
        return word in _SMALL and word != "zero"
    return last in lexicon.TENS and word in lexicon.UNITS and word != "zero"


def _value(group: list[str]) -> str | None:
    if len(group) == 1 and (group[0] in lexicon.SPOKEN_ZERO or group[0][0].isdigit()):
        return "0" if group[0] in lexicon.SPOKEN_ZERO else group[0]
    words = ["thousand" if word == "grand" else word for word in group]
    if words[0] == "a":
        words[0] = "one"
    elif words[0] in lexicon.MULTIPLIERS:
        words.insert(0, "one")
    scale = 1
    if words[0][0].isdigit():
        if "." in words[0]:
            return None
        scale, words = int(words[0]), ["one", *words[1:]]
    try:
        return str(text2num(" ".join(words), "en") * scale)
    except ValueError:
        return None
