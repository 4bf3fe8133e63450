"""Convolution as a matrix product over blocks of output positions.

The windows of a block are copied into a column matrix of at most `WORKSPACE` values (im2col: Chellapilla et al. 2006),
tap by tap and straight from the input, and `np.matmul` multiplies them into their place in the output. One path serves
any rank, stride, dilation, padding and number of groups, and needs no memory beside the output and the column matrix.

Over VGG-16 and ResNet-50 that is about 1.2 times the bare products (docs/benchmarks.md). Copying all taps at once from
a padded copy of the input is as fast, but that copy is as large as the whole input where kernels are dilated.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import prod

import numpy as np

from poolcalc.kernels import WORKSPACE, Array
from poolcalc.kernels.parallel import share
from poolcalc.kernels.windows import Layout, Window, gather, inside, lay_out_all

Block = tuple[slice, slice, Array]
"""Output channels, the groups that they belong to, and their weights: (groups, channels of each, taps)."""

Tile = tuple[slice, tuple[slice, ...]]
"""A run of neighbouring output positions, and the units along every axis that it consists of."""

ENOUGH = 4
"""Pieces that keep a few threads busy."""

LARGE = 1 << 22
"""Products that are worth the attention of a second thread: about 0.1 ms."""


def convolve(
    x: Array,
    weight: Iterator[tuple[slice, Array]],
    bias: Array | None,
    out_channels: int,
    *,
    window: Window,
    groups: int,
) -> Array:
    """Slide kernels over the padded input.

    x: (in_channels, *spatial). weight: blocks of rows of (out_channels, in_channels / groups, *kernel_size).
    bias: (out_channels), added to each block of the output while that is in the cache.
    Returns (out_channels, *units), a unit for every window.
    """
    layouts = lay_out_all(x.shape[1:], window)
    sizes = [len(layout.starts) for layout in layouts]
    kernel_size, *_ = window
    taps = len(x) * prod(kernel_size)
    y = np.empty((out_channels, prod(sizes)), np.float32)
    tiles = list(_tiles(sizes, WORKSPACE // taps))
    few = len(tiles) < ENOUGH and y.size * (taps // groups) > LARGE
    blocks = list(_blocks(weight, out_channels // groups, halve=few))

    def fill(pieces: Iterator[tuple[Tile, Block]]) -> None:
        work = np.empty(taps * max(places.stop - places.start for places, _ in tiles), np.float32)
        copied = None
        for (places, tile), (channels, members, matrix) in pieces:
            if copied != places:  # else the same windows as for the block of channels before
                copied = places
                columns = _columns(x, layouts, tile, work).reshape(groups, taps // groups, -1)
            out = y[channels, places].reshape(*matrix.shape[:2], -1)
            np.matmul(matrix, columns[members], out=out)
            if bias is not None:
                out += bias[channels].reshape(*matrix.shape[:2], 1)

    share(fill, list(product(tiles, blocks)))
    return y.reshape(out_channels, *sizes)


def _columns(x: Array, layouts: Sequence[Layout], tile: tuple[slice, ...], work: Array) -> Array:
    """Copy the windows of a tile, tap by tap, to the beginning of `work`; return that as (in_channels, taps, units)."""
    units = [layout.starts[part] for layout, part in zip(layouts, tile, strict=True)]
    offsets = [range(-layout.before, layout.span - layout.before, layout.dilation) for layout in layouts]
    shape = (len(x), prod(map(len, offsets)), *map(len, units))
    windows = work[: prod(shape)].reshape(shape)
    reads = [
        [inside(unit, offset, layout.size) for offset in taps]
        for unit, taps, layout in zip(units, offsets, layouts, strict=True)
    ]
    for tap, read in enumerate(product(*reads)):
        gather(x, read, windows[:, tap])
    return windows


def _blocks(rows: Iterator[tuple[slice, Array]], per_group: int, *, halve: bool) -> Iterator[Block]:
    """Cut blocks of weights where groups end, so that each has a part of one group or a number of whole groups."""
    for part, weight in rows:
        low, high = part.start, part.stop
        cuts = {low, min(-(-low // per_group) * per_group, high), max(high // per_group * per_group, low), high}
        if halve:
            middle = (low + high) // 2
            cuts.add(middle if high - low <= per_group else max(middle // per_group * per_group, low))
        for a, b in pairwise(sorted(cuts)):
            group, whole = a // per_group, max(1, (b - a) // per_group)
            matrix = weight[a - low : b - low].reshape(whole, (b - a) // whole, -1)
            yield slice(a, b), slice(group, group + whole), matrix


def _tiles(sizes: Sequence[int], capacity: int) -> Iterator[Tile]:
    """Cut the output into runs of at most `capacity` neighbouring positions, or one, in row-major order."""
    axis, inner = len(sizes) - 1, 1
    while axis > 0 and inner * sizes[axis] <= capacity:
        inner *= sizes[axis]
        axis -= 1
    step, done = max(1, capacity // inner), 0
    for outer in np.ndindex(*sizes[:axis]):
        for low in range(0, sizes[axis], step):
            high = min(low + step, sizes[axis])
            places = slice(done, done + (high - low) * inner)
            before, behind = (slice(i, i + 1) for i in outer), (slice(0, size) for size in sizes[axis + 1 :])
            yield places, (*before, slice(low, high), *behind)
            done = places.stop


def convolve_transposed(
    x: Array,
    weight: Array,
    *,
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    output_padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Array:
    """Scatter every input value times its kernel, then cut the padding off.

    x: (in_channels, *spatial). weight: (in_channels, out_channels / groups, *kernel_size).
    padding: what to cut off, (before, after) on every axis. Returns (out_channels, *units).
    """
    channels, *spatial = x.shape
    _, per_group, *kernel_size = weight.shape
    # Where tap 0 of every input lands; the others land `dilation` further on.
    origins = [range(0, size * step, step) for size, step in zip(spatial, stride, strict=True)]
    reach = [o[-1] + d * (k - 1) + 1 for o, d, k in zip(origins, dilation, kernel_size, strict=True)]
    y = np.zeros((groups, per_group, *map(sum, zip(reach, output_padding, strict=True))), np.float32)
    matrix = x.reshape(groups, channels // groups, -1)
    taps = weight.reshape(groups, channels // groups, per_group, -1)
    scattered = np.empty((groups, per_group, matrix.shape[-1]), np.float32)
    for index, tap in enumerate(np.ndindex(*kernel_size)):
        lands = tuple(slice(t * d, t * d + o[-1] + 1, o.step) for t, d, o in zip(tap, dilation, origins, strict=True))
        np.matmul(taps[..., index].swapaxes(1, 2), matrix, out=scattered)
        y[(slice(None), slice(None), *lands)] += scattered.reshape(groups, per_group, *spatial)
    kept = tuple(slice(before, size - after) for size, (before, after) in zip(y.shape[2:], padding, strict=True))
    return y.reshape(groups * per_group, *y.shape[2:])[(slice(None), *kept)]
