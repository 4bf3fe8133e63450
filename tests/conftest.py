"""Hypothesis profiles (`HYPOTHESIS_PROFILE=ci` looks longer), the option that renews snapshots, files to read."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings
from support.files import BROKEN, INVALID, SMALL, written

settings.register_profile("dev", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background, and so in all that is started from there
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew", action="store_true", help="write tests/snapshots anew, to be read in the diff")


@pytest.fixture
def small(tmp_path: Path) -> str:
    return written(tmp_path, "small.yaml", SMALL)


@pytest.fixture
def broken(tmp_path: Path) -> str:
    return written(tmp_path, "broken.yaml", BROKEN)


@pytest.fixture
def invalid(tmp_path: Path) -> str:
    return written(tmp_path, "invalid.yaml", INVALID)
