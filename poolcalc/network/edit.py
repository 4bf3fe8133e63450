"""The same network with one thing changed, to see what a change would do: graphs in, graphs out."""

from dataclasses import replace
from typing import Any

from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Op, Shape


def with_input(graph: Graph, spatial: tuple[int, ...]) -> Graph:
    """Return the network on an input of other spatial sizes."""
    return replace(graph, input=(graph.input[0], *spatial))


def reshaped(graph: Graph, shape: Shape) -> Graph:
    """Return the network on an input that may have other axes: on each, layers do what they did on the first."""
    axes = (0,) * (len(shape) - 1)
    return replace(graph, input=shape, nodes=tuple(node._replace(op=node.op.on_axes(axes)) for node in graph.nodes))


def with_op(graph: Graph, name: str, op: Op) -> Graph:
    """Return the network with another operator in the place of a node's."""
    return replace(graph, nodes=tuple(node._replace(op=op) if node.name == name else node for node in graph.nodes))


def with_window(graph: Graph, name: str, **values: Any) -> Graph | None:
    """Return the network with other entries of the window of a node, None where it has no parameters for them."""
    changed = graph.node(name).op.with_window(**values)
    return with_op(graph, name, changed) if changed else None


def inserted(graph: Graph, name: str, place: int, op: Op) -> Graph:
    """Return the network with an operator in front of one input of a node."""
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.name != name:
            nodes.append(node)
            continue
        fresh = fresh_name(graph)
        nodes.append(Node(fresh, op, (node.inputs[place],)))
        nodes.append(node._replace(inputs=(*node.inputs[:place], fresh, *node.inputs[place + 1 :])))
    return replace(graph, nodes=tuple(nodes))


def appended(graph: Graph, name: str, op: Op) -> Graph:
    """Return the network with an operator behind a node: whatever read the node reads that, and results follow."""
    fresh = fresh_name(graph)

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(fresh if each == name else each for each in names)

    nodes: list[Node] = []
    for node in graph.nodes:
        nodes.append(node._replace(inputs=renamed(node.inputs)))
        if node.name == name:
            nodes.append(Node(fresh, op, (name,)))
    return replace(graph, nodes=tuple(nodes), outputs=renamed(graph.outputs))


def without(graph: Graph, name: str) -> Graph | None:
    """Return the network without a node; who read it reads its first input, which is an output where it was one.

    None where the input would be an output.
    """
    gone = graph.node(name)

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(gone.inputs[0] if each == name else each for each in names)

    outputs = tuple(dict.fromkeys(renamed(graph.outputs)))
    nodes = tuple(node._replace(inputs=renamed(node.inputs)) for node in graph.nodes if node is not gone)
    return None if INPUT in outputs else replace(graph, nodes=nodes, outputs=outputs)


def with_output(graph: Graph, name: str) -> Graph:
    """Return the network with one more result."""
    return replace(graph, outputs=(*graph.outputs, name))


def fresh_name(graph: Graph) -> str:
    """Return a name that no node has."""
    taken = {node.name for node in graph.nodes}
    return next(name for number in range(len(taken) + 1) if (name := f"inserted{number}") not in taken)
