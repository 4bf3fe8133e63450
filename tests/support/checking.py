"""Designs to check, one for each way to go wrong, and what `poolcalc check` says of them."""

import json
from pathlib import Path
from typing import Any

from support.command import Result, in_process

CLEAN = """\
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, padding: 1}
"""
BROKEN = """\
name: broken
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 9, name: too_large}
"""
CARELESS = """\
input: [1, 8, 8]
layers:
  - conv: {out_channels: 2, kernel_size: 3, padding: 1}  # poolcalc: ignore[PC100] it fits
"""


def check(*arguments: str, cwd: Path) -> Result:
    """Check with the rules that these tests know; others have tests of their own."""
    return in_process("check", "--select", "PC0,PC100", *arguments, cwd=cwd)


def checked(*arguments: str, cwd: Path) -> Any:
    return json.loads(check(*arguments, "--format", "json", cwd=cwd).out)


def codes(*arguments: str, cwd: Path) -> list[str]:
    return [finding["code"] for finding in checked(*arguments, cwd=cwd)["findings"]]
