"""The frame score: how often intent and every slot are right, on the fixed test set, with the runtime alone.

`python -m nlu.evaluate [--failures] [TEST_SET]` prints it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from nlu.frame import Frame, Nlu
from nlu.runtime import Runtime, load
from nlu.training_data import Case, read_cases

TEST_SET = Path(__file__).resolve().parents[1] / "tests" / "nlu" / "frames.yml"
PAYING = frozenset({"make_payment", "affirm"})
"""Intents that lead to a charge: unsafe where the person neither orders nor agrees."""
BINS = 10


@dataclass(frozen=True)
class Answer:
    """One case and the frame that was given for it."""

    case: Case
    frame: Frame

    @property
    def intent_right(self) -> bool:
        """Whether the intent is the one wanted."""
        return self.frame.intent == self.case.intent

    @property
    def wrong_slots(self) -> tuple[str, ...]:
        """Slots that are missing, extra or of another value."""
        got, wanted = self.frame.slots.contract(), self.case.slots
        return tuple(sorted(name for name in got.keys() | wanted.keys() if got.get(name) != wanted.get(name)))

    @property
    def right(self) -> bool:
        """Whether the whole frame is the one wanted."""
        return self.intent_right and not self.wrong_slots

    @property
    def unsafe(self) -> bool:
        """Whether it reads an order or a yes into words that are neither."""
        return self.frame.intent in PAYING and self.case.intent not in PAYING


@dataclass(frozen=True)
class Report:
    """The score of one model on one test set."""

    answers: tuple[Answer, ...]
    milliseconds: tuple[float, ...]
    """Processor time of each parse."""

    def summary(self) -> dict[str, float | int]:
        """The figures: shares in percent, counts, milliseconds."""
        times = sorted(self.milliseconds)
        return {
            "cases": len(self.answers),
            "intent": _percent([a.intent_right for a in self.answers]),
            "frame": _percent([a.right for a in self.answers]),
            "unsafe": sum(a.unsafe for a in self.answers),
            "calibration_error": round(self.calibration_error(), 4),
            "parse_p50_ms": round(statistics.median(times), 3),
            "parse_p95_ms": round(times[int(len(times) * 0.95)], 3),
        }

    def calibration_error(self) -> float:
        """Expected calibration error of the intent: the mean gap between confidence and share of right."""
        return sum(abs(right - sure) * count for _, sure, right, count in self.reliability()) / len(self.answers)

    def reliability(self) -> list[tuple[float, float, float, int]]:
        """For each tenth of confidence: its lower end, mean confidence, share of right intents, count."""
        rows = []
        for i in range(BINS):
            inside = [a for a in self.answers if min(int(a.frame.confidence * BINS), BINS - 1) == i]
            if inside:
                sure = statistics.fmean(a.frame.confidence for a in inside)
                right = statistics.fmean(a.intent_right for a in inside)
                rows.append((i / BINS, sure, right, len(inside)))
        return rows

    def failures(self) -> list[str]:
        """One line a wrong frame."""
        return [_failure(answer) for answer in self.answers if not answer.right]


def evaluate(nlu: Nlu, cases: Sequence[Case]) -> Report:
    """Parse every case, twice, and time the second pass (on a busy machine the clock on the wall tells little).

    Words are then known, sentences are not.
    """
    frames = [nlu.parse(case.text, case.today) for case in cases]
    times = []
    if isinstance(nlu, Runtime):
        nlu.model.encoder.forget()
    for case in cases:
        began = time.thread_time_ns()
        nlu.parse(case.text, case.today)
        times.append((time.thread_time_ns() - began) / 1e6)
    return Report(tuple(map(Answer, cases, frames)), tuple(times))


def write_report(report: Report, out: TextIO, *, failures: bool) -> None:
    """Print the figures, by group too; then the failures if asked."""
    for name, value in report.summary().items():
        out.write(f"{name:20} {value}\n")
    for group in dict.fromkeys(a.case.group for a in report.answers):
        part = Report(tuple(a for a in report.answers if a.case.group == group), report.milliseconds)
        figures = part.summary()
        out.write(
            f"{group:20} intent {figures['intent']} %, frame {figures['frame']} %, "
            f"unsafe {figures['unsafe']} of {figures['cases']}\n"
        )
    slots = Counter(slot for a in report.answers for slot in a.wrong_slots)
    out.write("wrong slots          " + (", ".join(f"{n} {c}" for n, c in slots.most_common()) or "none") + "\n")
    out.write("confidence           " + "  ".join(_bin(*row) for row in report.reliability()) + "\n")
    for answer in report.answers:
        if answer.unsafe:
            out.write(f"UNSAFE {_failure(answer)}\n")
    if failures:
        out.writelines(f"{line}\n" for line in report.failures())


def _percent(values: Sequence[bool]) -> float:
    return round(100 * sum(values) / max(1, len(values)), 1)


def _bin(low: float, sure: float, right: float, count: int) -> str:
    return f"{low:.1f}+: {sure:.2f} sure, {right:.2f} right ({count})"


def _failure(answer: Answer) -> str:
    case, frame = answer.case, answer.frame
    said = frame.slots.contract()
    parts = [f"[{case.group}] {case.text!r}"]
    if not answer.intent_right:
        parts.append(f"{case.intent} -> {frame.intent} ({frame.confidence:.2f})")
    parts += [f"{name}: {case.slots.get(name)} -> {said.get(name)}" for name in answer.wrong_slots]
    return " | ".join(parts)


def main(arguments: Sequence[str], out: TextIO) -> None:
    """Score the committed model."""
    began = time.perf_counter()
    nlu = load()
    out.write(f"load                 {(time.perf_counter() - began) * 1e3:.0f} ms\n")
    paths = [Path(argument) for argument in arguments if not argument.startswith("-")]
    cases = read_cases(paths[0] if paths else TEST_SET)
    write_report(evaluate(nlu, cases), out, failures="--failures" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdout)
