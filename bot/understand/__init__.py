"""Understanding: a message, in the light of what was asked, to commands. Understanding proposes, flows decide.

    answers    numbers, letters, yes and no, bare values: read from what the bot asked last, without the NLU
    intents    the NLU's frame to commands, with how sure it must be of each intent
    parts      a part taken away, or invoices added, in small words that no slot carries
    message    all of them in order: `understand(state, incoming, frame)`

Pure: nothing here knows an account.
"""

from bot.understand.message import understand

__all__ = ["understand"]
