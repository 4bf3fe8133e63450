"""Run all benchmarks and print their tables as one Markdown document: `python benchmarks/run.py > benchmarks.md`.

What else to install is told in forward.py and commands.py; what is not there is left out.
"""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PARTS = ("forward", "commands", "growth", "receptive_fields", "sizes")
PACKAGES = ("numpy", "rich", "typer", "torch", "torchinfo", "onnx", "onnxruntime")


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
    print(
        f"# Benchmarks\n\n{processor}, {os.cpu_count()} processors, Python {platform.python_version()}, {versions()}."
    )
    print("Medians of runs in turns; ratios below 1 are faster than the peer.", flush=True)
    folder = Path(__file__).parent
    for part in PARTS:
        print(f"\n<!-- benchmarks/{part}.py -->", flush=True)
        subprocess.run(
            [sys.executable, folder / f"{part}.py"], check=True, env={**os.environ, "PYTHONPATH": str(folder.parent)}
        )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    main()
