"""Start to ready, memory while serving, and the size of an install."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.customers import add_customers
from benchmarks.serving import ROOT, Server
from benchmarks.tables import Row, percentile
from benchmarks.turns import Clients
from benchmarks.twilio import Twilio
from durable.database import Database
from durable.migrate import migrate

STARTS = 5
MESSAGES = 2_000
RASA_ENVIRONMENT = ROOT / "nlu" / "rasa" / ".venv"


def prepare(folder: Path, customers: int) -> str:
    """A migrated SQLite database with customers; its URL."""
    url = f"sqlite:///{folder}/paybot.db"
    db = Database(url)
    try:
        for package in ("bot", "payments"):
            migrate(db, package)
    finally:
        db.close_blocking()
    add_customers(folder / "paybot.db", range(customers))
    return url


async def start_seconds(folder: Path) -> list[float]:
    """From starting the process to /readyz, several times, on a migrated database."""
    url, twilio, found = prepare(folder, 1), Twilio(), []
    await twilio.start()
    for _ in range(STARTS):
        server = Server(database_url=url, folder=folder, twilio_port=twilio.port)
        await server.start()
        found.append(server.ready_seconds)
        await server.stop()
    await twilio.stop()
    return found


async def memory_mb(folder: Path, messages: int = MESSAGES) -> float:
    """Resident set of a served process after so many messages of paying customers."""
    customers = messages // 3 + 1
    url, twilio = prepare(folder, customers), Twilio()
    await twilio.start()
    server = Server(database_url=url, folder=folder, twilio_port=twilio.port)
    await server.start()
    try:
        await Clients(server, twilio).run(range(customers), at_once=8)
        return server.memory_mb()
    finally:
        await server.stop()
        await twilio.stop()


def install_mb() -> float:
    """The size on disk of a fresh environment for serving, with our own package in it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "environment"
        command = ["uv", "sync", "--quiet", "--frozen", "--no-dev", "--no-editable", "--link-mode", "copy"]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"UV_PROJECT_ENVIRONMENT": str(place)}, check=True)
        return size_mb(place)


def size_mb(folder: Path) -> float:
    """What `du` says."""
    du = shutil.which("du")
    if du is None:
        raise RuntimeError("du is not installed")
    done = subprocess.run([du, "-sk", str(folder)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0]) * 1024 / 1e6


async def start_rows(folder: Path, rasa_seconds: float | None) -> list[Row]:
    """The table's part about starting."""
    found = await start_seconds(folder)
    return [Row("start", f"to /readyz, median of {STARTS}", percentile(found, 0.5), "s", 2.0, rasa=rasa_seconds)]


async def memory_rows(folder: Path, rasa_mb: float | None) -> list[Row]:
    """The table's part about memory."""
    return [Row("memory", f"after {MESSAGES} messages", await memory_mb(folder), "MB", 200, rasa=rasa_mb)]


def install_rows() -> list[Row]:
    """The table's part about size; Rasa's where its environment is there."""
    rasa = size_mb(RASA_ENVIRONMENT) if RASA_ENVIRONMENT.exists() else None
    return [Row("install", "fresh environment, serving", install_mb(), "MB", 300, rasa=rasa)]
