"""A part of the payment taken away, or invoices added to it, in the words that people use."""

from __future__ import annotations

import pytest

from bot.commands import Correct
from bot.understand.answers import plain
from bot.understand.parts import added, taken_away
from nlu.frame import Slots
from tests.playbook import pays, play, said, says

NOTED = said("pay 20, note unit 4B", "make_payment", scope="fixed_amount", amount="20.00", note="unit 4B")
CHECKING = "First Federal checking ..6789"
ADD_NOTE = said("add a note", "change", target="note")


@pytest.mark.parametrize(
    "text",
    ["no note", "take off the note", "take the note off", "remove my note please", "actually no note", "without a note",
     "don't add a note", "ok forget about the note", "never mind the note", "No notes."],
)  # fmt: skip
def test_words_that_take_the_note_away(text: str) -> None:
    assert taken_away(plain(text)) == Correct(without="note")


@pytest.mark.parametrize(
    "text", ["no date", "remove the date", "actually now", "just pay it now", "ok pay it today instead", "now please"]
)
def test_words_that_take_the_date_away(text: str) -> None:
    assert taken_away(plain(text)) == Correct(now=True)


@pytest.mark.parametrize(
    ("text", "part"),
    [("not friday", "date"), ("no, not on the 15th", "date"), ("not the visa", "method"),
     ("don't use my bank", "method"), ("not that card", "method")],
)  # fmt: skip
def test_words_that_refuse_a_value_and_give_no_other(text: str, part: str) -> None:
    assert taken_away(plain(text)) == Correct(target=part)


@pytest.mark.parametrize(
    "text",
    ["no", "note", "add a note", "no note of thanks from you", "remove my card", "cancel the payment",
     "never mind", "stop", "don't pay", "do NOT charge my card", "not now",
     "know the date", "a note saying no date", "pay it now with my visa"],
)  # fmt: skip
def test_words_that_take_nothing_away(text: str) -> None:
    assert taken_away(plain(text)) is None


@pytest.mark.parametrize(
    ("text", "adds"), [("and 1044 too", "yes"), ("add invoice 1044", "yes"), ("plus 1044", "yes"), ("just 1044", "no")]
)
def test_invoices_that_come_to_those_chosen(text: str, adds: str) -> None:
    assert added(Correct(slots=Slots(invoices=("1044",))), plain(text)).add is (adds == "yes")


def test_an_invoice_is_added_to_those_chosen() -> None:
    p = play()
    p >> said("pay 1043", "make_payment", scope="selected_invoices", invoices=["1043"])
    p << says("confirm", total="18.75")
    p >> said("and 1044 too", "change", scope="selected_invoices", invoices=["1044"]) << says("confirm", total="60.85")
    p >> said("no just 1044", "change", scope="selected_invoices", invoices=["1044"]) << says("confirm", total="42.10")
    p.done()


def test_a_note_is_taken_off_and_can_be_gone_back_to() -> None:
    p = play()
    p >> NOTED << says("confirm", note="Note: unit 4B.") >> said("take off the note", "change", target="note")
    p << says("confirm", lead="removed_note", note="")
    p >> said("back", "go_back") << says("confirm", note="Note: unit 4B.")
    p >> "no note" << says("confirm", note="") >> "y" << pays("20.00")
    p.done()


@pytest.mark.parametrize("answer", ["y", "no", "ok", "none", said("never mind", "cancel")])
def test_what_is_no_note_leaves_the_payment_as_it_was(answer: str) -> None:
    p = play()
    p >> NOTED << "confirm" >> ADD_NOTE << "note_which" >> answer << says("confirm", note="Note: unit 4B.")
    p.done()


def test_a_note_question_does_not_outlive_another_question() -> None:
    p = play()
    p >> said("pay 20", "make_payment", scope="fixed_amount", amount="20.00") << "confirm" >> ADD_NOTE << "note_which"
    p >> said("what's my balance", "check_balance") << "balance" << says("confirm", note="") >> "y" << pays("20.00")
    p.done()


def test_a_note_may_read_like_something_else() -> None:
    p = play()
    p >> NOTED << "confirm" >> ADD_NOTE << "note_which"
    p >> said("thanks for the great work", "thank", 0.99) << says("confirm", note="Note: thanks for the great work.")
    p.done()


def test_a_date_and_a_method_are_taken_away_by_refusing_them() -> None:
    p = play()
    p >> said("pay 20 friday", "make_payment", scope="fixed_amount", amount="20.00", date="2026-11-27") << "confirm"
    p >> said("not friday", "change") << "date_which" >> "now" << says("confirm", date="")
    p >> said("not the visa", "deny") << "method_which" >> "2" << says("confirm", method=CHECKING)
    p.done()


def test_a_change_of_nothing_asks_what_and_keeps_the_payment() -> None:
    p = play()
    p >> said("pay 20", "make_payment", scope="fixed_amount", amount="20.00") << "confirm"
    p >> said("I want to change something", "change") << "change_what" >> "pay" << says("confirm", total="20.00")
    p.done()


def test_at_the_confirmation_a_likely_value_is_taken_for_a_change() -> None:
    """Nothing is paid by it: the payment is shown anew."""
    p = play()
    p >> said("pay 20", "make_payment", scope="fixed_amount", amount="20.00") << "confirm"
    p >> said("use the bank", "inform", 0.2, method_kind="bank") << says("confirm", method=CHECKING)
    p >> said("hmm my bank is nice", "out_of_scope", 0.2, method_kind="bank") << says("confirm", lead="unclear_confirm")
    p.done()


def test_the_lead_names_only_what_has_changed() -> None:
    p = play()
    p >> said("pay 20", "make_payment", scope="fixed_amount", amount="20.00") << "confirm"
    p >> said("pay 20 monday", "make_payment", scope="fixed_amount", amount="20.00", date="2026-11-23")
    p << says("confirm", lead="changed_date")
    p.done()


def test_asking_for_the_note_again_is_no_note() -> None:
    p = play()
    p >> NOTED << "confirm" >> ADD_NOTE << "note_which"
    p >> said("change the note", "change", target="note") << "note_which"
    p >> "gate 2" << says("confirm", note="Note: gate 2.")
    p.done()
