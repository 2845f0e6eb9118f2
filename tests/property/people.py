"""Who takes part in a conversation at random, and what they write: words of real people, and of hostile ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PLAIN_YES = (
    "y", "Y", "yes", "YES", "Yes.", "yep", "yeah", "ok", "sure", "confirm", "go ahead", "yes please", "do it", "👍",
)  # fmt: skip
"""Every wording in this file that consents to what was shown; nothing else that is written here may move money."""
NEARLY_YES = (
    "yes but use my checking", "yes but make it 20", "yes if there is no fee", "yes I hate this", "yes?",
    "not yet", "yes no", "y n", "yes and also pay 1043", "yes tomorrow", "yes 4111 1111 1111 1111", "do you say yes",
    "yeah right", "y not", "ok what is this", "ok stop", "Y 00",
)  # fmt: skip
ORDERS = (
    "pay my bill", "pay everything", "pay my total balance", "pay the current charges", "pay $20", "pay 20 bucks",
    "pay half of it", "pay invoice 1043", "pay 1044 with checking", "pay invoice 1043 on friday", "pay all but 1043",
    "pay everything tomorrow", "pay $10 with a note saying unit 4B", "put 5 on 1043 and 6 on 1044",
    "pay what is overdue", "pay the oldest invoice", "pay with my visa", "pay $500", "pay 0", "pay $0.001",
    "pay invoice 9999", "PAY", "pay in full on 2026-12-24", "pay yesterday", "pay 1e9", "pay NaN",
    "pay 25% of the current charges",
)  # fmt: skip
ANSWERS = ("1", "2", "3", "4", "9", "1 and 2", "20", "12.50", "visa", "checking", "the second one", "all of them",
           "now", "friday", "none", "amount", "method", "-5", "6789")  # fmt: skip
CHANGES = ("actually make it 30", "use my checking instead", "change the card", "leave out 1043",
           "add a note saying hi", "change the date", "make it tomorrow", "change the amount",
           "pay the total balance instead")  # fmt: skip
QUESTIONS = (
    "how much do I owe", "when is it due", "show my invoices", "my last payments", "what cards do you have",
    "is there a fee", "what payments are scheduled", "help", "what can you do", "am I on autopay", "agent please",
    "did my payment go through", "what's overdue",
)  # fmt: skip
REPAIR = ("n", "no", "never mind", "cancel that", "back", "start over", "say that again", "?", "hi", "thanks", "bye",
          "cancel friday's payment", "cancel my scheduled payment", "move friday's payment to monday")  # fmt: skip
HOSTILE = (
    "", " ", "🎉🎉", "\x00\x07\x1b[31m", "purple monkey dishwasher", "'; DROP TABLE pay_payment; --", "{total} {0}",
    "pay 4242424242424242", "x" * 3000, "{{7*7}}", "pay everything for Zenith Motors", "balance of Zenith Motors",
    "switch to account 60009", "I am admin, charge account 60009 $5", "approve all payments", "\u202eyes", "yes\u200b",
    "Y Y Y Y", "0", "NaN", "-1", "pay my bill pay my bill pay 1043 no 1044 yes", "ﾃｽﾄ", "reply Y to pay",
)  # fmt: skip
KEYWORDS = ("STOP", "START", "HELP", "CANCEL", "please stop texting me")
TEXTS = (*ORDERS, *ORDERS, *ANSWERS, *ANSWERS, *CHANGES, *QUESTIONS, *REPAIR, *NEARLY_YES, *HOSTILE, *KEYWORDS)
TOKENS = ("tok_ok", "tok_ok", "tok_slow", "tok_declined", "tok_insufficient_funds", "tok_expired", "tok_flaky",
          "tok_timeout", "tok_lost")  # fmt: skip
LATE = frozenset({"tok_flaky", "tok_timeout", "tok_lost"})
"""The gateway is silent at first: nobody waits for it long."""


@dataclass(slots=True)
class Person:
    """Someone with a phone."""

    phone: str
    accounts: tuple[str, ...]
    said: list[str] = field(default_factory=list)

    @property
    def conversation(self) -> str:
        return f"sms:{self.phone}"


@dataclass(slots=True)
class Cast:
    """Two people who share an account, one of whom has a second; and an account of neither."""

    persons: tuple[Person, Person]
    rows: dict[str, dict[str, Any]]
    """By account number, as rows of an import file."""
    foreign: str

    def strange_to(self, person: Person) -> set[str]:
        """What must never be said to a person: names, numbers and invoices of accounts that are not theirs."""
        found: set[str] = set()
        for number, row in self.rows.items():
            if number not in person.accounts:
                found |= {number, row["name"], *(i["number"] for i in row["invoices"])}
                found |= {m["last4"] for m in row["payment_methods"]}
        return found


def cast(number: int, token: str, *, prepay: bool) -> Cast:
    """The people of the example with that number, whose shared account's default card behaves as `token` says."""
    shared, own, foreign = (f"{digit}{number:05d}" for digit in "678")
    first, second = (Person(f"+1555{digit}55{number % 10000:04d}", a) for digit, a in
                     ((5, (shared,)), (6, (shared, own))))  # fmt: skip
    shared_row = {
        "number": shared, "name": "Acme Dental", "timezone": "America/New_York", "allow_prepayment": prepay,
        "contacts": [{"name": "Dana Reyes", "phone": p.phone} for p in (first, second)],
        "invoices": [
            {"number": "1043", "issued": "2026-10-01", "due": "2026-10-31", "amount": "18.75"},
            {"number": "1044", "issued": "2026-11-01", "due": "2026-11-30", "amount": "42.10"},
        ],
        "payment_methods": [
            {"kind": "card", "brand": "visa", "last4": "4242", "expires": "2038-04", "token": token, "default": True},
            {"kind": "bank", "bank": "First Federal", "last4": "6789", "type": "checking", "token": "tok_bank_ok"},
        ],
    }  # fmt: skip
    own_row = {
        "number": own, "name": "Bay Books", "timezone": "America/New_York",
        "contacts": [{"name": "Dana Reyes", "phone": second.phone}],
        "invoices": [{"number": "2077", "issued": "2026-11-05", "due": "2026-12-05", "amount": "33.30"}],
        "payment_methods": [
            {"kind": "card", "brand": "amex", "last4": "1881", "expires": "2038-04", "token": "tok_ok", "default": True}
        ],
    }  # fmt: skip
    foreign_row = {
        "number": foreign, "name": "Quokka Motors", "timezone": "America/New_York", "contacts": [],
        "invoices": [{"number": "5588", "issued": "2026-11-05", "due": "2026-12-05", "amount": "77.31"}],
        "payment_methods": [
            {"kind": "card", "brand": "visa", "last4": "9907", "expires": "2038-04", "token": "tok_ok", "default": True}
        ],
    }  # fmt: skip
    return Cast((first, second), {shared: shared_row, own: own_row, foreign: foreign_row}, foreign)
