"""What the command line does with the NLU: `paybot parse` and `paybot train`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from nlu.frame import Nlu


def parse_lines(lines: Iterable[str], out: TextIO, nlu: Nlu, today: dt.date) -> None:
    """Write the frame of each line as one JSON object a line, in the same order; a blank line has one too."""
    for line in lines:
        frame = nlu.parse(line.rstrip("\r\n"), today)
        out.write(json.dumps(frame.contract(), ensure_ascii=False) + "\n")
        out.flush()


def train(out: TextIO, test_set: Path | None = None) -> None:
    """Train a new model and put it in place of the old one; progress and figures go to `out`.

    Raises `nlu.training.TrainingError` if a step of Rasa's fails.
    """
    from nlu.evaluate import TEST_SET
    from nlu.training import train as run

    run(out, test_set or TEST_SET)
