"""`paybot chat`: the whole bot in the terminal, as an SMS customer, through the same turn, store and payments."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import secrets
import tempfile
from pathlib import Path

import sqlalchemy as sa

from bot.messages import TEXT_CHARS_MAX, Incoming, Outgoing
from bot.settings import Settings
from bot.state import Conversation
from bot.wiring import Bot, Extras, build
from channels.cards import mask
from channels.terminal import Terminal
from durable.ambient import RandomIds, SystemClock
from durable.effects import Claim, Done, Effect, Outcome
from payments.demo import DEMO
from payments.loading import load
from payments.tables import account

ANSWER_SECONDS_MAX = 15.0
"""After so long the next line is asked for; a late answer is still shown."""
WELCOME = (
    "You are {phone}, a customer with a phone. Write as you would text: pay my bill, how much do I owe, help.\n"
    "Nothing real is charged. Ctrl-D leaves."
)


async def chat(settings: Settings, *, phone: str, demo: bool, terminal: Terminal | None = None) -> None:
    """Runs until end of input. `demo` loads the demo data where the database has no accounts."""
    terminal = terminal or Terminal(history=Path("var/chat_history") if Path("var").is_dir() else None)
    bot = build(settings, Extras(addressers={"terminal": _address}, handlers={"terminal": _Screen(terminal).show}))
    if demo and bot.payments is not None and not await bot.db.read(_any_account):
        await asyncio.to_thread(load, bot.db, DEMO, clock=SystemClock(), ids=RandomIds())
    bot.start()
    try:
        await _converse(bot, terminal, phone)
    finally:
        await bot.stop()


async def _converse(bot: Bot, terminal: Terminal, phone: str) -> None:
    terminal.note(WELCOME.format(phone=phone))
    run, clock = secrets.token_hex(6), SystemClock()
    with terminal.screen():
        number = itertools.count(1)
        async for line in terminal.lines():
            masked = mask(line)
            incoming = Incoming(
                channel="terminal", event_id=f"{run}:{next(number)}", conversation=f"terminal:{phone}", person=phone,
                text=masked.text[:TEXT_CHARS_MAX], received_at=clock.now(), masked=masked.found,
            )  # fmt: skip
            await bot.store.receive(incoming)
            try:
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    await bot.quiet()
            except TimeoutError:
                continue


class _Screen:
    """Delivers effects of the terminal by showing them."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    async def show(self, claim: Claim) -> Outcome:
        self._terminal.show(Outgoing.model_validate(claim.body["message"]))
        return Done()


def _address(state: Conversation, key: str, message: Outgoing, _at: dt.datetime) -> Effect:
    body = {"v": 1, "message": message.model_dump(mode="json")}
    return Effect(key=key, kind="terminal", lane=state.key, body=body)


def _any_account(conn: sa.Connection) -> bool:
    return conn.execute(sa.select(account.c.number).limit(1)).first() is not None


def temporary_database() -> tuple[tempfile.TemporaryDirectory[str], str]:
    """A database that lives as long as the folder that comes with it."""
    folder = tempfile.TemporaryDirectory(prefix="paybot-")
    return folder, f"sqlite:///{folder.name}/chat.db"
