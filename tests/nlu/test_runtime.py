"""The served model answers as Rasa did when it was trained, at once, on any text, and refuses a damaged artifact."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.commands import parse_lines
from nlu.frame import INTENTS
from nlu.runtime import MODEL, ArtifactError, Runtime, load
from nlu.runtime.bilou import entities, repair
from nlu.runtime.tokens import Token, tokenize
from tests.nlu.rasa_answers import learned_differences, same_spans

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def nlu() -> Runtime:
    return load()


def test_answers_as_rasa_did_on_the_recorded_sample(nlu: Runtime) -> None:
    """Where the grammar still reads the text as it did then: rulings and grammar are the same code in Rasa."""
    recorded = json.loads((MODEL / "sample.json").read_text("utf-8"))
    pairs = [(nlu.read(answer["text"]), answer) for answer in recorded]
    compared = [(parsed, answer) for parsed, answer in pairs if same_spans(parsed, answer)]
    assert len(compared) > max(200, 0.9 * len(recorded)), "the grammar has changed much: run `paybot train`"
    wrong = [line for parsed, answer in compared for line in learned_differences(parsed, answer)]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u2003"])
def test_a_text_without_a_character_to_read_is_out_of_scope_and_unsure(nlu: Runtime, text: str) -> None:
    frame = nlu.parse(text, TODAY)
    assert frame.contract() == {"text": text, "intent": "out_of_scope", "confidence": 0.0, "slots": {}}


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_gets_a_frame(text: str) -> None:
    nlu = _shared()
    frame = nlu.parse(text, TODAY)
    assert frame.text == text
    assert frame.intent in INTENTS
    assert 0 <= frame.confidence <= 1
    assert len(frame.ranking) <= 10


@pytest.mark.parametrize("text", ["pay " * 2500, "x" * 10_000, "1 " * 5000, "\u200b" * 10_000, "(" * 10_000])
def test_ten_thousand_characters_take_well_under_a_second(nlu: Runtime, text: str) -> None:
    began = time.perf_counter()
    nlu.parse(text, TODAY)
    assert time.perf_counter() - began < 1


def test_the_same_text_gives_the_same_frame_whatever_was_parsed_before(nlu: Runtime) -> None:
    texts = ["pay my bill", "put 50 on 1043", "yes", "for Acme Dental please"]
    first = [nlu.parse(text, TODAY) for text in texts]
    assert [nlu.parse(text, TODAY) for text in reversed(texts)] == first[::-1]
    assert [load().parse(text, TODAY) for text in texts] == first


def test_lines_come_out_in_order_blank_ones_too(nlu: Runtime) -> None:
    out = io.StringIO()
    parse_lines(["pay my bill\n", "\n", "yes\r\n", "no"], out, nlu, TODAY)
    frames = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [frame["text"] for frame in frames] == ["pay my bill", "", "yes", "no"]
    assert [set(frame) for frame in frames] == [{"text", "intent", "confidence", "slots"}] * 4
    assert [frames[i]["intent"] for i in (0, 2, 3)] == ["make_payment", "affirm", "deny"]


@pytest.mark.parametrize("name", ["weights.npz", "names.json", "encoder.npz", "sample.json", "manifest.json"])
def test_a_damaged_or_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    damaged = tmp_path / "model"
    shutil.copytree(MODEL, damaged)
    content = bytearray((damaged / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (damaged / name).write_bytes(content)
    with pytest.raises(ArtifactError):
        load(damaged)
    (damaged / name).unlink()
    with pytest.raises(ArtifactError):
        load(damaged)


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model"
    shutil.copytree(MODEL, other)
    manifest: dict[str, Any] = json.loads((other / "manifest.json").read_text("utf-8"))
    manifest["format"] += 1
    (other / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ArtifactError, match="format"):
        load(other)


@pytest.mark.parametrize(
    ("tags", "repaired"),
    [
        (["B-note", "O"], ["U-note", "O"]),
        (["B-note", "I-note", "O"], ["B-note", "L-note", "O"]),
        (["B-note", "I-account", "L-note"], ["B-note", "I-note", "L-note"]),
        (["I-note", "L-note"], ["I-note", "L-note"]),
    ],
)
def test_tags_are_repaired_as_rasa_does(tags: list[str], repaired: list[str]) -> None:
    assert repair(list(tags), [0.9] * len(tags))[0] == repaired


def test_tokens_two_characters_apart_are_one_entity_only_if_commas_do_not_split() -> None:
    tokens = [Token("unit", 0, 4), Token("4B", 6, 8)]
    tags = ["B-note", "L-note"]
    assert [(e.start, e.end) for e in entities(tokens, tags, [0.9, 0.8], split_by_comma=False)] == [(0, 8)]
    assert [(e.start, e.end) for e in entities(tokens, tags, [0.9, 0.8], split_by_comma=True)] == [(0, 4), (6, 8)]


@given(text=st.text(min_size=1, max_size=60).map(str.strip).filter(bool))
def test_tokens_stand_where_they_say(text: str) -> None:
    tokens = tokenize(text)
    assert tokens
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))


_LOADED: list[Runtime] = []


def _shared() -> Runtime:
    """The model, loaded once, for properties (which take no module fixture)."""
    if not _LOADED:
        _LOADED.append(load())
    return _LOADED[0]
