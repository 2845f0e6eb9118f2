"""Style that a tool can see: who may import whom, sizes, purity, no float near money, no clock outside `durable`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("actions", "bot", "channels", "durable", "nlu", "payments")
FILES = sorted(
    path.relative_to(ROOT)
    for name in (*PACKAGES, "tests")
    for path in (ROOT / name).rglob("*.py")
    if ".venv" not in path.parts and "rasa" not in path.parts[:2] and "versions" not in path.parts
)
SOURCES = [path for path in FILES if path.parts[0] != "tests"]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

ARROWS = {
    "durable": set[str](),
    "payments": {"durable"},
    "nlu": set[str](),
    "actions": {"payments.contract"},
    "channels": {"bot.messages", "durable"},
}
"""What each package may import of ours, itself apart; `bot` is ruled below."""
CORE_MAY = {"nlu.frame", "payments.contract", "payments.money", "actions.calls"}
WIRING = {"bot/wiring.py", "bot/chat.py", "bot/cli.py", "bot/app.py", "bot/checking.py"}
"""Where adapters meet the core, and the commands."""
CORE = (
    "bot/messages.py", "bot/effects.py", "bot/commands.py", "bot/context.py", "bot/state.py", "bot/step.py",
    "bot/render.py", "bot/wording.py", "bot/selection.py", "bot/keywords.py", "bot/understand", "bot/flows",
)  # fmt: skip
"""The conversation's core: pure, no I/O."""
PURE = (*CORE, "payments/money.py", "payments/contract.py", "payments/quoting.py", "payments/lifecycle.py",
        "payments/signing.py", "actions/calls.py", "nlu/frame.py", "nlu/grammar", "channels/cards.py",
        "channels/gsm.py")  # fmt: skip
IMPURE = {"asyncio", "httpx", "sqlalchemy", "psycopg", "starlette", "twilio", "socket", "subprocess", "threading",
          "os", "sys", "random", "secrets", "time", "uuid", "tempfile", "requests", "yaml", "pathlib"}  # fmt: skip
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
          ("time", "monotonic")}  # fmt: skip
BROAD = {"bot/turn.py", "durable/worker.py", "payments/edge.py"}
"""The outer edges: of a turn, of an effect, of the service's HTTP. Each logs the defect and goes on."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> set[str]:
    return {name for name in imports(path) if name.split(".")[0] in PACKAGES}


def within(name: str, allowed: set[str]) -> bool:
    return any(name == a or name.startswith(a + ".") or a.startswith(name + ".") for a in allowed)


def is_core(path: Path) -> bool:
    return any(str(path) == part or str(path).startswith(part + "/") for part in CORE)


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[0] in ARROWS], ids=str)
def test_a_package_imports_only_what_it_may(path: Path) -> None:
    package = path.parts[0]
    for name in ours(path):
        assert within(name, ARROWS[package] | {package}), f"{path} must not import {name}"


@pytest.mark.parametrize("path", [p for p in SOURCES if is_core(p)], ids=str)
def test_the_core_imports_only_pure_things(path: Path) -> None:
    core = {part.removesuffix(".py").replace("/", ".") for part in CORE}
    for name in ours(path):
        assert within(name, CORE_MAY | core), f"{path} must not import {name}"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[0] == "bot" and str(p) not in WIRING], ids=str)
def test_only_the_wiring_sees_all(path: Path) -> None:
    """Outside it, the bot knows no channel but what masks card numbers, and of the payment service its contract."""
    for name in ours(path):
        package = name.split(".")[0]
        assert package != "channels" or name.startswith("channels.cards"), f"{path} must not import {name}"
        allowed = {"payments.contract", "payments.money", "payments.signing"}
        assert package != "payments" or within(name, allowed), f"{path} must not import {name}"


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if any(str(p) == x or str(p).startswith(x + "/") for x in PURE)], ids=str
)
def test_pure_modules_do_no_io(path: Path) -> None:
    found = {name.split(".")[0] for name in imports(path)} & IMPURE
    assert not found, f"{path} is pure and must not import {sorted(found)}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_and_functions_are_small(path: Path) -> None:
    lines = (ROOT / path).read_text("utf-8").count("\n")
    assert lines <= FILE_LINES_MAX, f"{path} has {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{path}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_open_with_what_they_are(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{path} has no docstring"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[0] in ("payments", "actions")], ids=str)
def test_no_float_near_money(path: Path) -> None:
    """Seconds and rates are floats; amounts never are."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            pytest.fail(f"{path}:{node.lineno} makes a float")
        if isinstance(node, ast.AnnAssign | ast.arg) and isinstance(node.annotation, ast.Name):
            target = node.arg if isinstance(node, ast.arg) else getattr(node.target, "id", "")
            timed = any(word in target.lower() for word in ("seconds", "per_second", "timeout", "grace"))
            assert node.annotation.id != "float" or timed, f"{path}:{node.lineno} {target} is a float"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[0] not in ("durable", "nlu")], ids=str)
def test_time_is_injected(path: Path) -> None:
    """Only `durable.ambient` reads the wall clock; commands, which are wiring, may ask it for today."""
    if str(path) in WIRING or path.name == "server.py":
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            assert (name, node.func.attr) not in CLOCKS, f"{path}:{node.lineno} reads the wall clock"


@pytest.mark.parametrize("path", [p for p in SOURCES if str(p) not in BROAD], ids=str)
def test_broad_except_only_at_the_outer_edges(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            kind = node.type.id if isinstance(node.type, ast.Name) else ""
            broad = node.type is None or kind in ("Exception", "BaseException")
            assert not broad, f"{path}:{node.lineno} catches everything"
