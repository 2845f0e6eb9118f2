"""The bundled payment service: quotes, payments, their ledger, behind one HTTP contract. Imports only `durable`.

    contract, money      wire models and money, shared with whoever calls the service (pure)
    quoting              selection + standing -> allocations, warnings (pure)
    lifecycle            the states of a payment and the moves between them (pure)
    errors               one class per business fact, with code and status (pure)
    card_numbers         tells a card number from a token (pure)
    signing              the callbacks' signature, made and checked (pure)
    tables, migrations   what is stored; money as whole cents
    ledger               balanced postings; the only writer of balances
    history              who, when, through which channel, on which words
    accounts, methods, activity, records    reads; saved methods; the one function that moves a payment
    quotes, paying       a quote; the one transaction that carries it out
    charging, callbacks  effects: ask the gateway until the outcome is known; tell the caller
    gateways/            the gateway protocol, the sandbox, the sandbox as a process of its own
    edge, parameters, handlers, operations, openapi, api    HTTP, outside in
    import_file, loading, demo    the import file: its rows (pure), loading it, the demo account
    wiring               build(...) -> Service: the only place that knows all of this

A payment: api -> handlers.pay -> paying (transaction: payment + charge effect) -> charging (worker: gateway, then
settle with ledger and callback in one transaction) -> handlers answers 201, 402 or 202.
"""
