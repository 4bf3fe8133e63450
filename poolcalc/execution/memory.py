"""How much memory there is, and how little of it is wasted."""

import os
import sys
from pathlib import Path

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt, as malloc.h numbers them."""


def available() -> int | None:
    """Return the bytes that can still be allocated, None where the system does not tell."""
    limits = [_free(), _container_limit(), _process_limit()]
    return min((limit for limit in limits if limit is not None), default=None)


def _free() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _container_limit() -> int | None:
    """Return what is left of a control group's limit (Linux, version 2)."""
    try:
        limit, used = (Path(f"/sys/fs/cgroup/memory.{name}").read_text(encoding="ascii") for name in ("max", "current"))
        return int(limit) - int(used) if limit.strip() != "max" else None
    except (OSError, ValueError):
        return None


def _process_limit() -> int | None:
    """Return what is left of the address space that the process may use (`ulimit -v`)."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return None
    return limit - used if limit != resource.RLIM_INFINITY else None


def give_back_large_arrays() -> None:
    """Have the C library of Linux return large arrays to the system at once, for the rest of this process.

    By default it learns to keep them, and a pass takes up to 28 % more for the holes between them. Small ones are kept:
    to get them anew each time would cost time.
    """
    if sys.platform == "linux":
        import ctypes

        allocator = getattr(ctypes.CDLL(None), "mallopt", None)
        if allocator:
            allocator(_MMAP_THRESHOLD, 4 << 20)
            allocator(_TRIM_THRESHOLD, 64 << 20)
