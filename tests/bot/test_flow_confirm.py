"""The confirmation: one yes, for one shown quote, alone in its message, in time."""

from __future__ import annotations

import datetime as dt

from actions.calls import Pay
from bot.effects import Act
from tests.book import NOON, Book, problem
from tests.playbook import (
    Playbook,
    Said,
    answered,
    minutes,
    pays,
    play,
    processing,
    said,
    says,
    settled,
    sometime,
)

TWENTY = said("pay 20", "make_payment", scope="fixed_amount", amount="20.00")


def confirming() -> Playbook:
    p = play()
    p >> TWENTY << says("confirm", total="20.00")
    return p


def test_the_yes_is_kept_as_evidence() -> None:
    """Who, where, which message, which words, to which prompt, under which terms, when."""
    p = confirming()
    shown = p.spoken
    p >> "Yes please" << pays("20.00")
    act = p.effects[-1]
    assert isinstance(act, Act)
    assert isinstance(act.call, Pay)
    consent = act.call.consent
    assert (consent.who, consent.channel, consent.message_id) == ("+15555550123", "sms", "SM2")
    assert (consent.words, consent.prompt, consent.terms_version) == ("Yes please", shown, "2023-12")
    assert consent.at is not None
    assert act.id == f"pay:{act.call.quote}"


def test_a_second_yes_pays_nothing_more() -> None:
    p = confirming()
    p >> "y" << pays("20.00")
    p >> "y" << "already_on_its_way"
    p >> processing() << "processing"
    p >> "y" << "already_on_its_way"
    p >> settled(by_webhook=True) << "receipt"
    p >> "y" << "nothing_waiting"
    p.done()


def test_yes_out_of_nowhere_does_nothing() -> None:
    (play() >> "yes" << "nothing_waiting").done()


def test_a_yes_after_ten_minutes_is_asked_anew_with_a_fresh_quote() -> None:
    p = confirming()
    before = p.state.prompt
    p >> minutes(11)
    p >> "y" << says("confirm", lead="prompt_expired", total="20.00")
    after = p.state.prompt
    assert before is not None
    assert after is not None
    assert before.quote != after.quote
    p >> "y" << pays("20.00")
    p.done()


def test_a_yes_after_the_quotes_own_end_is_asked_anew() -> None:
    p = play(Book(quote_minutes=2))
    p >> TWENTY << "confirm" >> minutes(3)
    p >> "y" << says("confirm", lead="prompt_expired")
    p.done()


def test_after_half_an_hour_it_is_let_go() -> None:
    p = confirming()
    p >> minutes(31)
    p >> "y" << "expired"
    p >> "y" << "nothing_waiting"
    p.done()


def test_a_yes_sent_before_the_prompt_could_be_seen_is_asked_again() -> None:
    p = confirming()
    p >> sometime(Said("y"), received_at=NOON) << says("confirm", lead="just_to_be_sure")
    p >> "y" << pays("20.00")
    p.done()


def test_no_charges_nothing_and_the_payment_can_still_be_changed() -> None:
    p = confirming()
    p >> "N" << "not_charged_change"
    p >> said("make it 10", "change", amount="10.00", scope="fixed_amount") << says("confirm", total="10.00")
    p >> "n" << "not_charged_change"
    p >> "pay it" << says("confirm", total="10.00")
    p >> "n" << "not_charged_change" >> "yes" << says("confirm", total="10.00")
    p >> "n" << "not_charged_change" >> "no" << "dropped_payment"
    p >> "y" << "nothing_waiting"
    p.done()


def test_yes_with_a_change_in_it_is_a_change() -> None:
    p = confirming()
    p >> said("yes but make it 10", "affirm", amount="10.00", scope="fixed_amount")
    p << says("confirm", lead="changed_amount", total="10.00")
    p.done()


def test_a_stale_quote_is_shown_anew_and_needs_its_two_digits() -> None:
    """The yes may still be on its way to the old prompt: only the code says which one is meant."""
    p = confirming()
    p >> "y" << pays("20.00")
    p >> answered(problem("quote_stale")) << says("confirm", lead="stale", total="20.00")
    code = p.state.prompt.code if p.state.prompt else None
    assert code is not None
    assert f"Reply Y {code} to pay" in p.spoken
    p >> "y" << says("confirm", lead="code_missing")
    wrong = str((int(code) - 9) % 90 + 10)
    p >> f"Y {wrong}" << says("confirm", lead="code_wrong")
    p >> f"Y {code}" << pays("20.00")
    p.done()


def test_a_payment_that_ends_meanwhile_puts_the_prompt_anew_with_a_code() -> None:
    p = confirming()
    p >> "y" << pays("20.00") >> processing() << "processing"
    p >> said("pay 5", "make_payment", scope="fixed_amount", amount="5.00") << says("confirm", total="5.00")
    p >> settled(by_webhook=True) << "receipt" << says("confirm", total="5.00")
    assert p.state.prompt is not None
    assert p.state.prompt.code is not None
    p >> "y" << says("confirm", lead="code_missing")
    p >> p.state.prompt.code << pays("5.00")
    p.done()


def test_a_code_that_was_not_asked_for_is_asked_about() -> None:
    (confirming() >> "y 48" << says("confirm", lead="code_not_needed")).done()


def test_a_question_is_answered_and_the_prompt_put_again() -> None:
    p = confirming()
    p >> said("any fees?", "ask_terms") << "terms" << says("confirm", total="20.00")
    p >> "y" << pays("20.00")
    p.done()


def test_a_confirmation_must_not_arrive_late() -> None:
    p = confirming()
    from bot.effects import Say

    say = p.effects[-1]
    assert isinstance(say, Say)
    assert say.valid_seconds == dt.timedelta(minutes=10).total_seconds()


def test_a_prompt_says_all_there_is_to_consent_to() -> None:
    p = play()
    p >> said(
        "pay 1043 and 1044 friday note 4B", "make_payment", scope="selected_invoices", invoices=["1043", "1044"],
        date="2026-11-27", note="4B",
    )  # fmt: skip
    p << "confirm"
    for part in ("Acme Billing", "$60.85", "Visa ..4242", "1043 ($18.75)", "1044 ($42.10)", "Fri, Nov 27", "4B",
                 "acme.example/terms", "Reply Y to pay, N to leave it."):  # fmt: skip
        assert part in p.spoken
    assert len(p.spoken) <= 306
    p.done()
