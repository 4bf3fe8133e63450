"""Where windows start, what they read, and how work on them is cut into pieces."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcalc.kernels import Array, convolution, pooling
from poolcalc.kernels.convolution import _blocks, _tiles
from poolcalc.kernels.windows import gather, inside, lay_out, padded_region
from poolcalc.network.op import Shape

sizes = st.integers(1, 9)
amounts = st.integers(0, 4)


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "padding", "dilation", "starts", "around"),
    [
        (7, 2, 2, (0, 0), 1, [0, 2, 4], (0, 0)),
        (7, 3, 2, (1, 0), 2, [0, 2], (1, 0)),
        (4, 5, 1, (0, 0), 1, [], (0, 0)),
        # `same`: a window for every stride-th pixel; an odd pixel of padding goes behind, or before.
        (4, 3, 2, "same", 1, [0, 2], (0, 1)),
        (4, 3, 2, "same_lower", 1, [0, 2], (1, 0)),
        (5, 3, 2, "same", 1, [0, 2, 4], (1, 1)),
        (5, 2, 1, "same", 3, [0, 1, 2, 3, 4], (1, 2)),
        (5, 2, 1, "same_lower", 3, [0, 1, 2, 3, 4], (2, 1)),
        (4, 1, 3, "same", 1, [0, 3], (0, 0)),
        (6, 1, 4, "same", 1, [0, 4], (0, 0)),
    ],
)
def test_windows_start_where_they_do_by_hand(
    size: int,
    kernel_size: int,
    stride: int,
    padding: tuple[int, int] | str,
    dilation: int,
    starts: list[int],
    around: tuple[int, int],
) -> None:
    layout = lay_out(size, kernel_size, stride, padding, dilation, ceil_mode=False)
    assert (list(layout.starts), (layout.before, layout.after)) == (starts, around)
    assert layout.stop == (starts[-1] + dilation * (kernel_size - 1) + 1 if starts else 0)


@pytest.mark.parametrize(
    ("size", "padding", "starts"),
    [
        # A window of 2 at every third of 7 pixels: the one at 6 hangs over, and counts unless that is padding behind.
        (7, (0, 0), [0, 3, 6]),
        (5, (2, 0), [0, 3, 6]),
        (5, (0, 2), [0, 3]),
        (6, (0, 1), [0, 3]),
        (6, (1, 0), [0, 3, 6]),
        # Nothing hangs over 8 or 5 pixels, and a window at 6 would lie beyond 6.
        (8, (0, 0), [0, 3, 6]),
        (5, (0, 0), [0, 3]),
        (6, (0, 0), [0, 3]),
    ],
)
def test_in_ceil_mode_one_more_window_may_hang_over(size: int, padding: tuple[int, int], starts: list[int]) -> None:
    assert list(lay_out(size, 2, 3, padding, 1, ceil_mode=True).starts) == starts


@given(first=amounts, count=sizes, step=st.integers(1, 4), offset=st.integers(-20, 9), size=sizes)
def test_units_read_the_pixels_that_there_are_at_their_places(
    first: int, count: int, step: int, offset: int, size: int
) -> None:
    units = range(first, first + count * step, step)
    low, high, pixels = inside(units, offset, size)
    places = [unit + offset for unit in units]
    x = np.arange(1, 1 + size, dtype=np.float32)
    assert [low, high] == [sum(place < 0 for place in places), sum(place < size for place in places)]
    assert list(x[pixels]) == [1 + place for place in places if 0 <= place < size]
    out = np.full((1, count), np.nan, np.float32)
    gather(x[np.newaxis], [(low, high, pixels)], out)
    assert out[0].tolist() == [1 + place if 0 <= place < size else 0 for place in places]


@given(st.lists(st.tuples(sizes, amounts, amounts, st.integers(0, 14), sizes), min_size=1, max_size=2))
def test_a_region_is_what_padding_and_cutting_give(axes: list[tuple[int, int, int, int, int]]) -> None:
    layouts = [lay_out(size, 1, 1, (before, after), 1, ceil_mode=False) for size, before, after, *_ in axes]
    lows, highs = [low for *_, low, _ in axes], [low + length for *_, low, length in axes]
    shape = [layout.size for layout in layouts]
    x = np.arange(1, 1 + 2 * prod(shape), dtype=np.float32).reshape(2, *shape)
    padded = np.pad(x, [(0, 0), *((layout.before, 30) for layout in layouts)], constant_values=-1)
    expected = padded[(slice(None), *map(slice, lows, highs))]
    region = padded_region(x, layouts, lows, highs, -1)
    assert np.array_equal(region, expected)
    assert np.shares_memory(region, x) == (-1 not in expected)


# Pieces


@pytest.mark.parametrize(
    ("shape", "capacity", "pieces"),
    [
        ([7], 3, ["0:3", "3:6", "6:7"]),
        ([3, 4], 4, ["0:1 0:4", "1:2 0:4", "2:3 0:4"]),
        ([3, 4], 8, ["0:2 0:4", "2:3 0:4"]),
        ([3, 4], 12, ["0:3 0:4"]),
        ([3, 4], 99, ["0:3 0:4"]),
        ([2, 4], 3, ["0:1 0:3", "0:1 3:4", "1:2 0:3", "1:2 3:4"]),
        ([2, 2, 3], 5, ["0:1 0:1 0:3", "0:1 1:2 0:3", "1:2 0:1 0:3", "1:2 1:2 0:3"]),
        ([2, 2, 3], 6, ["0:1 0:2 0:3", "1:2 0:2 0:3"]),
        ([2, 2], 1, ["0:1 0:1", "0:1 1:2", "1:2 0:1", "1:2 1:2"]),
    ],
)
def test_positions_are_cut_into_runs_of_neighbours(shape: list[int], capacity: int, pieces: list[str]) -> None:
    tiles = list(_tiles(shape, capacity))
    assert [" ".join(f"{part.start}:{part.stop}" for part in tile) for _, tile in tiles] == pieces
    done = 0
    for places, tile in tiles:
        assert (places.start, places.stop - places.start) == (done, prod(part.stop - part.start for part in tile))
        done = places.stop
    assert done == prod(shape)


@pytest.mark.parametrize(
    ("parts", "per_group", "halve", "blocks"),
    [
        # Channels, the groups that they belong to: whole groups, or a part of one.
        ([(0, 6)], 2, False, [("0:6", "0:3")]),
        ([(0, 3), (3, 6)], 2, False, [("0:2", "0:1"), ("2:3", "1:2"), ("3:4", "1:2"), ("4:6", "2:3")]),
        ([(0, 5)], 9, False, [("0:5", "0:1")]),
        ([(2, 4)], 9, False, [("2:4", "0:1")]),
        ([(0, 8)], 8, True, [("0:4", "0:1"), ("4:8", "0:1")]),
        ([(4, 8)], 8, True, [("4:6", "0:1"), ("6:8", "0:1")]),
        ([(0, 9)], 3, True, [("0:3", "0:1"), ("3:9", "1:3")]),
        ([(0, 8)], 2, True, [("0:4", "0:2"), ("4:8", "2:4")]),
        ([(1, 8)], 4, True, [("1:4", "0:1"), ("4:8", "1:2")]),
    ],
)
def test_channels_are_cut_where_groups_end(
    parts: list[tuple[int, int]], per_group: int, blocks: list[tuple[str, str]], *, halve: bool
) -> None:
    weight = np.arange(9, dtype=np.float32).reshape(9, 1)
    found = list(_blocks(iter([(slice(*part), weight[slice(*part)]) for part in parts]), per_group, halve=halve))
    assert [tuple(f"{part.start}:{part.stop}" for part in block[:2]) for block in found] == blocks
    for channels, members, matrix in found:
        assert np.array_equal(matrix.ravel(), weight[channels].ravel())
        assert len(matrix) == members.stop - members.start


@pytest.mark.parametrize(
    ("ceil_mode", "rows", "columns"), [(False, [0, 2, 4], [0, 3]), (True, [0, 2, 4, 6], [0, 3, 6])]
)
def test_maxima_and_means_are_those_of_every_window_by_itself(
    rows: list[int], columns: list[int], *, ceil_mode: bool
) -> None:
    """Windows of 3 × 4 at every second row and third column of 7 × 6 pixels, padded on one side each."""
    x = np.random.default_rng(0).integers(-9, 9, (2, 7, 6)).astype(np.float32)
    padding = ((0, 1), (2, 0))
    padded = np.pad(x, ((0, 0), *padding), constant_values=np.nan)
    cells = [[padded[:, row : row + 3, column : column + 4] for column in columns] for row in rows]

    def each(figure: Callable[[Array], Any]) -> list[list[list[float]]]:
        return [[[float(figure(channel)) for channel in cell] for cell in line] for line in cells]

    window = ((3, 4), (2, 3), padding, (1, 1), ceil_mode)
    largest = pooling.sliding_max(x, window)
    means = [pooling.sliding_mean(x, window, count_include_pad=with_padding) for with_padding in (True, False)]
    expected = [each(lambda cell: np.nansum(cell) / cell.size), each(np.nanmean)]
    assert np.moveaxis(largest, 0, -1).tolist() == each(np.nanmax)
    assert [np.moveaxis(mean, 0, -1) for mean in means] == [pytest.approx(np.array(mean)) for mean in expected]


@pytest.fixture
def multiplied(monkeypatch: pytest.MonkeyPatch) -> list[Shape]:
    """Shapes of the matrices that others are multiplied by, one after the other."""
    shapes: list[Shape] = []
    product = np.matmul

    def noting(a: Array, b: Array, out: Array) -> Array:
        shapes.append(b.shape)
        return product(a, b, out=out)

    monkeypatch.setattr(np, "matmul", noting)
    return shapes


@pytest.mark.parametrize(("workspace", "columns"), [(9, 1), (18, 2), (26, 2), (1, 1)])
def test_a_column_matrix_fills_the_work_buffer_and_has_one_column_at_least(
    workspace: int, columns: int, multiplied: list[Shape], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine taps of one channel, on a map of 6 units."""
    monkeypatch.setattr(convolution, "WORKSPACE", workspace)
    x, weight = np.ones((1, 14), np.float32), np.ones((1, 1, 9), np.float32)
    window = ((9,), (1,), ((0, 0),), (1,), False)
    y = convolution.convolve(x, iter([(slice(0, 1), weight)]), None, 1, window=window, groups=1)
    assert y.tolist() == [[9] * 6]
    assert multiplied == [(1, 9, columns)] * (6 // columns)


@pytest.mark.parametrize(
    ("groups", "positions", "products"),
    [
        # 64 channels of 1024 each make 65,536 products at a position, of which 64 are no more than enough for a thread.
        (1, 64, 1),
        (1, 65, 2),
        # In two groups they make half as many.
        (2, 128, 1),
        (2, 129, 2),
    ],
)
def test_weights_are_cut_in_two_where_a_second_thread_is_worth_it(
    groups: int, positions: int, products: int, multiplied: list[Shape]
) -> None:
    assert convolution.LARGE == 64 * 64 * 1024
    x, weight = np.ones((1024, positions), np.float32), np.ones((64, 1024 // groups, 1), np.float32)
    window = ((1,), (1,), ((0, 0),), (1,), False)
    y = convolution.convolve(x, iter([(slice(0, 64), weight)]), None, 64, window=window, groups=groups)
    assert (y == 1024 // groups).all()
    assert len(multiplied) == products
