"""How answers become text: one file for each format, with one `render`. Adding one touches its file and this table."""

from collections.abc import Callable, Sequence
from importlib import import_module

from poolcalc.renderers.answer import Answer, Style

FORMATS = {"table": "text", "json": "json", "csv": "csv", "markdown": "markdown"}
"""The file of every format that commands print."""

Renderer = Callable[[Sequence[Answer], Style], str]


def renderer(form: str) -> Renderer:
    """Return what draws answers in a format."""
    render: Renderer = import_module(f"{__name__}.{FORMATS[form]}").render
    return render
