"""The training utterances and the fixed test set, read from their files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Case:
    """One utterance of the test set with the frame that it should give."""

    text: str
    intent: str
    slots: dict[str, Any]
    """In the contract's form: strings and lists of strings."""
    group: str
    today: dt.date


def data_files(root: Path) -> list[Path]:
    """The files that training reads, in order."""
    return sorted((root / "nlu" / "data").glob("*.yml"))


def examples(root: Path) -> Iterator[tuple[str, str]]:
    """(utterance, intent) of every training example, entity annotations taken out."""
    for path in data_files(root):
        for block in yaml.safe_load(path.read_text("utf-8")).get("nlu", []):
            if "intent" in block:
                for line in block["examples"].splitlines():
                    if line.startswith("- ") and (text := line[2:].strip()):
                        yield _ANNOTATION.sub(r"\1", text), block["intent"]


def read_cases(path: Path) -> list[Case]:
    """The test set in `path` (see its head for the form)."""
    document = yaml.safe_load(path.read_text("utf-8"))
    return [
        Case(
            text=item["text"],
            intent=item["intent"],
            slots=item.get("slots") or {},
            group=item.get("group", "core"),
            today=dt.date.fromisoformat(str(item.get("today", document["today"]))),
        )
        for item in document["frames"]
    ]


def rasa_test_set(cases: list[Case]) -> str:
    """The cases as Rasa test data, with the entities that the sequence model is to find."""
    by_intent: dict[str, list[str]] = {}
    for case in cases:
        by_intent.setdefault(case.intent, []).append(_annotated(case))
    blocks = [
        {"intent": intent, "examples": [{"text": text} for text in texts]} for intent, texts in by_intent.items()
    ]
    return yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False)


def _annotated(case: Case) -> str:
    text = case.text
    for slot in ("note", "account"):
        value = case.slots.get(slot)
        if value and text.count(value) == 1 and "[" not in text:
            text = text.replace(value, f"[{value}]({slot})")
    return text
