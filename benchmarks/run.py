"""`uv run python -m benchmarks.run [--what parse,turn,start,memory,install,growth] [--no-rasa] [--stock MODEL]`.

Measures, prints a table, and writes it into benchmarks/README.md. Rasa's figures are taken beside ours, in the
environment that trains (`nlu/rasa`); without it, or with --no-rasa, they are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks import footprint, growth, parsing, turns
from benchmarks.serving import ROOT, Server
from benchmarks.tables import Row, markdown, percentile, write
from benchmarks.twilio import Twilio

PARTS = ("parse", "turn", "start", "memory", "install", "growth")
SESSIONS = ((60, 1), (120, 8), (200, 32))
"""(customers, at once) of each run; every customer sends three messages."""
STOCK = Path(tempfile.gettempdir()) / "paybot-stock-rasa" / "stock.tar.gz"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--what", default=",".join(PARTS))
    parser.add_argument("--no-rasa", action="store_true")
    parser.add_argument("--stock", type=Path, default=STOCK, help="Rasa's default model; trained if missing.")
    parser.add_argument("--keep-readme", action="store_true")
    options = parser.parse_args()
    wanted = options.what.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    before = os.getloadavg()
    rasa = not options.no_rasa and parsing.RASA_PYTHON.exists()
    if rasa:
        train_stock(options.stock)
    table = measure(wanted, rasa=rasa, stock=options.stock)
    text = f"{_where(before)}\n\n{markdown(table)}"
    print(text)
    if not options.keep_readme:
        write(text)


def measure(wanted: list[str], *, rasa: bool, stock: Path) -> list[Row]:
    """Every wanted part, in order."""
    found: list[Row] = []
    if "parse" in wanted:
        found += parsing.rows(stock, rasa=rasa)
    theirs = None
    if rasa and {"turn", "start", "memory", "parse"} & set(wanted):
        theirs = parsing.served_rasa(stock)
    if theirs and "parse" in wanted:
        found.append(Row("parse", "p50 (Rasa over HTTP, its default pipeline)", found[0].value, "ms",
                         rasa=percentile(theirs.parse_ms, 0.5)))  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="paybot-bench-") as place:
        for part in ("turn", "start", "memory"):
            if part in wanted:
                folder = Path(place) / part
                folder.mkdir()
                found += asyncio.run(_served(part, folder, theirs))
    if "install" in wanted:
        found += footprint.install_rows()
    if "growth" in wanted:
        found += asyncio.run(growth.rows())
    return found


async def _served(part: str, folder: Path, rasa: parsing.Rasa | None) -> list[Row]:
    if part == "start":
        return await footprint.start_rows(folder, rasa.ready_seconds if rasa else None)
    if part == "memory":
        return await footprint.memory_rows(folder, rasa.memory_mb if rasa else None)
    made = await turn_sessions(folder)
    return turns.rows(made, rasa_ms=percentile(rasa.turn_ms, 0.5) if rasa else None,
                      rasa_rate=rasa.turns_per_second if rasa else None)  # fmt: skip


async def turn_sessions(
    folder: Path, sessions: tuple[tuple[int, int], ...] = SESSIONS, *, warm: int = 10
) -> list[turns.Session]:
    """Paying customers against one served process on embedded SQLite."""
    url, twilio = footprint.prepare(folder, warm + sum(count for count, _ in sessions)), Twilio()
    await twilio.start()
    server = Server(database_url=url, folder=folder, twilio_port=twilio.port)
    await server.start()
    try:
        await turns.session(server, twilio, range(warm), at_once=1)
        made, first = [], warm
        for count, at_once in sessions:
            made.append(await turns.session(server, twilio, range(first, first + count), at_once=at_once))
            first += count
    finally:
        await server.stop()
        await twilio.stop()
    return made


def train_stock(model: Path) -> None:
    """Trains the stock assistant of `benchmarks/rasa` on our data, unless it is there: minutes."""
    if model.exists():
        return
    here = "benchmarks/rasa"
    command = [
        str(parsing.RASA_PYTHON), "-m", "rasa", "train", "--config", f"{here}/config.yml", "--domain",
        f"{here}/domain.yml", "--data", "nlu/data", f"{here}/rules.yml", "--out", str(model.parent),
        "--fixed-model-name", model.name.removesuffix(".tar.gz"),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env=os.environ | parsing.QUIET, check=True, capture_output=True)


def _where(before: tuple[float, float, float]) -> str:
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, commit {commit}, {os.cpu_count()} cores of"
        f"{model.partition(':')[2]}. Load average (1, 5, 15 minutes) before {_load(before)}, "
        f"after {_load(os.getloadavg())}."
    )


def _load(averages: tuple[float, float, float]) -> str:
    return " / ".join(f"{value:.1f}" for value in averages)


if __name__ == "__main__":
    main()
