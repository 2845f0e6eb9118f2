"""Understanding: text -> `frame.Frame` (an intent, its confidence, slots). Nouns and the direction of calls:

`runtime` serves: `load()` reads the artifact in `model/`, `parse(text, today)` gives the frame. It calls
`grammar` (text -> spans), `sentence*` (text and spans -> features and vector), its own arithmetic, `rulings`
(corrects the ranking) and `compose` (intent, spans, learned entities, today -> frame). `remote` does the same over
a running Rasa server.

`training` makes the artifact: Rasa (an environment of its own, `rasa/`) trains `config.yml` on `data/*.yml` with
the components in `components/`, which call `grammar`, `sentence*` and `rulings` as well, so that training and
serving cannot drift; `export` turns Rasa's archive into the artifact; `export_encoder` made the sentence encoder.
`evaluate` scores frames on the fixed test set; `commands` is what the command line calls.

Nothing is imported here: Rasa's environment, which has no pydantic of ours, imports this package too.
"""
