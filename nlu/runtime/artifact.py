"""The model on disk: what `nlu.export` writes and `nlu.runtime` reads.

`manifest.json` says what it was trained from and holds the hash of every other file; `weights.npz` the numbers;
`names.json` the names of their rows; `encoder.npz` the sentence encoder; `sample.json` answers of Rasa's to hold the
runtime to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu.runtime.counts import Classifier
from nlu.runtime.crf import FEATURES, Crf
from nlu.sentence_encoder import SentenceEncoder
from nlu.sentence_spelling import Speller

MODEL = Path(__file__).parent.parent / "model"
FORMAT = 1
"""Raised with every change that an older runtime could not read."""
FILES = ("weights.npz", "names.json", "encoder.npz", "sample.json")


class ArtifactError(Exception):
    """The model's files are missing, damaged, or of another format."""


@dataclass(frozen=True)
class Artifact:
    """A loaded model."""

    manifest: dict[str, Any]
    classifier: Classifier
    crf: Crf
    speller: Speller
    encoder: SentenceEncoder
    ngrams: int
    temperature: float
    ranking_length: int
    split_by_comma: bool


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(folder: Path) -> Artifact:
    """The model in `folder`. Raises `ArtifactError` unless every file is as its manifest says."""
    manifest = _manifest(folder)
    names = json.loads((folder / "names.json").read_text("utf-8"))
    encoder = SentenceEncoder.load(folder / "encoder.npz")
    options = manifest["options"]
    with np.load(folder / "weights.npz") as weights:
        classifier = _classifier(names, options, weights)
        crf = _crf(names, weights)
    return Artifact(
        manifest=manifest,
        classifier=classifier,
        crf=crf,
        speller=Speller(names["spelling"], encoder.knows),
        encoder=encoder,
        ngrams=options["ngrams"],
        temperature=options["temperature"],
        ranking_length=options["ranking_length"],
        split_by_comma=options["split_by_comma"],
    )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise ArtifactError(f"the model in {folder} has format {manifest['format']}, not {FORMAT}")
        for name in FILES:
            if digest(folder / name) != manifest["files"][name]:
                raise ArtifactError(f"{folder / name} is not the file that the manifest names")
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(f"no usable model in {folder}: {error}") from error
    return manifest


def _classifier(names: dict[str, Any], options: dict[str, Any], weights: Any) -> Classifier:
    words, letters, shapes = names["words"], names["letters"], names["shapes"]
    return Classifier(
        intents=tuple(names["intents"]),
        bias=weights["bias"],
        words={name: row for row, name in enumerate(words)},
        letters={name: row for row, name in enumerate(letters, len(words))},
        letters_least=options["letters_least"],
        letters_most=options["letters_most"],
        shapes={name: row for row, name in enumerate(shapes, len(words) + len(letters))},
        sparse=weights["sparse"] * weights["sparse.scale"],
        dense=weights["dense"],
    )


def _crf(names: dict[str, Any], weights: Any) -> Crf:
    window = tuple(tuple(features) for features in names["crf_window"])
    unknown = {feature for features in window for feature in features} - FEATURES
    if unknown:
        raise ArtifactError(f"the sequence model uses features unknown here: {sorted(unknown)}")
    return Crf(
        labels=tuple(names["crf_labels"]),
        window=window,
        attributes={name: row for row, name in enumerate(names["crf_attributes"])},
        weights=weights["crf_weights"].astype(np.float64),
        transitions=weights["crf_transitions"].astype(np.float64),
    )
