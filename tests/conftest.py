"""Hypothesis profiles (`HYPOTHESIS_PROFILE=ci` looks longer) and the option that renews snapshots."""

import os

import pytest
from hypothesis import settings

settings.register_profile("dev", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew", action="store_true", help="write tests/snapshots anew, to be read in the diff")
