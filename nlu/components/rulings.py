"""The rulings inside Rasa: the classifier's ranking, sharpened to honest confidences and then corrected."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent  # type: ignore[import-not-found]
from rasa.engine.recipes.default_recipe import DefaultV1Recipe  # type: ignore[import-not-found]
from rasa.engine.storage.resource import Resource  # type: ignore[import-not-found]
from rasa.engine.storage.storage import ModelStorage  # type: ignore[import-not-found]
from rasa.nlu.classifiers.classifier import IntentClassifier  # type: ignore[import-not-found]
from rasa.shared.nlu.constants import INTENT, TEXT  # type: ignore[import-not-found]
from rasa.shared.nlu.training_data.message import Message  # type: ignore[import-not-found]

from nlu.grammar import spans
from nlu.rulings import rule
from nlu.sentence import sharpen

RANKING = "intent_ranking"
CLASSIFIED = "classified"
"""The key of the ranking before the rulings, in Rasa's answer."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentRulings(GraphComponent, IntentClassifier):  # type: ignore[misc]
    """Reorders the ranking by `nlu.rulings.rule`; the last component of the pipeline.

    Options: `temperature`, which every confidence is raised to the inverse of (below 1: surer) before the
    rulings; `ranking_length`, how many intents are kept.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier must come before."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {"temperature": 1.0, "ranking_length": 10}

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentRulings:
        """The component; it has no state."""
        del model_storage, resource, execution_context
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Correct the ranking of each message, and its intent with it."""
        for message in messages:
            text = message.get(TEXT) or ""
            ranking = [(item["name"], float(item["confidence"])) for item in message.get(RANKING) or []]
            if not text or not ranking:
                continue
            length = self._config["ranking_length"]
            classified = sharpen(ranking, self._config["temperature"])
            items = [{"name": name, "confidence": p} for name, p in rule(text, spans(text), classified)[:length]]
            kept = [{"name": name, "confidence": p} for name, p in classified[:length]]
            message.set(CLASSIFIED, kept, add_to_output=True)
            message.set(INTENT, items[0], add_to_output=True)
            message.set(RANKING, items, add_to_output=True)
        return messages
