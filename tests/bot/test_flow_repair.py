"""Repair that works everywhere: back, cancel, restart, repeat, not understood, unreadable, service down, accounts."""

from __future__ import annotations

import pytest

from bot.effects import Say
from bot.render import render
from nlu.frame import Intent
from payments.contract import AccountRef
from tests.book import ACME, Book
from tests.playbook import Escalates, Said, minutes, pays, play, said, says, texts

PAY = said("pay my bill", "make_payment")
TWENTY = said("pay 20", "make_payment", scope="fixed_amount", amount="20.00")
CANCEL = said("never mind", "cancel")
BACK = said("back", "go_back")
BLAH = said("blah blah", "out_of_scope")
BALANCE = said("what's my balance", "check_balance")
TWO = (AccountRef(number="10023", name="Acme Dental"), AccountRef(number="10024", name="Acme Vet"))


def test_cancel_says_what_was_dropped() -> None:
    p = play()
    p >> PAY << "scope_which" >> CANCEL << "dropped_payment"
    p >> TWENTY << "confirm" >> CANCEL << says("dropped_total", total="20.00")
    p >> "y" << "nothing_waiting" >> CANCEL << "nothing_to_cancel"
    p.done()


def test_back_goes_one_answer_back_each_time() -> None:
    p = play()
    p >> PAY << "scope_which" >> "4" << "invoices_which" >> "1" << says("confirm", total="18.75")
    p >> BACK << "invoices_which" >> "2" << says("confirm", total="42.10")
    p >> BACK << "invoices_which" >> BACK << "scope_which"
    p >> BACK << says("scope_which", lead="at_the_beginning")
    p >> "1" << says("confirm", total="60.85")
    p.done()


def test_back_from_what_was_never_asked_asks_it() -> None:
    """One open invoice is paid without a question; back still gives the choice."""
    p = play(Book(invoices=ACME[:1]))
    p >> PAY << says("confirm", total="18.75") >> BACK << "scope_which" >> "3" << "amount_which"
    p.done()


def test_starting_over_forgets_what_was_said() -> None:
    p = play()
    p >> TWENTY << "confirm" >> said("start over", "restart") << says("scope_which", lead="starting_over")
    p >> "1" << says("confirm", total="60.85")
    p.done()


def test_repeat_says_the_last_message_word_for_word() -> None:
    p = play()
    p >> PAY << "scope_which"
    before = p.effects[-1]
    p >> said("say that again", "repeat") << "scope_which"
    assert p.effects[-1] == before
    p >> "1" << "confirm" >> "y" << pays("60.85")
    p.done()


def test_a_repeated_receipt_can_be_sent_again() -> None:
    """Its key would keep it from going out twice; a repeat is asked for."""
    from tests.playbook import settled

    p = play()
    p >> TWENTY << "confirm" >> "y" << pays("20.00") >> settled() << "receipt"
    p >> said("what?", "repeat") << "receipt"
    again = p.effects[-1]
    assert isinstance(again, Say)
    assert again.key is None
    p.done()


def test_repeating_an_expired_confirmation_quotes_anew() -> None:
    p = play()
    p >> TWENTY << "confirm" >> minutes(12) >> said("what?", "repeat") << "confirm"
    p >> "y" << pays("20.00")
    p.done()


def test_not_understood_three_times_offers_a_person() -> None:
    p = play()
    p >> BLAH << "unclear" >> BLAH << "unclear_help" >> BLAH << "unclear_person" << Escalates()
    p >> BLAH << "unclear_person"
    p >> BALANCE << "balance" >> BLAH << "unclear"
    p.done()


def test_not_understood_while_something_is_open_puts_it_again() -> None:
    p = play()
    p >> PAY << "scope_which"
    p >> BLAH << says("scope_which", lead="unclear_again")
    p >> BLAH << "unclear_help" << "scope_which"
    p >> "1" << says("confirm", total="60.85")
    p.done()


def test_two_readings_are_asked_about() -> None:
    p = play()
    ranking = (("make_payment", 0.3), ("check_balance", 0.28))
    p >> Said("pay balance", "make_payment", confidence=0.3, ranking=ranking) << "unclear_which"
    p >> "2" << "balance"
    p.done()


@pytest.mark.parametrize(
    ("message", "key"),
    [
        (Said(""), "unreadable_empty"),
        (Said("\U0001f600"), "unreadable_symbols"),
        (Said("", incoming={"media": 2}), "unreadable_picture"),
        (Said("x" * 10_000), "unreadable_long"),
    ],
)
def test_what_cannot_be_read_is_answered_and_nothing_is_lost(message: Said, key: str) -> None:
    p = play()
    p >> message << key
    p >> TWENTY << "confirm" >> message << says("confirm", lead=key) >> "y" << pays("20.00")
    p.done()


def test_a_card_number_is_answered_with_the_secure_page_and_nothing_else_is_done() -> None:
    p = play(Book(link="https://pay.example/m/1"))
    p >> TWENTY << "confirm"
    p >> Said("y use ****1111", "affirm", incoming={"masked": True})
    p << says("card_number", instead="You can add a card safely here: https://pay.example/m/1") << "confirm"
    p.done()


@pytest.mark.parametrize("book", [Book(known=False), Book(down=True), Book()])
def test_a_card_number_is_always_answered(book: Book) -> None:
    p = play(book)
    p >> Said("****1111", "inform", incoming={"masked": True})
    p << says("card_number", instead="To add a card, contact us at 800-555-0100.")
    p.done()


def test_long_silence_lets_a_flow_go() -> None:
    p = play()
    p >> PAY << "scope_which" >> minutes(31) >> "2" << "expired"
    p >> TWENTY << "confirm"
    p.done()


def test_small_talk_is_answered_and_the_question_put_again() -> None:
    p = play()
    p >> said("thanks", "thank") << "thank"
    p >> PAY << "scope_which" >> said("hello", "greet") << says("scope_which", lead="greet_again")
    p.done()


@pytest.mark.parametrize(("text", "kind"), [("thx", "thank"), ("bye", "goodbye")])
def test_thanks_and_goodbyes_get_a_short_reminder_of_what_is_open(text: str, kind: Intent) -> None:
    p = play()
    p >> PAY << "scope_which" >> said(text, kind) << f"{kind}_open" >> "1" << says("confirm", total="60.85")
    p >> said(text, kind) << says(f"{kind}_waiting", total="60.85", reply="Reply Y to pay, N to leave it.")
    p >> said("what?", "repeat") << says("confirm", total="60.85") >> "y" << pays("60.85")
    p.done()


def test_a_yes_to_a_menu_asks_for_a_choice_and_then_offers_a_person() -> None:
    p = play()
    p >> PAY << "scope_which" >> "yes" << says("scope_which", lead="pick_one")
    p >> "yes" << "unclear_help" << "scope_which" >> "yes" << "unclear_person" << Escalates() << "scope_which"
    p >> "two" << says("confirm", total="42.10")
    p.done()


def test_the_company_is_named_in_the_first_message_whatever_it_is() -> None:
    for first in (said("what can you do", "help"), said("a person", "talk_to_human"), said("delete my card",
                  "remove_payment_method"), CANCEL, PAY, TWENTY):  # fmt: skip
        p = play(introduced=False)
        p._say(first)
        said_first = next(e for e in p.effects if isinstance(e, Say))
        assert "Acme Billing" in render(said_first, texts(), "en").text


def test_an_account_can_be_named_by_a_word_of_it_and_a_question_beside_is_answered() -> None:
    p = play(Book(accounts=TWO))
    p >> BALANCE << "account_which" >> said("is it safe", "ask_terms") << "terms" << "account_which"
    p >> said("acme", "ask_terms", 0.45) << "account_ambiguous"
    p >> said("the vet") << "account_now"
    p.done()


def test_the_wrong_account_in_the_middle_of_a_payment_is_picked_anew() -> None:
    p = play(Book(accounts=TWO))
    p >> TWENTY << "account_which" >> "1" << says("confirm", account="for Acme Dental")
    p >> said("wrong account", "switch_account") << "account_is_of" >> said("acme vet")
    p << says("confirm", lead="account_now", account="for Acme Vet") >> "y" << pays("20.00")
    p.done()


def test_never_mind_to_a_change_leaves_the_payment_as_it_was() -> None:
    p = play()
    p >> TWENTY << "confirm" >> said("change the amount", "change", target="amount") << "amount_which"
    p >> CANCEL << says("confirm", total="20.00") >> CANCEL << "dropped_total"
    p.done()


# --- the service is down


def test_while_the_service_is_down_what_was_said_is_kept() -> None:
    p = play(Book(down=True))
    p >> TWENTY << "unavailable_paying" >> "ok" << "unavailable_paying"
    p.book.down = False
    p >> "try again" << says("confirm", total="20.00")
    p.book.down = True
    p >> said("make it 10", "change", amount="10.00", scope="fixed_amount") << "unavailable_paying"
    p.book.down = False
    p >> "y" << says("confirm", total="10.00")
    p >> "y" << pays("10.00")
    p.done()


def test_a_question_that_could_not_be_answered_is_answered_later() -> None:
    p = play(Book(down=True))
    p >> BALANCE << "unavailable"
    p.book.down = False
    p >> "ok" << says("balance", total="60.85")
    p >> "ok" << "nothing_waiting"
    p.done()


# --- accounts


def test_an_unknown_number_is_told_whom_to_contact() -> None:
    (
        play(Book(known=False)) >> PAY << says("contact_unknown", support="800-555-0100") >> "y" << "nothing_waiting"
    ).done()


def test_a_number_without_accounts_is_unknown() -> None:
    (play(Book(accounts=())) >> BALANCE << "contact_unknown").done()


def test_several_accounts_are_asked_about_once() -> None:
    p = play(Book(accounts=TWO))
    p >> BALANCE << "account_which" >> "2" << says("balance", name="Acme Vet")
    p >> TWENTY << says("confirm", account="for Acme Vet")
    p >> "y" << pays("20.00")
    p.done()


def test_an_account_is_switched_and_the_payment_kept() -> None:
    p = play(Book(accounts=TWO))
    p >> said("pay 20 for acme vet", "make_payment", amount="20.00", scope="fixed_amount", account="Acme Vet")
    p << says("confirm", total="20.00", account="for Acme Vet")
    p >> said("switch to 10023", "switch_account", account="10023")
    p << says("confirm", lead="account_now", total="20.00", account="for Acme Dental")
    p.done()


@pytest.mark.parametrize(
    ("called", "key"), [("Acme", "account_ambiguous"), ("Nobody", "account_not_yours"), ("99999", "account_not_yours")]
)
def test_an_account_that_is_not_clear_is_asked_about(called: str, key: str) -> None:
    p = play(Book(accounts=TWO))
    (
        p
        >> said("pay 20 for x", "make_payment", amount="20.00", scope="fixed_amount", account=called)
        << says(key, called=called)
    )
    p >> said("acme dental", "switch_account", account="Acme Dental") << says("confirm", account="for Acme Dental")
    p.done()


def test_an_account_that_is_not_theirs_is_never_touched() -> None:
    """Not even read: only the contact's own accounts are."""
    p = play()
    p >> said("balance for 20000", "check_balance", account="20000") << says("account_only", called="20000")
    assert all(getattr(call, "account", "10023") == "10023" for call in p.book.calls)
    p >> "y" << says("balance", total="60.85")
    p.done()


def test_an_account_is_chosen_with_nothing_under_way() -> None:
    p = play(Book(accounts=TWO))
    p >> said("switch account to nobody", "switch_account", account="nobody") << "account_not_yours"
    p >> "2" << says("account_now", name="Acme Vet")
    p.done()


def test_an_account_taken_away_can_no_longer_be_used() -> None:
    p = play(Book(accounts=TWO))
    p >> BALANCE << "account_which" >> "2" << says("balance", name="Acme Vet")
    p.book.accounts = TWO[:1]
    p >> BALANCE << says("balance", name="Acme Dental")
    p.done()
