"""Receptive fields that others have published, each with the definition of the network that it belongs to.

"The receptive_field library" is that of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural
Networks" (Distill, 2019): its table of pre-computed parameters, for models of TF-Slim, and the networks of its tests.
Its figures are size, effective stride (our jump) and effective padding.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from support.analysis import analysed

import poolcalc
from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.network.graph import Graph

Figures = tuple[int, int, int]
"""Size, jump and effective padding."""


@cache
def bundled(name: str, *sizes: int) -> Analysis:
    return analyse(poolcalc.load(name, input_shape=(3, *sizes) if sizes else None).graph)


def layer_of(analysis: Analysis, name: str) -> Layer:
    """Return a layer, or the last one of a block."""
    return [layer for layer in analysis.layers if f"{layer.node.name}.".startswith(f"{name}.")][-1]


def by_axis(analysis: Analysis, name: str) -> list[Figures]:
    """Return what a layer's field comes to along every axis."""
    found = []
    for axis in layer_of(analysis, name).receptive_field:
        assert axis
        assert axis.jump
        assert not axis.varies
        assert axis.effective_padding is not None
        found.append((axis.size, int(axis.jump), axis.effective_padding))
    return found


def figures(analysis: Analysis, name: str) -> Figures:
    """Return what a layer's field comes to, along both axes alike."""
    (same,) = set(by_axis(analysis, name))
    return same


# Networks as they are bundled


@pytest.mark.parametrize(
    ("network", "layer", "expected"),
    [
        # torchvision's modules; the VGGs and Inception are also in the library's table, end point by end point.
        ("alexnet", "max_pool3", (195, 32, 66)),
        ("vgg11", "block5.pool", (150, 32, 59)),
        ("vgg19", "block5.pool", (268, 32, 118)),
        ("resnet18", "layer4", (435, 32, 217)),
        ("resnet50", "layer4", (427, 32, 213)),
    ],
)
def test_the_last_local_layer_has_the_published_field(network: str, layer: str, expected: Figures) -> None:
    assert figures(bundled(network), layer) == expected


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        ("resnet18", {"layer1": (43, 4), "layer2": (99, 8), "layer3": (211, 16), "layer4": (435, 32)}),
        ("resnet50", {"layer1": (35, 4), "layer2": (91, 8), "layer3": (267, 16), "layer4": (427, 32)}),
    ],
)
def test_the_stages_of_a_resnet_have_the_published_fields(network: str, layers: dict[str, tuple[int, int]]) -> None:
    assert {name: figures(bundled(network), name)[:2] for name in layers} == layers


def test_global_pooling_behind_resnet50_adds_six_steps_at_224() -> None:
    (summary,) = set(layer_of(bundled("resnet50"), "avgpool").receptive_field)
    assert summary
    assert (summary.size, summary.jump) == (427 + 6 * 32, None) == (619, None)


VGG16 = {
    "block1.conv1": (3, 1, 1),
    "block1.pool": (6, 2, 2),
    "block2.conv1": (10, 2, 4),
    "block2.pool": (16, 4, 6),
    "block3.conv1": (24, 4, 10),
    "block3.conv2": (32, 4, 14),
    "block3.pool": (44, 8, 18),
    "block4.conv1": (60, 8, 26),
    "block4.conv2": (76, 8, 34),
    "block4.pool": (100, 16, 42),
    "block5.conv1": (132, 16, 58),
    "block5.conv2": (164, 16, 74),
    "block5.pool": (212, 32, 90),
}
VGG11 = {
    "block1.conv1": (3, 1, 1),
    "block1.pool": (4, 2, 1),
    "block2.conv1": (8, 2, 3),
    "block2.pool": (10, 4, 3),
    "block3.conv1": (18, 4, 7),
    "block3.conv2": (26, 4, 11),
    "block3.pool": (30, 8, 11),
    "block4.conv1": (46, 8, 19),
    "block4.conv2": (62, 8, 27),
    "block4.pool": (70, 16, 27),
    "block5.conv1": (102, 16, 43),
    "block5.conv2": (134, 16, 59),
    "block5.pool": (150, 32, 59),
}
INCEPTION_V3 = {
    "Conv2d_1a_3x3": (3, 2, 0),
    "Conv2d_2a_3x3": (7, 2, 0),
    "Conv2d_2b_3x3": (11, 2, 2),
    "maxpool1": (15, 4, 2),
    "Conv2d_3b_1x1": (15, 4, 2),
    "Conv2d_4a_3x3": (23, 4, 2),
    "maxpool2": (31, 8, 2),
    "Mixed_5b": (63, 8, 18),
    "Mixed_5c": (95, 8, 34),
    "Mixed_5d": (127, 8, 50),
    "Mixed_6a": (159, 16, 58),
    "Mixed_6b": (351, 16, 154),
    "Mixed_6c": (543, 16, 250),
    "Mixed_6d": (735, 16, 346),
    "Mixed_6e": (927, 16, 442),
    "Mixed_7a": (1055, 32, 490),
    "Mixed_7b": (1183, 32, 554),
    "Mixed_7c": (1311, 32, 618),
}


@pytest.mark.parametrize("size", [224, 321])
@pytest.mark.parametrize(
    ("network", "table"),
    [("vgg16", VGG16), ("vgg11", VGG11), ("inception_v3", INCEPTION_V3)],
    ids=lambda x: str(x)[:12],
)
def test_every_end_point_of_the_library_has_its_field_at_both_sizes(
    network: str, table: dict[str, Figures], size: int
) -> None:
    assert {name: figures(bundled(network, size, size), name) for name in table} == table


# `same` padding, as TensorFlow has it: at a stride of 2, a 3-wide window on an even size is padded by (0, 1), on an odd
# size by (1, 1). So on another input, the same network looks at other pixels.

MOBILENET_V1 = {
    # layer: size, jump, effective padding at 224 and at 321
    "stem": (3, 2, 0, 1),
    "conv1": (7, 2, 2, 3),
    "conv2": (11, 4, 2, 5),
    "conv3": (19, 4, 6, 9),
    "conv4": (27, 8, 6, 13),
    "conv5": (43, 8, 14, 21),
    "conv6": (59, 16, 14, 29),
    "conv7": (91, 16, 30, 45),
    "conv8": (123, 16, 46, 61),
    "conv9": (155, 16, 62, 77),
    "conv10": (187, 16, 78, 93),
    "conv11": (219, 16, 94, 109),
    "conv12": (251, 32, 94, 125),
    "conv13": (315, 32, 126, 157),
}


@pytest.mark.parametrize(("name", "expected"), MOBILENET_V1.items())
def test_the_padding_of_mobilenet_v1_depends_on_the_size_of_the_input(
    name: str, expected: tuple[int, int, int, int]
) -> None:
    size, jump, even, odd = expected
    assert figures(bundled("mobilenet_v1", 224, 224), name) == (size, jump, even)
    assert figures(bundled("mobilenet_v1", 321, 321), name) == (size, jump, odd)


def test_on_an_oblong_input_the_padding_depends_on_the_axis() -> None:
    assert by_axis(bundled("mobilenet_v1", 224, 321), "conv13") == [(315, 32, 126), (315, 32, 157)]


def tf_slim_resnet(units: Sequence[int]) -> str:
    """Return a ResNet of TF-Slim, but for the 1×1 convolutions, which change no field.

    Convolutions with a stride are padded on both sides, the pool is `same`, the last unit of a block has the stride.
    """
    conv = "conv: {out_channels: 3, kernel_size: 3, padding: 1"
    lines = []
    for number, count in enumerate(units, start=1):
        stride = 2 if number < len(units) else 1
        shortcut = f"shortcut: [max_pool: {{kernel_size: 1, stride: {stride}}}]"
        last = f"residual: {{body: [{conv}, stride: {stride}}}], {shortcut}}}"
        rest = f"repeat: {{times: {count - 1}, layers: [residual: {{body: [{conv}}}]}}]}}"
        lines.append(f"  - block: {{name: block{number}, layers: [{rest}, {last}]}}\n")
    return f"""
input: [3, 224, 224]
layers:
  - conv: {{out_channels: 3, kernel_size: 7, stride: 2, padding: 3}}
  - max_pool: {{kernel_size: 3, stride: 2, padding: same}}
{"".join(lines)}"""


@pytest.mark.parametrize(
    ("units", "table"),
    [
        ((3, 4, 6, 3), [(35, 8, 15, 17), (99, 16, 47, 49), (291, 32, 143, 145), (483, 32, 239, 241)]),
        ((3, 4, 23, 3), [(35, 8, 15, 17), (99, 16, 47, 49), (835, 32, 415, 417), (1027, 32, 511, 513)]),
        ((3, 8, 36, 3), [(35, 8, 15, 17), (163, 16, 79, 81), (1315, 32, 655, 657), (1507, 32, 751, 753)]),
        ((3, 24, 36, 3), [(35, 8, 15, 17), (419, 16, 207, 209), (1571, 32, 783, 785), (1763, 32, 879, 881)]),
    ],
    ids=["resnet_v1_50", "resnet_v1_101", "resnet_v1_152", "resnet_v1_200"],
)
def test_the_resnets_of_tf_slim_have_the_published_fields_at_224_and_321(
    units: Sequence[int], table: list[tuple[int, int, int, int]]
) -> None:
    for number, (size, jump, even, odd) in enumerate(table, start=1):
        assert figures(analysed(tf_slim_resnet(units), input_shape=(3, 224, 224)), f"block{number}") == (
            size,
            jump,
            even,
        )
        assert figures(analysed(tf_slim_resnet(units), input_shape=(3, 321, 321)), f"block{number}") == (
            size,
            jump,
            odd,
        )


# Other definitions under the same names


def with_the_stride_on_1x1(graph: Graph) -> Graph:
    """Move the stride of every bottleneck from the 3×3 convolution to the 1×1 before it, as in the paper."""
    ops: dict[str, Any] = {node.name: node.op for node in graph.nodes}
    for name, op in list(ops.items()):
        if name.endswith(".0.conv2") and op.stride == (2, 2):
            ops[name], first = replace(op, stride=(1, 1)), name.replace("conv2", "conv1")
            ops[first] = replace(ops[first], stride=(2, 2))
    return replace(graph, nodes=tuple(node._replace(op=ops[node.name]) for node in graph.nodes))


def test_resnet50_of_the_paper_sees_more_than_that_of_torchvision() -> None:
    paper = analyse(with_the_stride_on_1x1(poolcalc.load("resnet50").graph))
    assert figures(paper, "layer4") == (483, 32, 241)
    assert [layer.shape for layer in paper.layers][-8:] == [layer.shape for layer in bundled("resnet50").layers][-8:]


def test_alexnet_of_tf_slim_has_other_paddings_than_that_of_torchvision() -> None:
    analysis = analysed("""
        input: [3, 224, 224]
        layers:
          - conv: {out_channels: 2, kernel_size: 11, stride: 4, name: conv1}
          - max_pool: {kernel_size: 3, stride: 2, name: pool1}
          - conv: {out_channels: 2, kernel_size: 5, padding: same, name: conv2}
          - max_pool: {kernel_size: 3, stride: 2, name: pool2}
          - conv: {out_channels: 2, kernel_size: 3, padding: same, name: conv3}
          - conv: {out_channels: 2, kernel_size: 3, padding: same, name: conv4}
          - conv: {out_channels: 2, kernel_size: 3, padding: same, name: conv5}
          - max_pool: {kernel_size: 3, stride: 2, name: pool5}
    """)
    table = {
        "conv1": (11, 4, 0),
        "pool1": (19, 8, 0),
        "conv2": (51, 8, 16),
        "conv3": (99, 16, 32),
        "conv4": (131, 16, 48),
        "conv5": (163, 16, 64),
        "pool5": (195, 32, 64),
    }
    assert {name: figures(analysis, name) for name in table} == table


# The networks of the library's tests

ALIGNED = """
    input: [3, 16, 16]
    layers:
      - conv: {out_channels: 1, kernel_size: 1, stride: 4, name: left}
      - pad: {padding: [[1, 0], [1, 0]], from: input}
      - conv: {out_channels: 1, kernel_size: 3, stride: 2}
      - conv: {out_channels: 1, kernel_size: 1, stride: 2, name: right}
      - add: {from: [left, right], name: first}
      - conv: {out_channels: 1, kernel_size: 1, stride: 2, name: upper}
      - pad: {padding: [[1, 0], [1, 0]], from: first}
      - conv: {out_channels: 1, kernel_size: 3, stride: 2, name: lower}
      - add: {from: [upper, lower], name: second}
"""
SAME = """
    input: [3, 17, 17]
    layers:
      - conv: {out_channels: 1, kernel_size: 1, stride: 4, padding: same, name: left}
      - conv: {out_channels: 1, kernel_size: 3, stride: 2, padding: same, from: input}
      - conv: {out_channels: 1, kernel_size: 1, stride: 2, padding: same, name: right}
      - add: {from: [left, right], name: first}
      - conv: {out_channels: 1, kernel_size: 1, stride: 2, padding: same, name: upper}
      - conv: {out_channels: 1, kernel_size: 3, stride: 2, padding: same, from: first, name: lower}
      - add: {from: [upper, lower], name: second}
"""


def test_aligned_branches_have_the_field_of_the_larger() -> None:
    analysis = analysed(ALIGNED)
    assert (figures(analysis, "first"), figures(analysis, "second")) == ((3, 4, 1), (11, 8, 5))


def test_with_same_padding_branches_are_aligned_on_some_inputs_only() -> None:
    assert figures(analysed(SAME), "second") == (11, 8, 5)
    assert figures(analysed(SAME, input_shape=(3, 9, 9)), "first") == (3, 4, 1)
    # The library refuses this one: the branches' centers are pixels 0 and 1. Their hull is exact all the same.
    analysis = analysed(SAME, input_shape=(3, 8, 8))
    centers = [
        summary and summary.center for name in ("left", "right") for summary in layer_of(analysis, name).receptive_field
    ]
    assert centers == [0, 0, 1, 1]
    assert figures(analysis, "first") == (3, 4, 0)


def test_branches_of_different_strides_have_no_single_field() -> None:
    # The library refuses this one, too.
    analysis = analysed("""
        input: [3, 8, 8]
        layers:
          - conv: {out_channels: 1, kernel_size: 5, stride: 2, padding: [[2, 1], [2, 1]], name: left}
          - conv: {out_channels: 1, kernel_size: 3, from: input}
          - conv: {out_channels: 1, kernel_size: 3, name: right}
          - add: {from: [left, right], name: both}
    """)
    (summary,) = set(layer_of(analysis, "both").receptive_field)
    assert summary
    # Unit 0 sees -2 … 2 and 0 … 4, unit 3 sees 4 … 8 and 3 … 7.
    assert (summary.varies, summary.jump, summary.size, summary.size_min) == (True, None, 7, 5)


def test_kernels_need_not_be_square() -> None:
    analysis = analysed("""
        input: [3, 20, 20]
        layers:
          - conv: {out_channels: 1, kernel_size: [3, 5], stride: 2}
          - conv: {out_channels: 1, kernel_size: [3, 1], stride: 2}
    """)
    # The library names the columns first.
    assert by_axis(analysis, "conv2") == [(7, 4, 0), (5, 4, 0)]


# Cost, at 224


@pytest.mark.parametrize(
    ("network", "params"),
    [("alexnet", 61_100_840), ("vgg16", 138_357_544), ("resnet18", 11_689_512), ("resnet50", 25_557_032)],
)
def test_parameters_are_those_of_torchvision(network: str, params: int) -> None:
    assert poolcalc.analyze(poolcalc.load(network)).params == params


@pytest.mark.parametrize(("network", "macs"), [("vgg16", 15_470_264_320), ("resnet50", 4_089_184_256)])
def test_multiply_accumulates_are_those_of_the_convolutions_and_linear_layers(network: str, macs: int) -> None:
    assert poolcalc.analyze(poolcalc.load(network)).macs == macs
