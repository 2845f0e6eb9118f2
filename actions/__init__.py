"""The custom actions: what the bot may do, carried out over the payment service's HTTP contract.

    calls     Call and Result: the vocabulary, pure
    client    PaymentsClient: typed HTTP, problem documents, what a failure means
    perform   carries out one Call and gives its Result; knows every call

Direction of calls: bot.turn and bot.acting -> perform -> client -> the payment service (in process or elsewhere).
"""
