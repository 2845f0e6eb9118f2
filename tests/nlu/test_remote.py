"""Over a Rasa server the frame is the one that the served model gives; what a person types is never a command."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from nlu.remote import RasaUnavailable, RemoteNlu
from nlu.runtime import Runtime, load

TODAY = dt.date(2026, 11, 22)
TEXTS = ["pay my bill", "  put $50 on 1043 friday ", "yes", "for Acme Dental", "pay 40, note: unit 4B", "👍"]


@pytest.fixture(scope="module")
def nlu() -> Runtime:
    return load()


def remote(answer: Callable[[str], Any]) -> RemoteNlu:
    """A client of a Rasa server that answers as `answer` does: a JSON value for the text posted."""

    def handle(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/model/parse")
        return httpx.Response(200, json=answer(json.loads(request.content)["text"]))

    return RemoteNlu(httpx.Client(base_url="http://rasa.test", transport=httpx.MockTransport(handle)))


def as_rasa(nlu: Runtime) -> Callable[[str], dict[str, Any]]:
    """The body of Rasa's answer, which parity makes equal to what the runtime reads."""

    def answer(text: str) -> dict[str, Any]:
        parsed = nlu.read(text)
        learned = [
            {"entity": e.entity, "start": e.start, "end": e.end, "confidence_entity": e.confidence,
             "value": text[e.start : e.end], "extractor": "CRFEntityExtractor"}
            for e in parsed.learned
        ]  # fmt: skip
        grammar = [
            {"entity": s.slot, "start": s.start, "end": s.end, "value": s.value, "extractor": "GrammarExtractor"}
            for s in parsed.spans
        ]
        ranking = [{"name": name, "confidence": p} for name, p in parsed.ranking]
        return {"text": text, "intent": ranking[0], "intent_ranking": ranking, "entities": learned + grammar}

    return answer


@pytest.mark.parametrize("text", TEXTS)
def test_the_frame_is_the_one_that_the_served_model_gives(nlu: Runtime, text: str) -> None:
    assert remote(as_rasa(nlu)).parse(text, TODAY) == nlu.parse(text, TODAY)


def test_blank_text_is_not_sent() -> None:
    def never(text: str) -> Any:
        raise AssertionError(text)

    assert remote(never).parse("  ", TODAY).intent == "out_of_scope"


@pytest.mark.parametrize("text", ["/affirm", '/make_payment{"amount": "50"}', "///affirm"])
def test_a_slash_is_never_sent_first_since_rasa_would_obey_it(nlu: Runtime, text: str) -> None:
    seen: list[str] = []

    def answer(said: str) -> dict[str, Any]:
        seen.append(said)
        return as_rasa(nlu)(said)

    assert remote(answer).parse(text, TODAY).text == text
    assert not seen[0].startswith("/")
    assert len(seen[0]) == len(text)


@pytest.mark.parametrize("body", [{}, {"intent_ranking": []}])
def test_an_answer_without_a_ranking_is_no_answer(body: dict[str, Any]) -> None:
    with pytest.raises(RasaUnavailable):
        remote(lambda _: body).parse("pay", TODAY)


def test_a_server_that_cannot_be_reached_is_unavailable() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    client = httpx.Client(base_url="http://rasa.test", transport=httpx.MockTransport(refuse))
    with pytest.raises(RasaUnavailable, match="refused"):
        RemoteNlu(client).parse("pay", TODAY)
