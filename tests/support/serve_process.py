"""One served process as the crash tests run it: the real application, which can be told where to die.

    python -m tests.support.serve_process     forks such processes on request (see `tests.support.served.Forge`)

Everything is imported, and the model read, once; each process is a fork that builds its own bot, database connections
and event loop, and shares nothing that changes with the others. That makes a start a few tenths of a second, so that a
hundred kills fit into minutes.
Requests and answers are JSON, a line each: {"do": "start", ...} -> {"pid": 1}, {"do": "poll", "pid": 1} -> {"code": 0}.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import uvicorn

from bot.app import application
from bot.logs import setup
from bot.settings import read_settings
from bot.wiring import Extras, build
from durable.worker import Crash, no_crash
from nlu.frame import Nlu
from nlu.runtime import load


class KillAt:
    """Ends this process with SIGKILL when `point` is passed for the `nth` time."""

    def __init__(self, point: str, nth: int) -> None:
        self._point = point
        self._left = nth

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Recorder:
    """Writes down each point that is passed, once, a line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[str] = set()

    def __call__(self, point: str) -> None:
        if point not in self._seen:
            self._seen.add(point)
            with self._path.open("a") as file:
                file.write(f"{point}\n")


def serve(order: dict[str, Any], understanding: Nlu) -> NoReturn:
    """Runs the application until it is stopped; never returns. `order`: env, port, log, kill_at, nth, record."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(Path(order["log"]).parent)  # so that no .env of the machine is read
    os.environ.update(order["env"])
    crash: Crash = no_crash
    if order.get("kill_at"):
        crash = KillAt(order["kill_at"], order.get("nth") or 1)
    elif order.get("record"):
        crash = Recorder(Path(order["record"]))
    settings = read_settings()
    setup(settings.log_level)
    app = application(build(settings, Extras(crash=crash, nlu=understanding)))
    uvicorn.run(app, host="127.0.0.1", port=order["port"], log_config=None, access_log=False)
    os._exit(0)


def main() -> None:
    """Answers requests from standard input until it ends, then kills what is still running."""
    alive: set[int] = set()
    understanding = load()
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "start":
            pid = os.fork()
            if pid == 0:
                _child(order, understanding)
            alive.add(pid)
            answer: dict[str, Any] = {"pid": pid}
        else:
            answer = {"code": _poll(order["pid"], alive)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _child(order: dict[str, Any], understanding: Nlu) -> NoReturn:
    try:
        serve(order, understanding)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:  # noqa: BLE001  a fork must never run on in the parent's code
        import traceback

        traceback.print_exc()
        os._exit(70)


def _poll(pid: int, alive: set[int]) -> int | None:
    """The exit code (negative: the signal that ended it); None while it runs."""
    if pid not in alive:
        return None
    found, status = os.waitpid(pid, os.WNOHANG)
    if found == 0:
        return None
    alive.discard(pid)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
