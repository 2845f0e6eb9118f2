"""What the crash tests share: the forge of served processes, and the peers that survive every kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.served import Forge, Peers


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    made = Forge()
    yield made
    made.close()


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    made = Peers(tmp_path_factory.mktemp("peers"))
    yield made
    made.close()


OUTCOMES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def outcome(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Notes a line on what a crash run came to; all are printed at the end of the test run."""
    return pytestconfig.stash.setdefault(OUTCOMES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(OUTCOMES, []):
        terminalreporter.write_line(line)
