"""Questions are answered from the ledger as it is now, and what is open stays open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bot.effects import Escalate
from bot.flows.asides import LINES_MAX
from payments.contract import Activity, Payment
from tests.book import ACME, BANK, EXPIRED, VISA, Book, invoice, problem
from tests.playbook import Cancels, Escalates, answered, canceled, pays, play, processing, said, says

TWENTY = said("pay 20", "make_payment", scope="fixed_amount", amount="20.00")


def payment(id_: str, status: str, day: str = "2026-11-27") -> Payment:
    return Payment.model_validate(
        {"id": id_, "confirmation": id_.upper(), "account": "10023", "quote": f"q-{id_}", "status": status,
         "amount": "10.00", "currency": "USD", "method": VISA, "allocations": [{"invoice": "1043", "amount": "10.00"}],
         "channel": "sms", "actor": "x", "created_at": "2026-11-20T10:00:00Z", "pay_on": day}
    )  # fmt: skip


FRIDAY, DECEMBER = payment("fri", "scheduled"), payment("dec", "scheduled", "2026-12-15")


def test_the_balance_with_its_parts() -> None:
    p = play()
    p >> said("what do I owe", "check_balance") << says("balance", total="60.85")
    assert p.spoken.splitlines() == [
        "For Acme Dental, your Total Balance is $60.85.", "Current Charges: $42.10", "Past due: $18.75",
        "Next due: $42.10 on Mon, Nov 30",
    ]  # fmt: skip
    p.done()


def test_nothing_owed_is_said_so() -> None:
    paid = invoice("1042", "2026-09-01", "2026-09-30", "5.00", "0.00")
    (play(Book(invoices=(paid,))) >> said("balance", "check_balance") << "balance_none").done()
    book = Book(invoices=(paid,), credit=Decimal("5.00"))
    (play(book) >> said("balance", "check_balance") << says("balance_credit", credit="5.00")).done()


def test_what_is_said_is_what_the_ledger_holds_now() -> None:
    p = play()
    p >> said("balance", "check_balance") << says("balance", total="60.85")
    p.book.invoices = ACME[:1]
    p >> said("balance", "check_balance") << says("balance", total="18.75")
    p.done()


def test_the_due_date_and_what_comes_up() -> None:
    coming = Activity.model_validate(
        {"date": "2026-11-30", "kind": "invoice_due", "amount": "42.10", "reference": "1044", "status": "open"}
    )
    p = play(Book(activities=(coming,)))
    p >> said("when is it due", "check_due_date") << "due"
    assert "$42.10 is due on Mon, Nov 30" in p.spoken
    assert "$18.75 is past due" in p.spoken
    assert "Mon, Nov 30: invoice 1044 due, $42.10" in p.spoken
    p.done()


@pytest.mark.parametrize("period", ["2026-12", "2027", "9999-12", "0000", "x", "2026-13"])
def test_any_period_is_answered(period: str) -> None:
    (play() >> said("anything then?", "check_due_date", period=period) << "due").done()
    p = play()
    p >> said("invoices then", "list_invoices", period=period)
    assert len(p.left) == 1


def test_invoices_can_be_pointed_at_afterwards() -> None:
    p = play()
    p >> said("show my invoices", "list_invoices") << says("invoices_open", count=2)
    p >> said("pay the second one", "make_payment", invoices=["#2"], scope="selected_invoices")
    p << says("confirm", what="for invoice 1044")
    p.done()


def test_invoices_by_status_period_and_count() -> None:
    paid = invoice("1042", "2026-09-01", "2026-09-30", "5.00", "0.00")
    p = play(Book(invoices=(*ACME, paid)))
    p >> said("what's overdue", "list_invoices", status="overdue") << says("invoices_overdue", count=1)
    p >> said("paid ones", "list_invoices", status="paid") << says("invoices_paid", count=1)
    p >> said("october", "list_invoices", period="2026-10") << says("invoices_period", count=1)
    p >> said("may", "list_invoices", period="2026-05") << "invoices_period_none"
    p >> said("last one", "list_invoices", count=1) << says("invoices_open", count=1)
    assert "1044" in p.spoken
    p.done()


def test_a_long_list_says_how_many_more() -> None:
    many = tuple(invoice(str(2000 + n), "2026-10-01", f"2026-11-{n:02}", "5.00") for n in range(1, 30))
    p = play(Book(invoices=many))
    p >> said("invoices", "list_invoices") << says("invoices_open", count=29)
    assert p.spoken.splitlines()[-1] == f"...and {29 - LINES_MAX} more."
    assert len(p.spoken) <= 306
    p.done()


def test_payments_with_their_status() -> None:
    p = play(Book(payments=(payment("a", "settled"), payment("b", "declined"), payment("c", "processing"))))
    p >> said("did my payment go through", "list_payments") << says("payments", count=3)
    assert p.spoken.splitlines()[1:] == [
        "Fri, Nov 20: $10.00 paid, Visa ..4242, A", "Fri, Nov 20: $10.00 declined, not charged, Visa ..4242",
        "Fri, Nov 20: $10.00 being processed, Visa ..4242, C",
    ]  # fmt: skip
    (play() >> said("payments", "list_payments", count=10**9) << "payments_none").done()


def test_methods_are_listed_with_what_works() -> None:
    p = play(Book(methods=(VISA, BANK, EXPIRED)))
    p >> said("my cards", "list_payment_methods") << "methods"
    assert p.spoken.splitlines()[1:] == [
        "1. Visa ..4242 (default)", "2. First Federal checking ..6789", "3. Amex ..1881 (can't be used)",
    ]  # fmt: skip
    (play(Book(methods=())) >> said("my cards", "list_payment_methods") << "methods_none").done()


@pytest.mark.parametrize(
    ("intent", "key"),
    [("remove_payment_method", "not_yet_remove_method"), ("set_default_payment_method", "not_yet_default_method"),
     ("enroll_autopay", "not_yet_enroll_autopay"), ("cancel_autopay", "not_yet_cancel_autopay"),
     ("payment_plan", "not_yet_payment_plan"), ("get_document", "not_yet_document"),
     ("add_payment_method", "not_yet_add_method"), ("check_autopay", "autopay_off"), ("ask_terms", "terms"),
     ("help", "help")],
)  # fmt: skip
def test_what_is_not_here_yet_is_said_honestly_and_the_payment_stays(intent: str, key: str) -> None:
    p = play()
    p >> TWENTY << "confirm"
    p >> said("a question", intent) << key << says("confirm", total="20.00")  # type: ignore[arg-type]
    p >> "y" << pays("20.00")
    p.done()


@pytest.mark.parametrize(("intent", "key"), [("talk_to_human", "person"), ("dispute_charge", "dispute")])
def test_a_person_is_called_and_told_which_account(intent: str, key: str) -> None:
    p = play()
    (p >> said("a human", intent) << key << Escalates()).done()  # type: ignore[arg-type]
    call = p.effects[-1]
    assert isinstance(call, Escalate)
    assert call.account == "10023"


def test_a_person_is_called_when_the_service_is_down_too() -> None:
    (play(Book(down=True)) >> said("agent", "talk_to_human") << "person" << Escalates()).done()


def test_a_payment_of_another_year_is_said_with_its_year() -> None:
    old = payment("a", "settled").model_copy(update={"created_at": dt.datetime(2025, 12, 30, 15, tzinfo=dt.UTC)})
    p = play(Book(payments=(old,)))
    p >> said("payments", "list_payments") << "payments"
    assert "Dec 30, 2025" in p.spoken
    p.done()


def test_adding_a_method_gives_the_secure_page() -> None:
    p = play(Book(link="https://pay.example/m/1"))
    (p >> said("add a card", "add_payment_method") << says("method_link", url="https://pay.example/m/1")).done()


def test_which_account() -> None:
    (play() >> said("which account", "switch_account") << says("account_is", number="10023")).done()


# --- scheduled payments


def test_never_mind_right_after_scheduled_payments_asks_about_them_and_calls_nothing_off_by_itself() -> None:
    p = play(Book(scheduled=(FRIDAY,)))
    p >> said("what's scheduled", "list_scheduled_payments") << "scheduled" >> said("cancel it", "cancel")
    p << "cancel_confirm" >> "n" << "scheduled_kept" >> said("never mind", "cancel") << "nothing_to_cancel"
    p.done()


def test_scheduled_payments_are_listed() -> None:
    p = play(Book(scheduled=(FRIDAY, DECEMBER)))
    p >> said("what is scheduled", "list_scheduled_payments") << says("scheduled", count=2)
    (play() >> said("scheduled", "list_scheduled_payments") << says("scheduled_none", name="Acme Dental")).done()


def test_one_is_cancelled_after_a_yes() -> None:
    p = play(Book(scheduled=(FRIDAY, DECEMBER)))
    p >> said("cancel friday's payment", "cancel_scheduled_payment", date=dt.date(2026, 11, 27))
    p << says("cancel_confirm", date="Fri, Nov 27") >> "y" << Cancels("fri")
    p >> canceled() << says("canceled", total="10.00")
    p >> canceled(by_webhook=True)
    p.done()


def test_which_one_is_asked_and_a_payment_under_way_comes_back() -> None:
    p = play(Book(scheduled=(FRIDAY, DECEMBER)))
    p >> TWENTY << "confirm"
    p >> said("cancel my scheduled payment", "cancel_scheduled_payment") << "scheduled_which"
    p >> "2" << says("cancel_confirm", date="Tue, Dec 15")
    p >> "n" << says("confirm", lead="scheduled_kept", total="20.00")
    p >> "y" << pays("20.00")
    p.done()


def test_moving_one_is_cancelling_it_and_setting_it_anew() -> None:
    p = play(Book(scheduled=(FRIDAY,)))
    p >> said("move it to the 15th", "reschedule_payment", date=dt.date(2026, 12, 15)) << "cancel_to_move"
    p >> "y" << Cancels("fri")
    p >> canceled() << "canceled_move" << says("confirm", total="10.00", date="on Tue, Dec 15", what="for invoice 1043")
    p.done()


def test_moving_one_to_no_day_in_particular_asks_for_it() -> None:
    p = play(Book(scheduled=(FRIDAY,)))
    p >> said("move friday's payment", "reschedule_payment", date_from=dt.date(2026, 11, 27)) << "cancel_to_move"
    p >> "y" << Cancels("fri") >> canceled() << "canceled_move" << "date_which"
    p >> said("the 15th", "inform", date=dt.date(2026, 12, 15)) << says("confirm", date="on Tue, Dec 15")
    p.done()


def test_too_late_to_cancel() -> None:
    p = play(Book(scheduled=(FRIDAY,)))
    p >> said("cancel it", "cancel_scheduled_payment") << "cancel_confirm" >> "y" << Cancels("fri")
    p >> processing() << "cancel_too_late"
    p >> said("cancel it", "cancel_scheduled_payment") << "cancel_confirm" >> "y" << Cancels("fri")
    p >> answered(problem("payment_not_cancelable")) << "cancel_refused"
    p.done()


def test_a_yes_to_cancelling_never_pays() -> None:
    p = play(Book(scheduled=(FRIDAY,)))
    p >> TWENTY << "confirm" >> said("cancel friday", "cancel_scheduled_payment") << "cancel_confirm"
    p >> "y" << Cancels("fri")
    p.done()
