"""Learned kernels that reach beyond the map: how often their taps meet it, and which kernels reach less far."""

from collections.abc import Iterator, Sequence

from poolcalc.geometry.taps import Meetings, meetings
from poolcalc.network.op import Change, Op
from poolcalc.network.window import Window
from poolcalc.wording import notation


def met(window: Window, sizes: Sequence[int], positions: Sequence[int]) -> tuple[Meetings, ...]:
    """Return how often the taps of a window meet a map of these sizes, along every axis. positions: of the window."""
    return tuple(meetings(window.taps(axis, size), size, positions[axis]) for axis, size in enumerate(sizes))


def tightened(op: Op, window: Window, sizes: Sequence[int], positions: Sequence[int]) -> Iterator[Change]:
    """Yield the kernel without the outer taps that never meet the map, then one that spans no more than the map.

    Both take away as much padding as the window gets smaller, so that sizes stay; the first computes the same values.
    """
    kernel_size, dilation = window.kernel_size, window.dilation
    padding = [window.around(axis, size) for axis, size in enumerate(sizes)]
    used = [axis.span for axis in met(window, sizes, positions)]
    fewer = tuple(map(len, used))
    if fewer != kernel_size and all(fewer):
        ends = zip(used, kernel_size, dilation, strict=True)
        cut = [(taps.start * d, (k - taps.stop) * d) for taps, k, d in ends]
        plain = tuple(d if k > 1 else 1 for k, d in zip(fewer, dilation, strict=True))
        yield from _changed(op, padding, cut, kernel_size=fewer, dilation=plain)
    axes = zip(kernel_size, dilation, sizes, strict=True)
    closer = tuple(min(d, max(1, (size - 1) // max(1, k - 1))) for k, d, size in axes)
    less = [(k - 1) * (d - near) for k, d, near in zip(kernel_size, dilation, closer, strict=True)]
    if any(less) and not any(span % 2 for span in less):  # half of it on either side, or units would shift
        yield from _changed(op, padding, [(span // 2, span // 2) for span in less], dilation=closer)


def _changed(
    op: Op, padding: Sequence[tuple[int, int]], cut: Sequence[tuple[int, int]], **values: tuple[int, ...]
) -> Iterator[Change]:
    """Yield the operator with some values and less padding, where there is enough."""
    left = tuple((before - x, after - y) for (before, after), (x, y) in zip(padding, cut, strict=True))
    if min(map(min, left)) >= 0:
        changed = {name: value for name, value in values.items() if value != getattr(op, name)} | {"padding": left}
        first, *others = (f"`{name}: {notation(value)}`" for name, value in changed.items())
        words = f"{first} with {' and '.join(others)}"
        yield Change(words, op.with_(**values, padding=left))
