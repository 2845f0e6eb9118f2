"""Rasa's own answers, to hold the runtime to: `python -m nlu.export_answers ARCHIVE TEXTS.json ANSWERS.json`.

Runs in the training environment. The texts are a JSON list; the answers a JSON list in the same order, each
with the text as Rasa saw it (stripped), its ranking before and after the rulings (best first) and its entities.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
from pathlib import Path
from typing import Any

_DIGITS = 7


async def answers(archive: Path, texts: list[str]) -> list[dict[str, Any]]:
    """Rasa's parse of each text."""
    agent: Any = importlib.import_module("rasa.core.agent").Agent.load(str(archive))
    return [_plain(text.strip(), await agent.parse_message(text.strip())) for text in texts]


def _plain(text: str, parsed: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": text,
        "classified": _ranking(parsed["classified"]),
        "ranking": _ranking(parsed["intent_ranking"]),
        "entities": [
            {
                "entity": entity["entity"],
                "start": entity["start"],
                "end": entity["end"],
                "value": entity["value"],
                "confidence": round(float(entity.get("confidence_entity", 1.0)), _DIGITS),
                "extractor": entity["extractor"],
            }
            for entity in parsed["entities"]
        ],
    }


def _ranking(items: list[dict[str, Any]]) -> list[list[Any]]:
    return [[item["name"], round(item["confidence"], _DIGITS)] for item in items]


def main() -> None:
    """Parse the texts of the file and write the answers."""
    logging.disable(logging.WARNING)
    structlog: Any = importlib.import_module("structlog")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    archive, texts, out = map(Path, sys.argv[1:4])
    found = asyncio.run(answers(archive, json.loads(texts.read_text("utf-8"))))
    out.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    main()
