"""A progress bar on standard error, for work that takes longer than a second, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter

PATIENCE = 1.0
"""Seconds before a bar appears."""


@contextmanager
def bar(title: str) -> Iterator[Callable[[float], None] | None]:
    """Yield a function to call with the share that is done, None where nobody would see a bar."""
    if not sys.stderr.isatty():
        yield None
        return
    start = perf_counter()
    advance: Callable[[float], None] | None = None
    with ExitStack() as stack:

        def update(share: float) -> None:
            nonlocal advance
            if advance is None and share < 1 and perf_counter() - start > PATIENCE:
                advance = stack.enter_context(_drawn_bar(title))
            if advance:
                advance(share)

        yield update


@contextmanager
def _drawn_bar(title: str) -> Iterator[Callable[[float], None]]:
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    what = TextColumn("{task.description}", markup=False)
    columns = Progress.get_default_columns()[1:]
    with Progress(what, *columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=share)
