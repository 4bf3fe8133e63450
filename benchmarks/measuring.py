"""Measuring side by side: whatever is compared runs in turns, so that a busy machine slows down both.

All figures are medians. The first round is not counted: it also compiles what Python then finds compiled.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from time import perf_counter


def medians(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the median seconds of every work, after a first round that warms up."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(1 + rounds):
        for work, times in zip(works, taken, strict=True):
            start = perf_counter()
            work()
            times.append(perf_counter() - start)
    return [median(times[1:]) for times in taken]


def processes(rounds: int, *commands: Sequence[str]) -> list[tuple[float, float]]:
    """Return median seconds and peak MiB of whole processes of this Python."""
    taken: list[list[tuple[float, float]]] = [[] for _ in commands]
    for _ in range(1 + rounds):
        for command, figures in zip(commands, taken, strict=True):
            figures.append(_process(command))
    return [(median(s for s, _ in figures[1:]), median(m for _, m in figures[1:])) for figures in taken]


def _process(command: Sequence[str]) -> tuple[float, float]:
    start = perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[:200]} failed with {process.returncode}")
    return seconds, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as Markdown, names on the left and figures on the right."""
    print(f"\n{title}\n")
    for cells in (headings, [":---", *["---:"] * (len(headings) - 1)], *rows):
        print(f"| {' | '.join(cells)} |", flush=True)


def ms(seconds: float) -> str:
    """Write a time."""
    return f"{1000 * seconds:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


def times(ratio: float) -> str:
    """Write a ratio."""
    return f"{ratio:.2f}×"


def missing(name: str) -> None:
    """Say that a peer is left out."""
    print(f"\n{name} is not installed: left out.", flush=True)
