"""Run all benchmarks and print their tables as one Markdown document.

    pip install torch torchinfo onnx onnxruntime
    python benchmarks/run.py > docs/benchmarks.md

The peers of the first line are optional: what is not there is left out, and said to be.
"""

import os
import platform
import subprocess
import sys
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PARTS = ("forward", "commands", "growth", "receptive_fields", "sizes")
PACKAGES = ("numpy", "rich", "typer", "pyyaml", "torch", "torchinfo", "onnx", "onnxruntime")

INTRODUCTION = """# Benchmarks

Medians of runs side by side, in turns, so that a busy machine slows down both; a ratio is poolcalc's figure divided by
the peer's. `python benchmarks/run.py` measures all of it anew.
"""


def versions() -> str:
    """Return what is installed."""
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Print the machine, then one part after the other."""
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    print(INTRODUCTION)
    print(f"{datetime.now(tz=timezone.utc).date()}: {processor}, {os.cpu_count()} processors, ", end="")
    print(f"Python {platform.python_version()}, {versions()}.", flush=True)
    folder = Path(__file__).parent
    path = os.pathsep.join(filter(None, [str(folder.parent), os.environ.get("PYTHONPATH")]))
    for part in PARTS:
        subprocess.run([sys.executable, folder / f"{part}.py"], check=True, env={**os.environ, "PYTHONPATH": path})


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    main()
