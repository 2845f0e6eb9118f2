"""The import file (contracts/runtime.md) as typed rows: what may stand in it, and where it is wrong. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic import model_validator as checked

from payments.card_numbers import card_number_like
from payments.contract import NewMethod
from payments.money import ZERO, Amount

ROWS_OF_ACCOUNT = ("contacts", "invoices", "payment_methods")


def _quoted(value: object) -> object:
    if isinstance(value, int | float | dt.date):
        raise ValueError(f"put quotes around it: \"{value}\"")  # noqa: TRY004
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("cannot contain the NUL character")
    return value


def _e164(value: str) -> str:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError("give the phone in full, like +15555550123") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("is not a possible phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError only in name
        raise ValueError("is not a timezone like America/New_York") from None
    except KeyError:
        raise ValueError("is not a timezone like America/New_York") from None
    return value


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError("cannot be negative")
    return value


Text = Annotated[str, BeforeValidator(_quoted), StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
LongText = Annotated[str, BeforeValidator(_quoted), StringConstraints(max_length=3000, strip_whitespace=True)]
Money = Annotated[Amount, AfterValidator(_not_negative)]


class FileRow(BaseModel):
    """Base: a name that the format does not have is a mistake, and is said to be one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ContactRow(FileRow):
    name: Text
    phone: Annotated[Text, AfterValidator(_e164)]
    email: Text | None = None


class InvoiceRow(FileRow):
    number: Text
    issued: dt.date
    due: dt.date
    amount: Money
    balance: Money | None = None
    """What is open, before anything that was paid through this service. Absent: all of it."""
    description: LongText | None = None

    @property
    def open_balance(self) -> Decimal:
        return self.amount if self.balance is None else self.balance

    @checked(mode="after")
    def _plausible(self) -> InvoiceRow:
        if self.open_balance > self.amount:
            raise ValueError("balance is more than amount")
        if self.due < self.issued:
            raise ValueError("due is before issued")
        return self


class MethodRow(NewMethod):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @checked(mode="after")
    def _consistent(self) -> MethodRow:
        if card_number_like(self.token):
            raise ValueError("token must be the gateway's token, never a card number")
        if self.kind == "card" and (self.bank is not None or self.expires is None):
            raise ValueError("a card has a month in which it expires, and no bank")
        if self.kind == "bank" and (self.brand is not None or self.expires is not None):
            raise ValueError("a bank account has neither a brand nor an expiry")
        return self


class AccountRow(FileRow):
    number: Text
    name: Text
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    language: Literal["en", "es"] = "en"
    timezone: Annotated[Text, AfterValidator(_zone)]
    credit: Money = ZERO
    allow_prepayment: bool = False
    contacts: tuple[ContactRow, ...] = ()
    invoices: tuple[InvoiceRow, ...] = ()
    payment_methods: tuple[MethodRow, ...] = ()


class StaffRow(FileRow):
    slack_user: Text
    name: Text
    role: Literal["viewer", "payer", "approver"]
    accounts: Literal["all"] | tuple[Text, ...] = ()
    limit: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that was left out."""

    where: str
    """Like `line 14, accounts[0].invoices[1].amount`."""
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(slots=True, kw_only=True)
class Rows:
    accounts: list[AccountRow] = field(default_factory=list)
    staff: list[StaffRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


R = TypeVar("R", bound=BaseModel)


def read(content: Mapping[str, Any], lines: Mapping[str, int]) -> Rows:
    """Every row that is right, and every one that is not. `lines` has the line of each place, where there is a file."""
    reader = _Reader(lines)
    for name in content.keys() - {"accounts", "staff"}:
        reader.refuse(str(name), "is not part of an import file (accounts, staff)")
    rows = Rows(refused=reader.refused)
    seen: set[str] = set()
    for place, item in reader.items(content.get("accounts"), "accounts"):
        account = reader.account(item, place)
        if account is not None and account.number in seen:
            reader.refuse(f"{place}.number", f"account {account.number} stands in the file twice")
        elif account is not None:
            seen.add(account.number)
            rows.accounts.append(account)
    for place, item in reader.items(content.get("staff"), "staff"):
        person = reader.row(StaffRow, item, place)
        if person is not None:
            rows.staff.append(person)
    return rows


class _Reader:
    def __init__(self, lines: Mapping[str, int]) -> None:
        self._lines = lines
        self.refused: list[Refused] = []

    def refuse(self, place: str, reason: str) -> None:
        line = self._lines.get(place) or self._lines.get(place.rpartition(".")[0])
        self.refused.append(Refused(where=f"line {line}, {place}" if line else place, reason=reason))

    def items(self, value: Any, place: str) -> list[tuple[str, Any]]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(place, "must be a list")
            return []
        return [(f"{place}[{position}]", item) for position, item in enumerate(value)]

    def account(self, item: Any, place: str) -> AccountRow | None:
        """The account with those of its rows that are right."""
        if not isinstance(item, dict):
            self.refuse(place, "must be a mapping with number, name, ...")
            return None
        account = self.row(AccountRow, {k: v for k, v in item.items() if k not in ROWS_OF_ACCOUNT}, place)
        if account is None:
            return None
        return account.model_copy(
            update={
                "contacts": self._rows(ContactRow, item, place, "contacts", "phone"),
                "invoices": self._rows(InvoiceRow, item, place, "invoices", "number"),
                "payment_methods": self._rows(MethodRow, item, place, "payment_methods", "token"),
            }
        )

    def row(self, model: type[R], item: Any, place: str) -> R | None:
        try:
            return model.model_validate(item)
        except ValidationError as error:
            for e in error.errors(include_url=False, include_context=False, include_input=False):
                inner = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in e["loc"])
                self.refuse(place + inner, e["msg"].removeprefix("Value error, "))
        return None

    def _rows(self, model: type[R], item: Mapping[str, Any], place: str, name: str, unique: str) -> tuple[R, ...]:
        found: dict[str, R] = {}
        for where, part in self.items(item.get(name), f"{place}.{name}"):
            row = self.row(model, part, where)
            key = getattr(row, unique, "")
            if row is not None and key in found:
                shown = "the same token" if unique == "token" else str(key)
                self.refuse(f"{where}.{unique}", f"{shown} stands in this account twice")
            elif row is not None:
                found[key] = row
        return tuple(found.values())
