"""The terminal as a channel: lines in, `bot> ` lines out; with a person, or piped.

Piped, it prints plain text and nothing else. With a person it has a history, colours for amounts and menus, and
shows a late answer above the line that is being typed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.messages import Outgoing

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from rich.console import Console

PROMPT = "you> "
SPEAKER = "bot> "
_MENU_LINE = re.compile(r"^(\d{1,2})([.)]? )")
_AMOUNT = re.compile(r"[$€£]\d[\d,]*(?:\.\d\d)?")


class Terminal:
    """One conversation's screen and keyboard."""

    def __init__(self, *, history: Path | None = None, console: Console | None = None) -> None:
        self.piped = not (sys.stdin.isatty() and sys.stdout.isatty())
        self._session: PromptSession[str] | None = None
        self._console = console
        if console is None and not self.piped:
            from prompt_toolkit import PromptSession
            from prompt_toolkit.history import FileHistory, InMemoryHistory
            from rich.console import Console

            kept = FileHistory(str(history)) if history else InMemoryHistory()
            self._session = PromptSession(history=kept)
            self._console = Console(highlight=False)

    async def lines(self) -> AsyncIterator[str]:
        """What the person types, a line each, until end of input (or Ctrl-C)."""
        if self._session is None:
            for line in sys.stdin:
                yield line.rstrip("\r\n")
            return
        while True:
            try:
                yield await self._session.prompt_async(PROMPT)
            except (EOFError, KeyboardInterrupt):
                return

    def screen(self) -> Any:
        """A context in which late answers do not disturb the line being typed."""
        if self.piped:
            return nullcontext()
        from prompt_toolkit.patch_stdout import patch_stdout

        return patch_stdout(raw=True)

    def show(self, message: Outgoing) -> None:
        """One message of the bot."""
        lines = message.text.splitlines() or [""]
        if self._console is not None:
            self._console.print(self._styled(lines))
            return
        for number, line in enumerate(lines):
            lead = SPEAKER if number == 0 else " " * len(SPEAKER)
            print(lead + line, flush=True)  # noqa: T201  the terminal is the channel

    def note(self, text: str) -> None:
        """Something that is not the bot's word: how to leave, what this demo is."""
        if self._console is not None:
            self._console.print(text, style="dim")

    @staticmethod
    def _styled(lines: list[str]) -> Any:
        """The speaker in a column of its own, so that long lines wrap beside it."""
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=0)
        grid.add_column(width=len(SPEAKER))
        grid.add_column()
        for number, line in enumerate(lines):
            body = Text(line)
            body.highlight_regex(_AMOUNT, "bold green")
            menu = _MENU_LINE.match(line)
            if menu:
                body.stylize("bold yellow", 0, len(menu.group(1)))
            grid.add_row(Text(SPEAKER if number == 0 else "", style="bold cyan"), body)
        return grid
