"""Docs that cannot rot: every command, option, setting, route and sandbox token stands in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
PAYMENTS = (ROOT / "docs" / "payments.md").read_text("utf-8")


def test_the_readme_has_the_two_commands() -> None:
    assert "uv run paybot chat" in README
    assert "uv run pytest" in README


def test_every_command_and_option_is_documented() -> None:
    group = typer.main.get_command(app)
    commands = getattr(group, "commands", {})
    assert set(commands) == {"chat", "serve", "parse", "train", "import", "check"}
    for name, command in commands.items():
        row = next((line for line in OPERATIONS.splitlines() if line.startswith(f"| `paybot {name}")), None)
        assert row, f"paybot {name} is not in docs/operations.md"
        for param in command.params:
            option = max(param.opts, key=len)
            wanted = option if option.startswith("--") else param.name.upper()
            assert wanted == "--help" or wanted in row, f"{wanted} of paybot {name} is not documented"
        assert command.help, f"paybot {name} has no help"


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting.upper()}`" in OPERATIONS


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z][A-Z_]+(?:URL|SID|TOKEN|SECONDS|SECOND|NAME|LEVEL))`",
                                                       README + OPERATIONS + PAYMENTS))))  # fmt: skip
def test_every_documented_setting_exists(name: str) -> None:
    assert name.lower() in Settings.model_fields


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)#]+)", README))))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
