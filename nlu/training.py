"""Train with Rasa, export, test: `train()` leaves a new model under `nlu/model/` with its manifest and figures.

Runs in the served environment; everything of Rasa runs in its own (`nlu/rasa`), started through uv.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from nlu.evaluate import Report, evaluate, write_report
from nlu.grammar import spans
from nlu.runtime import MODEL, Runtime, load
from nlu.runtime.artifact import FILES, FORMAT, digest
from nlu.runtime.tokens import tokenize
from nlu.sentence import features, patterns, shape, spoken
from nlu.sentence_encoder import ENCODER
from nlu.training_data import Case, data_files, examples, rasa_test_set, read_cases

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "nlu" / "rasa"
ARCHIVE = PROJECT / "models" / "paybot.tar.gz"
SAMPLE_EVERY = 20
"""Every so many training and test utterances, one goes into the committed sample of Rasa's answers."""
_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",  # else it reports to a third party, and waits for it
    "OMP_NUM_THREADS": "1",  # contended BLAS threads make the classifier many times slower
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "WARNING",
}


class TrainingError(Exception):
    """A step of Rasa's failed."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        super().__init__(f"{' '.join(command)} failed:\n{output[-4000:]}")


@dataclass(frozen=True)
class Trained:
    """The new model's figures."""

    report: Report
    rasa_intent_accuracy: float
    """Rasa's own, by `rasa test nlu`, 0 to 1."""
    load_ms: float


def run(*command: str, cache: Path | None = None) -> str:
    """Run a command in the training environment, from the repository's root; its output.

    Raises `TrainingError` if it fails. `cache` is where Rasa may keep what it computed.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise TrainingError(command, "uv is not installed")
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"} | _ENVIRONMENT
    if cache is not None:
        environment["RASA_CACHE_DIRECTORY"] = str(cache)
    full = [uv, "run", "--frozen", "--project", str(PROJECT), *command]
    done = subprocess.run(full, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise TrainingError(command, done.stdout + done.stderr)
    return done.stdout


def train(out: TextIO, test_set: Path, model: Path = MODEL) -> Trained:
    """Validate the data, train, export, test, and put the new model in `model`; progress goes to `out`."""
    cases = read_cases(test_set)
    read = inputs()
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        out.write("rasa data validate\n")
        run("rasa", "data", "validate", "--config", "config.yml", "--data", "nlu/data",
            "--domain", "nlu/rasa/domain.yml", cache=work / "cache")  # fmt: skip
        out.write("rasa train nlu\n")
        train_archive(ARCHIVE, work)
        out.write("export\n")
        fresh = work / "model"
        texts = [text for text, _ in examples(ROOT)]
        sample = [*texts[::SAMPLE_EVERY], *(c.text for c in cases[::SAMPLE_EVERY] if c.text.strip()), *ODD_TEXTS]
        export(fresh, ARCHIVE, read, answers(sample, work))
        out.write("rasa test nlu\n")
        accuracy = rasa_test(cases, work)
        began = time.perf_counter()
        nlu = load(fresh)
        load_ms = (time.perf_counter() - began) * 1e3
        trained = Trained(evaluate(nlu, cases), accuracy, load_ms)
        _note_figures(fresh, trained)
        for name in (*FILES, "manifest.json"):
            shutil.move(fresh / name, model / name)
    write_report(trained.report, out, failures=True)
    out.write(f"rasa test nlu        intent {100 * accuracy:.1f} %\n")
    out.write(f"load                 {load_ms:.0f} ms\n")
    out.write(f"artifact             {sum(p.stat().st_size for p in model.iterdir()) / 1e6:.2f} MB\n")
    return trained


def train_archive(archive: Path, work: Path) -> None:
    """`rasa train nlu` from the committed pipeline and data to `archive`; `work` is for what Rasa keeps meanwhile."""
    run("rasa", "train", "nlu", "--config", "config.yml", "--nlu", "nlu/data", "--out", str(archive.parent),
        "--fixed-model-name", archive.name.removesuffix(".tar.gz"), cache=work / "cache")  # fmt: skip


def is_of(archive: Path, model: Path = MODEL) -> bool:
    """Whether the archive is there and is the one that `model` was exported from."""
    if not archive.exists():
        return False
    manifest = json.loads((model / "manifest.json").read_text("utf-8"))
    return bool(manifest.get("archive") == digest(archive))


def rasa_test(cases: Sequence[Case], work: Path) -> float:
    """Intent accuracy of `rasa test nlu` on the cases; its reports are left in `nlu/rasa/results`."""
    (work / "test.yml").write_text(rasa_test_set(list(cases)), "utf-8")
    results = PROJECT / "results"
    run("rasa", "test", "nlu", "--nlu", str(work / "test.yml"), "--model", str(ARCHIVE), "--out", str(results),
        "--domain", "nlu/rasa/domain.yml", "--no-plot", cache=work / "cache")  # fmt: skip
    report = json.loads((results / "intent_report.json").read_text("utf-8"))
    if "accuracy" in report:
        return float(report["accuracy"])
    return float(report["micro avg"]["f1-score"])


def features_digest(nlu: Runtime, texts: Sequence[str]) -> str:
    """One hash of all that the model is given for these texts: it changes exactly when grammar or featurizer
    code would make a training on the same data differ."""
    model, total = nlu.model, hashlib.sha256()
    for text in texts:
        found = spans(text)
        words = shape(text, found, model.speller)
        token_patterns = [patterns(found, token.start, token.end) for token in tokenize(text)]
        total.update(repr((words, spoken(words), features(words, found, model.ngrams), token_patterns)).encode())
    return total.hexdigest()


def inputs(root: Path = ROOT) -> dict[str, str]:
    """The files that a training reads, each with its hash."""
    return {path.relative_to(root).as_posix(): digest(path) for path in [root / "config.yml", *data_files(root)]}


def answers(texts: Sequence[str], work: Path, archive: Path = ARCHIVE) -> list[dict[str, Any]]:
    """Rasa's own parse of each text by the archive (see `nlu.export_answers`)."""
    asked, answered = work / "texts.json", work / "answers.json"
    asked.write_text(json.dumps(list(texts)), "utf-8")
    run("python", "-m", "nlu.export_answers", str(archive), str(asked), str(answered))
    found: list[dict[str, Any]] = json.loads(answered.read_text("utf-8"))
    return found


def export(fresh: Path, archive: Path, read: dict[str, str], sample: Sequence[dict[str, Any]]) -> None:
    """Write every file of the artifact of `archive` to the new folder `fresh`.

    `read` are the trained files and their hashes; `sample` the answers of Rasa's to keep beside the model.
    """
    fresh.mkdir()
    shutil.copy(ENCODER, fresh / ENCODER.name)
    options = json.loads(run("python", "-m", "nlu.export", str(archive), str(fresh)).splitlines()[-1])
    found = json.dumps(sample, ensure_ascii=False, separators=(",", ":"))
    (fresh / "sample.json").write_text(found, "utf-8")
    manifest: dict[str, Any] = {"format": FORMAT, "options": options, "trained_from": read}
    manifest["archive"] = digest(archive)
    manifest["files"] = {name: digest(fresh / name) for name in FILES}
    _write_manifest(fresh, manifest)
    manifest["features"] = features_digest(load(fresh), [text for text, _ in examples(ROOT)])
    _write_manifest(fresh, manifest)


def _note_figures(fresh: Path, trained: Trained) -> None:
    """Keep what does not depend on the machine beside the model."""
    manifest = json.loads((fresh / "manifest.json").read_text("utf-8"))
    figures = {k: v for k, v in trained.report.summary().items() if not k.endswith("_ms")}
    manifest["figures"] = figures | {"rasa_intent": round(100 * trained.rasa_intent_accuracy, 1)}
    _write_manifest(fresh, manifest)


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "utf-8")


ODD_TEXTS = (
    "👍", "👍👍 yes", "pay 💸💸", "😀", "...", "?", "-", "&", "支払いたい", "今月の請求書はいくらですか", "İstanbul",
    "café naïve", "cafe\u0301 nai\u0308ve", "ﬁne, pay the oﬃce bill", "me@example.com", "x²+y²", "½ of it",
    "https://pay.example/x?y=1&z=2", "x" * 300, "pay " * 120, "$5,000.00", "10'000.00", "a", "1", "1043, 1044", "#2",
    "pay\u00a0my\u2003bill", "PAY MY BILL NOW", "payyyyy my billll", "note: rent for june, unit 4B.",
    "for Acme Dental, Inc. please", "pay\u2026 my \u2013 bill", "\u201cpay\u201d \u2018it\u2019", "स्वागत है",
    "\u202epay my bill", "tab\tand\nnewline pay",
)  # fmt: skip
"""Texts that trip tokenizers."""
