"""Convolution as a matrix product over blocks of output positions.

A block of windows is copied into a column matrix of at most `WORKSPACE` values (im2col: Chellapilla et al. 2006), which
one `np.matmul` multiplies straight into its place in the output. One path serves any rank, stride, dilation, padding
and number of groups.
"""

from collections.abc import Callable, Iterator, Sequence
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from poolcalc.kernels import WORKSPACE, Array
from poolcalc.kernels.windows import lay_out_all, padded_region


def convolve(
    x: Array,
    rows: Callable[[str], Iterator[tuple[slice, Array]]],
    out_channels: int,
    *,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]] | str,
    dilation: Sequence[int],
    groups: int,
) -> Array:
    """Slide kernels over the padded input.

    x: (in_channels, *spatial). rows("weight"): blocks of (out_channels, in_channels / groups, *kernel_size).
    """
    layouts = lay_out_all(x.shape[1:], kernel_size, stride, padding, dilation)
    sizes = [len(layout.starts) for layout in layouts]
    taps = len(x) * prod(kernel_size)
    y = np.empty((out_channels, prod(sizes)), np.float32)
    work = np.empty(max(WORKSPACE, taps), np.float32)
    done = 0
    for tile in _tiles(sizes, max(1, WORKSPACE // taps)):
        starts = [layout.starts[part] for layout, part in zip(layouts, tile, strict=True)]
        highs = [start[-1] + layout.span for start, layout in zip(starts, layouts, strict=True)]
        region = padded_region(x, layouts, [start[0] for start in starts], highs, 0)
        tap_strides = [d * step for d, step in zip(dilation, region.strides[1:], strict=True)]
        window_strides = [s * step for s, step in zip(stride, region.strides[1:], strict=True)]
        shape = (len(x), *kernel_size, *map(len, starts))
        windows = as_strided(region, shape, (region.strides[0], *tap_strides, *window_strides), writeable=False)
        positions = prod(map(len, starts))
        columns = work[: taps * positions].reshape(taps, positions)
        np.copyto(columns.reshape(shape), windows)
        _multiply(columns, rows, y[:, done : done + positions], groups)
        done += positions
    return y.reshape(out_channels, *sizes)


def _multiply(columns: Array, rows: Callable[[str], Iterator[tuple[slice, Array]]], out: Array, groups: int) -> None:
    """Multiply the weight with the columns into `out`, a block of (out_channels, positions)."""
    if groups == 1:
        for part, weight in rows("weight"):
            np.matmul(weight.reshape(len(weight), -1), columns, out=out[part])
        return
    weight = np.concatenate([block for _, block in rows("weight")])
    per_group = (groups, len(weight) // groups, -1)
    product = np.matmul(weight.reshape(per_group), columns.reshape(groups, -1, columns.shape[1]))
    out[:] = product.reshape(len(weight), -1)


def _tiles(sizes: Sequence[int], capacity: int) -> Iterator[tuple[slice, ...]]:
    """Cut the output into runs of at most `capacity` neighbouring positions, in row-major order."""
    axis, inner = len(sizes) - 1, 1
    while axis > 0 and inner * sizes[axis] <= capacity:
        inner *= sizes[axis]
        axis -= 1
    step = max(1, capacity // inner)
    for outer in np.ndindex(*sizes[:axis]):
        for low in range(0, sizes[axis], step):
            yield (
                *(slice(i, i + 1) for i in outer),
                slice(low, min(low + step, sizes[axis])),
                *(slice(0, size) for size in sizes[axis + 1 :]),
            )


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
    """
    channels, *spatial = x.shape
    _, per_group, *kernel_size = weight.shape
    # Where tap 0 of every input lands; the others land `dilation` further on.
    origins = [range(0, size * step, step) for size, step in zip(spatial, stride, strict=True)]
    reach = [o[-1] + d * (k - 1) + 1 for o, d, k in zip(origins, dilation, kernel_size, strict=True)]
    y = np.zeros((groups, per_group, *map(sum, zip(reach, output_padding, strict=True))), np.float32)
    matrix = x.reshape(groups, channels // groups, -1)
    taps = weight.reshape(groups, channels // groups, per_group, -1)
    for index, tap in enumerate(np.ndindex(*kernel_size)):
        lands = tuple(slice(t * d, t * d + o[-1] + 1, o.step) for t, d, o in zip(tap, dilation, origins, strict=True))
        scattered = taps[..., index].swapaxes(1, 2) @ matrix
        y[(slice(None), slice(None), *lands)] += scattered.reshape(groups, per_group, *spatial)
    kept = tuple(slice(before, size - after) for size, (before, after) in zip(y.shape[2:], padding, strict=True))
    return y.reshape(groups * per_group, *y.shape[2:])[(slice(None), *kept)]
