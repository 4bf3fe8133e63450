"""A graph checks itself: whoever has one need not ask whether its names, inputs and outputs hold."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.networks import architectures

import poolcalc
from poolcalc.errors import InvalidGraph, InvalidParameter, PoolcalcError
from poolcalc.network.design import Design
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Op, make
from poolcalc.network.parameter import parameters
from poolcalc.ops import BY_NAME, operators
from poolcalc.ops.add import Add
from poolcalc.ops.dropout import Dropout
from poolcalc.ops.max_pool import MaxPool
from poolcalc.ops.relu import ReLU
from poolcalc.source import Place

RELU, ADD, POOL = make(ReLU, 2), make(Add, 2), make(MaxPool, 2, kernel_size=2)
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
        ((3, 8), (Node("a", POOL, (INPUT,)),), ("a",), "a has parameters for 2 spatial axes, and the input has 1"),
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


def test_a_design_knows_where_its_input_layers_and_expectations_stand() -> None:
    design = poolcalc.loads("input: [3, 8]\nlayers:\n  - relu\nexpect:\n  params: {max: 3}\n")
    (expectation,) = design.expectations
    assert expectation.key == "expect.params.max"
    assert design.places == {"input": Place(1, 8, 1), "relu1": Place(3, 5, 4), expectation.key: Place(5, 17, 1)}
    assert Design(design.graph).places == {}


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 5),
    st.floats(-1, 4),
    st.sampled_from(["same", "nearest", "bilinear", "constant", ""]),
    st.lists(st.integers(-1, 4), max_size=3).map(tuple),
    st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=3).map(tuple),
)


@given(st.sampled_from(operators()), st.data(), st.lists(st.integers(1, 9), min_size=2, max_size=4).map(tuple))
def test_whatever_python_code_makes_of_an_operator_is_refused_or_analysed(
    operator: type[Op], data: st.DataObject, shape: tuple[int, ...]
) -> None:
    """By name, not by `make`, which has tests of its own: here nothing stands between the values and the operator."""
    values = {declared.name: data.draw(ANYTHING, declared.name) for declared in parameters(operator)}
    with suppress(PoolcalcError):
        nodes = (Node("op", operator(**values), (INPUT,) * (2 if operator.merges else 1)),)
        assert poolcalc.analyze(Graph(shape, nodes, ("op",))).to_dict()


@given(architectures(), st.data())
def test_whatever_is_changed_in_an_operator_is_refused_or_analysed(text: str, data: st.DataObject) -> None:
    graph = poolcalc.loads(text).graph
    node = data.draw(st.sampled_from(graph.nodes))
    names = [each.name for each in parameters(type(node.op))]
    changed = data.draw(st.dictionaries(st.sampled_from(names), ANYTHING)) if names else {}
    with suppress(PoolcalcError):
        nodes = tuple(each._replace(op=each.op.with_(**changed)) if each is node else each for each in graph.nodes)
        assert poolcalc.analyze(replace(graph, nodes=nodes)).to_dict()


def test_an_operator_holds_no_illegal_value() -> None:
    with pytest.raises(InvalidParameter, match=r"max_pool, stride: expected an integer of at least 1, found \(0, 0\)"):
        POOL.with_(stride=(0, 0))
    with pytest.raises(InvalidParameter, match=r"max_pool, stride: operators hold \(2, 2\), found 2"):
        POOL.with_(stride=2)
    with pytest.raises(InvalidParameter, match=r"dropout, p: operators hold Fraction\(1, 2\), found 0.5"):
        Dropout(p=0.5)  # type: ignore[arg-type]


def test_an_operator_that_contradicts_itself_is_a_layer_that_cannot_run() -> None:
    enlarged = make(BY_NAME["upsample"], 2, scale_factor=2).with_(scale_factor=None)
    report = poolcalc.analyze(Graph((1, 8, 8), (Node("up", enlarged, (INPUT,)),), ("up",)))
    (finding,) = report.findings
    assert finding.message == "up: upsample takes either scale_factor or size"
    assert report.to_dict()["layers"][0]["output_shape"] is None


def test_a_node_is_found_by_its_name() -> None:
    graph = poolcalc.load("mini_cnn").graph
    assert [graph.node(node.name) for node in graph.nodes] == list(graph.nodes)
    with pytest.raises(KeyError, match="conv9"):
        graph.node("conv9")
