"""Opt-outs: every reasonable way of asking is heard, and nothing about payments is taken for one."""

from __future__ import annotations

import pytest

from bot.keywords import carrier, plain_opt_out


@pytest.mark.parametrize(
    "word",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOPALL",
        "Unsubscribe",
        "cancel",
        "END",
        "quit!",
        "REVOKE",
        "OptOut",
        "\u200bSTOP\n",
        '"STOP"',
    ],
)
def test_a_carrier_word_alone_opts_out(word: str) -> None:
    assert carrier(word) == "stop"


@pytest.mark.parametrize(
    ("word", "meaning"), [("START", "start"), ("unstop", "start"), ("HELP", "help"), ("info?", "help")]
)
def test_the_other_carrier_words(word: str, meaning: str) -> None:
    assert carrier(word) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "stop autopay",
        "cancel friday's payment",
        "opt out",
        "help me pay",
        "stop it",
        "the end",
        "",
        "cancel that",
        "YES",
        "stop stop",
    ],
)
def test_more_than_the_word_is_no_carrier_word(text: str) -> None:
    assert carrier(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "please stop texting me",
        "Stop texting me!",
        "stop sending me texts",
        "stop sending these messages please",
        "take me off this list",
        "Take me off your list.",
        "remove me from your list",
        "remove my number",
        "no more texts",
        "no more messages please",
        "don't text me anymore",
        "do not text me again",
        "do not contact me",
        "don\u2019t message me",
        "I don't want these texts",
        "i do not want to receive any more messages",
        "opt out",
        "opt me out",
        "I want to opt out of texts",
        "unsubscribe me",
        "unsubscribe me from this list",
        "leave me alone",
        "lose my number",
        "I revoke my consent",
        "can you stop texting me",
        "quit texting me",
        "stop messaging this number",
        "stop the texts",
        "no mas",
        "no m\u00e1s mensajes",
        "dejen de mandarme mensajes",
        "STOP STOP STOP",
        "just stop texting me already",
    ],
)
def test_plain_words_opt_out(text: str) -> None:
    assert plain_opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop autopay",
        "stop the payment",
        "stop my autopay please",
        "stop payment on invoice 1043",
        "cancel my scheduled payment",
        "cancel",
        "no",
        "no thanks",
        "don't pay it",
        "do not charge my card",
        "remove my visa",
        "delete my card",
        "take off the card ending 1881",
        "take 1043 off",
        "remove 1043",
        "leave out 1043",
        "no more than 50",
        "no more payments",
        "text me the receipt",
        "don't want to pay by card",
        "i don't want to pay all of it",
        "send me a text when it's paid",
        "can you text me my balance",
        "contact me",
        "remind me friday",
        "stop",
        "quit",
        "end of the month",
        "pay 40, stop texting me about it and note unit 4B",
        "did you get my text",
        "",
        "note: stop texting me",
    ],
)
def test_words_about_payments_do_not_opt_out(text: str) -> None:
    assert not plain_opt_out(text)
