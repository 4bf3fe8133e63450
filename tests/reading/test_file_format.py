"""What a valid file means: every rule of the format, one test each."""

from fractions import Fraction
from textwrap import dedent, indent

import pytest

from poolcalc.errors import UnreadableFile
from poolcalc.network.design import Design
from poolcalc.network.graph import Graph, Node
from poolcalc.network.op import Op, Shape
from poolcalc.ops import ALIASES, BY_NAME
from poolcalc.ops.add import Add
from poolcalc.ops.avg_pool import AvgPool
from poolcalc.ops.concat import Concat
from poolcalc.ops.conv import Conv
from poolcalc.ops.depthwise_conv import DepthwiseConv
from poolcalc.ops.dropout import Dropout
from poolcalc.ops.max_pool import MaxPool
from poolcalc.ops.pad import Pad
from poolcalc.ops.upsample import Upsample
from poolcalc.reading.architecture import parse


def design(layers: str, *, shape: str = "[3, 16, 16]", more: str = "") -> Design:
    text = f"input: {shape}\nlayers:\n{indent(dedent(layers).strip(), '  ')}\n{more}\n"
    return parse(text.encode(), "some/folder/net.yaml")


def graph(layers: str, *, shape: str = "[3, 16, 16]", more: str = "") -> Graph:
    return design(layers, shape=shape, more=more).graph


def node(layers: str, name: str | None = None, *, shape: str = "[3, 16, 16]") -> Node:
    nodes = {node.name: node for node in graph(layers, shape=shape).nodes}
    return nodes[name or next(reversed(nodes))]


def op(layer: str, *, shape: str = "[3, 16, 16]") -> Op:
    return node(f"- {layer}", shape=shape).op


def wiring(layers: str) -> dict[str, tuple[str, ...]]:
    return {node.name: node.inputs for node in graph(layers).nodes}


# Values


def test_a_bare_value_is_the_main_parameter() -> None:
    assert op("max_pool: 2") == op("max_pool: {kernel_size: 2}")
    assert op("dropout: 0.25") == Dropout(p=Fraction(1, 4))


def test_a_layer_without_parameters_is_a_word() -> None:
    assert op("relu") == op("relu:") == op("relu: {}")


def test_defaults_are_those_of_pytorch() -> None:
    pool = op("max_pool: 3")
    assert isinstance(pool, MaxPool)
    assert pool.stride == (3, 3)
    assert pool.padding == ((0, 0), (0, 0))
    assert not pool.ceil_mode
    average = op("avg_pool: {kernel_size: [3, 2], stride: 1}")
    assert isinstance(average, AvgPool)
    assert average.count_include_pad
    assert average.stride == (1, 1)
    conv = op("conv: {out_channels: 8, kernel_size: 3}")
    assert isinstance(conv, Conv)
    assert conv.bias
    assert (conv.stride, conv.dilation, conv.groups) == ((1, 1), (1, 1), 1)


def test_one_value_stands_for_every_axis() -> None:
    for shape, rank in (("[3, 16]", 1), ("[3, 16, 16]", 2), ("[3, 16, 16, 16]", 3)):
        pool = op("max_pool: 2", shape=shape)
        assert isinstance(pool, MaxPool)
        assert pool.kernel_size == (2,) * rank


def test_a_list_has_one_value_for_each_axis() -> None:
    pool = op("max_pool: {kernel_size: [1, 2, 3], stride: [3, 2, 1]}", shape="[3, 16, 16, 16]")
    assert isinstance(pool, MaxPool)
    assert (pool.kernel_size, pool.stride) == ((1, 2, 3), (3, 2, 1))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1", ((1, 1), (1, 1))),
        ("[1, 2]", ((1, 1), (2, 2))),
        ("[[1, 0], [0, 2]]", ((1, 0), (0, 2))),
        ("[[1, 0], 2]", ((1, 0), (2, 2))),
        ("valid", ((0, 0), (0, 0))),
        ("same", "same"),
        ("same_lower", "same_lower"),
        ("'same'", "same"),
    ],
)
def test_padding_is_one_amount_or_one_per_axis_or_pairs_or_a_word(written: str, meant: object) -> None:
    conv = op(f"conv: {{out_channels: 8, kernel_size: 3, padding: {written}}}")
    assert isinstance(conv, Conv)
    assert conv.padding == meant


def test_amounts_may_be_negative_where_they_may_crop() -> None:
    pad = op("pad: [[-1, 2], 0]")
    assert isinstance(pad, Pad)
    assert pad.padding == ((-1, 2), (0, 0))


def test_decimals_are_kept_as_they_are_written() -> None:
    for written, meant in (
        ("1.1", Fraction(11, 10)),
        ("3", Fraction(3)),
        (".5", Fraction(1, 2)),
        ("1e-1", Fraction(1, 10)),
    ):
        upsample = op(f"upsample: {written}")
        assert isinstance(upsample, Upsample)
        assert upsample.scale_factor == (meant, meant)


def test_a_plus_sign_is_allowed() -> None:
    assert op("max_pool: +2") == op("max_pool: 2")


def test_a_list_of_sizes_may_keep_some() -> None:
    assert op("adaptive_avg_pool: [null, 7]") == op("adaptive_avg_pool: [~, 7]")


@pytest.mark.parametrize("name", BY_NAME)
def test_every_operator_is_read_by_all_of_its_names(name: str) -> None:
    operator = BY_NAME[name]
    assert operator.keyword == ALIASES.get(name, name)
    example = "[input, input]" if operator.merges else operator.example
    assert type(op(f"{name}: {example}")) is operator


def test_names_that_no_operator_has_are_not_there() -> None:
    assert "conv2d" not in BY_NAME
    assert BY_NAME.get("conv2d") is None
    assert len(list(BY_NAME)) == len(BY_NAME) == len({*BY_NAME})


# Input and other keys at the top


@pytest.mark.parametrize("written", ["[1, 28, 28]", "1x28x28", "'1x28x28'", "1 x 28 x 28", "1X28X28", "1×28×28"])
def test_the_input_is_a_list_or_sizes_with_times_signs(written: str) -> None:
    assert graph("- relu", shape=written).input == (1, 28, 28)


def test_the_input_has_one_to_three_axes() -> None:
    assert [graph("- relu", shape=shape).input for shape in ("3x9", "3x9x8", "3x9x8x7")] == [
        (3, 9),
        (3, 9, 8),
        (3, 9, 8, 7),
    ]


def test_another_input_may_be_given_from_outside() -> None:
    data = b"input: [3, 16, 16]\nlayers: [max_pool: 2]\n"
    given = parse(data, "net.yaml", input_shape=(1, 8, 9))
    assert (given.graph.input, given.own_input) == ((1, 8, 9), (3, 16, 16))
    assert parse(data, "net.yaml").own_input is None


@pytest.mark.parametrize(
    ("own", "given", "whole"),
    [
        ("3x16x16", (224,), (3, 224, 224)),
        ("3x16x16", (800, 1344), (3, 800, 1344)),
        ("3x16x16", (3, 8, 9), (3, 8, 9)),
        ("4x100", (16000,), (4, 16000)),
        ("4x100", (1, 16000), (1, 16000)),
        ("1x8x9x9", (32,), (1, 32, 32, 32)),
        ("1x8x9x9", (16, 112, 112), (1, 16, 112, 112)),
        ("1x8x9x9", (3, 16, 112, 112), (3, 16, 112, 112)),
    ],
)
def test_sizes_alone_keep_the_channels_of_the_file(own: str, given: Shape, whole: Shape) -> None:
    data = f"input: {own}\nlayers: [max_pool: 2]\n".encode()
    assert parse(data, "net.yaml", input_shape=given).graph.input == whole


@pytest.mark.parametrize(
    ("own", "given", "remedy"),
    [
        ("3x16x16", (1, 3, 16, 16), "give 2 sizes, or channels and 2"),
        ("4x100", (3, 16, 16), "give 1 size, or channels and 1"),
        ("1x8x9x9", (9, 9), "give 3 sizes, or channels and 3"),
    ],
)
def test_an_input_with_other_axes_than_the_files_is_refused(own: str, given: Shape, remedy: str) -> None:
    """The network is another one on other axes: what stands for all of them in its file would mean something else."""
    data = f"input: {own}\nlayers: [max_pool: 2]\n".encode()
    with pytest.raises(UnreadableFile) as caught:
        parse(data, "net.yaml", input_shape=given)
    shown = "×".join(map(str, given))
    assert str(caught.value) == f"net.yaml takes no input of {shown}: its own is {own.replace('x', '×')}; {remedy}"


def test_a_file_without_input_is_valid_where_one_is_given_from_outside() -> None:
    assert parse(b"layers: [relu]\n", "net.yaml", input_shape=(3, 8, 8)).graph.input == (3, 8, 8)


def test_a_network_without_a_name_is_called_as_its_file() -> None:
    assert design("- relu").name == "net"
    assert design("- relu", more="name: other").name == "other"
    assert parse(b"input: 3x9\nlayers: [relu]", "C:\\nets\\mine.yml").name == "mine"


def test_a_file_may_say_what_the_network_is_and_is_for() -> None:
    net = design("- relu", more="task: detection\ndescription: >\n  one\n  line\nreference: 'a: b'")
    assert (net.task, net.description, net.reference) == ("detection", "one line", "a: b")


def test_a_file_may_say_which_objects_matter() -> None:
    assert design("- relu", more="objects: [8, 32]").objects == (8, 32)
    assert design("- relu", more="objects: 8").objects == (8,)
    assert design("- relu").objects == ()


def test_the_order_of_the_keys_does_not_matter() -> None:
    text = b"outputs: [a]\nlayers: [relu: {name: a}, relu]\ninput: [3, 8, 8]\n"
    assert parse(text, "net.yaml").graph.outputs == ("a",)


# Names


def test_unnamed_layers_are_numbered_by_operator_as_it_is_written() -> None:
    assert list(wiring("[conv: {out_channels: 3, kernel_size: 1}, relu, relu, gap, global_avg_pool]")) == [
        "conv1",
        "relu1",
        "relu2",
        "gap1",
        "global_avg_pool1",
    ]


def test_the_number_is_set_apart_from_an_operator_that_ends_in_one() -> None:
    assert list(wiring("[relu6, relu6]")) == ["relu6_1", "relu6_2"]


def test_named_layers_count_too() -> None:
    assert list(wiring("[relu: {name: act}, relu]")) == ["act", "relu2"]


def test_a_number_that_is_taken_is_skipped() -> None:
    assert list(wiring("[gap: {name: relu1}, relu]")) == ["relu1", "relu2"]


def test_names_may_hold_dots_and_other_alphabets() -> None:
    assert list(wiring("[relu: {name: layer1.0.act}, relu: {name: größe-2/卷積}]")) == ["layer1.0.act", "größe-2/卷積"]


def test_names_may_be_numbers_and_words_that_yaml_1_1_reads_otherwise() -> None:
    assert wiring("[relu: {name: 1}, relu: {name: no}, add: [1, no]]")["add1"] == ("1", "no")


def test_a_named_block_prefixes_the_names_inside() -> None:
    assert list(wiring("[block: {name: stem, layers: [relu, relu: {name: act}]}]")) == ["stem.relu1", "stem.act"]


def test_an_unnamed_block_is_no_scope() -> None:
    assert list(wiring("[block: {layers: [relu]}, relu]")) == ["relu1", "relu2"]


def test_a_named_repeat_numbers_its_turns() -> None:
    layers = "[repeat: {name: layer1, times: 2, layers: [relu: {name: act}, gap]}]"
    assert list(wiring(layers)) == ["layer1.0.act", "layer1.0.gap1", "layer1.1.act", "layer1.1.gap1"]


def test_an_unnamed_repeat_numbers_its_layers_on() -> None:
    assert list(wiring("[repeat: {times: 2, layers: [relu, gap]}]")) == ["relu1", "gap1", "relu2", "gap2"]


def test_a_repeat_may_count_from_another_number() -> None:
    layers = "[repeat: {name: r, start: 3, times: 2, layers: [relu: {name: a}]}, add: [r.3, r.4.a]]"
    assert wiring(layers) == {"r.3.a": ("input",), "r.4.a": ("r.3.a",), "add1": ("r.3.a", "r.4.a")}


def test_a_start_numbers_the_turns_of_an_unnamed_repeat() -> None:
    layers = "[block: {name: b, layers: [relu: {name: 0.a}, repeat: {start: 1, times: 2, layers: [relu: {name: a}]}]}]"
    assert list(wiring(layers)) == ["b.0.a", "b.1.a", "b.2.a"]


def test_a_repeat_of_one_turn_may_hold_names() -> None:
    assert list(wiring("[repeat: {times: 1, layers: [relu: {name: act}]}]")) == ["act"]


def test_scopes_nest() -> None:
    layers = """
      - repeat:
          name: stage
          times: 2
          layers:
            - block:
                name: inner
                layers: [repeat: {name: r, times: 2, layers: [relu]}]
            - residual: {name: res, body: [relu]}
      """
    assert list(wiring(layers)) == [
        *("stage.0.inner.r.0.relu1", "stage.0.inner.r.1.relu1", "stage.0.res.relu1", "stage.0.res.add"),
        *("stage.1.inner.r.0.relu1", "stage.1.inner.r.1.relu1", "stage.1.res.relu1", "stage.1.res.add"),
    ]


# References


def test_a_layer_reads_the_one_above() -> None:
    assert wiring("[relu, gap]") == {"relu1": ("input",), "gap1": ("relu1",)}


def test_from_reads_another_layer_or_the_input() -> None:
    layers = "[relu: {name: a}, relu: {name: b}, relu: {name: c, from: a}, relu: {name: d, from: input}]"
    assert wiring(layers) == {"a": ("input",), "b": ("a",), "c": ("a",), "d": ("input",)}


def test_merges_take_a_list_of_names() -> None:
    expected = ("a", "b", "input")
    for merge in (
        "add: [a, b, input]",
        "add: {from: [a, b, input]}",
        "concat: [a, b, input]",
        "multiply: [a, b, input]",
    ):
        assert node(f"[relu: {{name: a}}, relu: {{name: b}}, {merge}]").inputs == expected


def test_a_merge_may_read_one_layer_twice() -> None:
    assert node("[relu: {name: a}, add: [a, a]]").inputs == ("a", "a")


def test_references_may_point_further_down_and_nodes_come_after_their_inputs() -> None:
    net = graph("[relu: {name: a, from: c}, relu: {name: b}, relu: {name: c, from: input}]", more="outputs: b")
    assert [node.name for node in net.nodes] == ["c", "a", "b"]


def test_the_last_layer_of_the_file_is_the_output_wherever_it_is_sorted() -> None:
    net = graph("[relu: {name: a, from: b}, relu: {name: b, from: input}]")
    assert net.outputs == ("b",)
    assert [node.name for node in net.nodes] == ["b", "a"]


def test_names_are_looked_up_from_the_innermost_scope_outward() -> None:
    layers = """
      - relu: {name: act}
      - block:
          name: one
          layers:
            - gap: {name: act}
            - block:
                name: two
                layers:
                  - relu: {name: here, from: act}
                  - relu: {name: outside, from: one.act}
      - relu: {name: last, from: act}
      """
    found = wiring(layers)
    assert found["one.two.here"] == ("one.act",)
    assert found["one.two.outside"] == ("one.act",)
    assert found["last"] == ("act",)


def test_a_turn_of_a_repeat_reads_its_own_names_first() -> None:
    layers = "[repeat: {name: r, times: 2, layers: [relu: {name: a}, gap, add: [a, gap1]]}]"
    assert wiring(layers)["r.1.add1"] == ("r.1.a", "r.1.gap1")


def test_a_later_turn_may_read_an_earlier_one() -> None:
    assert node("[repeat: {name: r, times: 3, layers: [relu: {name: a}]}, add: [r.0.a, r.2.a]]").inputs == (
        "r.0.a",
        "r.2.a",
    )


def test_the_name_of_a_structure_means_its_last_layer() -> None:
    layers = """
      - block: {name: b, layers: [relu, gap]}
      - repeat: {name: r, times: 2, layers: [relu]}
      - residual: {name: s, body: [relu]}
      - branches: {name: t, merge: concat, paths: [[relu], []]}
      - add: [b, r, r.0, s, t]
      """
    assert node(layers).inputs == ("b.gap1", "r.1.relu1", "r.0.relu1", "s.add", "t.concat")


def test_a_structure_may_read_another_layer() -> None:
    found = wiring("[relu: {name: a}, gap, residual: {name: r, from: a, body: [relu]}]")
    assert found["r.relu1"] == ("a",)
    assert found["r.add"] == ("r.relu1", "a")


def test_a_block_may_read_a_layer_further_down() -> None:
    layers = "[block: {name: b, from: a, layers: [relu, gap]}, relu: {name: a, from: input}]"
    assert wiring(layers) == {"a": ("input",), "b.relu1": ("a",), "b.gap1": ("b.relu1",)}


# Structures


def test_a_residual_without_shortcut_adds_its_input() -> None:
    layers = "[relu, residual: {body: [gap, relu]}, relu]"
    assert wiring(layers) == {
        "relu1": ("input",),
        "gap1": ("relu1",),
        "relu2": ("gap1",),
        "add1": ("relu2", "relu1"),
        "relu3": ("add1",),
    }
    assert type(node(layers, "add1").op) is Add


def test_an_empty_shortcut_is_the_identity() -> None:
    assert wiring("[residual: {body: [relu], shortcut: []}]") == wiring("[residual: {body: [relu]}]")


def test_a_shortcut_may_have_layers() -> None:
    assert wiring("[residual: {body: [relu], shortcut: [gap, sigmoid]}]") == {
        "relu1": ("input",),
        "gap1": ("input",),
        "sigmoid1": ("gap1",),
        "add1": ("relu1", "sigmoid1"),
    }


def test_branches_read_one_layer_and_are_merged() -> None:
    layers = "[relu, branches: {merge: concat, paths: [[relu], [gap, sigmoid], []]}]"
    assert wiring(layers)["concat1"] == ("relu2", "sigmoid1", "relu1")
    assert type(node(layers).op) is Concat
    assert type(node("[branches: {merge: add, paths: [[relu], []]}]").op) is Add


def test_paths_may_all_be_empty() -> None:
    assert wiring("[branches: {merge: add, paths: [[], []]}]") == {"add1": ("input", "input")}


def test_structures_nest_in_each_other() -> None:
    layers = """
      - residual:
          body:
            - branches:
                merge: add
                paths:
                  - - repeat: {times: 2, layers: [relu]}
                  - - block: {layers: [residual: {body: [gap]}]}
      """
    assert wiring(layers) == {
        "relu1": ("input",),
        "relu2": ("relu1",),
        "gap1": ("input",),
        "add1": ("gap1", "input"),
        "add2": ("relu2", "add1"),
        "add3": ("add2", "input"),
    }


def test_layers_may_be_a_list_in_one_line() -> None:
    assert wiring("[relu, gap]") == wiring("- relu\n- gap")


def test_copies_of_a_repeat_share_their_place() -> None:
    net = design("- relu\n- repeat:\n    times: 2\n    layers:\n      - gap")
    places = [net.places[node.name] for node in net.graph.nodes]
    assert [(place.line, place.column) for place in places] == [(3, 5), (7, 11), (7, 11)]


# Outputs


def test_the_last_layer_is_the_output() -> None:
    assert graph("[relu, gap]").outputs == ("gap1",)
    assert graph("[relu, residual: {name: r, body: [gap]}]").outputs == ("r.add",)


def test_several_layers_may_be_outputs() -> None:
    layers = "[relu: {name: p3}, block: {name: p4, layers: [relu]}, gap]"
    assert graph(layers, more="outputs: [p4, p3]").outputs == ("p4.relu1", "p3")
    assert graph(layers, more="outputs: p3").outputs == ("p3",)


# YAML


def test_anchors_and_aliases_repeat_values() -> None:
    layers = """
      - conv: &same {out_channels: 8, kernel_size: &k 3}
      - conv: *same
      - max_pool: *k
      """
    net = graph(layers)
    assert net.nodes[0].op == net.nodes[1].op
    assert net.nodes[2].op == op("max_pool: 3")


def test_an_alias_may_serve_different_operators() -> None:
    layers = """
      - conv: {out_channels: 8, kernel_size: 3}
      - depthwise_conv: &window {kernel_size: 3, stride: 2}
      - max_pool: *window
      - avg_pool: &two 2
      - max_pool: *two
      """
    assert [type(node.op) for node in graph(layers).nodes] == [Conv, DepthwiseConv, MaxPool, AvgPool, MaxPool]


def test_an_alias_may_repeat_a_list_of_layers() -> None:
    assert list(wiring("[block: {name: a, layers: &l [relu, gap]}, block: {name: b, layers: *l}]")) == [
        *("a.relu1", "a.gap1", "b.relu1", "b.gap1"),
    ]


def test_merge_keys_bring_in_what_is_not_given() -> None:
    layers = """
      - conv: &base {out_channels: 8, kernel_size: 3, padding: 1}
      - conv: {<<: *base, out_channels: 16}
      - conv: {kernel_size: 5, <<: [{padding: 2}, *base]}
      """
    ops = [node.op for node in graph(layers).nodes]
    assert ops[1] == op("conv: {out_channels: 16, kernel_size: 3, padding: 1}")
    assert ops[2] == op("conv: {out_channels: 8, kernel_size: 5, padding: 2}")


def test_quoted_words_and_keys_are_words() -> None:
    assert op('"conv": {"out_channels": 8, kernel_size: 3, padding: "same"}') == op(
        "conv: {out_channels: 8, kernel_size: 3, padding: same}"
    )


def test_the_source_keeps_the_text_with_plain_line_ends() -> None:
    net = parse(b"\xef\xbb\xbfinput: 3x9\r\nlayers: [relu]\r\n", "net.yaml")
    assert net.source.text == "input: 3x9\nlayers: [relu]\n"
    assert net.source.name == "net.yaml"
