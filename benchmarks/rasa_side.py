"""Runs in Rasa's environment: one model's own parse, in process. Prints one JSON object.

    python -m benchmarks.rasa_side MODEL.tar.gz TEXTS.json
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Loads the model, parses every text once to warm up and then again, timed."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    began = time.perf_counter()
    from rasa.core.agent import Agent  # type: ignore[import-not-found]

    agent = Agent.load(sys.argv[1])
    loaded = time.perf_counter() - began
    texts: list[str] = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    wall, cpu = asyncio.run(_parses(agent, texts))
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    print(json.dumps({"load_seconds": loaded, "wall_ms": wall, "cpu_ms": cpu, "memory_mb": resident}))


async def _parses(agent: Any, texts: list[str]) -> tuple[list[float], list[float]]:
    wall, cpu = [], []
    for text in texts:
        await agent.parse_message(text)
    for text in texts:
        began, used = time.perf_counter(), time.process_time()
        await agent.parse_message(text)
        wall.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
    return wall, cpu


if __name__ == "__main__":
    main()
