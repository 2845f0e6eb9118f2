"""Comparing the runtime with Rasa's own answers (see `nlu.export_answers` for their form)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nlu.runtime import Parsed

TOLERANCE = 1e-3
_TIE = 2e-6
"""Two intents whose confidences are closer than this may change places: the arithmetic differs in the last digit."""
Answer = dict[str, Any]


def same_spans(parsed: Parsed, answer: Answer) -> bool:
    """Whether the grammar reads the text as it did when Rasa answered."""
    wanted = [e for e in answer["entities"] if e["extractor"] == "GrammarExtractor"]
    found = [(s.slot, s.start, s.end, s.value) for s in parsed.spans]
    return found == [(e["entity"], e["start"], e["end"], e["value"]) for e in wanted]


def learned_differences(parsed: Parsed, answer: Answer) -> list[str]:
    """What was learned and is served otherwise than Rasa has it: the classifier's ranking and the entities."""
    wanted = [e for e in answer["entities"] if e["extractor"] == "CRFEntityExtractor"]
    found = [(e.entity, e.start, e.end, parsed.text[e.start : e.end]) for e in parsed.learned]
    wrong = _ranking_differences(parsed.text, parsed.classified, answer["classified"])
    if found != [(e["entity"], e["start"], e["end"], e["value"]) for e in wanted]:
        wrong.append(f"{parsed.text!r}: entities {found}, Rasa {wanted}")
    elif any(abs(a.confidence - b["confidence"]) > TOLERANCE for a, b in zip(parsed.learned, wanted, strict=True)):
        wrong.append(f"{parsed.text!r}: entities {parsed.learned}, Rasa {wanted}")
    return wrong


def differences(parsed: Parsed, answer: Answer) -> list[str]:
    """Every difference from Rasa's answer, rulings and grammar included."""
    wrong = learned_differences(parsed, answer)
    wrong += _ranking_differences(parsed.text, parsed.ranking, answer["ranking"])
    if not same_spans(parsed, answer):
        wrong.append(f"{parsed.text!r}: spans {parsed.spans}, Rasa {answer['entities']}")
    return wrong


def _ranking_differences(text: str, ours: Sequence[tuple[str, float]], rasas: Sequence[Any]) -> list[str]:
    (intent, confidence), (theirs, their_confidence) = ours[0], rasas[0]
    tied = len(rasas) > 1 and abs(their_confidence - rasas[1][1]) < _TIE
    if intent != theirs and not tied:
        return [f"{text!r}: {intent} ({confidence}), Rasa {theirs} ({their_confidence})"]
    named = dict(ours)
    if any(abs(named[name] - value) > TOLERANCE for name, value in rasas if name in named):
        return [f"{text!r}: ranking {ours}, Rasa {rasas}"]
    return []
