"""What was measured, as rows: printed, and written into README.md between its two marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `budget` is the most it may be, or the least where `at_least`; None: told for comparison."""

    part: str
    what: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    rasa: float | None = None
    """The same of stock Rasa, on this machine in this run."""

    @property
    def holds(self) -> bool:
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    @property
    def times_better(self) -> float | None:
        """How many times better than Rasa; None where there is nothing to compare."""
        if not self.rasa or not self.value:
            return None
        return self.value / self.rasa if self.at_least else self.rasa / self.value


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = ["| part | what | measured | budget | | stock Rasa | ratio |", f"|{' --- |' * 7}"]
    for row in rows:
        budget = "" if row.budget is None else f"{'≥' if row.at_least else '≤'} {row.budget:g} {row.unit}"
        holds = "" if row.budget is None else ("holds" if row.holds else "**misses**")
        rasa = "" if row.rasa is None else f"{_short(row.rasa)} {row.unit}"
        ratio = "" if row.times_better is None else f"{row.times_better:.1f}×"
        lines.append(
            f"| {row.part} | {row.what} | {_short(row.value)} {row.unit} | {budget} | {holds} | {rasa} | {ratio} |"
        )
    return "\n".join(lines)


def write(text: str, path: Path = README) -> None:
    """Puts `text` between the marks of the README."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
