"""Draws docs/chat.svg: a real conversation with the demo data, as `paybot chat` shows it.

    uv run python docs/picture.py
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.chat import chat, temporary_database
from bot.logs import setup
from bot.settings import read_settings
from channels.terminal import PROMPT, Terminal

SCRIPT = (
    "hi, how much do I owe?",
    "pay 1043 and 1044 with checking, note unit 4B",
    "actually use my visa",
    "what are the terms?",
    "y",
)
WIDTH = 100


class Scripted(Terminal):
    """A person who types the script."""

    def __init__(self, console: Console) -> None:
        super().__init__(console=console)
        self._screen = console

    async def lines(self) -> AsyncIterator[str]:
        for line in SCRIPT:
            self._screen.print(Text(f"\n{PROMPT}", style="bold magenta") + Text(line))
            yield line

    def note(self, text: str) -> None:
        """The picture starts with the conversation."""


def main() -> None:
    """Writes the picture beside this file."""
    setup("error")
    folder, url = temporary_database()
    console = Console(record=True, width=WIDTH, highlight=False, file=io.StringIO(), force_terminal=True)
    settings = read_settings(database_url=url, company_name="Acme Billing", company_support="800-555-0100",
                             terms_url="https://acme.example/terms")  # fmt: skip
    with folder:
        asyncio.run(chat(settings, phone="+15555550123", demo=True, terminal=Scripted(console)))
    console.save_svg(str(Path(__file__).with_name("chat.svg")), title="uv run paybot chat")


if __name__ == "__main__":
    main()
