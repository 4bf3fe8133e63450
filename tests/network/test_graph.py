"""A graph checks itself: whoever has one need not ask whether its names, inputs and outputs hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from support.networks import architectures

import poolcalc
from poolcalc.errors import InvalidGraph
from poolcalc.network.design import Design
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import make
from poolcalc.ops.add import Add
from poolcalc.ops.relu import ReLU
from poolcalc.source import Place

RELU, ADD = make(ReLU, 2), make(Add, 2)
FIRST = Node("first", RELU, (INPUT,))


@pytest.mark.parametrize(
    ("shape", "nodes", "outputs", "message"),
    [
        ((3, 0, 8), (FIRST,), ("first",), "the input is channels and 1, 2 or 3 spatial sizes, all of at least 1"),
        ((3,), (FIRST,), ("first",), "the input is channels and 1, 2 or 3 spatial sizes, all of at least 1"),
        ((3, 8, 8.0), (FIRST,), ("first",), "the input is channels and 1, 2 or 3 spatial sizes, all of at least 1"),
        ((3, 8), (FIRST, FIRST), ("first",), "the name 'first' is taken"),
        ((3, 8), (Node(INPUT, RELU, (INPUT,)),), (INPUT,), "the name 'input' is taken"),
        ((3, 8), (Node("a", RELU, ("b",)), Node("b", RELU, (INPUT,))), ("a",), "a reads 'b', which no node before"),
        ((3, 8), (Node("a", RELU, ("a",)),), ("a",), "a reads 'a', which no node before"),
        ((3, 8), (FIRST, Node("a", RELU, ("first", INPUT))), ("a",), "a reads 2 tensors; relu reads one"),
        ((3, 8), (FIRST, Node("a", ADD, ("first",))), ("a",), "a reads 1 tensors; add reads two or more"),
        ((3, 8), (Node("a", RELU, ()),), ("a",), "a reads 0 tensors; relu reads one"),
        ((3, 8), (FIRST,), (), "the outputs are one or more different nodes"),
        ((3, 8), (FIRST,), ("first", "first"), "the outputs are one or more different nodes"),
        ((3, 8), (FIRST,), (INPUT,), "the output 'input' is no node"),
        ((3, 8), (FIRST,), ("last",), "the output 'last' is no node"),
        ((3, 8), (), ("last",), "the output 'last' is no node"),
    ],
)
def test_what_contradicts_itself_is_no_graph(
    shape: tuple[int, ...], nodes: tuple[Node, ...], outputs: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InvalidGraph) as caught:
        Graph(shape, nodes, outputs)
    assert str(caught.value).startswith(message)


@given(architectures())
def test_no_order_but_the_files_is_needed_to_be_refused(text: str) -> None:
    """A node before one of its inputs is refused wherever it stands."""
    graph = poolcalc.loads(text).graph
    for number, node in enumerate(graph.nodes):
        for source in set(node.inputs) - {INPUT}:
            position = next(i for i, other in enumerate(graph.nodes) if other.name == source)
            rest = [other for other in graph.nodes if other is not node]
            assert position < number
            with pytest.raises(InvalidGraph):
                replace(graph, nodes=(*rest[:position], node, *rest[position:]))


def test_a_graph_made_in_python_is_analysed_under_a_name_of_no_file() -> None:
    report = poolcalc.analyze(Graph((3, 8, 8), (FIRST,), ("first",)))
    assert report.layers[0].shape == (3, 8, 8)
    assert (report.design.name, report.design.source.name) == ("network", "<graph>")
    assert report.to_dict()["layers"][0]["line"] is None


def test_a_design_knows_where_its_layers_and_expectations_stand() -> None:
    design = poolcalc.loads("input: [3, 8]\nlayers:\n  - relu\nexpect:\n  params: {max: 3}\n")
    (expectation,) = design.expectations
    assert expectation.key == "expect.params.max"
    assert design.places == {"relu1": Place(3, 5, 4), expectation.key: Place(5, 17, 1)}
    assert Design(design.graph).places == {}
