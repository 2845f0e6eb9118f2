"""The wordings: plain, short, complete, and safe to send by text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from bot.render import PLACEHOLDER

BOT = Path(__file__).parents[2] / "bot"
FILES = sorted((BOT / "texts").glob("*.yml"))
GSM7 = set(
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6\u0393\u039b\u03a9"
    "\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./0123456789:;<=>?\u00a1"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
RESERVED = re.compile(r"\b(STOP|STOPALL|END|QUIT|CANCEL|REVOKE|OPTOUT|UNSUBSCRIBE)\b", re.IGNORECASE)
CARRIER = {"keyword_help", "opted_in"}
"""Texts that carriers require to name STOP."""
TWO_SEGMENTS = 306
META = {"locale"}
TEXTS = {p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in FILES}
ENGLISH: dict[str, str | dict[str, str]] = TEXTS["en"]


def forms(wording: str | Mapping[str, str]) -> list[str]:
    return [wording] if isinstance(wording, str) else list(wording.values())


def every() -> Iterator[tuple[str, str, str]]:
    for language, wordings in TEXTS.items():
        for key, wording in wordings.items():
            if key not in META:
                yield from ((language, key, form) for form in forms(wording))


def constants() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every string of the core's sources, and every f-string as a pattern."""
    plain: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                plain.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"\w+" for v in node.values]
                if any(isinstance(v, ast.Constant) for v in node.values):
                    patterns.append(re.compile("".join(parts)))
    return plain, patterns


def used() -> Iterator[tuple[str, str]]:
    """(where, key) of each wording that the sources name outright."""
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given: list[ast.expr] = []
            if name in ("Say", "Line"):
                given = [k.value for k in node.keywords if k.arg == "text"]
            elif name in ("sentence", "line"):
                given = node.args[:1]
            elif name == "tell":
                given = node.args[1:2]
            elif name in ("ask_amount", "ask_invoices", "ask_method"):
                given = node.args[3:4]
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield f"{path.name}:{node.lineno}", value.value


def test_a_wording_can_be_sent_in_plain_gsm7() -> None:
    """One character outside it would double the price of the message."""
    assert not [(language, key) for language, key, form in every() if set(PLACEHOLDER.sub("", form)) - GSM7]


def test_a_wording_never_asks_for_an_opt_out_word() -> None:
    """A carrier would unsubscribe whoever answers with one."""
    found = [(k, f) for _, k, f in every() if k not in CARRIER and RESERVED.search(PLACEHOLDER.sub("", f))]
    assert not found


def test_a_wording_alone_fits_two_segments() -> None:
    assert not [(language, key) for language, key, form in every() if len(form) > TWO_SEGMENTS]


def test_every_wording_that_the_sources_name_exists() -> None:
    missing = sorted(f"{where} {key}" for where, key in used() if key not in ENGLISH)
    assert not missing


def test_every_wording_is_used() -> None:
    plain, patterns = constants()
    unused = [k for k in ENGLISH if k not in META and k not in plain and not any(p.fullmatch(k) for p in patterns)]
    assert not unused


def test_every_language_has_the_same_wordings_with_the_same_values() -> None:
    """What a translation leaves out is said in English; what it adds or renames would never be filled."""
    for language, wordings in TEXTS.items():
        for key, wording in wordings.items():
            assert key in ENGLISH, f"{language}: {key}"
            if key not in META:
                names = {n for form in forms(wording) for n in PLACEHOLDER.findall(form)}
                known = {n for form in forms(ENGLISH[key]) for n in PLACEHOLDER.findall(form)}
                assert names <= known | {"count"}, f"{language}: {key}"


def test_a_plural_has_the_general_form() -> None:
    for language, wordings in TEXTS.items():
        for key, wording in wordings.items():
            assert isinstance(wording, str) or "other" in wording, f"{language}: {key}"
