"""What is certain of layers whose input is unknown."""

from math import prod

import pytest
from hypothesis import given
from support.networks import architectures

import poolcalc
from poolcalc.analysis.layers import analyse
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import make
from poolcalc.ops import BY_NAME


def unsized(graph: Graph) -> Graph:
    """Return a network with a first layer that cannot run, so that channels are all that is known of its map."""
    rank = len(graph.input) - 1
    first = Node("first", make(BY_NAME["crop"], rank, cropping=[(9999, 0)] * rank), (INPUT,))

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple("first" if name == INPUT else name for name in names)

    rest = (node._replace(inputs=renamed(node.inputs)) for node in graph.nodes)
    return Graph(graph.input, (first, *rest), graph.outputs)


def params(text: str) -> list[int | None]:
    """Return the parameters of the layers of a file, none of which has a size."""
    return [layer.params for layer in analyse(unsized(poolcalc.loads(text).graph)).layers[1:]]


@given(architectures(most=8))
def test_parameters_that_are_certain_without_sizes_are_those_with_sizes(text: str) -> None:
    graph = poolcalc.loads(text).graph
    layers = analyse(unsized(graph)).layers[1:]
    assert all(layer.shape is None for layer in layers)
    wrong = [
        (layer.node, layer.params, sized.params)
        for layer, sized in zip(layers, analyse(graph).layers, strict=True)
        if layer.params not in (None, sized.params)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("[conv: {out_channels: 8, kernel_size: 3}, conv: {out_channels: 6, kernel_size: 3, groups: 3}]", [224, None]),
        ("[channel_slice: {stop: 4}, gap: {}, flatten: {}, linear: 10, linear: 5]", [0, 0, 0, None, 10 * 5 + 5]),
        ("[batch_norm: {}, layer_norm: channels, layer_norm: all]", [6, 6, None]),
        ("[gap: {}, flatten: {}, linear: 10]", [0, 0, 3 * 10 + 10]),
        ("[adaptive_avg_pool: [2, 4], flatten: {}, linear: 10]", [0, 0, 3 * 8 * 10 + 10]),
        ("[upsample: {size: [2, null]}, flatten: {}, linear: 10]", [0, 0, None]),
        ("[flatten: {}, linear: 10, relu: {}, linear: 5]", [0, None, 0, 10 * 5 + 5]),
    ],
)
def test_parameters_are_known_as_soon_as_channels_are(layers: str, expected: list[int | None]) -> None:
    assert params(f"input: [3, 8, 8]\nlayers: {layers}\n") == expected


def test_channels_behind_a_merge_are_certain_where_it_fails_on_sizes_alone() -> None:
    text = "input: [1, 9, 9]\nlayers:\n"
    text += "  - conv: {out_channels: 4, kernel_size: 1, name: fine}\n  - max_pool: 2\n"
    text += "  - conv: {out_channels: %d, kernel_size: 1, name: coarse}\n  - add: [fine, coarse]\n"
    text += "  - conv: {out_channels: 2, kernel_size: 3}\n"
    counted, unknown = (analyse(poolcalc.loads(text % channels).graph) for channels in (4, 5))
    assert counted.total("params") == (8 + 0 + 20 + 0 + prod((2, 4, 3, 3)) + 2, 5, 5)
    assert unknown.total("params") == (8 + 0 + 25 + 0, 4, 5)
