"""Where branches part and on what a merge of them fails; what is noted, and what a layer reads last."""

import pytest
from support.analysis import analysed

from poolcalc.analysis.branches import (
    ancestors,
    broken_merge,
    fork,
    path,
    resizing,
    size_after,
    size_before,
    written,
)
from poolcalc.analysis.layer import Layer, by_axis
from poolcalc.analysis.layers import Analysis, last_local

CONV = "conv: {out_channels: 1, kernel_size: %d, name: %s, from: %s}"
DIAMOND = f"""\
input: [1, 9]
layers:
  - {CONV % (1, "stem", "input")}
  - {CONV % (3, "left", "stem")}
  - {CONV % (3, "left2", "left")}
  - {CONV % (2, "right", "stem")}
  - add: {{from: [left2, right], name: sum}}
  - {CONV % (1, "head", "sum")}
"""


def by_name(analysis: Analysis) -> dict[str, Layer]:
    return {layer.node.name: layer for layer in analysis.layers}


def names(layers: tuple[Layer, ...] | list[Layer]) -> list[str]:
    return [layer.node.name for layer in layers]


def test_branches_part_at_the_last_layer_that_both_read() -> None:
    analysis = analysed(DIAMOND)
    common, paths = fork(analysis.graph, by_name(analysis), ("left2", "right"))
    assert (common, [*map(names, paths)]) == ("stem", [["left", "left2"], ["right"]])
    common, paths = fork(analysis.graph, by_name(analysis), ("input", "left"))
    assert (common, [*map(names, paths)]) == ("input", [[], ["stem", "left"]])
    common, paths = fork(analysis.graph, by_name(analysis), ("stem", "left"))
    assert (common, [*map(names, paths)]) == ("stem", [[], ["left"]])


def test_a_layer_depends_on_itself_and_on_all_before_it() -> None:
    graph = analysed(DIAMOND).graph
    assert ancestors(graph, "right") == {"input", "stem", "right"}
    assert ancestors(graph, "sum") == {"input", "stem", "left", "left2", "right", "sum"}


def test_of_ways_that_meet_the_one_by_the_larger_map_is_told() -> None:
    text = "input: [1, 9]\nlayers:\n  - gap: {name: gate}\n  - relu: {name: wide, from: input}\n"
    for inputs in ("[gate, wide]", "[wide, gate]"):
        analysis = analysed(text + f"  - multiply: {{from: {inputs}, name: gated}}\n")
        assert names(path(analysis.graph, by_name(analysis), "input", "gated")) == ["wide", "gated"]


def test_a_way_by_many_channels_is_no_larger_than_one_by_a_large_map() -> None:
    text = (
        "input: [1, 9]\nlayers:\n  - gap\n  - conv: {out_channels: 8, kernel_size: 1, name: gate}\n"
        "  - relu: {name: wide, from: input}\n  - multiply: {from: [gate, wide], name: gated}\n"
    )
    analysis = analysed(text)
    assert names(path(analysis.graph, by_name(analysis), "input", "gated")) == ["wide", "gated"]


def test_only_ways_that_come_from_the_start_are_told() -> None:
    analysis = analysed(DIAMOND)
    assert names(path(analysis.graph, by_name(analysis), "left", "sum")) == ["left2", "sum"]


def test_layers_that_change_the_size_are_told_with_how() -> None:
    text = "input: [1, 9, 9]\nlayers: [conv: {out_channels: 1, kernel_size: [1, 3]}, relu, max_pool: [2, 1], flatten]\n"
    layers = analysed(text).layers
    conv, relu, pool, flatten = layers
    assert names(resizing(layers, 0)) == ["max_pool1", "flatten1"]
    assert names(resizing(layers, 1)) == ["conv1", "flatten1"]
    assert [written(conv, axis) for axis in (0, 1)] == ["9 − 1 + 1 = 9", "9 − 3 + 1 = 7"]
    assert [written(pool, 0), written(relu, 0)] == ["⌊(9 − 2)/2⌋ + 1 = 4", "9 → 9"]
    assert [(size_before(layer, 1), size_after(layer, 1)) for layer in (relu, flatten)] == [(7, 7), (7, None)]


def test_the_size_before_a_merge_is_the_largest() -> None:
    gated = analysed("input: [1, 9]\nlayers: [gap: {name: gate}, multiply: [gate, input]]\n").layers[-1]
    assert (size_before(gated, 0), size_after(gated, 0)) == (9, 9)
    pooled, flat, dense = analysed("input: [1, 9]\nlayers: [gap, flatten, linear: 2]\n").layers
    assert written(pooled, 0) == "9 → 1"
    assert (size_before(flat, 0), size_before(dense, 0), size_after(dense, 0)) == (1, None, None)


@pytest.mark.parametrize(
    ("shapes", "merge", "axis", "extremes"),
    [
        ([(2, 6, 9), (2, 6, 7)], "add", 1, (1, 0)),
        ([(2, 6, 9), (3, 6, 7)], "concat", 1, (1, 0)),
        ([(2, 5, 9), (2, 6, 7)], "add", 0, (0, 1)),
        # Size 1 is repeated where values are combined, and is the smallest where channels are put together.
        ([(2, 6, 1), (2, 6, 9), (2, 6, 7)], "add", 1, (2, 1)),
        ([(2, 6, 1), (2, 6, 9)], "concat", 1, (0, 1)),
        ([(2, 6, 1), (2, 6, 9)], "add", None, None),
        ([(2, 1, 9), (2, 6, 7)], "add", 1, (1, 0)),
        ([(2, 6, 2), (2, 6, 9)], "add", 1, (0, 1)),
        ([(2, 6, 7), (2, 6, 7)], "concat", None, None),
        # The channels come first, then the sizes.
        ([(2, 6, 9), (3, 6, 7)], "add", None, None),
        ([(1, 6, 9), (3, 6, 7)], "add", 1, (1, 0)),
    ],
)
def test_a_merge_fails_on_the_first_axis_on_which_maps_differ(
    shapes: list[tuple[int, int, int]], merge: str, axis: int | None, extremes: tuple[int, int] | None
) -> None:
    crops = [
        f"  - conv: {{out_channels: {channels}, kernel_size: [{10 - rows}, {10 - columns}], from: input, name: c{i}}}\n"
        for i, (channels, rows, columns) in enumerate(shapes)
    ]
    merged = f"  - {merge}: [{', '.join(f'c{i}' for i in range(len(shapes)))}]\n"
    found = broken_merge(analysed("input: [1, 9, 9]\nlayers:\n" + "".join(crops) + merged).layers[-1])
    assert (found and found.axis, found and found.extremes) == (axis, extremes)


def test_a_merge_of_a_map_with_a_vector_fails_on_no_axis() -> None:
    layer = analysed("input: [1, 9]\nlayers: [flatten, add: [input, flatten1]]\n").layers[-1]
    assert layer.problem
    assert broken_merge(layer) is None


def test_what_every_input_gives_is_noted_at_merges_alone() -> None:
    merge = analysed(DIAMOND).sized.get("sum")
    assert merge is None
    notes = {layer.node.name: layer.problem.notes for layer in analysed(DIAMOND).layers if layer.problem}
    assert notes == {"sum": ("left2 gives 1×5, right gives 1×8",)}
    (conv,) = analysed("input: [1, 2]\nlayers: [conv: {out_channels: 1, kernel_size: 3}]\n").layers
    assert conv.problem
    assert conv.problem.notes == ("axis 0: 0 + 2 + 0 = 2 < 3, input 2",)


def test_the_last_local_layer_is_the_one_before_the_whole_map_is_read() -> None:
    analysis = analysed("input: [1, 9]\nlayers: [max_pool: 2, relu, gap, flatten, linear: 2]\n")
    found = last_local(analysis.layers[-1], by_name(analysis))
    assert found
    assert found.node.name == "relu1"
    whole = analysed("input: [1, 9]\nlayers: [gap, flatten]\n")
    assert last_local(whole.layers[-1], by_name(whole)) is None


def test_a_layer_is_local_if_it_is_along_one_axis() -> None:
    analysis = analysed("input: [1, 9, 9]\nlayers: [relu, adaptive_avg_pool: [1, null], flatten]\n")
    found = last_local(analysis.layers[-1], by_name(analysis))
    assert found
    assert found.node.name == "adaptive_avg_pool1"


def test_of_a_merge_the_first_input_is_followed_back() -> None:
    layers = "relu: {name: a}, gap: {name: b}, tanh: {name: c, from: input}, gap: {name: d}, add: [b, d]"
    analysis = analysed(f"input: [1, 9]\nlayers: [{layers}]\n")
    found = last_local(analysis.layers[-1], by_name(analysis))
    assert found
    assert found.node.name == "a"


def test_without_gates_what_is_read_as_a_whole_beside_a_map_is_not_read() -> None:
    text = "input: [1, 9]\nlayers: [gap: {name: gate}, multiply: [gate, input]]\n"
    with_gate, without = (analysed(text, gates=gates).sized["multiply1"] for gates in (True, False))
    assert [len(layer.reads) for layer in (with_gate, without)] == [2, 1]
    assert [layer.sees_everything for layer in (with_gate, without)] == [True, False]
    (pooled,) = analysed("input: [1, 9]\nlayers: [gap]\n", gates=False).layers
    assert pooled.sees_everything


def test_what_is_alike_along_two_axes_is_worked_out_once() -> None:
    worked: list[tuple[int, int]] = []

    def work(a: int, b: int) -> int:
        worked.append((a, b))
        return a + b

    assert by_axis(work, [(1, 2), (1, 2), (2, 1), (1, 2)]) == (3, 3, 3, 3)
    assert worked == [(1, 2), (2, 1), (1, 2)]
    assert by_axis(lambda a, b: a - b, [(2, 1), (1, 2), (1, 2)]) == (1, -1, -1)
