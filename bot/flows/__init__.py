"""Flows decide: what to ask, what to look up, what to say. Pure, and re-entrant: a turn runs them again from its start.

    carry      commands carried out: `prepare` (what was said), `answer` (the reply), `go_on` and `again` (what is open)
    access     whose account; read first in every turn that touches one
    pay        the payment: set or correct anything, and advance to the first open question or the confirmation
      what     the four options, amounts, invoices, the day       how   the method
      confirm  the quote, its prompt, the yes                     outcome   what became of it
      drafts   what was said of the payment, and taking parts of it away
    scheduled  cancelling a payment set for a later day
    asides     questions answered from the ledger               honest   what cannot be done here yet
    repair     cancel, back, restart, repeat, small talk, not understood

Calls go from carry down; every flow works with `base` (desk, reply) and asks `facts`, which stops the turn until the
payment service has answered.
"""
