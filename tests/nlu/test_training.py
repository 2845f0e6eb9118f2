"""The committed model is the one that the committed pipeline, data and grammar would give."""

from __future__ import annotations

import json

import yaml

from nlu.evaluate import TEST_SET, evaluate
from nlu.frame import INTENTS
from nlu.runtime import MODEL, load
from nlu.training import ROOT, features_digest, inputs
from nlu.training_data import Case, examples, rasa_test_set, read_cases

MANIFEST = json.loads((MODEL / "manifest.json").read_text("utf-8"))
TRAIN = "the model is older than what it was trained from: run `paybot train`"


def test_pipeline_and_data_are_those_that_the_model_was_trained_from() -> None:
    assert inputs() == MANIFEST["trained_from"], TRAIN


def test_grammar_and_featurizer_give_the_features_that_the_model_was_trained_on() -> None:
    assert features_digest(load(), [text for text, _ in examples(ROOT)]) == MANIFEST["features"], TRAIN


def test_the_model_scores_no_worse_than_when_it_was_trained_and_reads_no_order_where_there_is_none() -> None:
    """Grammar and rulings may change without a training; they may not lose more than half a point."""
    summary = evaluate(load(), read_cases(TEST_SET)).summary()
    assert summary["unsafe"] == 0
    for name in ("intent", "frame"):
        assert summary[name] >= MANIFEST["figures"][name] - 0.5, name


def test_every_intent_has_training_data() -> None:
    assert {intent for _, intent in examples(ROOT)} == set(INTENTS)


def test_rasas_domain_names_the_intents_of_the_contract() -> None:
    domain = yaml.safe_load((ROOT / "nlu" / "rasa" / "domain.yml").read_text("utf-8"))
    assert domain["intents"] == list(INTENTS)


def test_the_artifact_is_at_most_twelve_megabytes() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 12_000_000


def test_rasa_test_data_annotates_notes_and_accounts() -> None:
    case = Case("pay it, note rent", "make_payment", {"note": "rent"}, "core", read_cases(TEST_SET)[0].today)
    loaded = yaml.safe_load(rasa_test_set([case]))
    assert loaded["nlu"] == [{"intent": "make_payment", "examples": [{"text": "pay it, note [rent](note)"}]}]
