"""The sentence vector inside Rasa."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent  # type: ignore[import-not-found]
from rasa.engine.recipes.default_recipe import DefaultV1Recipe  # type: ignore[import-not-found]
from rasa.engine.storage.resource import Resource  # type: ignore[import-not-found]
from rasa.engine.storage.storage import ModelStorage  # type: ignore[import-not-found]
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import (  # type: ignore[import-not-found]
    DenseFeaturizer,
)
from rasa.shared.nlu.constants import TEXT  # type: ignore[import-not-found]
from rasa.shared.nlu.training_data.message import Message  # type: ignore[import-not-found]
from rasa.shared.nlu.training_data.training_data import TrainingData  # type: ignore[import-not-found]

from nlu.grammar import spans
from nlu.sentence import shape, spoken
from nlu.sentence_encoder import SentenceEncoder
from nlu.sentence_spelling import Speller, count_words

_FILE = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """A dense sentence feature: the sentence encoder's vector times `scale`.

    The classifier's regularisation is fixed; a vector of length 1 would be all but ignored.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {**DenseFeaturizer.get_default_config(), "scale": 10.0, "version": 1}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept any option; the exporter refuses what the runtime cannot do."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> None:
        super().__init__(context.node_name, config)
        self._storage = storage
        self._resource = resource
        self._encoder = SentenceEncoder.load()
        self._speller = Speller({}, self._encoder.knows)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """An untrained component."""
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> SentenceFeaturizer:
        """A trained component, from its stored words."""
        component = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / _FILE).read_text("utf-8"))
        component._speller = Speller(words, component._encoder.knows)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which words there are, for the speller."""
        texts = [e.get(TEXT) for e in training_data.training_examples if e.get(TEXT)]
        words = count_words(shape(text, spans(text)) for text in texts)
        self._speller = Speller(words, self._encoder.knows)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(words), "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to the messages."""
        scale = float(self._config["scale"])
        for message in messages:
            text = message.get(TEXT)
            if text:
                vector = self._encoder.vector(spoken(shape(text, spans(text), self._speller))) * scale
                self.add_features_to_message(None, vector.reshape(1, -1), TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector to the training messages."""
        self.process(training_data.training_examples)
        return training_data
