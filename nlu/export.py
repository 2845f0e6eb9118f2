"""From the archive that `rasa train nlu` wrote to the artifact that `nlu.runtime` serves.

Runs in the training environment: `python -m nlu.export ARCHIVE FOLDER`. Every component and every option of the
pipeline must be one that the runtime computes exactly; anything else is refused.
"""

from __future__ import annotations

import importlib
import json
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from nlu.sentence_encoder import SentenceEncoder

_RASA = "rasa.nlu."
_COUNTS = f"{_RASA}featurizers.sparse_featurizer.count_vectors_featurizer.CountVectorsFeaturizer"
_CRF = f"{_RASA}extractors.crf_entity_extractor.CRFEntityExtractor"
_PIPELINE: tuple[tuple[str, frozenset[str]], ...] = (
    (f"{_RASA}tokenizers.whitespace_tokenizer.WhitespaceTokenizer", frozenset()),
    (_COUNTS, frozenset()),
    (_COUNTS, frozenset({"analyzer", "min_ngram", "max_ngram"})),
    ("nlu.components.grammar.GrammarFeaturizer", frozenset({"ngrams", "min_count", "scale", "version"})),
    ("nlu.components.vectors.SentenceFeaturizer", frozenset({"scale", "version"})),
    (
        f"{_RASA}classifiers.logistic_regression_classifier.LogisticRegressionClassifier",
        frozenset({"max_iter", "tol", "solver", "ranking_length"}),
    ),
    (_CRF, frozenset({"features", "L1_c", "L2_c", "max_iterations", "split_entities_by_comma"})),
    ("nlu.components.grammar.GrammarExtractor", frozenset()),
    ("nlu.components.rulings.IntentRulings", frozenset({"temperature", "ranking_length"})),
)
_INT16 = 32_767
_IGNORED = ("converters.nlu_message_converter", "regex_message_handler")


class ExportError(Exception):
    """The archive holds what the runtime cannot serve."""


def export(archive: Path, folder: Path) -> dict[str, Any]:
    """Write `weights.npz` and `names.json` to `folder`; the options for the manifest are returned."""
    with tempfile.TemporaryDirectory() as place, tarfile.open(archive) as packed:
        packed.extractall(place, filter="data")
        root = Path(place)
        metadata = json.loads((root / "metadata.json").read_text("utf-8"))
        configs, folders = _checked(metadata["predict_schema"]["nodes"], root / "components")
        names, weights = _classifier(configs, folders)
        crf_names, crf_weights = _sequence_model(configs[6], folders[6])
    np.savez_compressed(folder / "weights.npz", **weights, **crf_weights)
    (folder / "names.json").write_text(
        json.dumps({**names, **crf_names}, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    return {
        "letters_least": configs[2]["min_ngram"],
        "letters_most": configs[2]["max_ngram"],
        "ngrams": configs[3].get("ngrams", 3),
        "temperature": configs[8].get("temperature", 1.0),
        "ranking_length": configs[8].get("ranking_length", 10),
        "split_by_comma": configs[6].get("split_entities_by_comma", True),
        "rasa": metadata["rasa_open_source_version"],
    }


def _checked(nodes: dict[str, Any], components: Path) -> tuple[list[dict[str, Any]], list[Path]]:
    """Each component's options and folder, in the pipeline's order. Raises `ExportError`."""
    pipeline = [node for node in nodes.values() if not any(name in node["uses"] for name in _IGNORED)]
    uses = [node["uses"] for node in pipeline]
    if uses != [name for name, _ in _PIPELINE]:
        raise ExportError(f"the runtime cannot serve the pipeline {uses}")
    for node, (name, allowed) in zip(pipeline, _PIPELINE, strict=True):
        if unknown := set(node["config"]) - allowed:
            raise ExportError(f"the runtime knows no option {sorted(unknown)} of {name}")
    letters, crf = pipeline[2]["config"], pipeline[6]["config"]
    if letters.get("analyzer") != "char_wb":
        raise ExportError("the second CountVectorsFeaturizer must count letters (char_wb)")
    if pipeline[5]["config"].get("ranking_length") != 0:
        raise ExportError("the classifier must hand its whole ranking to the rulings (ranking_length: 0)")
    if not isinstance(crf.get("split_entities_by_comma", True), bool):
        raise ExportError("split_entities_by_comma must be one answer for all entities")
    folders = [components / node["resource"]["name"] if node["resource"] else components for node in pipeline]
    return [node["config"] for node in pipeline], folders


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _classifier(configs: list[dict[str, Any]], folders: list[Path]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Names of the rows and the rows, the features' scales folded into them."""
    skops: Any = importlib.import_module("skops.io")
    words, letters = (_column_order(_json(folders[i] / "vocabularies.json")["text"]) for i in (1, 2))
    grammar = _json(folders[3] / "grammar_features.json")
    file = folders[5] / f"{folders[5].name}.skops"
    model = skops.load(file, trusted=skops.get_untrusted_types(file=file))
    rows = model.coef_.T.astype(np.float64)
    first_shape = len(words) + len(letters)
    first_dense = first_shape + len(grammar["features"])
    rows[first_shape:first_dense] *= configs[3].get("scale", 1.0)
    rows[first_dense:] *= configs[4].get("scale", 10.0)
    size = SentenceEncoder.load().size
    if len(rows) != first_dense + size or len(model.classes_) < 3:
        raise ExportError(f"{len(rows)} rows of weights for {first_dense + size} features")
    names = {
        "intents": [str(name) for name in model.classes_],
        "words": words,
        "letters": letters,
        "shapes": grammar["features"],
        "spelling": grammar["words"],
    }
    sparse = rows[:first_dense]
    scale = np.maximum(np.abs(sparse).max(axis=0), 1e-9) / _INT16
    weights = {
        "sparse": np.round(sparse / scale).astype(np.int16),
        "sparse.scale": scale.astype(np.float32),
        "dense": rows[first_dense:].astype(np.float32),
        "bias": model.intercept_.astype(np.float32),
    }
    return names, weights


def _column_order(vocabulary: dict[str, int]) -> list[str]:
    return sorted(vocabulary, key=vocabulary.__getitem__)


def _sequence_model(config: dict[str, Any], folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The CRF's weights. Rasa keeps only the training set and trains again on loading; so does this."""
    module: Any = importlib.import_module("rasa.nlu.extractors.crf_entity_extractor")
    extractor = module.CRFEntityExtractor
    options = {**extractor.get_default_config(), **config}
    order = _json(folder / "crf_order.json")
    if order != ["entity"] or not options["BILOU_flag"]:
        raise ExportError("the runtime serves one sequence model, with BILOU tags, without roles or groups")
    dataset = [
        [module.CRFToken.create_from_dict(token) for token in sentence]
        for sentence in _json(folder / "crf_dataset.json")
    ]
    tagger = extractor.train_model(dataset, options, order)["entity"]
    labels = list(tagger.tagger_.labels())
    column = {label: i for i, label in enumerate(labels)}
    window = [[getattr(f, "value", f) for f in features] for features in options["features"]]
    attributes = {name: row for row, name in enumerate(dict.fromkeys(a for a, _ in tagger.state_features_))}
    weights = np.zeros((len(attributes), len(labels)))
    for (attribute, label), weight in tagger.state_features_.items():
        weights[attributes[attribute], column[label]] = weight
    transitions = np.zeros((len(labels), len(labels)))
    for (before, after), weight in tagger.transition_features_.items():
        transitions[column[before], column[after]] = weight
    canonical = [_canonical(name) for name in attributes]
    names = {"crf_labels": labels, "crf_window": window, "crf_attributes": canonical}
    return names, {"crf_weights": weights.astype(np.float32), "crf_transitions": transitions.astype(np.float32)}


def _canonical(attribute: str) -> str:
    """Python 3.11 spells a default feature by its enum ("0:CRFEntityExtractorOptions.LOW:pay")."""
    offset, _, rest = attribute.partition(":")
    prefix = "CRFEntityExtractorOptions."
    if not rest.startswith(prefix):
        return attribute
    name, colon, value = rest.removeprefix(prefix).partition(":")
    return f"{offset}:{name.lower()}{colon}{value}"


def main() -> None:
    """Export, and print the options as JSON."""
    archive, folder = map(Path, sys.argv[1:3])
    sys.stdout.write(json.dumps(export(archive, folder)) + "\n")


if __name__ == "__main__":
    main()
