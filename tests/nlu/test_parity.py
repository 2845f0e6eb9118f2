"""On every training and test utterance, and on texts that trip tokenizers, the runtime gives Rasa's own answer.

Where the archive of the committed model is on the machine, the committed model is compared with it. Elsewhere Rasa
trains from the committed data into a temporary folder, and what is exported from there is compared: the arithmetic of
another machine gives weights of its own, so only the two from one training can be held to each other.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nlu.evaluate import TEST_SET
from nlu.runtime import Runtime, load
from nlu.training import ARCHIVE, ODD_TEXTS, ROOT, answers, export, inputs, is_of, train_archive
from nlu.training_data import examples, read_cases
from tests.nlu.rasa_answers import differences

pytestmark = pytest.mark.heavy


def trained(folder: Path) -> tuple[Path, Runtime, str]:
    """An archive of Rasa's, the runtime of the model exported from it, and where both come from."""
    if is_of(ARCHIVE):
        return ARCHIVE, load(), "the committed model's archive"
    archive, began = folder / "rasa" / "parity.tar.gz", time.monotonic()
    archive.parent.mkdir()
    train_archive(archive, folder)
    model = folder / "model"
    export(model, archive, inputs(), [])
    return archive, load(model), f"trained here in {time.monotonic() - began:.0f} s"


def test_the_runtime_answers_as_rasa_on_every_utterance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive, nlu, source = trained(tmp_path)
    said = [*(text for text, _ in examples(ROOT)), *(case.text for case in read_cases(TEST_SET)), *ODD_TEXTS]
    texts = [text for text in dict.fromkeys(said) if text.strip() and not text.strip().startswith("/")]
    began = time.monotonic()
    recorded = answers(texts, tmp_path, archive)
    assert len(recorded) == len(texts) > 3000
    parsed = [nlu.read(answer["text"]) for answer in recorded]
    wrong = [line for ours, rasas in zip(parsed, recorded, strict=True) for line in differences(ours, rasas)]
    entities = sum(len(answer["entities"]) for answer in recorded)
    gap = max(
        abs(ours.ranking[0][1] - rasas["ranking"][0][1]) for ours, rasas in zip(parsed, recorded, strict=True)
    )
    with capsys.disabled():
        print(  # noqa: T201 - the counts are asked for
            f"\n{source}: {len(texts)} texts, {entities} entities, {len(wrong)} differences, "
            f"confidence within {gap:.1e}; asked in {time.monotonic() - began:.0f} s"
        )
    assert not wrong, "\n".join(wrong[:20])
