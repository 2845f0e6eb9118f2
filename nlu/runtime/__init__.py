"""The served NLU: what Rasa trained, parsed without Rasa, with Rasa's own answers.

`load()` reads the artifact (`artifact`) and gives a `Runtime` (`parse`): tokens (`tokens`), grammar spans
(`nlu.grammar`), features (`nlu.sentence`), the classifier (`counts`), the rulings (`nlu.rulings`), the sequence
model (`crf`, `bilou`), and from all of them the frame (`nlu.compose`).
"""

from __future__ import annotations

from nlu.runtime.artifact import MODEL, ArtifactError
from nlu.runtime.parse import Parsed, Runtime, load

__all__ = ["MODEL", "ArtifactError", "Parsed", "Runtime", "load"]
