"""Whole deployments for the tests: served processes, the gateway and Twilio, each a real process, over real HTTP.

    Forge        starts served processes quickly, by forking one that has imported everything
    Peers        the sandbox gateway and the fake Twilio, as processes of their own that survive every kill
    Deployment   one database and the served processes on it; starts, kills, restarts, delivers webhooks
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from durable.ambient import RandomIds, SystemClock
from durable.database import Database
from durable.migrate import migrate
from payments.loading import load
from tests.support.accounts import Person, import_file
from tests.support.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

ROOT = Path(__file__).parents[2]
PUBLIC_URL = "https://pay.example.com"
PAYMENTS_TOKEN = "test-payments-token"
START_SECONDS_MAX = 60.0
LATE_SECONDS = 2.0
"""How late the gateway's late answers come, unless told otherwise."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**extra: str) -> dict[str, str]:
    """This process's environment for a child: one thread for numpy, the repository on the path."""
    return os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)} | extra


class Forge:
    """Starts served processes (`tests.support.serve_process`)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.serve_process"], cwd=ROOT, env=environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def start(self, **order: Any) -> int:
        """The process id of a new served process."""
        pid: int = self._ask({"do": "start", **order})["pid"]
        return pid

    def poll(self, pid: int) -> int | None:
        """How the process ended (negative: the signal); None while it runs."""
        code: int | None = self._ask({"do": "poll", "pid": pid})["code"]
        return code

    def close(self) -> None:
        """Ends it, and every process that it started."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the forge has ended; its error is above"
        answer: dict[str, Any] = json.loads(line)
        return answer


class Peers:
    """The gateway and Twilio, for as long as the tests run."""

    def __init__(self, folder: Path, *, callbacks: str | None = None, late_seconds: float = LATE_SECONDS) -> None:
        """`callbacks`: the served process that Twilio sends status callbacks to; None for none. `late_seconds`: how
        late the gateway's late answers are."""
        folder.mkdir(parents=True, exist_ok=True)
        self.gateway_url = f"http://127.0.0.1:{(gateway_port := free_port())}"
        self.twilio_url = f"http://127.0.0.1:{(twilio_port := free_port())}"
        self.sent_file = folder / "sent.jsonl"
        self._ports = {"gateway": gateway_port, "twilio": twilio_port}
        self._commands = {
            "gateway": ["payments.gateways.server", "--port", str(gateway_port), "--file", str(folder / "gateway.db"),
                        "--late-seconds", str(late_seconds)],
            "twilio": ["tests.support.fake_twilio", "--port", str(twilio_port), "--file", str(self.sent_file),
                       *(["--callbacks", callbacks] if callbacks else [])],
        }  # fmt: skip
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in self._commands:
            self._begin(name)
        for name in self._commands:
            self._wait(name)

    def kill(self, name: str) -> None:
        """Ends "gateway" or "twilio" with SIGKILL."""
        self._processes[name].kill()
        self._processes[name].wait(20)

    def start(self, name: str) -> None:
        """Starts one that was killed, on what it has written."""
        self._begin(name)
        self._wait(name)

    async def fault(self, *names: str) -> None:
        """What befalls the next texts that are sent, one each: "500", "lost", "ok" ... (`fake_twilio.FAULTS`)."""
        async with httpx.AsyncClient(timeout=60) as client:
            (await client.post(f"{self.twilio_url}/_control/faults", json=list(names))).raise_for_status()

    def close(self) -> None:
        """Ends both."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(20)

    def _begin(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *self._commands[name]], cwd=ROOT, env=environment(), stdout=log, stderr=log
            )

    def _wait(self, name: str) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._ports[name])) == 0:
                    return
            assert self._processes[name].poll() is None, (self._folder / f"{name}.log").read_text()
            time.sleep(0.02)
        raise TimeoutError(name)


@dataclass(slots=True)
class Served:
    """One served process of a deployment; `pid` None: it is down."""

    port: int
    log: Path
    pid: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(slots=True, kw_only=True)
class Deployment:
    """One database, and the served processes on it."""

    forge: Forge
    peers: Peers
    database_url: str
    folder: Path
    processes: int = 1
    lease_seconds: float = 3.0
    public_url: str = PUBLIC_URL
    settings: dict[str, str] = field(default_factory=dict)
    """More settings, or others; an empty one is as good as none."""
    served: list[Served] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.served = [Served(free_port(), self.folder / f"served-{n}.log") for n in range(self.processes)]

    def populate(self, persons: list[Person]) -> None:
        """Makes the tables and loads the customers."""
        self.persons = persons
        db = Database(self.database_url)
        try:
            for package in ("bot", "payments"):
                migrate(db, package)
            loaded = load(db, import_file(persons), clock=SystemClock(), ids=RandomIds())
            assert loaded.refused == []
        finally:
            db.close_blocking()

    def env(self) -> dict[str, str]:
        """The settings of every process."""
        return {
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.public_url,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM_NUMBER": OUR_NUMBER,
            "TWILIO_API_URL": self.peers.twilio_url,
            "TWILIO_MESSAGES_PER_SECOND": "0",
            "PAYMENTS_TOKEN": PAYMENTS_TOKEN,
            "SANDBOX_GATEWAY_URL": self.peers.gateway_url,
            "LEASE_SECONDS": str(self.lease_seconds),
            "COMPANY_NAME": "Acme Water",
        } | self.settings

    def start(self, number: int = 0, **orders: Any) -> None:
        """Starts one process; `ready` waits for it. `orders`: kill_at, nth, record."""
        one = self.served[number]
        one.pid = self.forge.start(env=self.env(), port=one.port, log=str(one.log), **orders)

    async def up(self, number: int = 0, **orders: Any) -> None:
        """Starts one process and waits until it is ready."""
        self.start(number, **orders)
        assert await self.ready(number), self.logs()

    async def ready(self, number: int = 0) -> bool:
        """Waits until the process answers /readyz; False where it ended before."""
        one = self.served[number]
        deadline = time.monotonic() + START_SECONDS_MAX
        async with httpx.AsyncClient(timeout=5) as client:
            while time.monotonic() < deadline:
                try:
                    if (await client.get(f"{one.url}/readyz")).status_code == 200:
                        return True
                except httpx.TransportError:
                    pass
                if self.ended(number) is not None:
                    return False
                await asyncio.sleep(0.03)
        raise TimeoutError(one.log.read_text()[-4000:])

    def ended(self, number: int = 0) -> int | None:
        """The exit code of a process that has ended (once); None while it runs."""
        one = self.served[number]
        if one.pid is None:
            return None
        code = self.forge.poll(one.pid)
        if code is not None:
            one.pid = None
        return code

    async def kill(self, number: int = 0, sig: signal.Signals = signal.SIGKILL, *, seconds_max: float = 60.0) -> int:
        """Sends the signal and waits for the end; the exit code."""
        one = self.served[number]
        if one.pid is None:
            return 0
        os.kill(one.pid, sig)
        return await self.end(number, seconds_max=seconds_max)

    async def end(self, number: int = 0, *, seconds_max: float = 60.0) -> int:
        """Waits until the process has ended; the exit code."""
        deadline = time.monotonic() + seconds_max
        while (code := self.ended(number)) is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running after {seconds_max} s")
            await asyncio.sleep(0.02)
        return code

    async def stop(self) -> None:
        """Kills what runs."""
        for number, one in enumerate(self.served):
            if one.pid is not None:
                await self.kill(number)

    def logs(self) -> str:
        """The ends of the processes' logs, for a failed test."""
        return "\n".join(one.log.read_text()[-6000:] for one in self.served if one.log.exists())
