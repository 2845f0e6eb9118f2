"""What became of a payment: said once, in plain words, and never called failed while it is unknown."""

from __future__ import annotations

import pytest

from actions.calls import PaymentAnswered, Unavailable
from tests.book import VISA, Book, problem
from tests.playbook import (
    Escalates,
    Outcome,
    Playbook,
    answered,
    canceled,
    declined,
    minutes,
    pays,
    play,
    processing,
    said,
    says,
    scheduled,
    settled,
)

TWENTY = said("pay 20", "make_payment", scope="fixed_amount", amount="20.00", note="4B")
LATER = said("pay 20 friday", "make_payment", scope="fixed_amount", amount="20.00", date="2026-11-27")


def paid(book: Book | None = None) -> Playbook:
    p = play(book)
    p >> TWENTY << says("confirm", total="20.00")
    p >> "y" << pays("20.00")
    return p


def test_a_receipt_says_what_was_paid_and_what_is_left() -> None:
    p = paid()
    p >> settled() << says("receipt", total="20.00", method="Visa ..4242", confirmation="K7QD2M")
    assert "Total Balance left: $40.85." in p.spoken
    p.done()


def test_a_receipt_does_without_what_cannot_be_read() -> None:
    p = paid()
    p.book.down = True
    p >> settled() << says("receipt", total="20.00", left="")
    p.done()


@pytest.mark.parametrize("twice", [settled(), settled(by_webhook=True)])
def test_a_receipt_is_given_once_whoever_tells_first(twice: Outcome) -> None:
    p = paid()
    (p >> settled(by_webhook=True) << "receipt" >> twice).done()


def test_processing_asks_not_to_pay_again_and_the_receipt_follows() -> None:
    p = paid()
    p >> processing() << says("processing", total="20.00")
    p >> processing()
    p >> settled(by_webhook=True) << "receipt"
    p.done()


@pytest.mark.parametrize(
    ("code", "words"),
    [("insufficient_funds", "not enough funds"), ("expired_card", "the card has expired"),
     ("declined", "it was declined"), ("something_new", "it was declined")],
)  # fmt: skip
def test_a_decline_says_why_and_that_nothing_was_charged(code: str, words: str) -> None:
    p = paid()
    p >> declined(code) << says("declined_which", reason=words)
    assert "Nothing was charged" in p.spoken
    p.done()


def test_after_a_decline_another_method_keeps_the_rest() -> None:
    p = paid()
    p >> declined() << "declined_which"
    p >> "1" << says("confirm", total="20.00", method="First Federal checking ..6789", note="Note: 4B.")
    p >> "y" << pays("20.00") >> settled() << "receipt"
    p.done()


def test_a_decline_that_comes_by_webhook_offers_the_same() -> None:
    p = paid()
    p >> processing() << "processing" >> declined(by_webhook=True) << "declined_which"
    p >> said("checking", "inform", method_kind="checking") << says("confirm", total="20.00")
    p.done()


def test_a_decline_with_no_other_method_says_whom_to_contact() -> None:
    (paid(Book(methods=(VISA,))) >> declined() << says("declined_no_other", support="800-555-0100")).done()


def test_a_decline_is_told_when_the_service_is_down() -> None:
    p = paid()
    p.book.down = True
    (p >> declined() << "declined_no_other").done()


def test_a_decline_does_not_disturb_another_payment_under_way() -> None:
    p = paid()
    p >> said("pay 5", "make_payment", scope="fixed_amount", amount="5.00") << says("confirm", total="5.00")
    p >> declined(by_webhook=True) << says("declined", total="20.00") << says("confirm", total="5.00")
    p.done()


def test_a_scheduled_payment_says_its_day_and_ends_days_later() -> None:
    p = play()
    p >> LATER << says("confirm", date="on Fri, Nov 27") >> "y" << pays("20.00")
    p >> scheduled() << says("scheduled_set", date="Fri, Nov 27")
    p >> minutes(5 * 24 * 60) >> settled(by_webhook=True) << "receipt"
    assert p.spoken.startswith("Acme Billing: ")
    p.done()


def test_a_scheduled_payment_that_the_balance_overtook_is_told() -> None:
    p = play()
    p >> LATER << "confirm" >> "y" << pays("20.00") >> scheduled() << "scheduled_set"
    p >> Outcome("canceled", "balance_changed", by_webhook=True) << "canceled_balance"
    p >> canceled(by_webhook=True)
    p.done()


def test_a_scheduled_payment_declined_days_later_can_be_paid_otherwise() -> None:
    p = play()
    p >> LATER << "confirm" >> "y" << pays("20.00") >> scheduled() << "scheduled_set"
    p >> minutes(5 * 24 * 60) >> declined(by_webhook=True) << "declined_which"
    p >> "1" << says("confirm", total="20.00", method="First Federal checking ..6789")
    p.done()


def test_a_service_that_cannot_be_reached_is_unknown_and_not_failed() -> None:
    p = paid()
    p >> answered(Unavailable(reason="timeout")) << says("delayed", total="20.00")
    assert "don't pay again" in p.spoken
    p >> answered(Unavailable(reason="timeout"))
    p >> "y" << "already_on_its_way"
    p >> settled() << "receipt"
    p.done()


def test_a_quote_that_was_paid_already_tells_the_payment() -> None:
    p = paid()
    payment = p.payment(Outcome("settled"))
    refusal = problem("quote_paid")
    told = refusal.problem.model_copy(update={"payment": payment})
    p >> answered(refusal.model_copy(update={"problem": told})) << "receipt"
    p >> answered(PaymentAnswered(payment=payment))
    p.done()


def test_a_refusal_charges_nothing_and_calls_a_person() -> None:
    (paid() >> answered(problem("consent_mismatch", 422)) << "payment_refused" << Escalates()).done()


def test_a_stale_quote_with_the_service_down_is_explained() -> None:
    p = paid()
    p.book.down = True
    p >> answered(problem("quote_stale")) << "stale_later"
    p.book.down = False
    p >> "ok" << says("confirm", total="20.00")
    p.done()


def test_a_stale_quote_beside_another_payment_is_dropped() -> None:
    p = paid()
    p >> said("pay 5", "make_payment", scope="fixed_amount", amount="5.00") << says("confirm", total="5.00")
    p._pay = next(e for e in p.effects if e.type == "act")
    p >> answered(problem("quote_stale")) << says("stale_dropped", total="20.00") << says("confirm", total="5.00")
    p.done()


def test_too_late_to_change_or_cancel() -> None:
    p = paid()
    p >> said("make it 40", "change", amount="40.00", scope="fixed_amount") << "cancel_too_late_paying"
    p >> said("never mind", "cancel") << "cancel_too_late_paying"
    p >> settled() << "receipt"
    p.done()
