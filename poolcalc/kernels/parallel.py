"""Sharing independent pieces of work among threads: NumPy lets go of the interpreter while it computes.

What is computed never depends on how many threads there are: pieces are cut by their size alone.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np

Piece = TypeVar("Piece")

_helpers: ContextVar[tuple[ThreadPoolExecutor, int] | None] = ContextVar("helpers", default=None)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let kernels that are called inside, from this thread, use that many threads."""
    if count == 1:
        yield
        return
    with ThreadPoolExecutor(count - 1, "poolcalc", np.seterr, ("ignore",)) as pool:
        token = _helpers.set((pool, count - 1))
        try:
            yield
        finally:
            _helpers.reset(token)


def share(work: Callable[[Iterator[Piece]], None], pieces: Sequence[Piece]) -> None:
    """Run `work` in every thread on one iterator over the pieces, of which each thread takes the next when it is free.

    So a thread whose core is taken by another program only takes fewer.
    """
    pool, most = _helpers.get() or (None, 0)
    pending = iter(pieces)
    helping = [pool.submit(work, pending) for _ in range(min(most, len(pieces) - 1))] if pool else []
    work(pending)
    for helper in helping:
        if not helper.cancel():
            helper.result()
