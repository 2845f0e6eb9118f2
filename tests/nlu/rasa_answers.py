"""Comparing the runtime with Rasa's own answers."""

from __future__ import annotations

from typing import Any

from nlu.runtime import Runtime

TOLERANCE = 1e-3
_CRF = "CRFEntityExtractor"
_TIE = 2e-6
"""Two intents whose confidences are closer than this may change places: the arithmetic differs in the last digit."""


def differences(nlu: Runtime, answer: dict[str, Any]) -> list[str]:
    """What the runtime says otherwise than Rasa's `answer` (see `nlu.export_answers`); nothing if all is equal."""
    text = answer["text"]
    parsed = nlu.read(text)
    found = [(e.entity, e.start, e.end, text[e.start : e.end], e.confidence, _CRF) for e in parsed.learned]
    found += [(s.slot, s.start, s.end, s.value, 1.0, "GrammarExtractor") for s in parsed.spans]
    wanted = [
        (e["entity"], e["start"], e["end"], e["value"], e["confidence"], e["extractor"]) for e in answer["entities"]
    ]
    wrong = []
    if [e[:4] + e[5:] for e in found] != [e[:4] + e[5:] for e in wanted]:
        wrong.append(f"{text!r}: entities {found}, Rasa {wanted}")
    elif any(abs(mine[4] - theirs[4]) > TOLERANCE for mine, theirs in zip(found, wanted, strict=True)):
        wrong.append(f"{text!r}: confidences of entities {found}, Rasa {wanted}")
    (intent, confidence), (theirs, their_confidence) = parsed.ranking[0], answer["ranking"][0]
    tied = len(answer["ranking"]) > 1 and abs(their_confidence - answer["ranking"][1][1]) < _TIE
    if intent != theirs and not tied:
        wrong.append(f"{text!r}: {intent} ({confidence}), Rasa {theirs} ({their_confidence})")
    elif abs(confidence - their_confidence) > TOLERANCE:
        wrong.append(f"{text!r}: {intent} {confidence}, Rasa {their_confidence}")
    ours = dict(parsed.ranking)
    if any(abs(ours[name] - value) > TOLERANCE for name, value in answer["ranking"] if name in ours):
        wrong.append(f"{text!r}: ranking {parsed.ranking}, Rasa {answer['ranking']}")
    return wrong
