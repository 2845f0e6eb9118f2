"""The slots of an intent out of the items of an utterance, by the contract's rulings. Pure."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from nlu.compose import days
from nlu.compose.tables import ALLOWED, IMPLIES_SCOPE, LOOKS_BACK, PAYS
from nlu.compose.targets import target_of
from nlu.frame import Slots
from nlu.grammar import edits
from nlu.grammar.edits import Item
from nlu.grammar.normal import Normal

_DESCRIBED_BEFORE = re.compile(
    r"(?:\bof (?:the |my |that )?|\b(?:bill|limit|budget|paycheck|rent|balance|total|invoice|it|that"
    r"|charge) (?:is|was|of|says"
    r"|comes to|came to) |\bi owe |\bowed? |\bi (?:only |just )?(?:have|have got|got|make"
    r"|earn) (?:about |around |like )?|\b(?:already|i|we|you|he|she|they|have|did) (?:paid|sent|charged|gave"
    r"|billed)(?: (?:me|us|you|in|only|about|just))* |\b(?:says|said|shows|asking for) )$"
)
_DESCRIBED_AFTER = re.compile(
    r"^ ?(?:that |which )?(?:i owe|we owe|balance|bill|total|due|owed|invoice|limit)\b"
)
_A_YEAR = re.compile(r"20[0-3]\d$")
_EACH = re.compile(r"\b(?:each|apiece|per invoice)\b")
_FROM_AFTER = re.compile(r"^ ?(?:'s )?(?:one|payment|scheduled|transaction|autopay|auto|\$?\d)")
_TO_BEFORE = re.compile(r"\b(?:to|until|till|for|by|on|instead)(?: the)? $")
_FROM_BEFORE = re.compile(
    r"\b(?:from|set (?:it |that |this )?(?:up )?(?:for|on)|payment on|payment of|payment dated|scheduled for"
    r"|scheduled on|set for|due on"
    r"|planned for)(?: the)? $"
)
_DOCUMENTS = (
    ("receipt", re.compile(r"\b(?:receipts?|proof of (?:my |the )?payment|(?:payment )?confirmations?)\b")),
    ("statement", re.compile(r"\bstatements?\b")),
    ("report", re.compile(r"\breports?\b")),
    ("invoice", re.compile(r"\b(?:invoices?|bills?)\b")),
)


def fill(intent: str, normal: Normal, items: list[Item], today: dt.date) -> Slots:
    """The slots that the items give with the intent."""
    return _Filling(intent, normal, items, today).slots()


class _Filling:
    def __init__(self, intent: str, normal: Normal, items: list[Item], today: dt.date) -> None:
        self.intent = intent
        self.allowed = ALLOWED[intent]
        self.text = normal.text
        self.normal = normal
        self.today = today
        self.pays = intent in PAYS
        self.refused: list[Item] = []
        if self.pays or intent in ("set_default_payment_method", "reschedule_payment", "switch_account"):
            items, self.refused = edits.settle(self.text, items)
        if intent == "make_payment":
            items = _without_past(self.text, items)
        self.items = items
        self.out: dict[str, object] = {}

    def slots(self) -> Slots:
        self._invoices()
        self._money()
        self._scope()
        self._method()
        self._dates()
        self._period()
        self._plain()
        self._document()
        self._target()
        return Slots.model_validate({k: v for k, v in self.out.items() if k in self.allowed})

    def _values(self, slot: str) -> list[str]:
        return [item.span.value for item in self.items if item.span.slot == slot]

    def _one(self, slot: str) -> str | None:
        values = self._values(slot)
        if not values:
            return None
        return values[-1] if self.intent == "change" else values[0]

    def _references(self, *slots: str) -> list[str]:
        out: list[str] = []
        for item in self.items:
            value = item.span.value
            if item.span.slot not in slots or (item.span.slot == "status" and value != "overdue"):
                continue
            if item.span.slot == "period":
                if not self._tells_apart(item):
                    continue
                value = f"month:{value}"
            out.extend(_expanded(value, self.today))
        return list(dict.fromkeys(out))

    def _invoices(self) -> None:
        references = self._references("invoices", *(("status", "period") if self.pays else ()))
        excepted = self._references("invoices_except")
        statuses = self._values("status")
        if self.pays:
            if self.intent in IMPLIES_SCOPE and not references:
                references += [f"latest:{count}" for count in self._values("count")]
            references += ["all"] if "open" in statuses and not references else []
        if "overdue" in references and any(ref.startswith(("oldest:", "latest:")) for ref in references):
            references.remove("overdue")
        left_out = [
            reference
            for item in self.refused
            if item.span.slot == "invoices"
            for reference in _expanded(item.span.value, self.today)
        ]
        excepted += [reference for reference in left_out if reference in references]
        if "all" in references:
            excepted += left_out
            if len(references) > 1 and not excepted:
                references.remove("all")
        if not self.pays:
            references = self._as_filters(references)
        if references:
            self.out["invoices"] = references
        if excepted:
            self.out["invoices_except"] = excepted
        if statuses:
            self.out["status"] = statuses[0]

    def _tells_apart(self, item: Item) -> bool:
        """Whether a bare period of a payment tells invoices apart ("pay october"), not when to pay ("in
        december")."""
        if self.intent not in ("make_payment", "change", "payment_plan"):
            return False
        return item.span.value not in ("m+1", "m+0") and item.span.value[0] != "y" and not self._when(item)

    def _when(self, item: Item) -> bool:
        return bool(re.search(r"\b(?:in|until|till|by|to|this|as) $", self.text[: item.start]))

    def _as_filters(self, references: list[str]) -> list[str]:
        """References as lists read them: a month is the period, the latest three are a count, all is no
        reference."""
        kept: list[str] = []
        for reference in references:
            if reference.startswith("month:") and self.intent in (
                "list_invoices",
                "get_document",
                "list_payments",
            ):
                self.out["period"] = reference[6:]
            elif reference.startswith("latest:") and reference != "latest:1":
                self.out["count"] = int(reference[7:])
            elif self.intent == "get_document" and _A_YEAR.match(reference) and self._yearly():
                self.out["period"] = reference
            elif reference != "all":
                kept.append(reference)
        if self.intent in ("get_document", "list_invoices"):
            for value in self._values("scope"):
                if value.endswith(":month"):
                    self.out["period"] = days.period_of("m+0", self.today)
                elif value.endswith(":latest") and "latest:1" not in kept:
                    kept.append("latest:1")
        return kept

    def _yearly(self) -> bool:
        return bool(re.search(r"\b(?:statements?|reports?|history|summary)\b", self.text))

    def _money(self) -> None:
        amounts = [item for item in self.items if item.span.slot == "amount"]
        invoices = self.out.get("invoices")
        count = len(invoices) if isinstance(invoices, list) else 0
        if amounts and count and "amounts" in self.allowed:
            if len(amounts) > 1 and len(amounts) == count:
                self.out["amounts"] = [Decimal(item.span.value) for item in amounts]
                return
            if len(amounts) == 1 and count > 1 and _EACH.search(self.text):
                self.out["amounts"] = [Decimal(amounts[0].span.value)] * count
                return
        if len(amounts) > 1:
            amounts = [item for item in amounts if not self._described(item)] or amounts
        if amounts:
            chosen = amounts[-1] if self.intent == "change" else amounts[0]
            self.out["amount"] = Decimal(chosen.span.value)
        fraction = self._one("amount_fraction")
        if fraction is not None:
            self.out["amount_fraction"] = Decimal(fraction)

    def _described(self, item: Item) -> bool:
        """Whether an amount says what something costs ("of the 60.85 I owe") and not what to pay."""
        return bool(
            _DESCRIBED_BEFORE.search(self.text[max(0, item.start - 30) : item.start])
            or _DESCRIBED_AFTER.match(self.text[item.end : item.end + 30])
        )

    def _scope(self) -> None:
        said = self._one("scope")
        implies = self.intent in IMPLIES_SCOPE
        if implies and self.out.get("invoices"):
            self.out["scope"] = "selected_invoices"
        elif implies and "amount" in self.out:
            self.out["scope"] = "fixed_amount"
        elif said is not None and (self.pays or not said.startswith("weak:")):
            self.out["scope"] = said.removeprefix("weak:").partition(":")[0]

    def _method(self) -> None:
        for slot in ("method_brand", "method_last4", "method_ref", "method_kind"):
            value = self._one(slot)
            if value is not None:
                self.out[slot] = value
        kinds = [kind for kind in self._values("method_kind") if kind != "card"]
        if kinds:
            self.out["method_kind"] = kinds[-1] if self.intent == "change" else kinds[0]
        if self.intent in ("set_default_payment_method", "list_payment_methods", "check_autopay"):
            if self.out.get("method_ref") == "default":
                del self.out["method_ref"]
            if len(set(self._values("method_kind"))) > 1 and self.intent == "list_payment_methods":
                self.out.pop("method_kind", None)
        beside = self._one("method_ref") is not None or any(
            slot in self.out for slot in ("method_brand", "method_last4", "method_ref")
        )
        asks_which = self.intent in ("list_payment_methods", "check_autopay")
        if self.out.get("method_kind") == "card" and (beside or asks_which):
            del self.out["method_kind"]

    def _dates(self) -> None:
        items = [item for item in self.items if item.span.slot == "date"]
        past = self.intent in LOOKS_BACK
        if self.intent == "make_payment":
            items = [item for item in items if item.span.value != "+0d"]
        if self.pays:
            items += [i for i in self.items if i.span.slot == "period" and self._is_when(i)]
        resolved = [(item, day) for item in items if (day := self._day(item, past=past)) is not None]
        if self.intent == "reschedule_payment":
            self._moved(resolved)
        elif resolved:
            self.out["date"] = resolved[-1 if self.intent == "change" else 0][1]

    def _is_when(self, item: Item) -> bool:
        value = item.span.value
        if value == "m+1":
            return True
        return value.startswith(("m:", "ym:")) and self.intent != "inform" and self._when(item)

    def _day(self, item: Item, *, past: bool) -> dt.date | None:
        if item.span.slot == "period":
            return days.first_day(days.period_of(item.span.value, self.today, ahead=True))
        return days.date_of(item.span.value, self.today, past=past)

    def _moved(self, dates: list[tuple[Item, dt.date]]) -> None:
        """The date a payment is moved from, and the one it is moved to."""
        if len(dates) == 1:
            item, day = dates[0]
            before, after = self.text[: item.start], self.text[item.end :]
            is_from = _FROM_BEFORE.search(before) or (
                _FROM_AFTER.match(after) and not _TO_BEFORE.search(before)
            )
            self.out["date_from" if is_from else "date"] = day
        elif dates:
            first, second = dates[0], dates[1]
            if _FROM_BEFORE.search(self.text[: second[0].start]):
                first, second = second, first
            self.out["date_from"], self.out["date"] = first[1], second[1]

    def _period(self) -> None:
        ahead = self.intent in ("check_due_date", "list_scheduled_payments")
        for value in self._values("period"):
            if self.intent == "inform" and value == "m+1":
                continue
            self.out.setdefault("period", days.period_of(value, self.today, ahead=ahead))

    def _plain(self) -> None:
        for slot in ("count", "parts", "note", "account"):
            value = self._one(slot)
            if value is not None:
                self.out[slot] = value
        if self.intent == "switch_account" and "account" not in self.out:
            self._account_number()
        if self.intent == "payment_plan" and "parts" in self.out:
            self.out.pop("amount_fraction", None)

    def _account_number(self) -> None:
        """An account switched to may be named by its bare number, or in small letters at the end of the
        order."""
        for item in self.items:
            if item.span.slot == "invoices" and item.span.value.isdigit():
                self.out["account"] = item.span.value
                return
        match = _SWITCHED.search(self.text)
        if match is not None:
            start, end = self.normal.back(*match.span("n"))
            self.out["account"] = self.normal.source[start:end]

    def _document(self) -> None:
        if self.intent == "get_document":
            for kind, pattern in _DOCUMENTS:
                if pattern.search(self.text):
                    self.out["document"] = kind
                    return
        elif self.intent == "inform":
            kinds = self._values("document")
            if kinds and not any(k in self.out for k in ("invoices", "amount", "scope")):
                self.out["document"] = kinds[0]

    def _target(self) -> None:
        if self.intent != "change":
            return
        kind = self.out.pop("method_kind", None) if self.out.get("method_kind") == "card" else None
        if not self.out:
            target = target_of(self.text)
            if target is not None:
                self.out["target"] = target
                return
        if kind is not None:
            self.out["method_kind"] = kind


_PAST_CLAUSE = re.compile(
    r"(?:^|[,.;!?] |\b(?:but|so|since|because|and) )(?:\w+ ){0,2}?(?:i|we)(?: have| had| already| just| only)* "
    r"(?:paid|sent|settled|cleared|covered|took care of|made a payment)\b"
    r".*?(?=$|[,.;!?] |\b(?:but|so|now|please|and (?:now|today|then|pay)|today|then)\b)"
)


def _without_past(text: str, items: list[Item]) -> list[Item]:
    """The items of a payment without those of a payment made before ("I paid 200 last time, now put 75 ...")."""
    past = [match.span() for match in _PAST_CLAUSE.finditer(text)]
    kept = [item for item in items if not any(start <= item.start < end for start, end in past)]
    return kept or items


_SWITCHED = re.compile(
    r"\b(?:switch(?:ing)?(?: over| accounts?| me)? to|change (?:accounts? )?to|go to|use|for"
    r"|on behalf of|open|log ?in to|acting for|act for)"
    r" (?:the |my |our )?(?P<n>[a-z0-9][\w&' .-]*?)(?: account| instead| please| now| one)*[.!?]*$"
)


def _expanded(value: str, today: dt.date) -> list[str]:
    """The contract's references of a grammar value: ranges one by one, months with their year."""
    first, dots, last = value.partition("..")
    if dots:
        if first[0] == "#":
            return [f"#{n}" for n in range(int(first[1:]), int(last[1:]) + 1)]
        return [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1)]
    if value.startswith("month:"):
        return [f"month:{days.period_of(value[6:], today)}"]
    return [value]
