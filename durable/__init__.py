"""What must survive a crash: one database, effects with leases, the workers that deliver them.

The bot and the bundled payment service both stand on this package and share nothing else but the HTTP contract;
it knows neither of them. Nouns:

    Clock, Ids          time and identity, injected (`ambient`)
    Database            transactions on SQLite (one writer thread) or PostgreSQL, the same code (`database`)
    Utc, JsonDict       column types that behave alike on both (`columns`)
    EffectQueue         an outbox table: put in a transaction, claimed with a lease and an attempt fence (`effects`)
    Outcome             Done, Retry, Uncertain or Park: what became of one attempt (`effects`)
    Worker              claims effects and runs their handlers, in process, until stopped (`worker`)
    Bell                wakes the workers of this process, and of others through NOTIFY (`bell`)
    migrate             brings a package's tables to their newest version with Alembic (`migrate`)

Direction of calls: worker -> effects -> database -> columns, ambient. Sequences: inbound, charge, sending and
recovery are written where they are used (`bot.turn`, `payments.charging`, `channels.sms`).
"""
