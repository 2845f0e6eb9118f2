"""What was said and cannot be is said to be so once, dropped, and nothing said later stumbles over it."""

from __future__ import annotations

import pytest

from payments.contract import Method
from tests.book import ACME, BANK, EXPIRED, VISA, Book, invoice
from tests.playbook import Said, declined, pays, play, said, says

PAY = said("pay my bill", "make_payment")
BALANCE = said("what's my balance", "check_balance")
TEN = said("ten bucks", "inform", scope="fixed_amount", amount="10.00")
USE_BANK = said("use the bank", "inform", method_kind="bank")
FRIDAY = said("friday", "inform", date="2026-11-27")
SPOILT = Method(id="pm_spoilt", kind="card", brand="visa", last4="0002", expires="2026-01", default=True, usable=False)


def _pay(text: str, **slots: object) -> Said:
    return said(text, "make_payment", **slots)


UNKNOWN = _pay("pay 1099", scope="selected_invoices", invoices=["1099"])


def test_after_an_unknown_invoice_an_amount_is_just_an_amount() -> None:
    p = play()
    p >> PAY << "scope_which" >> "4" << "invoices_which"
    p >> "3" << says("invoices_unknown", unknown="I can't find invoice 3.")
    p >> TEN << says("confirm", total="10.00") >> "y" << pays("10.00")
    p.done()


def test_after_an_unknown_invoice_another_invoice_is_paid_whole() -> None:
    p = play()
    p >> UNKNOWN << "invoices_unknown"
    p >> _pay("pay 1044", scope="selected_invoices", invoices=["1044"]) << says("confirm", total="42.10")
    p.done()


def test_after_an_unknown_invoice_something_else_said_leaves_the_plain_question() -> None:
    p = play()
    p >> UNKNOWN << "invoices_unknown" >> USE_BANK << "invoices_which"
    p >> "1" << says("confirm", total="18.75", method="First Federal checking ..6789")
    p.done()


def test_the_invoices_named_rightly_are_kept_and_a_yes_goes_on_with_them() -> None:
    p = play()
    p >> _pay("pay 1043 and 7777", scope="selected_invoices", invoices=["1043", "7777"]) << "invoices_unknown"
    p >> "y" << says("confirm", total="18.75") >> "y" << pays("18.75")
    p.done()


def test_a_refused_question_repeated_says_only_the_question() -> None:
    p = play()
    p >> UNKNOWN << "invoices_unknown" >> BALANCE << "balance" << "invoices_which"
    p >> said("blah", "out_of_scope") << says("invoices_which", lead="unclear_again")
    p.done()


@pytest.mark.parametrize(
    ("message", "refusal", "question"),
    [
        (_pay("pay 0", scope="fixed_amount", amount="0.00"), "amount_zero", "amount_which"),
        (_pay("pay 500", scope="fixed_amount", amount="500.00"), "amount_above", "amount_which"),
        (_pay("pay what's overdue", scope="selected_invoices", invoices=["overdue"]), "invoices_none_overdue",
         "invoices_which"),
        (_pay("20 on 1/1/2020", scope="fixed_amount", amount="20.00", date="2020-01-01"), "date_past", "date_which"),
    ],
)  # fmt: skip
def test_what_was_refused_is_asked_plainly_until_it_is_said(message: Said, refusal: str, question: str) -> None:
    p = play(Book(invoices=(ACME[1], invoice("1045", "2026-11-05", "2026-12-05", "10.00"))))
    p >> message << refusal >> USE_BANK << question >> BALANCE << "balance" << question
    p.done()


def test_a_refused_method_is_not_replaced_by_the_default_in_silence() -> None:
    p = play(Book(methods=(VISA, BANK, EXPIRED)))
    p >> _pay("pay 20 with amex", scope="fixed_amount", amount="20.00", method_brand="amex") << "method_expired"
    p >> FRIDAY << "method_which"
    p >> "2" << says("confirm", method="First Federal checking ..6789", date="on Fri, Nov 27")
    p.done()


def test_a_declined_method_is_not_fallen_back_on() -> None:
    p = play()
    p >> _pay("pay 20", scope="fixed_amount", amount="20.00") << "confirm" >> "y" << pays("20.00")
    p >> declined() << "declined_which" >> FRIDAY << "method_which" >> BALANCE << "balance" << "method_which"
    p >> "2" << says("confirm", method="First Federal checking ..6789")
    p.done()


def test_a_default_that_no_longer_works_is_named() -> None:
    p = play(Book(methods=(SPOILT, VISA.model_copy(update={"default": False}), BANK)))
    p >> _pay("pay 20", scope="fixed_amount", amount="20.00") << says("method_expired", method="Visa ..0002")
    p.done()


def test_no_to_a_refused_value_drops_the_payment() -> None:
    (play() >> UNKNOWN << "invoices_unknown" >> "no" << "dropped_payment").done()


def test_back_from_a_refused_value_is_where_it_was_before() -> None:
    p = play()
    p >> _pay("pay 20", scope="fixed_amount", amount="20.00") << says("confirm", total="20.00")
    p >> UNKNOWN << "invoices_unknown" >> said("back", "go_back") << says("confirm", total="20.00")
    p.done()


def test_a_place_in_a_list_stays_the_invoice_that_it_meant() -> None:
    """Another list, shown later, has another second line."""
    p = play()
    p >> _pay("pay the second one", scope="selected_invoices", invoices=["#2"]) << says("confirm", total="42.10")
    p >> said("what's overdue", "list_invoices", status="overdue") << "invoices_overdue" << "confirm"
    p >> USE_BANK << says("confirm", total="42.10")
    p.done()


def test_the_end_of_a_saved_method_is_no_invoice() -> None:
    p = play()
    p >> _pay("pay 20", scope="fixed_amount", amount="20.00") << says("confirm", total="20.00")
    p >> said("6789", "inform", scope="selected_invoices", invoices=["6789"])
    p << says("confirm", total="20.00", method="First Federal checking ..6789", lead="changed_method")
    p >> said("pay 4321", "make_payment", scope="selected_invoices", invoices=["4321"]) << "invoices_unknown"
    p.done()


def test_a_place_counts_in_what_the_confirmation_just_listed() -> None:
    p = play()
    p >> said("what's overdue", "list_invoices", status="overdue") << "invoices_overdue"
    p >> _pay("pay 1043 and 1044", scope="selected_invoices", invoices=["1043", "1044"])
    p << says("confirm", total="60.85")
    p >> said("leave out the second", "change", invoices_except=["#2"]) << says("confirm", total="18.75")
    p.done()


def test_a_method_like_the_default_but_not_it() -> None:
    other = VISA.model_copy(update={"id": "pm_2", "last4": "1881", "default": False})
    p = play(Book(methods=(VISA, other, BANK)))
    p >> _pay("pay 20", scope="fixed_amount", amount="20.00") << "confirm"
    p >> said("the other visa", "change", method_brand="visa", method_ref="other")
    p << says("confirm", method="Visa ..1881")
    p.done()


@pytest.mark.parametrize("text", ["-5", "#2", "0", "7"])
def test_a_bare_number_changes_nothing_at_the_confirmation(text: str) -> None:
    p = play()
    p >> _pay("pay 20", scope="fixed_amount", amount="20.00") << "confirm"
    p >> said(text, "inform", scope="selected_invoices", invoices=[f"#{text.strip('-#')}"])
    p << says("confirm", total="20.00", lead="unclear_confirm") >> "\U0001f44d\U0001f44d" << pays("20.00")
    p.done()


def test_an_answer_to_another_question_is_noted_and_the_question_stays() -> None:
    p = play()
    p >> PAY << "scope_which" >> USE_BANK << says("scope_which", lead="noted")
    p >> FRIDAY << says("scope_which", lead="noted")
    p >> "2" << says("confirm", total="42.10", method="First Federal checking ..6789", date="on Fri, Nov 27")
    p.done()
