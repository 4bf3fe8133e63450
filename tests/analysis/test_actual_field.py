"""What units really see: numbers that can be checked by hand, and every unit against NaN in every pixel."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.analysis import analysed
from support.nan import bits, nan_reaches, seen
from support.networks import architectures

from poolcalc.analysis.actual import ActualField, actual_fields, extent, holes, union_size
from poolcalc.analysis.layers import Analysis

many = settings(max_examples=3 * settings().max_examples)


def last_field(size: str, *layers: str) -> ActualField:
    """Return what the last of a list of layers sees of an input of one channel."""
    analysis = analysed(f"input: [1, {size}]\nlayers: [{', '.join(layers)}]")
    field = actual_fields(analysis)[analysis.layers[-1].node.name]
    assert field
    return field


def seen_by_all(field: ActualField) -> list[list[int]]:
    """Return the pixels that each unit sees, along the only axis."""
    return [sorted(pixel for (pixel,) in seen(field, (unit,))) for unit in range(field.units[0])]


# Borders


def test_at_the_border_a_unit_sees_less() -> None:
    field = last_field("8", *["conv: {out_channels: 1, kernel_size: 3, padding: 1}"] * 2)
    assert [field.box((unit,)) for unit in (0, 1, 2, 7)] == [((0, 2),), ((0, 3),), ((0, 4),), ((5, 7),)]


def test_what_a_border_unit_sees_is_not_its_theoretical_field_cut_to_the_input() -> None:
    analysis = analysed("""
        input: [1, 4]
        layers: [max_pool: {kernel_size: 1, stride: 2}, max_pool: {kernel_size: 3, stride: 1, padding: 1, name: outer}]
    """)
    # The two units of the first layer are pixels 0 and 2; the third that the last unit reads is padding.
    (theoretical,), actual = analysis.layers[-1].fields, actual_fields(analysis)["outer"]
    assert actual
    assert theoretical.span(1) == (0, 4)
    assert seen_by_all(actual)[1] == [0, 2]


def test_a_unit_that_reads_padding_alone_sees_nothing() -> None:
    field = last_field("3", "conv: {out_channels: 1, kernel_size: 1, padding: 2}")
    assert seen_by_all(field) == [[], [], [0], [1], [2], [], []]
    assert (field.of((0,)), field.count((0,)), field.box((0,))) == ((), 0, None)


def test_a_unit_sees_nothing_where_it_reads_padding_along_one_axis() -> None:
    field = last_field("3, 3", "conv: {out_channels: 1, kernel_size: 1, padding: [0, 1]}")
    assert [field.box((1, column)) for column in range(2)] == [None, ((1, 1), (0, 0))]


def test_a_window_that_hangs_over_the_end_sees_what_is_there() -> None:
    assert seen_by_all(last_field("7", "max_pool: {kernel_size: 2, ceil_mode: true}"))[-1] == [6]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("constant", [[], [], [0], [1], [2], [3], [4], [], []]),
        ("reflect", [[2], [1], [0], [1], [2], [3], [4], [3], [2]]),
        ("replicate", [[0], [0], [0], [1], [2], [3], [4], [4], [4]]),
        ("circular", [[3], [4], [0], [1], [2], [3], [4], [0], [1]]),
    ],
)
def test_padding_shows_what_it_repeats(mode: str, expected: list[list[int]]) -> None:
    assert seen_by_all(last_field("5", f"pad: {{padding: 2, mode: {mode}}}")) == expected


@pytest.mark.parametrize(
    ("upsample", "expected"),
    [
        ("scale_factor: 2, mode: nearest", [[0], [0], [1], [1], [2], [2]]),
        ("scale_factor: 2, mode: linear", [[0], [0, 1], [0, 1], [1, 2], [1, 2], [2]]),
        ("size: 5, mode: linear, align_corners: true", [[0], [0, 1], [1], [1, 2], [2]]),
        ("scale_factor: 0.7, mode: nearest", [[0], [1]]),
    ],
)
def test_interpolation_reads_both_neighbours_except_at_the_edges(upsample: str, expected: list[list[int]]) -> None:
    assert seen_by_all(last_field("3", f"upsample: {{{upsample}}}")) == expected


# Holes, and what nobody reads


def test_three_dilated_convolutions_span_13_pixels_and_use_7() -> None:
    field = last_field("20", *["conv: {out_channels: 1, kernel_size: 3, dilation: 2}"] * 3)
    ((mask,),) = field.of((2,))
    assert bits(mask) == [2, 4, 6, 8, 10, 12, 14]
    assert extent(mask) == (2, 14)
    assert bits(holes(mask)) == [3, 5, 7, 9, 11, 13]


@pytest.mark.parametrize(
    ("size", "layers", "unread"),
    [
        (7, ["max_pool: 2"], [6]),
        (14, ["max_pool: 2", "max_pool: 2"], [12, 13]),
        (8, ["max_pool: {kernel_size: 1, stride: 3}"], [1, 2, 4, 5, 7]),
        (6, ["crop: [[1, 2]]"], [0, 4, 5]),
        (7, ["max_pool: 2", "flatten", "linear: 3"], [6]),
        (7, ["max_pool: {kernel_size: 2, padding: 1}"], []),
        (224, ["conv: {out_channels: 1, kernel_size: 7, stride: 2, padding: 3}"], []),
    ],
)
def test_pixels_that_no_unit_reads_are_known(size: int, layers: list[str], unread: list[int]) -> None:
    (mask,) = last_field(str(size), *layers).unread()
    assert bits(mask) == unread


def test_rows_and_columns_that_no_unit_reads_are_told_apart() -> None:
    rows, columns = last_field("7, 9", "max_pool: [2, 4]").unread()
    assert (bits(rows), bits(columns)) == ([6], [8])


def test_a_transposed_convolution_with_gaps_between_its_kernels_has_units_that_see_nothing() -> None:
    field = last_field("3", "conv_transpose: {out_channels: 1, kernel_size: 2, stride: 3}")
    assert seen_by_all(field) == [[0], [0], [], [1], [1], [], [2], [2]]


def test_output_padding_adds_units_that_see_nothing() -> None:
    field = last_field("2", "conv_transpose: {out_channels: 1, kernel_size: 2, stride: 2, output_padding: 1}")
    assert seen_by_all(field) == [[0], [0], [1], [1], []]


# Branches and whole maps


ROW = "[conv: {out_channels: 1, kernel_size: [1, 7], padding: [0, 3]}]"
COLUMN = "[conv: {out_channels: 1, kernel_size: [7, 1], padding: [3, 0]}]"
SMALL = "[conv: {out_channels: 1, kernel_size: 3, padding: 1}]"
SQUARE = "[conv: {out_channels: 1, kernel_size: 7, padding: 3}]"


@pytest.mark.parametrize(
    ("paths", "pixels", "products"),
    [
        ([ROW, COLUMN], 13, 2),
        ([ROW, COLUMN, SMALL], 13 + 4, 3),
        ([ROW, COLUMN, SMALL, SQUARE], 49, 1),
    ],
)
def test_a_row_beside_a_column_is_a_cross_and_no_square(paths: list[str], pixels: int, products: int) -> None:
    field = last_field("15, 15", f"branches: {{merge: concat, paths: [{', '.join(paths)}]}}")
    assert field.box((7, 7)) == ((4, 10), (4, 10))
    assert (field.count((7, 7)), len(seen(field, (7, 7))), len(field.products)) == (pixels, pixels, products)


@pytest.mark.parametrize(("branches", "is_known"), [(32, True), (33, False)])
def test_a_union_of_too_many_products_is_not_given(branches: int, is_known: bool) -> None:  # noqa: FBT001
    kernels = [
        f"[conv: {{out_channels: 1, kernel_size: [{i}, {40 - i}], padding: same}}]" for i in range(1, branches + 1)
    ]
    analysis = analysed(f"""
        input: [1, 40, 40]
        layers: [branches: {{merge: add, paths: [{", ".join(kernels)}]}}, relu]
    """)
    fields = actual_fields(analysis)
    assert [fields[layer.node.name] is not None for layer in analysis.layers[-2:]] == [is_known] * 2


@pytest.mark.parametrize(("gates", "pixels"), [(True, 64), (False, 9)])
def test_a_gate_sees_the_whole_map_unless_it_is_left_out(gates: bool, pixels: int) -> None:  # noqa: FBT001
    text = """
        input: [1, 8, 8]
        layers:
          - conv: {out_channels: 4, kernel_size: 3, padding: 1, name: local}
          - global_avg_pool
          - conv: {out_channels: 4, kernel_size: 1, name: gate}
          - multiply: {from: [local, gate], name: gated}
    """
    field = actual_fields(analysed(text, gates=gates))["gated"]
    assert field
    assert field.count((4, 4)) == pixels


@pytest.mark.parametrize("layer", ["global_max_pool", "flatten", "layer_norm: all", "group_norm: 1"])
def test_what_reads_the_whole_map_does_not_see_what_was_dropped_before(layer: str) -> None:
    field = last_field("7, 7", "max_pool: 2", layer)
    assert field.box([0] * 2) == ((0, 5), (0, 5))
    assert field.count([0] * 2) == 36


def test_what_is_seen_can_be_counted_from_an_inner_layer() -> None:
    text = """
        input: [1, 16]
        layers:
          - max_pool: {kernel_size: 2, name: inner}
          - conv: {out_channels: 1, kernel_size: 3, name: outer}
          - conv: {out_channels: 1, kernel_size: 3, from: input, name: beside}
    """
    fields = actual_fields(analysed(text, origin="inner"))
    assert fields["outer"]
    assert (fields["outer"].pixels, fields["outer"].box((5,))) == ((8,), ((5, 7),))
    assert "beside" not in fields


# Sets as integers


@given(st.integers(1, 3).flatmap(lambda axes: st.lists(st.tuples(*[st.integers(0, 63)] * axes), max_size=5)))
def test_the_size_of_a_union_is_that_of_the_set(products: list[tuple[int, ...]]) -> None:
    nonempty = [masks for masks in products if all(masks)]
    assert union_size(nonempty) == len({pixel for masks in nonempty for pixel in product(*map(bits, masks))})


@given(st.integers(1, 2**12))
def test_extent_and_holes_are_those_of_the_set(mask: int) -> None:
    first, last = extent(mask)
    assert (first, last) == (min(bits(mask)), max(bits(mask)))
    assert set(bits(holes(mask))) == {*range(first, last + 1)} - {*bits(mask)}


# Every unit against NaN in every pixel


def some_channels_left_out(analysis: Analysis) -> set[str]:
    """Return the layers whose units may see less than what all channels together see."""
    found: set[str] = set()
    for layer in analysis.layers:
        if layer.node.op.keyword in ("channel_slice", "pixel_shuffle") or not found.isdisjoint(layer.node.inputs):
            found.add(layer.node.name)
    return found


def assert_fields_are_what_nan_reaches(analysis: Analysis) -> None:
    fields, partial = actual_fields(analysis), some_channels_left_out(analysis)
    for name, units in nan_reaches(analysis).items():
        field = fields[name]
        assert field
        assert {*units} == {*np.ndindex(*field.units)}
        for unit, reached in units.items():
            predicted = seen(field, unit)
            assert reached <= predicted if name in partial else reached == predicted
            assert field.count(unit) == len(predicted)


@many
@given(architectures(axes=1, most=8))
def test_every_unit_of_a_graph_on_one_axis_sees_what_nan_reaches(text: str) -> None:
    assert_fields_are_what_nan_reaches(analysed(text))


@many
@given(architectures(axes=2, most=6))
def test_every_unit_of_a_graph_on_two_axes_sees_what_nan_reaches(text: str) -> None:
    assert_fields_are_what_nan_reaches(analysed(text))


@given(architectures(axes=3, most=4))
def test_every_unit_of_a_graph_on_three_axes_sees_what_nan_reaches(text: str) -> None:
    assert_fields_are_what_nan_reaches(analysed(text))
