"""One message understood: the served runtime, Rasa's own parse in process, and Rasa over HTTP. One core each."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving import ROOT, free_port
from benchmarks.tables import Row, percentile
from benchmarks.wire import Connection
from nlu.training import ARCHIVE
from nlu.training_data import read_cases

TEXTS_MAX = 400
RASA_TEXTS_MAX = 150
START_SECONDS_MAX = 300.0
RASA_PYTHON = ROOT / "nlu" / "rasa" / ".venv" / "bin" / "python"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rasa:
    """What a served Rasa showed."""

    ready_seconds: float
    memory_mb: float
    parse_ms: list[float]
    turn_ms: list[float]
    """A message to its REST channel, to the answer; empty for a model without a rule."""
    turns_per_second: float


def texts(most: int) -> list[str]:
    """Utterances of the NLU's own test set, evenly chosen."""
    said = [case.text for case in read_cases(ROOT / "tests" / "nlu" / "frames.yml") if case.text.strip()]
    return said[:: max(1, len(said) // most)][:most]


def ours() -> tuple[list[float], list[float]]:
    """Wall clock and CPU milliseconds of each parse, on one core, after one pass to warm up."""
    from nlu.runtime import load

    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        nlu, said, today = load(), texts(TEXTS_MAX), dt.date(2026, 11, 22)
        wall, cpu = [], []
        for warm in (True, False):
            for text in said:
                began, used = time.perf_counter(), time.process_time()
                nlu.parse(text, today)
                if not warm:
                    wall.append((time.perf_counter() - began) * 1e3)
                    cpu.append((time.process_time() - used) * 1e3)
    finally:
        os.sched_setaffinity(0, cores)
    return wall, cpu


def in_rasa(model: Path) -> dict[str, Any] | None:
    """`benchmarks.rasa_side` on a model; None where Rasa's environment or the model is missing."""
    if not RASA_PYTHON.exists() or not model.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "texts.json"
        asked.write_text(json.dumps(texts(RASA_TEXTS_MAX)), "utf-8")
        command = [str(RASA_PYTHON), "-m", "benchmarks.rasa_side", str(model), str(asked)]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | QUIET, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def rasa_server(model: Path) -> Iterator[tuple[int, int, float]]:
    """`rasa run --enable-api` with the REST channel: port, process id, seconds until it was ready."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "credentials.yml").write_text("rest:\n")
        port = free_port()
        command = [str(RASA_PYTHON), "-m", "rasa", "run", "--enable-api", "-m", str(model), "-p", str(port),
                   "--credentials", "credentials.yml"]  # fmt: skip
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | QUIET, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while not asyncio.run(_loaded(port)):
                if process.poll() is not None or time.perf_counter() - began > START_SECONDS_MAX:
                    raise RuntimeError("rasa run did not start")
                time.sleep(0.2)
            yield port, process.pid, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


async def _loaded(port: int) -> bool:
    """Whether the model answers; /status does only once it is loaded."""
    try:
        connection = await Connection.open(port)
        status, _ = await connection.get("/status")
        connection.close()
    except (OSError, asyncio.IncompleteReadError):
        return False
    return status == 200


def served_rasa(model: Path, *, turns: int = 100, parses: int = RASA_TEXTS_MAX) -> Rasa:
    """Parses over HTTP; turns of an assistant that answers one intent by a rule, one client and then eight."""
    with rasa_server(model) as (port, pid, ready):
        return asyncio.run(_ask_rasa(port, pid, ready, turns, parses))


async def _ask_rasa(port: int, pid: int, ready: float, turns: int, parses: int) -> Rasa:
    kind = {"content-type": "application/json"}
    connection = await Connection.open(port)

    async def timed(link: Connection, path: str, body: dict[str, str]) -> float:
        began = time.perf_counter()
        status, _ = await link.post(path, kind, json.dumps(body).encode())
        if status != 200:
            raise RuntimeError(f"{path} was answered {status}")
        return (time.perf_counter() - began) * 1e3

    said = texts(parses) if parses else []
    for text in said[:20]:
        await timed(connection, "/model/parse", {"text": text})
    parse_ms = [await timed(connection, "/model/parse", {"text": text}) for text in said]
    hook = "/webhooks/rest/webhook"

    async def client(link: Connection, name: str, count: int) -> list[float]:
        said = "what's my balance"
        return [await timed(link, hook, {"sender": f"{name}-{n // 3}", "message": said}) for n in range(count)]

    turn_ms, per_second = [], 0.0
    if turns:
        await client(connection, "warm", 5)
        turn_ms = await client(connection, "one", turns)
        links = [await Connection.open(port) for _ in range(8)]
        began = time.perf_counter()
        done = await asyncio.gather(*(client(link, f"of-{n}", turns // 4) for n, link in enumerate(links)))
        per_second = sum(map(len, done)) / (time.perf_counter() - began)
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Rasa(
        ready_seconds=ready, memory_mb=resident, parse_ms=parse_ms, turn_ms=turn_ms, turns_per_second=per_second
    )


def rows(stock: Path, *, rasa: bool) -> list[Row]:
    """The table's part; Rasa's figures only where asked for and possible. `stock`: a model of its default pipeline."""
    wall, cpu = ours()
    mine = in_rasa(ARCHIVE) if rasa else None
    theirs = in_rasa(stock) if rasa else None
    own = {share: percentile(mine["wall_ms"], share) if mine else None for share in (0.5, 0.95)}
    made = [
        Row("parse", "one core, p50 (Rasa in process, the same pipeline)", percentile(wall, 0.5), "ms", 2.0,
            rasa=own[0.5]),
        Row("parse", "one core, p95", percentile(wall, 0.95), "ms", rasa=own[0.95]),
        Row("parse", "CPU time, p50", percentile(cpu, 0.5), "ms",
            rasa=percentile(mine["cpu_ms"], 0.5) if mine else None),
    ]  # fmt: skip
    if theirs:
        made.append(Row("parse", "p50 (Rasa in process, its default pipeline with DIET)", percentile(wall, 0.5), "ms",
                        rasa=percentile(theirs["wall_ms"], 0.5)))  # fmt: skip
    return made
