"""The payment, up to its confirmation: everything said counts, every question has an answer, nothing said is lost."""

from __future__ import annotations

import pytest

from bot.flows.pay import merge
from nlu.frame import Slots
from payments.contract import Problem
from tests.book import ACME, BANK, EXPIRED, VISA, Book, invoice, problem
from tests.playbook import Said, pays, play, said, says

PAY = said("pay my bill", "make_payment")
CHECKING = "First Federal checking ..6789"


def pay(text: str, **slots: object) -> Said:
    return said(text, "make_payment", **slots)


def change(text: str, **slots: object) -> Said:
    return said(text, "change", **slots)


def fixed(amount: str, **slots: object) -> Said:
    return pay(f"pay {amount}", scope="fixed_amount", amount=amount, **slots)


def of(*invoices: str, **slots: object) -> Said:
    return pay("pay " + " ".join(invoices), scope="selected_invoices", invoices=list(invoices), **slots)


def test_the_four_options_show_their_figures() -> None:
    p = play()
    p >> PAY << "scope_which"
    assert p.spoken.splitlines()[1:] == [
        "1. Total Balance $60.85", "2. Current Charges $42.10", "3. Fixed Amount", "4. Selected Invoices (2 open)",
    ]  # fmt: skip


@pytest.mark.parametrize(("line", "total"), [("1", "60.85"), ("2", "42.10"), ("current charges", "42.10")])
def test_an_option_is_confirmed_with_its_total(line: str, total: str) -> None:
    (play() >> PAY << "scope_which" >> line << says("confirm", total=total)).done()


def test_a_fixed_amount_goes_to_the_oldest_due_first() -> None:
    p = play()
    p >> PAY << "scope_which" >> "3" << "amount_which" >> "20" << says("confirm", total="20.00")
    assert "invoices 1043 ($18.75) and 1044 ($1.25)" in p.spoken


def test_invoices_are_chosen_from_a_list() -> None:
    p = play()
    p >> PAY << "scope_which" >> "4" << "invoices_which"
    p >> "2" << says("confirm", total="42.10", what="for invoice 1044")
    p.done()


def test_everything_that_a_sentence_says_is_used() -> None:
    p = play()
    p >> of("1043", "1044", method_kind="checking", date="2026-11-27", note="unit 4B")
    p << says("confirm", total="60.85", method=CHECKING, date="on Fri, Nov 27", note="Note: unit 4B.")
    p.done()


def test_an_amount_for_each_invoice() -> None:
    p = play()
    p >> of("1043", "1044", amounts=["10.00", "20.00"]) << says("confirm", total="30.00")
    assert "1043 ($10.00) and 1044 ($20.00)" in p.spoken


def test_an_amount_beside_invoices_is_spread_over_them() -> None:
    p = play()
    p >> of("1043", "1044", amount="20.00") << says("confirm", total="20.00")
    assert "1043 ($18.75) and 1044 ($1.25)" in p.spoken


@pytest.mark.parametrize(
    ("slots", "total"),
    [
        ({"amount_fraction": "0.5"}, "30.43"),
        ({"amount_fraction": "0.5", "scope": "current_charges"}, "21.05"),
        ({"invoices": ["all"], "invoices_except": ["1043"], "scope": "selected_invoices"}, "42.10"),
        ({"invoices": ["overdue"], "scope": "selected_invoices"}, "18.75"),
        ({"invoices": ["oldest:1"], "scope": "selected_invoices"}, "18.75"),
        ({"invoices": ["latest:1"], "scope": "selected_invoices"}, "42.10"),
        ({"invoices": ["month:2026-10"], "scope": "selected_invoices"}, "18.75"),
        ({"invoices": ["#2"], "scope": "selected_invoices"}, "42.10"),
    ],
)
def test_what_is_paid_can_be_said_in_many_ways(slots: dict[str, object], total: str) -> None:
    (play() >> pay("pay", **slots) << says("confirm", total=total)).done()


@pytest.mark.parametrize(
    ("amount", "key"),
    [("0", "amount_zero"), ("-5", "amount_zero"), ("0.001", "amount_places"), ("1E+9", "amount_huge"),
     ("61", "amount_above")],
)  # fmt: skip
def test_an_amount_that_cannot_be_is_explained_and_loses_nothing_else(amount: str, key: str) -> None:
    p = play()
    p >> fixed(amount, method_kind="checking", note="n") << key
    p >> "20" << says("confirm", total="20.00", method=CHECKING, note="Note: n.")
    p.done()


def test_words_where_an_amount_was_asked() -> None:
    (play() >> PAY << "scope_which" >> "3" << "amount_which" >> "NaN" << "amount_unreadable").done()


def test_more_than_is_owed_offers_what_is_owed() -> None:
    p = play()
    p >> fixed("100.00") << says("amount_above", limit="60.85")
    p >> "y" << says("confirm", total="60.85")
    p >> "y" << pays("60.85")
    p.done()


def test_more_than_an_invoice_is_open_for_offers_what_is_open() -> None:
    p = play()
    p >> of("1043", "1044", amounts=["50.00", "10.00"]) << says("amounts_above", invoices="1043 ($18.75)")
    p >> "y" << says("confirm", total="28.75")
    assert "1043 ($18.75) and 1044 ($10.00)" in p.spoken
    p.done()


def test_an_amount_of_the_current_charges() -> None:
    (
        play() >> pay("20 of it", scope="current_charges", amount="20.00") << says("confirm", what="for invoice 1044")
    ).done()


def test_nothing_due_under_an_option_shows_the_others() -> None:
    """The latest invoice is paid, an older one is not: Current Charges are nothing."""
    p = play(Book(invoices=(ACME[0], ACME[1].model_copy(update={"balance": ACME[1].balance * 0, "status": "paid"}))))
    p >> pay("pay the current charges", scope="current_charges") << says("scope_which", lead="scope_nothing_due")
    p >> "1" << says("confirm", total="18.75")
    p.done()


def test_the_offer_can_be_turned_down() -> None:
    (
        play() >> fixed("100.00") << "amount_above" >> "n" << "amount_which" >> "7" << says("confirm", total="7.00")
    ).done()


def test_an_unknown_invoice_is_named_and_the_rest_of_the_sentence_kept() -> None:
    p = play()
    p >> of("1043", "9999", method_kind="checking") << says("invoices_unknown", unknown="I can't find invoice 9999.")
    p >> "1" << says("confirm", total="18.75", method=CHECKING)
    p.done()


def test_a_paid_invoice_is_told_as_paid() -> None:
    paid = invoice("1042", "2026-09-01", "2026-09-30", "5.00", "0.00")
    p = play(Book(invoices=(*ACME, paid)))
    p >> of("1042") << says("invoices_unknown", paid="Invoice 1042 is already paid.")
    p.done()


def test_nothing_due_is_good_news() -> None:
    paid = invoice("1042", "2026-09-01", "2026-09-30", "5.00", "0.00")
    p = play(Book(invoices=(paid,)))
    p >> PAY << "nothing_due"
    p >> "y" << "nothing_waiting"
    p.done()


def test_many_invoices_are_listed_shortly_and_paid_at_once() -> None:
    many = tuple(invoice(str(2000 + n), "2026-10-01", f"2026-11-{n:02}", "5.00") for n in range(1, 30))
    p = play(Book(invoices=many))
    p >> PAY << "scope_which" >> "4" << says("invoices_which", more="(23 more: send the invoice number.)")
    assert len(p.spoken) <= 306
    p >> "all" << says("confirm", total="145.00", what="for 29 invoices (2001 to 2029)")
    p.done()


# --- the method


def test_a_stated_method_is_used() -> None:
    (play() >> fixed("5.00", method_kind="bank") << says("confirm", method=CHECKING)).done()


def test_the_other_one() -> None:
    p = play()
    p >> fixed("5.00") << says("confirm", method="Visa ..4242")
    p >> change("another card", method_ref="other") << says("confirm", lead="changed_method", method=CHECKING)
    p.done()


@pytest.mark.parametrize(
    ("slots", "key"),
    [({"method_brand": "amex"}, "method_expired"), ({"method_brand": "discover"}, "method_unknown"),
     ({"method_last4": "9999"}, "method_unknown"), ({"method_ref": "#7"}, "method_unknown")],
)  # fmt: skip
def test_a_method_that_cannot_be_used_is_explained_and_others_offered(slots: dict[str, object], key: str) -> None:
    p = play(Book(methods=(VISA, BANK, EXPIRED)))
    p >> fixed("5.00", **slots) << key
    p >> "2" << says("confirm", total="5.00", method=CHECKING)
    p.done()


def test_two_alike_are_asked_about() -> None:
    other = VISA.model_copy(update={"id": "pm_2", "last4": "1111", "default": False})
    p = play(Book(methods=(VISA, other)))
    p >> fixed("5.00", method_brand="visa") << "method_several"
    p >> "1111" << says("confirm", method="Visa ..1111")
    p.done()


def test_without_a_default_the_only_one_that_works_is_used() -> None:
    p = play(Book(methods=(EXPIRED, BANK)))
    (p >> fixed("5.00") << says("confirm", method=CHECKING)).done()


def test_without_a_default_several_are_asked_about() -> None:
    p = play(Book(methods=(BANK, VISA.model_copy(update={"default": False}))))
    (p >> fixed("5.00") << "method_which" >> "visa" << says("confirm", method="Visa ..4242")).done()


def test_a_new_method_is_added_on_the_secure_page_and_the_payment_waits() -> None:
    p = play(Book(link="https://pay.example/m/1"))
    p >> fixed("5.00", method_ref="new") << says("method_add_link", url="https://pay.example/m/1")
    p >> "1" << says("confirm", total="5.00")
    p.done()


def test_where_no_page_is_offered_the_company_is() -> None:
    (play(Book(methods=())) >> PAY << says("method_add_contact_only", support="800-555-0100")).done()


# --- the day and the note


def test_a_day_that_has_passed_is_asked_again() -> None:
    p = play()
    p >> fixed("5.00", date="2026-11-01", note="n") << says("date_past", date="Sun, Nov 1")
    p >> "now" << says("confirm", total="5.00", date="", note="Note: n.")
    p.done()


def test_now_takes_the_date_away() -> None:
    p = play()
    p >> fixed("5.00", date="2026-11-27") << says("confirm", date="on Fri, Nov 27")
    p >> "pay it now" << says("confirm", lead="changed_date", date="")
    p >> "now" << says("confirm", date="")
    p.done()


def test_moving_the_payment_under_way_is_a_change_of_its_day() -> None:
    p = play()
    p >> fixed("5.00", date="2026-12-01") << says("confirm", date="on Tue, Dec 1")
    p >> said("move it to friday", "reschedule_payment", date="2026-11-27")
    p << says("confirm", lead="changed_date", date="on Fri, Nov 27")
    p.done()


def test_today_is_now() -> None:
    (play() >> fixed("5.00", date="2026-11-22") << says("confirm", date="")).done()


def test_a_day_that_the_service_refuses_is_asked_again() -> None:
    p = play(Book(refuse=Problem(title="x", status=422, code="date_invalid")))
    p >> fixed("5.00", date="2030-01-01") << "date_not_possible"
    p.book.refuse = None
    p >> said("friday", "inform", date="2026-11-27") << says("confirm", date="on Fri, Nov 27")
    p.done()


def test_a_long_note_is_sent_whole_and_shown_short() -> None:
    p = play()
    p >> fixed("5.00", note="x" * 400) << "confirm"
    assert len(p.spoken) < 306
    quote = p.state.prompt.quote if p.state.prompt else None
    assert quote is not None
    assert quote.note == "x" * 400


# --- corrections


def test_anything_can_be_corrected_at_any_time() -> None:
    """Each correction is confirmed back, and keeps everything else."""
    p = play()
    p >> fixed("50.00") << says("confirm", total="50.00")
    (
        p
        >> change("make it 40", amount="40.00", scope="fixed_amount")
        << says("confirm", lead="changed_amount", total="40.00")
    )
    p >> change("my bank", method_kind="bank") << says("confirm", lead="changed_method", total="40.00", method=CHECKING)
    p >> change("on friday", date="2026-11-27") << says("confirm", lead="changed_date", date="on Fri, Nov 27")
    p >> change("note 4B", note="4B") << says("confirm", lead="changed_note", note="Note: 4B.", total="40.00")
    p >> change("only 1044", invoices=["1044"], scope="selected_invoices")
    p << says(
        "confirm", lead="changed_invoices", total="42.10", method=CHECKING, note="Note: 4B.", date="on Fri, Nov 27"
    )
    (
        p
        >> change("actually 10", amount="10.00", scope="fixed_amount")
        << says("confirm", total="10.00", what="for invoice 1044")
    )
    p.done()


@pytest.mark.parametrize(
    ("target", "key"),
    [("amount", "amount_which"), ("method", "method_which"), ("invoices", "invoices_which"), ("date", "date_which"),
     ("note", "note_which"), ("scope", "scope_which")],
)  # fmt: skip
def test_a_question_can_be_asked_again_and_left_as_it_was(target: str, key: str) -> None:
    p = play()
    p >> fixed("50.00") << "confirm"
    p >> change(f"change the {target}", target=target) << key
    p >> "no" << says("confirm", total="50.00")
    p.done()


def test_a_note_given_when_asked() -> None:
    p = play()
    p >> fixed("5.00") << "confirm" >> change("add a note", target="note") << "note_which"
    p >> said("for Dr. Y, unit 3", "out_of_scope") << says("confirm", note="Note: for Dr. Y, unit 3.")
    p.done()


def test_leaving_one_out() -> None:
    p = play()
    p >> of("all") << says("confirm", total="60.85")
    p >> change("leave out 1043", invoices_except=["1043"]) << says("confirm", total="42.10")
    p.done()


def test_what_replaces_what() -> None:
    """A new choice of what to pay replaces the old one whole; an amount narrows chosen invoices."""
    old = Slots(scope="fixed_amount", amount="50", note="n", method_brand="visa")
    by_invoice = merge(old, Slots(scope="selected_invoices", invoices=("1043",)))
    assert (by_invoice.amount, by_invoice.invoices, by_invoice.note) == (None, ("1043",), "n")
    narrowed = merge(by_invoice, Slots(scope="fixed_amount", amount="10"))
    assert (narrowed.scope, narrowed.invoices, str(narrowed.amount)) == ("selected_invoices", ("1043",), "10")
    total = merge(narrowed, Slots(scope="total_balance"))
    assert (total.invoices, total.amount, total.method_brand) == ((), None, "visa")
    bank = merge(total, Slots(method_kind="bank"))
    assert (bank.method_brand, bank.method_kind) == (None, "bank")


def test_a_warning_of_the_quote_is_shown() -> None:
    from payments.contract import QuoteWarning

    p = play(Book(warnings=(QuoteWarning(code="payment_in_progress", detail=""),)))
    p >> fixed("5.00") << says("confirm", warning="Another payment is still in progress.")
    p.done()


def test_an_invoice_that_was_paid_meanwhile_is_asked_anew() -> None:
    p = play(Book(refuse=problem("invoice_paid").problem))
    (p >> of("1043") << "invoices_moved").done()
