"""The walk over a graph: in order, with what is unknown spreading and what is done with forgotten."""

from collections.abc import Sequence

from hypothesis import given
from support.networks import architectures

from poolcalc import loads
from poolcalc.network.graph import Graph, Node
from poolcalc.network.walk import walk


def graph(*layers: str) -> Graph:
    return loads("input: [1, 8]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)).graph


def test_every_node_is_asked_once_with_what_its_inputs_gave() -> None:
    network = graph("relu", "tanh", "add: {from: [relu1, tanh1]}")
    found = {node.name: value for node, value in walk(network, {"input": 1}, lambda _, inputs: 10 * sum(inputs))}
    assert found == {"relu1": 10, "tanh1": 100, "add1": 1100}


def test_what_is_unknown_spreads_and_is_not_asked_about() -> None:
    asked = []

    def step(node: Node, _: Sequence[int]) -> int | None:
        asked.append(node.name)
        return None if node.name == "tanh1" else 1

    found = [
        value for _, value in walk(graph("relu", "tanh", "add: {from: [relu1, tanh1]}", "elu"), {"input": 1}, step)
    ]
    assert found == [1, None, None, None]
    assert asked == ["relu1", "tanh1"]


def test_what_is_known_from_the_start_is_not_worked_out() -> None:
    def step(_: Node, inputs: Sequence[int]) -> int:
        return inputs[0] + 1

    known = {"input": 1, "relu1": 5}
    assert [value for _, value in walk(graph("relu", "tanh"), known, step)] == [5, 6]


@given(architectures())
def test_forgetting_changes_nothing_that_is_found(text: str) -> None:
    network = loads(text).graph

    def step(node: Node, inputs: Sequence[int]) -> int:
        return hash((node.name, *inputs))

    known = {"input": 1}
    kept = [*walk(network, known, step)]
    assert [*walk(network, known, step, forget=True)] == kept


def test_what_nothing_reads_any_more_is_let_go() -> None:
    class Tensor:
        alive = 0

        def __init__(self) -> None:
            Tensor.alive += 1

        def __del__(self) -> None:
            Tensor.alive -= 1

    network = graph(*["relu"] * 9)
    counts = [Tensor.alive for _ in walk(network, {"input": Tensor()}, lambda *_: Tensor(), forget=True)]
    assert counts == [2] * 9
