"""Findings in the forms that people, code review and CI systems read: one file for each, with one `render`.

Adding one touches its file and this table.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # which reads all rules
    from poolcalc.review.files import Review

FORMATS = ("text", "json", "markdown", "github", "sarif", "junit", "gitlab")
"""The formats, each with a file of its name."""

SUMMARISED = ("text", "markdown", "github")
"""Those that hold the summary; beside the others it goes to whoever watches."""


def renderer(form: str) -> "Callable[[Review], str]":
    """Return what draws a review in a format."""
    render: Callable[[Review], str] = import_module(f"{__name__}.{form}").render
    return render
