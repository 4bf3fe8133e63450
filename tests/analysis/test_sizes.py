"""Clean and legal input sizes: known progressions, and every verdict against trying the size out."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from support.command import in_process
from support.networks import LOCAL, WINDOWS, architectures, chains
from support.tiles import tile_differs

from poolcalc import Graph, load, loads
from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.analysis.sizes import Progression, Sizes, Tiling, smallest_legal, study
from poolcalc.execution.proof import prove
from poolcalc.execution.run import run
from poolcalc.kernels.resampling import resize
from poolcalc.ops import operators
from poolcalc.ops.upsample import Upsample

MOST_TRIED = 90
"""Sizes to try out in a network that is drawn."""

MOST_PIXELS = 20_000
"""Values of an image to be cut into tiles."""


@cache
def sizes(network: str, axis: int = 0) -> Sizes:
    return Sizes(load(network).graph, axis)


def on_size(graph: Graph, axis: int, size: int) -> Graph:
    spatial = list(graph.input)
    spatial[1 + axis] = size
    return replace(graph, input=tuple(spatial))


def rows_lost(analysis: Analysis, axis: int) -> int:
    """Count, set by set, the rows behind all that are read, which further units would have read."""
    origin = {"input": "input"}
    shapes = {"input": analysis.graph.input}
    read: dict[str, set[int]] = {}
    wanted: dict[str, set[int]] = {}
    for layer in analysis.layers:
        name, op, shape = layer.node.name, layer.node.op, layer.shape
        assert shape
        first = layer.node.inputs[0]
        neutral = op.neutral and len(shape) > 1
        origin[name], shapes[name] = origin[first] if neutral else name, shape
        for each in layer.reads:
            root = origin[each.source]
            if neutral or len(shapes[root]) == 1 or each.taps is None:
                continue
            size, taps = shapes[root][1 + axis], each.taps[axis]
            units = shape[1 + axis] if len(shape) > 1 else 1
            real = {row for unit in range(units) for row in taps.inside(unit, size)}
            read[root] = read.get(root, set()) | real
            if (op.window or isinstance(op, Upsample)) and taps.step != len(taps.phases):
                more = {row for unit in range(units, units + 2 * size + 2) for row in taps[unit]}
                wanted[root] = wanted.get(root, set()) | {row for row in more if max(real, default=-1) < row < size}
    delivered = {origin[name] for name in analysis.graph.outputs}
    return sum(
        len({row for row in rows if row > max(read[root], default=-1)})
        for root, rows in wanted.items()
        if root not in delivered
    )


def check_by_trying(graph: Graph, axis: int) -> None:
    found = Sizes(graph, axis)
    assert found.period is not None
    assert found.clean is not None
    assert found.legal is not None
    settled = max(found.clean.since, found.legal.since)
    for size in range(1, min(settled + 2 * found.period, MOST_TRIED) + 2):
        analysis = analyse(on_size(graph, axis, size))
        verdict = found.verdict(size)
        impossible = [layer.node.name for layer in analysis.layers if layer.problem]
        assert [mismatch.layer for mismatch in verdict.mismatches] == impossible
        assert (size in found.legal) == verdict.legal == (not impossible)
        lost = None if impossible else rows_lost(analysis, axis)
        assert verdict.rows == lost
        shapes = {layer.node.name: layer.shape for layer in analysis.layers} | {"input": analysis.graph.input}
        for name, units in zip(found.watched, verdict.outputs, strict=True):
            shape = shapes[name]
            assert units == (shape and shape[-1 if len(shape) == 1 else 1 + axis])
        assert (size in found.clean) == verdict.clean == (lost == 0 and not verdict.unrestored)
        for each in verdict.unrestored:
            assert each.size == analysis.shapes[each.layer][1 + axis] != each.wanted


# Against trying


@given(architectures(), st.data())
def test_every_verdict_on_a_graph_is_what_trying_finds(text: str, data: st.DataObject) -> None:
    graph = loads(text).graph
    axis = data.draw(st.integers(0, len(graph.input) - 2))
    period = Sizes(graph, axis).period
    assume(period is not None)
    event(f"period {period}")
    check_by_trying(graph, axis)


@given(
    chains(
        (*WINDOWS, *(op for op in operators() if op.keyword in {"crop", "pad", "upsample", "conv_transpose"})), axes=1
    )
)
def test_every_verdict_on_a_chain_is_what_trying_finds(text: str) -> None:
    graph = loads(text).graph
    assume(Sizes(graph, 0).period is not None)
    check_by_trying(graph, 0)


@pytest.mark.parametrize("network", ["alexnet", "squeezenet1_1", "small_cnn", "lenet5", "fpn_resnet50", "c3d"])
def test_every_verdict_on_a_bundled_network_is_what_trying_finds(network: str) -> None:
    check_by_trying(load(network).graph, 1)


@given(architectures(WINDOWS, most=4), st.integers(0, 3), st.integers(1, 50))
def test_far_sizes_are_those_of_a_single_evaluation(text: str, periods: int, more: int) -> None:
    graph = loads(text).graph
    found = Sizes(graph, 0)
    assume(found.period is not None)
    assert found.period
    size = 500 + periods * found.period + more
    analysis = analyse(on_size(graph, 0, size))
    assert found.verdict(size).legal == (not any(layer.problem for layer in analysis.layers))


# Known networks


@pytest.mark.parametrize(
    ("network", "clean", "legal"),
    [
        ("vgg16", "32n", "every size from 32 on"),
        ("resnet18", "every size", "every size"),
        ("resnet50", "every size", "every size"),
        ("unet", "16n + 12 from 188 on", "16n + 12 from 188 on"),
        ("inception_v3", "32n + 11 from 75 on", "every size from 75 on"),
        ("small_cnn", "4n + 2 from 18 on", "every size from 18 on"),
        ("alexnet", "32n, 32n + 1, 31 from 63 on", "every size from 63 on"),
    ],
)
def test_the_progressions_of_known_networks(network: str, clean: str, legal: str) -> None:
    assert str(sizes(network).clean) == clean
    assert str(sizes(network).legal) == legal


def test_the_sizes_of_the_papers_are_clean() -> None:
    native = {"vgg16": 224, "resnet50": 224, "unet": 572, "inception_v3": 299, "fpn_resnet50": 800, "lenet5": 32}
    assert all(size in (sizes(network).clean or ()) for network, size in native.items())


def test_a_feature_pyramid_breaks_where_the_finer_map_is_odd() -> None:
    verdict = sizes("fpn_resnet50").verdict(225)
    assert verdict.mismatches
    assert all(mismatch.merges for mismatch in verdict.mismatches)
    assert sizes("fpn_resnet50").verdict(224).clean


def test_a_shortcut_beside_a_window_loses_nothing() -> None:
    layers = "  - branches: {merge: add, paths: [[conv: {out_channels: 2, kernel_size: 1, stride: 2}], [%s]]}\n"
    beside = "conv: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1}"
    graph = loads(f"input: [2, 8]\nlayers:\n{layers % beside}").graph
    assert str(Sizes(graph, 0).clean) == "every size"


def test_rows_between_windows_are_not_lost_by_a_floor() -> None:
    graph = loads("input: [1, 8]\nlayers:\n  - conv: {out_channels: 1, kernel_size: 1, stride: 2}\n  - relu\n").graph
    assert str(Sizes(graph, 0).clean) == "every size"


def test_where_no_size_is_clean_the_fewest_lost_rows_are_told() -> None:
    # Whatever goes in, five rows come out, of which two make a window and one is left.
    graph = loads("input: [1, 9]\nlayers:\n  - adaptive_avg_pool: 5\n  - max_pool: 2\n").graph
    found = Sizes(graph, 0)
    assert found.clean == Progression(1, ())
    assert found.fewest == (1, Progression(1, (0,)))
    assert (found.below, found.present.clean, found.above) == (None, False, None)


def test_where_no_size_is_legal_there_is_none() -> None:
    graph = loads(
        "input: [1, 9]\nlayers:\n  - adaptive_avg_pool: 2\n  - conv: {out_channels: 1, kernel_size: 3}\n"
    ).graph
    assert not Sizes(graph, 0).legal
    assert Sizes(graph, 0).fewest is None
    assert smallest_legal(graph) == (None,)


def test_axes_are_judged_alone() -> None:
    graph = replace(load("unet").graph, input=(1, 572, 570))
    around = [(axis.below, axis.present.clean, axis.above) for axis in study(graph)]
    assert around == [(556, True, 588), (556, False, 572)]
    assert smallest_legal(graph) == (188, 188)


def test_too_irregular_resizings_have_no_progression_but_verdicts() -> None:
    layers = "".join(f"  - upsample: {{scale_factor: {factor}}}\n" for factor in (0.97, 1.01, 0.89, 1.13))
    found = Sizes(loads(f"input: [1, 100]\nlayers:\n{layers}").graph, 0)
    assert found.clean is None
    assert found.verdict(100).outputs == (97,)


@pytest.mark.parametrize(
    ("factor", "size", "units"), [("1.15", 100, 114), ("0.7", 90, 62), ("1.4", 45, 62), ("2.3", 100, 229)]
)
def test_factors_are_multiplied_as_doubles(factor: str, size: int, units: int) -> None:
    graph = loads(f"input: [1, {size}]\nlayers:\n  - upsample: {factor}\n").graph
    analysis = analyse(graph)
    assert analysis.layers[-1].shape == (1, units)
    assert run(analysis).confirms(analysis.layers[-1])
    found = Sizes(graph, 0)
    assert found.verdict(size).outputs == (units,)
    assert found.period is None  # a product of doubles falls short of a whole number now and then


def test_factors_that_never_fall_short_have_a_progression() -> None:
    for factor in ("2", "0.5", "1.5", "1.1", "{scale_factor: 0.3333333333333333}"):
        graph = loads(f"input: [1, 60]\nlayers:\n  - upsample: {factor}\n").graph
        assert Sizes(graph, 0).verdict(60).legal
    assert Sizes(loads("input: [1, 60]\nlayers:\n  - upsample: 1.1\n").graph, 0).period == 10


def test_interpolation_that_keeps_the_size_changes_nothing() -> None:
    graph = loads("input: [1, 7]\nlayers:\n  - upsample: {scale_factor: 1.1, mode: linear}\n").graph
    analysis = analyse(graph)
    (summary,) = analysis.layers[-1].receptive_field
    assert summary
    assert (summary.size, summary.jump) == (1, Fraction(1))
    assert not prove(analysis, actual_fields(analysis)).refuted
    x = np.arange(7, dtype=np.float32)[None]
    kept = resize(x, None, (Fraction(11, 10),), interpolate=True, align_corners=False)
    assert (kept == x).all()


# Progressions


@st.composite
def progressions(draw: st.DrawFn) -> Progression:
    step = draw(st.integers(1, 12))
    offsets = sorted(draw(st.sets(st.integers(0, step - 1))))
    since = draw(st.integers(1, 20))
    early = sorted(draw(st.sets(st.integers(1, 19)))) if since > 1 else []
    return Progression(step, tuple(offsets), since, tuple(n for n in early if n < since))


@given(progressions(), st.integers(1, 60))
def test_neighbours_in_a_progression(progression: Progression, size: int) -> None:
    members = [n for n in range(1, 100) if n in progression]
    assert progression.below(size) == max((n for n in members if n < size), default=None)
    assert progression.above(size) == min((n for n in members if n > size), default=None)
    assert progression.smallest == min(members, default=None)
    assert bool(progression) == bool(members)


# Tiles


def test_tiles_of_unet_are_those_of_the_paper() -> None:
    tiling = sizes("unet").tiling(analyse(load("unet").graph))
    assert tiling
    assert (tiling.step, int(tiling.jump), tiling.halo) == (16, 1, (92, 92))
    assert tiling.drops == ((0, 0),)
    assert tiling.stride([388]) == 384


def tiling_of(text: str) -> Tiling:
    graph = loads(text).graph
    tiling = Sizes(graph, 0).tiling(analyse(graph))
    assert tiling
    return tiling


CONV = "conv: {out_channels: 1, kernel_size: 3, stride: %d, padding: 1}"


def test_units_beside_a_cut_are_dropped() -> None:
    # Unit u of a 3-wide window with stride 2 and padding 1 reads pixels 2u − 1 … 2u + 1: those of two halves.
    tiling = tiling_of(f"input: [1, 64]\nlayers:\n  - {CONV % 2}\n")
    assert (tiling.step, tiling.halo, tiling.drops) == (2, (1, 0), ((1, 1),))
    assert tiling.stride([32]) == 60


def test_padded_decoders_are_cut_at_multiples_of_their_step() -> None:
    encoder = "".join(
        f"  - conv: {{out_channels: 1, kernel_size: 3, padding: 1, name: e{i}}}\n  - max_pool: 2\n" for i in (0, 1)
    )
    conv = "  - conv: {out_channels: 1, kernel_size: 3, padding: 1}\n"
    up = "  - conv_transpose: {out_channels: 1, kernel_size: 2, stride: 2}\n"
    linear = "  - upsample: {scale_factor: 2, mode: linear}\n"
    decoder = f"{conv}{up}  - concat: [conv_transpose1, e1]\n{conv}{linear}  - concat: [upsample1, e0]\n{conv}"
    tiling = tiling_of(f"input: [1, 96]\nlayers:\n{encoder}{decoder}")
    # The fields of units 0 … 3 reach 11, 12, 13 and 14 pixels before their own, and 14, 13, 12, 11 after.
    assert (tiling.step, tiling.halo, tiling.drops) == (4, (11, 11), ((12, 12),))


def test_statistics_over_the_map_leave_local_tiles_and_are_named() -> None:
    tiling = tiling_of(f"input: [1, 64]\nlayers:\n  - {CONV % 1}\n  - group_norm: 1\n  - {CONV % 1}\n")
    assert (tiling.step, tiling.halo, tiling.drops, tiling.whole) == (1, (2, 2), ((2, 2),), ("group_norm1",))


def test_layers_that_go_by_the_size_of_the_map_leave_no_tiles() -> None:
    for layer in ("upsample: {scale_factor: 2, mode: linear, align_corners: true}", "adaptive_avg_pool: 4"):
        graph = loads(f"input: [1, 64]\nlayers:\n  - {CONV % 1}\n  - {layer}\n").graph
        assert Sizes(graph, 0).tiling(analyse(graph)) is None


@given(st.one_of(architectures(LOCAL), chains(LOCAL, axes=1)), st.data())
def test_kept_units_of_a_tile_are_those_of_the_whole_image(text: str, data: st.DataObject) -> None:
    graph = loads(text).graph
    axis = data.draw(st.integers(0, len(graph.input) - 2))
    found, analysis = Sizes(graph, axis), analyse(graph)
    tiling = found.tiling(analysis)
    assume(tiling is not None and not tiling.whole and tiling.step <= 32)
    assert tiling
    lost = max(sum(ends) * tiling.step // gain for ends, gain in zip(tiling.drops, tiling.gains, strict=True))
    size = tiling.sizes.above(max(tiling.sizes.since, lost) + data.draw(st.integers(0, 2 * tiling.step)))
    assert size
    start = data.draw(st.integers(1, 2)) * tiling.step
    shape = on_size(graph, axis, start + size + data.draw(st.integers(0, 2)) * tiling.step).input
    shape = on_size(graph, axis, shape[1 + axis] + (graph.input[1 + axis] - shape[1 + axis]) % tiling.step).input
    assume(prod(shape) < MOST_PIXELS and found.verdict(shape[1 + axis]).legal)
    image = np.random.default_rng(0).uniform(0.1, 1, shape).astype(np.float32)
    event("kept" if tiling.stride(found.verdict(size).outputs) else "too small to keep a step")
    assert not any(tile_differs(graph, axis, tiling, image, start, size).values())


def test_channels_behind_a_resizing_that_leaves_nothing_of_one_row_are_known() -> None:
    # 0.7 rows are none, and 0.7 · 3 are two.
    twice = "concat: [upsample1, upsample1]"
    layers = "upsample: 0.7", twice, "conv: {out_channels: 6, kernel_size: 1}", "add: [conv1, concat1]"
    text = "input: [3, 3]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)
    assert Sizes(loads(text).graph, 0).present.outputs == (2,)


# The command


def test_the_command_prints_the_progression_and_the_nearest_sizes(tmp_path: Path) -> None:
    done = in_process("sizes", "unet", cwd=tmp_path)
    assert done.code == 0
    for text in ("16n + 12 from 188 on", "556", "588", "92"):
        assert text in done.out


def test_a_range_is_a_table_of_sizes(tmp_path: Path) -> None:
    done = in_process("sizes", "vgg16", "--range", "200:260", "--format", "json", cwd=tmp_path)
    (rows, columns) = json.loads(done.out)["axes"]
    assert [row["size"] for row in rows["range"]] == list(range(200, 261))
    assert [row["size"] for row in columns["range"] if row["clean"]] == [224, 256]
    assert rows["range"][25]["lost"] == [{"layer": "block1.pool", "rows": 1}]


def test_an_impossible_input_is_told_and_remedied(tmp_path: Path) -> None:
    done = in_process("sizes", "unet", "--input", "1x572x570", cwd=tmp_path)
    assert done.code == 1
    assert "concat needs equal sizes" in done.err
    assert "570 breaks" in done.out
    assert "556" in done.out


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_every_format_has_every_size(form: str, tmp_path: Path) -> None:
    done = in_process("sizes", "fpn_resnet50", "unet", "--range", "224:226", "--format", form, cwd=tmp_path)
    assert done.code == 0
    places = [done.out.index(str(size)) for size in (224, 225, 226)]
    assert all(a < b for a, b in pairwise(places))


@pytest.mark.parametrize("span", ["260:200", "0:5", "a:b", ":", "1:2:3", "9999999", "5:"])
def test_a_wrong_range_is_a_mistake_of_usage(span: str, tmp_path: Path) -> None:
    assert in_process("sizes", "vgg16", "--range", span, cwd=tmp_path).code == 2
