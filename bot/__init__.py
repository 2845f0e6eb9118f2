"""The conversation: from a person's message to replies and payment requests.

The core is pure; `step` knows no clock, no database and no platform:

    messages, commands, effects   Incoming and Outgoing; what a person means; Say, Act, Escalate and the events
    understand/                   frame and state -> commands
    state, step, flows/           step(state, event, context) -> state and effects; one flow a file
    selection, keywords           references to invoices; words that always work
    wording, render, texts/       what is said, in the reader's language

Around it:

    store, tables, migrations/    inbox, conversations, outbox, deliveries, opt-outs
    turn                          takes an event, steps it, commits: the only interpreter of effects
    acting, callbacks             payment requests as effects, and the payment service's news
    retention, gauges, metrics    what is deleted, what is counted
    settings, logs                read once; masked
    wiring                        builds one process: the only place that sees all packages
    app, chat, checking, cli      the commands

Direction of calls: cli -> app, chat -> wiring -> turn -> step -> flows; turn -> store -> durable.
"""
