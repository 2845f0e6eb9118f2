"""The core, played: one promise a test."""

from __future__ import annotations

from tests.book import Book
from tests.playbook import declined, pays, play, said, says, settled


def test_a_bill_is_paid_with_a_menu_and_a_yes() -> None:
    """Pay, choose, confirm, receipt: the first light."""
    p = play(introduced=False)
    p >> said("pay my bill", "make_payment") << says("scope_which")
    p >> "1" << says("confirm", total="60.85", method="Visa ..4242")
    p >> "Y" << pays("60.85")
    p >> settled() << says("receipt", total="60.85", left="left_nothing")
    p.done()


def test_everything_in_one_sentence_goes_straight_to_the_confirmation() -> None:
    p = play()
    (
        p
        >> said(
            "pay 1043 with checking",
            "make_payment",
            scope="selected_invoices",
            invoices=["1043"],
            method_kind="checking",
        )
        << says("confirm", total="18.75", method="First Federal checking ..6789")
    )
    p >> "y" << pays("18.75")
    p >> settled() << says("receipt", left="left_owed")
    p.done()


def test_one_open_invoice_needs_no_menu() -> None:
    p = play(Book(invoices=Book().invoices[1:]))
    p >> said("pay my bill", "make_payment") << says("confirm", total="42.10")
    p.done()


def test_a_declined_card_offers_another_method_and_keeps_the_rest() -> None:
    p = play()
    p >> said("pay 20 note unit 4B", "make_payment", scope="fixed_amount", amount="20.00", note="unit 4B")
    p << says("confirm", total="20.00")
    p >> "yes" << pays("20.00")
    p >> declined() << says("declined_which", reason="not enough funds")
    p >> "1" << says("confirm", total="20.00", method="First Federal checking ..6789", note="Note: unit 4B.")
    p >> "y" << pays("20.00")
    p >> settled() << says("receipt")
    p.done()
