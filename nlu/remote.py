"""The `Nlu` protocol over a running Rasa server, for teams that operate one.

The server gives the ranking and the learned entities; grammar and composition are ours, as in process.
Serve the same model: `uv run --project nlu/rasa rasa run --enable-api -m nlu/rasa/models/paybot.tar.gz`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx

from nlu.frame import Frame
from nlu.grammar import spans
from nlu.runtime.bilou import Entity
from nlu.runtime.parse import NOTHING_SAID, frame

_LEARNED = "CRFEntityExtractor"


class RasaUnavailable(Exception):
    """The Rasa server gave no usable answer."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"Rasa at {url}: {reason}")


class RemoteNlu:
    """Asks a Rasa server; `client` carries its base URL, timeout and credentials."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def parse(self, text: str, today: dt.date) -> Frame:
        """The frame of `text`. Raises `RasaUnavailable` if the server cannot be asked; no text raises."""
        stripped = text.strip()
        if not stripped:
            return frame(text, "", NOTHING_SAID, (), (), today)
        answer = self._ask(_spoken(stripped))
        ranking = [(str(item["name"]), float(item["confidence"])) for item in answer["intent_ranking"]]
        learned = [
            Entity(e["entity"], e["start"], e["end"], float(e.get("confidence_entity", 1.0)))
            for e in answer.get("entities", ())
            if e.get("extractor") == _LEARNED
        ]
        return frame(text, stripped, ranking, spans(stripped), learned, today)

    def _ask(self, text: str) -> dict[str, Any]:
        url = str(self._client.base_url)
        try:
            response = self._client.post("/model/parse", json={"text": text})
            response.raise_for_status()
            answer: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaUnavailable(url, str(error)) from error
        if not answer.get("intent_ranking"):
            raise RasaUnavailable(url, "an answer without a ranking")
        return answer


def _spoken(text: str) -> str:
    """The text with no leading slash: Rasa would obey "/affirm" as an intent given outright, with
    confidence 1, whoever typed it. A full stop takes its place, so that offsets stay."""
    said = text.lstrip("/")
    return "." * (len(text) - len(said)) + said
