"""The fixed NLU test set is well formed: legal labels in the contract's form, enough of them, none trained on."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.frame import INTENTS, Slots

ROOT = Path(__file__).resolve().parents[2]
FRAMES = ROOT / "tests" / "nlu" / "frames.yml"
DATA = ROOT / "nlu" / "data"
GROUPS = {"core": 250, "noisy": 130, "adversarial": 130}
"""The groups, each with the fewest utterances that it may hold."""

INVOICE_REF = re.compile(r"[A-Z0-9][A-Z0-9-]*|#\d+|(oldest|latest):\d+|overdue|all|month:\d{4}-(0[1-9]|1[0-2])")
FORMS = {
    "method_last4": re.compile(r"\d{4}"),
    "method_ref": re.compile(r"default|other|new|#\d+"),
    "period": re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?"),
    "count": re.compile(r"[1-9]\d*"),
    "parts": re.compile(r"[2-9]|[1-9]\d+"),
    "amount_fraction": re.compile(r"0\.\d{1,2}"),
}
SLOTLESS = {
    "affirm", "deny", "cancel", "greet", "thank", "goodbye", "repeat", "go_back", "restart", "out_of_scope",
}  # fmt: skip
IMPLIES_SCOPE = {"make_payment", "inform", "change"}

Item = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded = yaml.safe_load(FRAMES.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def items(document: dict[str, Any]) -> list[Item]:
    frames = document["frames"]
    assert isinstance(frames, list)
    return frames


def plain(text: str) -> str:
    """The text as far as two utterances must differ: case, spacing and punctuation at the ends do not count."""
    return " ".join(text.casefold().split()).strip(" .,!?;:\"'") or text.strip()


def test_has_a_day_and_only_the_four_fields(document: dict[str, Any], items: list[Item]) -> None:
    assert set(document) == {"today", "frames"}
    assert dt.date.fromisoformat(document["today"]) == dt.date(2026, 11, 22)
    for item in items:
        assert set(item) == {"text", "intent", "slots", "group"}, item
        assert isinstance(item["text"], str), item
        assert item["text"].strip() == item["text"] != "", item


def test_every_intent_and_slot_is_legal_and_in_canonical_form(items: list[Item]) -> None:
    for item in items:
        slots = item["slots"]
        assert item["intent"] in INTENTS, item
        assert Slots.model_validate(slots).contract() == slots, item
        for name, form in FORMS.items():
            assert name not in slots or form.fullmatch(slots[name]), item
        for reference in [*slots.get("invoices", []), *slots.get("invoices_except", [])]:
            assert INVOICE_REF.fullmatch(reference), item


def test_labels_keep_the_rulings_that_a_program_can_check(items: list[Item]) -> None:
    for item in items:
        intent, slots = item["intent"], item["slots"]
        assert not (intent in SLOTLESS and slots), item
        assert "target" not in slots or (intent == "change" and len(slots) == 1), item
        assert "date_from" not in slots or intent == "reschedule_payment", item
        assert "amounts" not in slots or len(slots["amounts"]) == len(slots["invoices"]), item
        expected = implied_scope(intent, slots)
        if expected is not None:
            assert slots.get("scope") == expected, item
        else:
            assert slots.get("scope") in (None, "total_balance", "current_charges"), item


def implied_scope(intent: str, slots: dict[str, Any]) -> str | None:
    """The scope that an amount or invoices imply with paying intents, or None."""
    if intent not in IMPLIES_SCOPE:
        return None
    if "invoices" in slots:
        return "selected_invoices"
    return "fixed_amount" if "amount" in slots else None


def test_counts(items: list[Item]) -> None:
    groups = Counter(item["group"] for item in items)
    intents = Counter(item["intent"] for item in items)
    assert set(groups) <= set(GROUPS)
    assert all(groups[name] >= fewest for name, fewest in GROUPS.items()), groups
    assert sum(groups.values()) >= 520
    assert all(intents[name] >= 4 for name in INTENTS), intents


def test_no_utterance_stands_twice(items: list[Item]) -> None:
    counts = Counter(plain(item["text"]) for item in items)
    assert [text for text, times in counts.items() if times > 1] == []


def test_no_utterance_is_trained_on(items: list[Item]) -> None:
    trained = training_texts()
    if not trained:
        pytest.skip("nlu/data holds no training examples")
    assert sorted({item["text"] for item in items if plain(item["text"]) in trained}) == []


def training_texts() -> set[str]:
    """Every example of nlu/data without its annotations, as `plain` has it."""
    texts: set[str] = set()
    for path in sorted(DATA.rglob("*.yml")):
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for block in loaded.get("nlu", []):
            if "intent" in block:
                lines = str(block.get("examples", "")).splitlines()
                texts.update(plain(unannotated(line[1:])) for line in lines if line.startswith("-"))
    return texts


def unannotated(example: str) -> str:
    """The example's words alone: `for [Acme](account)` and `for [Acme]{"entity": ...}` give "for Acme"."""
    return re.sub(r"\[([^\]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", example)


def test_annotations_do_not_hide_a_trained_utterance() -> None:
    assert unannotated('for [Acme Dental](account), note [unit 4B]{"entity": "note"}') == (
        "for Acme Dental, note unit 4B"
    )
