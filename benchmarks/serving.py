"""A served process as an operator starts it (`paybot serve`), seen from outside: HTTP, its log, and /proc."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.twilio import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from benchmarks.wire import Connection

ROOT = Path(__file__).parents[1]
PUBLIC_URL = "https://pay.example.com"
START_SECONDS_MAX = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True, kw_only=True)
class Server:
    """One `paybot serve`; `start` it inside an event loop."""

    database_url: str
    folder: Path
    twilio_port: int
    workers: int = 1
    port: int = field(default_factory=free_port)
    ready_seconds: float = 0.0
    """From starting the process to the first 200 of /readyz."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / f"served-{self.port}.log"

    async def start(self) -> None:
        """Starts it and waits until it is ready. Raises `RuntimeError` with its log where it ends before."""
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(self.port), "--workers", str(self.workers)]
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        while time.perf_counter() - began < START_SECONDS_MAX:
            if await self._ready():
                self.ready_seconds = time.perf_counter() - began
                return
            if self.process.poll() is not None:
                break
            await asyncio.sleep(0.005)
        raise RuntimeError(self.log.read_text()[-4000:])

    async def stop(self) -> None:
        """Asks it to end, and waits."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, 60)

    def cpu_seconds(self) -> float:
        """User and system time that it and its workers have used."""
        return sum(_cpu(pid) for pid in self._pids())

    def memory_mb(self) -> float:
        """Resident set, of all its processes."""
        return sum(_resident(pid) for pid in self._pids())

    def commits(self) -> dict[str, float]:
        """When each turn had committed (seconds since the epoch), by the id of its event: from the log."""
        found = {}
        for line in self.log.read_text().splitlines():
            if '"event": "turn"' in line:
                entry = json.loads(line)
                found[entry["event_id"]] = dt.datetime.fromisoformat(entry["timestamp"]).timestamp()
        return found

    def _pids(self) -> list[int]:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM_NUMBER": OUR_NUMBER,
            "TWILIO_API_URL": f"http://127.0.0.1:{self.twilio_port}",
            "TWILIO_MESSAGES_PER_SECOND": "0",
            "COMPANY_NAME": "Acme Water",
        }

    async def _ready(self) -> bool:
        try:
            connection = await Connection.open(self.port)
        except OSError:
            return False
        try:
            return (await connection.get("/readyz"))[0] == 200
        except (OSError, asyncio.IncompleteReadError):
            return False
        finally:
            connection.close()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6
