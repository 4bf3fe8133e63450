"""What must hold for every network: formulas agree with execution, and fields with what NaN in the input reaches."""

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from math import prod
from operator import mul
from random import Random

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from support.analysis import analysed, outputs
from support.networks import LOCAL, WINDOWS, architectures, chains

from poolcalc import analyze
from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Analysis
from poolcalc.execution.run import run
from poolcalc.kernels import Array
from poolcalc.network.graph import INPUT
from poolcalc.network.op import Shape
from poolcalc.ops.channel_slice import ChannelSlice
from poolcalc.ops.pad import Pad
from poolcalc.reading.architecture import parse

# Formulas agree with execution


@given(architectures())
def test_running_confirms_every_shape_of_a_graph(text: str) -> None:
    analysis = analysed(text)
    found = run(analysis)
    assert [found.confirms(layer) for layer in analysis.layers] == [True] * len(analysis.layers)


@given(chains(most=10))
def test_running_confirms_every_shape_of_a_chain(text: str) -> None:
    analysis = analysed(text)
    found = run(analysis)
    assert [found.confirms(layer) for layer in analysis.layers] == [True] * len(analysis.layers)


# Fields agree with what NaN reaches


def image_with_nan(shape: Shape, axis: int, pixels: Sequence[int]) -> Array:
    """Return positive values, and NaN in the given rows of a spatial axis."""
    image = np.random.default_rng(0).uniform(0.5, 1.5, shape).astype(np.float32)
    image[(slice(None),) * (1 + axis) + ([*pixels],)] = np.nan
    return image


def at_unit(values: Array, axis: int, unit: int) -> Array:
    return values[(slice(None),) * (1 + axis) + (unit,)] if values.ndim > 1 else values


def reads_inside(analysis: Analysis, name: str, axis: int, unit: int, *, local: bool, gaps: bool) -> bool:
    """Return whether a unit of a layer reads existing units only, all the way down.

    local: by paths that see no whole map. gaps: whether units on the way may read nothing, as a short kernel of a
    transposed convolution leaves them.
    """
    shapes = {layer.node.name: layer.shape or () for layer in analysis.layers} | {INPUT: analysis.graph.input}
    needed = {name: set[int]() for name in shapes} | {name: {unit}}
    for layer in reversed(analysis.layers):
        for read in layer.reads:
            if read.taps is None and isinstance(layer.node.op, ChannelSlice):
                return False  # of a flat vector it takes some positions, and counts as if it took all
            if read.taps is None:
                needed[read.source] |= needed[layer.node.name]
            elif not local or read.taps[axis].step:
                reads = [read.taps[axis][unit] for unit in needed[layer.node.name]]
                reached = {unit for each in reads for unit in each}
                if not reached <= {*range(shapes[read.source][1 + axis])} or not (gaps or all(reads)):
                    return False
                needed[read.source] |= reached
    return True


def assert_field_is_what_nan_reaches(analysis: Analysis, layer: Layer, axis: int, shift: int) -> int:
    """Check what a unit sees, `shift` units from the middle; return how many of its edges could be checked.

    NaN everywhere else must leave it finite. NaN at an edge must reach it, unless borders cut something off the paths
    that lead there; a path through a whole map mostly meets them.
    """
    shape, name = analysis.graph.input, layer.node.name
    units = [size // 2 for size in (layer.shape or ())[1:]] or [0] * len(layer.fields)
    if layer.shape and len(layer.shape) > 1:
        units[axis] = min(max(units[axis] + shift, 0), layer.shape[1 + axis] - 1)
    field, unit = layer.fields[axis], units[axis]
    inside = {
        local: all(reads_inside(analysis, name, i, u, local=local, gaps=i == axis) for i, u in enumerate(units))
        for local in (True, False)
    }

    def reached(pixels: Sequence[int]) -> bool:
        values = outputs(analysis, image_with_nan(shape, axis, pixels))[name]
        return bool(np.isnan(at_unit(values, axis, unit)).any())

    if reached([]):
        return 0  # roots of negative numbers
    strands = [strand for strand in field.strands if strand[unit]]
    seen = {pixel for strand in strands for first, last in [strand[unit] or (0, -1)] for pixel in (first, last)}
    first, last = min(seen, default=0), max(seen, default=-1)
    repeating = any(isinstance(layer.node.op, Pad) and layer.node.op.mode != "constant" for layer in analysis.layers)
    if not repeating or inside[False]:
        assert not reached([pixel for pixel in range(shape[1 + axis]) if not first <= pixel <= last])
    edges = [strand[unit] for strand in strands if inside[strand.advance > 0]]
    for pixel in {pixel for span in edges if span for pixel in span}:
        assert reached([pixel])
    return len(edges)


def with_room(text: str) -> Iterator[Analysis]:
    """Yield the network on its input, and on larger ones where it can run on them."""
    small = parse(text.encode(), "net.yaml").graph.input
    for more in {2: (0, 40, 160), 3: (0, 12, 48), 4: (0, 6, 16)}[len(small)]:
        analysis = analysed(text, input_shape=(small[0], *(size + more for size in small[1:])))
        if all(layer.shape for layer in analysis.layers):
            yield analysis


@given(chains(), st.data())
def test_what_a_unit_of_a_chain_sees_is_what_nan_reaches(text: str, data: st.DataObject) -> None:
    assert_fields_are_what_nan_reaches(text, data)


@given(chains(LOCAL, most=3), st.data())
def test_what_a_unit_of_a_chain_of_local_operators_sees_is_what_nan_reaches(text: str, data: st.DataObject) -> None:
    assert_fields_are_what_nan_reaches(text, data)


@given(architectures(most=4), st.data())
def test_what_a_unit_of_a_graph_sees_is_what_nan_reaches(text: str, data: st.DataObject) -> None:
    assert_fields_are_what_nan_reaches(text, data)


def assert_fields_are_what_nan_reaches(text: str, data: st.DataObject) -> None:
    place, shift = data.draw(st.integers(0, len(analysed(text).layers) - 1)), data.draw(st.integers(-3, 3))
    edges = 0
    for analysis in with_room(text):
        if not edges:
            layer = analysis.layers[place]
            axes = range(len(layer.fields))
            edges = sum(assert_field_is_what_nan_reaches(analysis, layer, axis, shift) for axis in axes)
    event(f"edges checked: {edges > 0}")


@pytest.mark.parametrize(
    "layers",
    [
        "conv: {out_channels: 2, kernel_size: 3, stride: 2, dilation: 2, padding: [[3, 1]]}",
        "conv: {out_channels: 2, kernel_size: 4, stride: 3, padding: same}",
        "conv: {out_channels: 2, kernel_size: 4, stride: 3, padding: same_lower}",
        "depthwise_conv: {kernel_size: 5, channel_multiplier: 2}",
        "max_pool: {kernel_size: 3, stride: 2, dilation: 2, ceil_mode: true}",
        "avg_pool: {kernel_size: 5, stride: 3, padding: 2, count_include_pad: false}",
        "lp_pool: {kernel_size: 4, stride: 3}",
        "conv_transpose: {out_channels: 2, kernel_size: 4, stride: 2, padding: 1}",
        "conv_transpose: {out_channels: 2, kernel_size: 5, stride: 3, padding: [[2, 0]], output_padding: 1}",
        "conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2, dilation: 3}",
        "conv_transpose: {out_channels: 2, kernel_size: 2, stride: 5, padding: 1}",
        "conv_transpose: {out_channels: 2, kernel_size: 1, stride: 3}, conv: {out_channels: 1, kernel_size: 2}",
        "upsample: 2",
        "upsample: 1.7",
        "upsample: 0.4",
        "upsample: {scale_factor: 3, mode: linear}",
        "upsample: {scale_factor: 0.4, mode: linear}",
        "upsample: {size: 97, mode: linear}",
        "upsample: {size: 97, mode: linear, align_corners: true}",
        "upsample: {size: 31, mode: linear, align_corners: true}",
        "upsample: {size: 31}, max_pool: {kernel_size: 3, stride: 2}",
        "adaptive_avg_pool: 13",
        "adaptive_max_pool: 150",
        "max_pool: 2, upsample: 3, conv_transpose: {out_channels: 1, kernel_size: 3, stride: 2}",
        "pixel_shuffle: 2, max_pool: {kernel_size: 3, stride: 1}",
        "pad: [[3, -5]], crop: [[4, 1]]",
        "pad: {padding: [[9, 2]], mode: reflect}",
        "residual: {body: [conv: {out_channels: 4, kernel_size: 3, padding: [[2, 0]]}]}",
        "branches: {merge: concat, paths: [[max_pool: 4, upsample: 4], [lp_pool: {kernel_size: 1, stride: 1}]]}",
    ],
)
def test_every_unit_away_from_the_borders_sees_what_nan_reaches(layers: str) -> None:
    analysis = analysed(f"input: [4, 64]\nlayers: [{layers}]\n")
    edges = [assert_field_is_what_nan_reaches(analysis, analysis.layers[-1], 0, shift) for shift in range(-6, 7)]
    blind = [analysis.layers[-1].fields[0].span((analysis.layers[-1].shape or ())[1] // 2 + i) for i in range(-6, 7)]
    assert sum(map(bool, edges)) == len(blind) - blind.count(None)


def test_units_that_see_the_whole_map_see_every_pixel() -> None:
    for tail in (
        "gap",
        "global_max_pool",
        "group_norm: 2",
        "layer_norm: all",
        "softmax: positions",
        "flatten, linear: 2",
    ):
        analysis = analysed(f"input: [4, 16]\nlayers: [relu, {tail}]\n")
        layer = analysis.layers[-1]
        assert layer.sees_everything
        for pixel in range(16):
            values = outputs(analysis, image_with_nan((4, 16), 0, [pixel]))[layer.node.name]
            assert np.isnan(values).all()


def test_gates_see_everything_and_local_paths_beside_them_a_few() -> None:
    layers = "conv: {out_channels: 4, kernel_size: 3, name: c}, gap, sigmoid, multiply: [c, sigmoid1]"
    analysis = analysed(f"input: [4, 16]\nlayers: [{layers}]\n")
    layer = analysis.layers[-1]
    assert assert_field_is_what_nan_reaches(analysis, layer, 0, 0) == 2
    assert layer.fields[0].span(5) == (5, 7)
    assert np.isnan(outputs(analysis, image_with_nan((4, 16), 0, [0]))[layer.node.name]).all()


# The recursion of the textbooks


@given(chains(WINDOWS, most=8))
def test_fields_of_plain_chains_follow_the_closed_form(text: str) -> None:
    """r = 1 + Σ (K − 1) ∏ s, padding = Σ p ∏ s, over the layers before: Araujo, Norris and Sim 2019."""
    analysis = analysed(text)
    for axis in range(len(analysis.graph.input) - 1):
        strides, spans, before = [1], [], []
        for layer in analysis.layers:
            taps = layer.reads[0].taps
            assert taps
            strides.append(taps[axis].step)
            reads = taps[axis][0]
            spans.append(reads[-1] - reads[0])
            before.append(-reads[0])
            if window := layer.node.op.window:
                assert strides[-1] == window.stride[axis]
                assert spans[-1] == (window.kernel_size[axis] - 1) * window.dilation[axis]
            jumps = list(accumulate(strides, mul))
            summary = layer.receptive_field[axis]
            assert summary
            assert summary.size == summary.size_min == 1 + sum(map(mul, spans, jumps))
            assert summary.effective_padding == sum(map(mul, before, jumps))
            assert summary.jump == jumps[-1]
            assert not summary.varies


@given(architectures())
def test_what_a_layer_sees_repeats_with_its_period(text: str) -> None:
    for layer in analysed(text).layers:
        for strand in [strand for field in layer.fields for strand in field.strands]:
            period = len(strand.phases)
            assert strand.jump == Fraction(strand.advance, period)
            for unit in range(-period, period):
                here, there = strand[unit], strand[unit + period]
                assert (here and (here[0] + strand.advance, here[1] + strand.advance)) == there


@given(architectures())
def test_a_merge_sees_the_hull_of_what_its_inputs_see(text: str) -> None:
    analysis = analysed(text)
    fields = {layer.node.name: layer.fields for layer in analysis.layers}
    for layer in analysis.layers:
        local = len({shape[1:] for shape in layer.input_shapes if shape}) == 1
        for axis in range(len(layer.fields)) if layer.node.op.merges and local else ():
            joined = layer.fields[axis]
            for source in layer.node.inputs:
                for strand in fields[source][axis].strands if source in fields else ():
                    same = next(other for other in joined.strands if other.jump == strand.jump)
                    for unit in range(len(strand.phases)):
                        inner, outer = strand[unit], same[unit]
                        assert not inner or (outer and outer[0] <= inner[0] and outer[1] >= inner[1])


@given(architectures())
def test_summaries_are_the_extremes_over_all_units(text: str) -> None:
    for layer in analysed(text).layers:
        sizes = (layer.shape or ())[1:] or (1,) * len(layer.fields)
        for units, field, summary in zip(sizes, layer.fields, layer.receptive_field, strict=True):
            assert summary
            assert summary.size_min <= summary.size
            found = [last - first + 1 for unit in range(units) for first, last in [field.span(unit) or (0, -1)]]
            assert summary.size_min <= min(found) <= max(found) <= summary.size


# Order, repetition, sums


def known(layer: Layer) -> tuple[object, ...]:
    """Return everything about a layer but its place in the file."""
    node = layer.node
    return node.op, node.inputs, layer.shape, layer.params, layer.macs, layer.reads, layer.fields, layer.dropped


@given(architectures(), st.randoms(use_true_random=False))
def test_the_order_of_the_layers_in_the_file_does_not_matter(text: str, random: Random) -> None:
    head, rows = text.splitlines()[:2], text.splitlines()[2:]
    first = analysed(text)
    output = f"outputs: {first.graph.outputs[0]}"
    other = analysed("\n".join([*head, *random.sample(rows, len(rows)), output]))
    layers = {layer.node.name: layer for layer in other.layers}
    assert len(layers) == len(first.layers)
    for layer in first.layers:
        assert known(layers[layer.node.name]) == known(layer)


@given(architectures())
def test_nodes_come_after_what_they_read(text: str) -> None:
    done = {INPUT}
    for layer in analysed(text).layers:
        assert done.issuperset(layer.node.inputs)
        done.add(layer.node.name)


@given(architectures())
def test_analysis_gives_the_same_twice(text: str) -> None:
    assert analysed(text) == analysed(text)
    assert analyze(analysed(text).graph).to_dict() == analyze(analysed(text).graph).to_dict()


@given(architectures())
def test_the_report_is_json_and_its_totals_are_sums(text: str) -> None:
    report = analyze(analysed(text).graph)
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert data == report.to_dict()
    for figure in ("params", "macs", "activations"):
        assert data["totals"][figure] == sum(layer[figure] for layer in data["layers"])
    for layer in data["layers"]:
        assert layer["activations"] == prod(layer["output_shape"])


@given(architectures(most=8))
def test_peak_activations_are_those_of_a_simulation(text: str) -> None:
    analysis = analysed(text)
    sizes = {INPUT: prod(analysis.graph.input)} | {layer.node.name: layer.activations or 0 for layer in analysis.layers}
    order = list(sizes)
    peak = sizes[INPUT]
    for now, layer in enumerate(analysis.layers, start=1):
        needed = {name for later in analysis.layers[now - 1 :] for name in later.node.inputs}
        alive = {name for name in order[: now + 1] if name in needed or name in analysis.graph.outputs}
        peak = max(peak, sum(sizes[name] for name in alive | {layer.node.name}))
    assert analysis.peak_activations == peak


@given(architectures())
def test_dropped_rows_are_those_before_and_behind_what_is_read(text: str) -> None:
    for layer in analysed(text).layers:
        for axis, dropped in enumerate(layer.dropped):
            assert layer.shape
            taps, size = (layer.reads[0].taps or ())[axis], (layer.input_shapes[0] or ())[1 + axis]
            read = {i for unit in range(layer.shape[1 + axis]) for i in taps[unit] if 0 <= i < size}
            assert dropped == ((min(read), size - 1 - max(read)) if read else (size, 0))
