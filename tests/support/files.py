"""Files that tests write: a small network, one that cannot run, and one that says nonsense."""

from pathlib import Path

SMALL = """\
name: small
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, name: first}
  - relu
"""
BROKEN = """\
name: broken
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, name: fine}
  - conv: {out_channels: 2, kernel_size: 9, name: too_large}
  - relu
  - max_pool: {kernel_size: 2, from: fine, name: beside}
"""
INVALID = "input: [1, 8, 8]\nlayers:\n  - conv: {out_channels: 2, kernal_size: 3}\n  - rellu\n"


def written(folder: Path, name: str, text: str) -> str:
    """Write a file, and the folders above it; return its name."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return name
