"""The grammar inside Rasa: its spans as features of the sentence and of the tokens, and as entities."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import rasa.shared.utils.io as rasa_io  # type: ignore[import-not-found]
from rasa.engine.graph import ExecutionContext, GraphComponent  # type: ignore[import-not-found]
from rasa.engine.recipes.default_recipe import DefaultV1Recipe  # type: ignore[import-not-found]
from rasa.engine.storage.resource import Resource  # type: ignore[import-not-found]
from rasa.engine.storage.storage import ModelStorage  # type: ignore[import-not-found]
from rasa.nlu.constants import TOKENS_NAMES  # type: ignore[import-not-found]
from rasa.nlu.extractors.extractor import EntityExtractorMixin  # type: ignore[import-not-found]
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import (  # type: ignore[import-not-found]
    SparseFeaturizer,
)
from rasa.nlu.tokenizers.tokenizer import Tokenizer  # type: ignore[import-not-found]
from rasa.shared.nlu.constants import ENTITIES, TEXT  # type: ignore[import-not-found]
from rasa.shared.nlu.training_data.message import Message  # type: ignore[import-not-found]
from rasa.shared.nlu.training_data.training_data import TrainingData  # type: ignore[import-not-found]
from scipy.sparse import coo_matrix  # type: ignore[import-untyped]

from nlu.grammar import spans
from nlu.sentence import features, patterns, shape
from nlu.sentence_encoder import SentenceEncoder
from nlu.sentence_spelling import Speller, count_words

_FILE = "grammar_features.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class GrammarFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Sparse sentence features of the shape (see `nlu.sentence`), and the spans' slots as token patterns.

    Options: `ngrams`, the longest n-gram; `min_count`, how many messages must have a feature for it to be kept;
    `scale`, the value of a feature that is present.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Components that must come before this one."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {**SparseFeaturizer.get_default_config(), "ngrams": 3, "min_count": 1, "scale": 1.0, "version": 1}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept any option; the exporter refuses what the runtime cannot do."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, context: ExecutionContext
    ) -> None:
        super().__init__(context.node_name, config)
        self._storage = storage
        self._resource = resource
        self._index: dict[str, int] = {}
        self._speller: Speller | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GrammarFeaturizer:
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
    ) -> GrammarFeaturizer:
        """A trained component, from its stored features and words."""
        component = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            stored = rasa_io.read_json_file(folder / _FILE)
        component._restore(stored["features"], stored["words"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which words and features there are."""
        read = [(e.get(TEXT), spans(e.get(TEXT))) for e in training_data.training_examples if e.get(TEXT)]
        shapes = [shape(text, found) for text, found in read]
        counts: Counter[str] = Counter()
        for tokens, (_, found) in zip(shapes, read, strict=True):
            counts.update(features(tokens, found, self._config["ngrams"]))
        names = sorted(name for name, count in counts.items() if count >= self._config["min_count"])
        words = count_words(shapes)
        self._restore(names, words)
        with self._storage.write_to(self._resource) as folder:
            rasa_io.dump_obj_as_json_to_file(folder / _FILE, {"features": names, "words": words})
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to the messages."""
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            found = spans(text)
            names = features(shape(text, found, self._speller), found, self._config["ngrams"])
            columns = sorted(self._index[name] for name in names if name in self._index)
            values = np.full(len(columns), float(self._config["scale"]))
            matrix = coo_matrix((values, ([0] * len(columns), columns)), shape=(1, len(self._index)))
            self.add_features_to_message(None, matrix, TEXT, message)
            for token in message.get(TOKENS_NAMES[TEXT]) or []:
                token.set("pattern", dict.fromkeys(patterns(found, token.start, token.end), True))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to the training messages."""
        self.process(training_data.training_examples)
        return training_data

    def _restore(self, names: list[str], words: dict[str, int]) -> None:
        self._index = {name: column for column, name in enumerate(names)}
        self._speller = Speller(words, SentenceEncoder.load().knows)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class GrammarExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]
    """Adds every span of the grammar to the message's entities."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GrammarExtractor:
        """The component; it has no state."""
        del config, model_storage, resource, execution_context
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities, after those that are there."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = [
                {"entity": span.slot, "start": span.start, "end": span.end, "value": span.value}
                for span in spans(text)
            ]
            entities = [*message.get(ENTITIES, []), *self.add_extractor_name(found)]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
