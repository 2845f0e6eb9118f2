"""On every training and test utterance, and on texts that trip tokenizers, the runtime gives Rasa's own answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.evaluate import TEST_SET
from nlu.runtime import load
from nlu.training import ARCHIVE, ODD_TEXTS, ROOT, answers
from nlu.training_data import examples, read_cases
from tests.nlu.rasa_answers import differences

pytestmark = pytest.mark.heavy


def test_the_runtime_answers_as_rasa_on_every_utterance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not ARCHIVE.exists():
        pytest.skip("no archive of Rasa's on this machine: run `paybot train`")
    said = [*(text for text, _ in examples(ROOT)), *(case.text for case in read_cases(TEST_SET)), *ODD_TEXTS]
    texts = [text for text in dict.fromkeys(said) if text.strip() and not text.strip().startswith("/")]
    nlu = load()
    recorded = answers(texts, tmp_path)
    assert len(recorded) == len(texts) > 3000
    wrong = [line for answer in recorded for line in differences(nlu.read(answer["text"]), answer)]
    entities = sum(len(answer["entities"]) for answer in recorded)
    gap = max(abs(nlu.read(a["text"]).ranking[0][1] - a["ranking"][0][1]) for a in recorded)
    with capsys.disabled():
        print(f"\n{len(texts)} texts, {entities} entities, {len(wrong)} differences, confidence within {gap:.1e}")  # noqa: T201 - the counts are asked for
    assert not wrong, "\n".join(wrong[:20])
