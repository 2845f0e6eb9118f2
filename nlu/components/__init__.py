"""Rasa components of ours, named in `config.yml`. Imported in the training environment only.

`grammar` (GrammarFeaturizer, GrammarExtractor), `vectors` (SentenceFeaturizer), `rulings` (IntentRulings).
Each only wraps code that serving uses as well: `nlu.grammar`, `nlu.sentence`, `nlu.rulings`.
"""
