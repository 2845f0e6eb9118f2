"""Measures Paybot against its budgets and against stock Rasa, in one run on one machine; results are in README.md.

    run         the command: `uv run python -m benchmarks.run`
    parsing     one message understood: ours, Rasa's own parse in process, Rasa over HTTP
    turns       real webhooks to a served process: to the commit, to the reply at Twilio, turns per second
    growth      the same with 1,000 and 1,000,000 customers in the database, and the plans of the hot queries
    footprint   start, memory, install size
    serving     a served process, and a Twilio that only answers (`twilio`), over plain sockets (`wire`)
    customers   accounts written straight into the tables
    rasa_side   what runs in Rasa's environment

Direction of calls: run -> parsing, turns, growth, footprint -> serving, customers -> wire, twilio.
"""
