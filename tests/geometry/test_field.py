"""Taps, strands and fields with numbers worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from support.analysis import analysed
from support.calls import calls
from support.networks import architectures

from poolcalc.analysis.layers import Analysis
from poolcalc.geometry.field import MOST_PHASES, MOST_STRANDS, PIXELS, UNKNOWN, Field, Strand, hull
from poolcalc.geometry.taps import (
    IDENTITY,
    Taps,
    broadcast,
    divided,
    everything,
    linear,
    nearest,
    shifted,
    transposed,
    windows,
)


def network(layers: str, shape: str = "[1, 64]") -> Analysis:
    return analysed(f"input: {shape}\nlayers: {layers}\n")


def field_of(layers: str, shape: str = "[1, 64]") -> Field:
    """Return the field of the last layer along its first axis."""
    return network(layers, shape).layers[-1].fields[0]


def reads(taps: Taps, *units: int) -> list[list[int]]:
    return [list(taps[unit]) for unit in units]


# Taps


def test_a_window_reads_its_taps_from_the_padding_on() -> None:
    assert reads(windows(3, 2, 1), 0, 1, -1) == [[-1, 0, 1], [1, 2, 3], [-3, -2, -1]]
    assert reads(windows(3, 1, 2, dilation=2), 0, 5) == [[-2, 0, 2], [3, 5, 7]]


def test_a_transposed_convolution_reads_what_was_scattered_onto_a_unit() -> None:
    """Kernel 4, stride 2, padding 1: input i lands on 2i − 1 … 2i + 2."""
    assert reads(transposed(4, 2, 1), 0, 1, 2, 3) == [[-1, 0], [0, 1], [0, 1], [1, 2]]


def test_a_transposed_convolution_with_a_short_kernel_leaves_units_that_read_nothing() -> None:
    """Kernel 1, stride 3: input i lands on 3i alone."""
    assert reads(transposed(1, 3, 0), 0, 1, 2, 3) == [[0], [], [], [1]]


def test_a_dilated_transposed_convolution_reads_with_gaps() -> None:
    """Kernel 3, stride 1, dilation 2: input i lands on i, i + 2, i + 4. With stride 2, dilation 3: on 2i, 2i + 3."""
    assert reads(transposed(3, 1, 0, dilation=2), 4) == [[0, 2, 4]]
    assert reads(transposed(2, 2, 0, dilation=3), 0, 1, 2, 3, 5) == [[0], [-1], [1], [0], [1]]


@pytest.mark.parametrize("dilation", [1, 2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
def test_transposed_taps_are_the_scattering_read_backward(kernel_size: int, stride: int, dilation: int) -> None:
    taps = transposed(kernel_size, stride, 1, dilation)
    for unit in range(-7, 20):
        found = [i for i in range(-40, 40) for tap in range(kernel_size) if i * stride + tap * dilation == unit + 1]
        assert list(taps[unit]) == found


def test_adaptive_pooling_divides_the_input() -> None:
    """Seven pixels for three units: 0 … 2, 2 … 4, 4 … 6, from floor(7u / 3) up to ceil(7(u + 1) / 3)."""
    assert reads(divided(7, 3), 0, 1, 2) == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert reads(divided(3, 7), *range(7)) == [[0], [0], [0, 1], [1], [1, 2], [2], [2]]
    assert reads(divided(8, 4), 0, 3) == [[0, 1], [6, 7]]
    assert reads(divided(5, 1), 0, 9) == [[0, 1, 2, 3, 4]] * 2


def test_nearest_resizing_reads_one_pixel() -> None:
    assert reads(nearest(Fraction(1, 2)), 0, 1, 2, 3) == [[0], [0], [1], [1]]
    assert reads(nearest(Fraction(5, 3)), 0, 1, 2, 3) == [[0], [1], [3], [5]]


def test_linear_resizing_reads_the_neighbours_of_the_sampling_point() -> None:
    """Twice the size: the points are −1/4, 1/4, 3/4, 5/4. With aligned corners, 3 to 5: 0, 1/2, 1, 3/2, 2."""
    assert reads(linear(Fraction(1, 2), Fraction(-1, 4)), 0, 1, 2, 3) == [[-1, 0], [0, 1], [0, 1], [1, 2]]
    assert reads(linear(Fraction(2, 4)), 0, 1, 2, 3, 4) == [[0], [0, 1], [1], [1, 2], [2]]
    assert reads(linear(Fraction(0)), 0, 7) == [[0], [0]]


def test_padding_shifts_and_what_is_global_stays() -> None:
    assert reads(shifted(2), 0, 5) == [[-2], [3]]
    assert reads(shifted(-2), 0) == [[2]]
    assert reads(everything(4), 0, 3) == [[0, 1, 2, 3]] * 2
    assert reads(broadcast(), 0, 3) == [[0]] * 2
    assert reads(IDENTITY, -1, 3) == [[-1], [3]]


def test_what_lies_beyond_the_border_may_repeat_the_input() -> None:
    assert list(shifted(2).inside(0, 4)) == []
    assert list(shifted(2, "edge").inside(0, 4)) == [0]
    assert list(shifted(2, "reflect").inside(0, 4)) == [2]
    assert list(shifted(2, "reflect").inside(7, 4)) == [1]
    assert list(shifted(2, "wrap").inside(0, 4)) == [2]
    assert list(windows(5, 1, 3, dilation=2).inside(0, 6)) == [1, 3, 5]


def test_taps_with_millions_of_phases_cost_nothing() -> None:
    taps = nearest(Fraction(10_000_000, 12_345_678))
    assert len(taps.phases) == 6_172_839
    assert list(taps[40]) == [40 * 10_000_000 // 12_345_678]
    assert PIXELS.through(taps) == UNKNOWN
    assert list(transposed(10**9, 10**9, 0)[5]) == [0]


# Strands


def test_a_strand_shifts_by_its_advance_every_period() -> None:
    strand = Strand(3, ((0, 1), None))
    assert strand.jump == Fraction(3, 2)
    assert [strand[unit] for unit in (-2, 0, 1, 2, 4)] == [(-3, -2), (0, 1), None, (3, 4), (6, 7)]


def test_a_window_on_a_strand_adds_kernel_minus_one_jumps() -> None:
    strand = Strand(4, ((-3, 10),)).through(windows(3, 2, 1))
    assert strand == Strand(8, ((-7, 14),))


def test_a_transposed_convolution_on_a_strand_divides_the_jump_and_has_phases() -> None:
    """Kernel 4, stride 2, padding 1 on fields of 15 pixels 8 apart: units see two of them, alternately shifted by 8."""
    strand = Strand(8, ((-7, 7),)).through(transposed(4, 2, 1))
    assert strand == Strand(8, ((-15, 7), (-7, 15)))
    assert strand.jump == 4


def test_a_transposed_convolution_with_kernel_equal_stride_sees_one_unit_each() -> None:
    assert Strand(8, ((-7, 7),)).through(transposed(2, 2, 0)) == Strand(8, ((-7, 7), (-7, 7)))


def test_units_of_a_transposed_convolution_may_see_nothing() -> None:
    summary = field_of("[conv_transpose: {out_channels: 1, kernel_size: 1, stride: 3}]").summary(190)
    assert summary
    assert (summary.size, summary.size_min, summary.varies) == (1, 0, True)


def test_a_window_over_units_that_see_nothing_sees_the_others() -> None:
    """Kernel 1, stride 3 leaves two units of three empty; a window of 2 holds a full one two times out of three."""
    field = field_of(
        "[conv_transpose: {out_channels: 1, kernel_size: 1, stride: 3}, max_pool: {kernel_size: 2, stride: 1}]"
    )
    assert field == Field((Strand(1, ((0, 0), None, (1, 1))),))


def test_upsampling_doubles_units_and_keeps_what_they_see() -> None:
    """On fields of 6 pixels 4 apart: nearest repeats them, linear joins neighbours."""
    strand = Strand(4, ((0, 5),))
    assert strand.through(nearest(Fraction(1, 2))) == Strand(4, ((0, 5), (0, 5)))
    assert strand.through(linear(Fraction(1, 2), Fraction(-1, 4))) == Strand(4, ((-4, 5), (0, 9)))


def test_adaptive_pooling_of_seven_to_three_has_three_phases() -> None:
    strand = Strand(2, ((-1, 1),)).through(divided(7, 3))
    assert strand == Strand(14, ((-1, 5), (3, 9), (7, 13)))
    assert strand.jump == Fraction(14, 3)


def test_a_period_that_is_undone_is_forgotten() -> None:
    up = Strand(1, ((0, 0),)).through(nearest(Fraction(1, 2)))
    assert up
    assert up.through(windows(1, 2, 0)) == Strand(1, ((0, 0),))


def test_a_global_pool_sees_the_hull_of_the_map() -> None:
    assert Strand(4, ((-3, 10),)).through(everything(5)) == Strand(0, ((-3, 26),))


def test_a_period_that_explodes_is_given_up() -> None:
    strand = Strand(1, ((0, 0),) * 1)
    odd = strand.through(divided(MOST_PHASES - 1, MOST_PHASES))
    assert odd
    assert len(odd.phases) == MOST_PHASES
    assert odd.through(transposed(3, 3, 0)) is None


# Fields


def test_a_merge_is_the_hull_and_not_the_larger_branch() -> None:
    """A causal and an anti-causal kernel of 5 see 9 pixels together."""
    field = field_of(
        "[branches: {merge: add, paths: ["
        "[conv: {out_channels: 1, kernel_size: 5, padding: [[4, 0]]}], "
        "[conv: {out_channels: 1, kernel_size: 5, padding: [[0, 4]]}]]}]"
    )
    assert field == Field((Strand(1, ((-4, 4),)),))


def test_three_dilated_convolutions_span_thirteen_pixels() -> None:
    conv = "conv: {out_channels: 1, kernel_size: 3, dilation: 2}"
    summary = field_of(f"[{conv}, {conv}, {conv}]").summary(52)
    assert summary
    assert (summary.size, summary.first, summary.last) == (13, 0, 12)


def test_convolutions_and_pools_grow_by_the_jump_before_them() -> None:
    conv = "conv: {out_channels: 1, kernel_size: 3}"
    layers = network(f"[{conv}, max_pool: 2, {conv}, max_pool: 2, {conv}]").layers
    sizes = [summary.size for layer in layers for summary in layer.receptive_field if summary]
    assert sizes == [3, 4, 8, 10, 18]


def test_branches_with_different_jumps_have_no_single_field() -> None:
    """Unit u sees pixel u by one branch, and pixels 2u and 2u + 1 by the other."""
    field = field_of("[branches: {merge: add, paths: [[crop: [[0, 32]]], [max_pool: 2]]}]")
    assert field.strands == (Strand(1, ((0, 0),)), Strand(2, ((0, 1),)))
    summary = field.summary(32)
    assert summary
    assert summary.jump is None
    assert summary.varies
    assert (summary.size_min, summary.size) == (2, 33)
    assert field.span(31) == (31, 63)


def test_branches_of_one_jump_and_different_phases_are_joined_over_the_common_period() -> None:
    two, three = Field((Strand(2, ((0, 0), (0, 1))),)), Field((Strand(3, ((0, 0), (1, 3), (2, 2))),))
    joined = Field((Strand(6, ((0, 0), (0, 3), (2, 2), (2, 3), (4, 6), (4, 5))),))
    assert hull([two, three]) == hull([three, two]) == joined


def test_a_gate_does_not_count_beside_a_local_path() -> None:
    """Squeeze and excite: every unit depends on all 64 pixels, and itself on 3."""
    layers = "[conv: {out_channels: 1, kernel_size: 3, padding: 1, name: c}, gap, sigmoid, multiply: [c, sigmoid1]]"
    field = field_of(layers)
    assert field == Field((Strand(0, ((-1, 64),)), Strand(1, ((-1, 1),))))
    assert field.sees_everything
    assert field.local == field.strands[1:]
    summary = field.summary(64)
    assert summary
    assert (summary.size, summary.size_min, summary.jump, summary.varies) == (3, 3, Fraction(1), False)


def test_a_global_pool_counts_once_and_ends_where_the_map_ends() -> None:
    """r + (N − 1) · j with r = 3, N = 31, j = 2."""
    conv = "conv: {out_channels: 1, kernel_size: 3, stride: 2}"
    for tail in ("gap", "gap, flatten", "gap, flatten, linear: 3", "flatten", "flatten, linear: 3, softmax"):
        layer = network(f"[{conv}, {tail}]").layers[-1]
        (summary,) = layer.receptive_field
        assert summary
        assert summary.size == 3 + 30 * 2
        assert layer.sees_everything


def test_a_network_of_two_axes_has_a_field_for_each() -> None:
    layer = network("[conv: {out_channels: 1, kernel_size: [1, 7], padding: [0, 3]}]", "[1, 9, 9]").layers[0]
    assert layer.fields == (PIXELS, Field((Strand(1, ((-3, 3),)),)))


def test_the_summary_of_unit_zero_tells_center_and_padding() -> None:
    summary = field_of("[conv: {out_channels: 1, kernel_size: 4, stride: 2, padding: 1}]").summary(32)
    assert summary
    assert (summary.first, summary.last, summary.effective_padding) == (-1, 2, 1)
    assert summary.center == Fraction(1, 2)


def test_a_unit_that_sees_nothing_has_no_center() -> None:
    summary = field_of("[conv_transpose: {out_channels: 1, kernel_size: 1, stride: 3, padding: [[1, 0]]}]").summary(189)
    assert summary
    assert (summary.first, summary.last, summary.center, summary.effective_padding) == (None, None, None, None)
    assert (summary.size_min, summary.size) == (0, 1)


def test_what_is_too_irregular_is_unknown_and_stays_so() -> None:
    assert UNKNOWN.summary(5) is None
    assert UNKNOWN.through(windows(3, 1, 1)) == UNKNOWN
    assert hull([PIXELS, UNKNOWN]) == UNKNOWN
    many = [Field((Strand(jump, ((0, 0),)),)) for jump in range(MOST_STRANDS + 1)]
    assert hull(many) == UNKNOWN
    assert len(hull(many[1:]).strands) == MOST_STRANDS


def test_a_hull_of_equals_is_one_of_them() -> None:
    field = field_of("[conv: {out_channels: 1, kernel_size: 3}]")
    assert hull([field, field]) == field
    assert hull([PIXELS, PIXELS]) is PIXELS


@pytest.mark.parametrize(
    ("layer", "dropped"),
    [
        ("max_pool: 2", (0, 0)),
        ("max_pool: {kernel_size: 2, stride: 3}", (0, 2)),
        ("max_pool: 5", (0, 4)),
        ("max_pool: {kernel_size: 5, ceil_mode: true}", (0, 0)),
        ("conv: {out_channels: 1, kernel_size: 7, stride: 2, padding: 3}", (0, 0)),
        ("conv: {out_channels: 1, kernel_size: 1, stride: 2, padding: 1}", (1, 0)),
        ("max_pool: {kernel_size: 2, stride: 1, padding: 1, dilation: 2}", (0, 0)),
        ("crop: [[3, 4]]", (3, 4)),
        ("pad: [[-3, 4]]", (3, 0)),
        ("pad: {padding: [[3, 4]], mode: reflect}", (0, 0)),
        ("gap", (0, 0)),
        ("upsample: 0.5", (0, 1)),
        ("upsample: {size: 1, mode: linear, align_corners: true}", (0, 63)),
        ("conv_transpose: {out_channels: 1, kernel_size: 1, stride: 2, padding: 5}", (3, 3)),
        ("conv_transpose: {out_channels: 1, kernel_size: 2, stride: 2, padding: 3, dilation: 3}", (0, 0)),
        ("depthwise_conv: {kernel_size: 1, stride: 200, padding: 100}", (64, 0)),
    ],
)
def test_dropped_rows_are_those_at_the_ends_that_nothing_reads(layer: str, dropped: tuple[int, int]) -> None:
    assert network(f"[{layer}]").layers[0].dropped == (dropped,)


@pytest.mark.parametrize(
    "layer",
    [
        "upsample: 1.2345678",
        "upsample: {scale_factor: 1.2345678, mode: linear}",
        "upsample: {size: 1000003}",
        "adaptive_avg_pool: 1000003",
        "conv_transpose: {out_channels: 1, kernel_size: 1000000, stride: 1000000}",
        "conv_transpose: {out_channels: 1, kernel_size: 2147483647, stride: 2}",
        "upsample: 2147483647",
        "pad: 2147483647",
        "conv: {out_channels: 1, kernel_size: 2147483647, padding: 2147483647, stride: 2147483647, dilation: 3}",
    ],
)
def test_absurd_sizes_take_no_more_steps_than_usual_ones(layer: str) -> None:
    (found,) = network(f"[{layer}]").layers
    assert found.shape is None or found.receptive_field == (None,)
    assert calls(lambda: network(f"[{layer}]")) < 2 * calls(
        lambda: network("[conv: {out_channels: 1, kernel_size: 3}]")
    )


def test_only_units_that_exist_count() -> None:
    # Units of a period of 3 see 1, 0, 0 pixels; of the theory on the endless canvas, one unit knows its own phase.
    field = field_of("[conv_transpose: {out_channels: 1, kernel_size: 1, stride: 3}]")
    one, all_of_them = field.summary(1), field.summary(3)
    assert one
    assert all_of_them
    assert (one.size, one.size_min, one.varies, one.jump) == (1, 1, False, Fraction(1, 3))
    assert (all_of_them.size, all_of_them.size_min, all_of_them.varies) == (1, 0, True)


@given(architectures(most=5))
def test_every_figure_of_a_layer_is_that_of_some_unit(text: str) -> None:
    for layer in analysed(text).sized.values():
        for axis, (field, summary) in enumerate(zip(layer.fields, layer.receptive_field, strict=True)):
            if summary:
                units = layer.shape[1 + axis] if len(layer.shape) > 1 else 1
                spans = [field.span(unit) for unit in range(units)]
                sizes = [last - first + 1 for first, last in (span or (0, -1) for span in spans)]
                assert (summary.size, summary.size_min) == (max(sizes), min(sizes))
                assert summary.varies == (len(set(sizes)) > 1)
