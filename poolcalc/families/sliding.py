"""How many windows fit, and the reasons where none does: convolution and pooling share them."""

from collections.abc import Callable, Sequence

from poolcalc.network.op import Impossible
from poolcalc.network.window import Window
from poolcalc.wording import evenly, times


def output_sizes(
    window: Window, spatial: Sequence[int], allows_padding: Callable[[int, int], bool] = lambda *_: True
) -> tuple[int, ...]:
    """Return the number of windows on every axis, or raise `Impossible` where not even one fits.

    allows_padding: whether the operator takes that much padding, on both sides, for a kernel of that size.
    """
    sizes = tuple(window.units(axis, size) for axis, size in enumerate(spatial))
    if min(sizes) < 1:
        axis = next(axis for axis, size in enumerate(sizes) if size < 1)
        raise _misfit(window, axis, spatial, allows_padding)
    return sizes


def _misfit(
    window: Window, axis: int, spatial: Sequence[int], allows_padding: Callable[[int, int], bool]
) -> Impossible:
    size, span, kernel, dilation = spatial[axis], window.span(axis), window.kernel_size[axis], window.dilation[axis]
    before, after = window.around(axis, size)
    padded = before + size + after
    dilated = f" with dilation {dilation} spans {span} and" if span != kernel else ""
    return Impossible(
        f"kernel_size {kernel}{dilated} does not fit the padded input of {padded}",
        f"axis {axis}: {before} + {size} + {after} = {padded} < {span}, input {times(spatial)}",
        help=f"use {', or '.join(_ways(window, spatial, allows_padding))}",
    )


def _ways(window: Window, spatial: Sequence[int], allows_padding: Callable[[int, int], bool]) -> list[str]:
    """Return what lets a window fit, each one value for all axes, the smallest change first."""
    spans = [window.span(axis) for axis in range(len(spatial))]
    around = [window.around(axis, size) for axis, size in enumerate(spatial)]
    enough = max(-((size - span) // 2) for size, span in zip(spatial, spans, strict=True))
    fitting = min(
        (size + sum(pair) - 1) // dilation + 1
        for size, pair, dilation in zip(spatial, around, window.dilation, strict=True)
    )
    least = [max(1, span - sum(pair)) for span, pair in zip(spans, around, strict=True)]
    ways = []
    if all(allows_padding(enough, kernel) for kernel in window.kernel_size):
        ways.append(f"padding: {enough}")
    if allows_padding(max(map(max, around)), fitting):
        ways.append(f"kernel_size up to {fitting}")
    return [*ways, f"an input of at least {evenly(least)} here"]
