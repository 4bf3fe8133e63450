"""The network as a graph of operators, with repeats, residuals and branches written out."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from poolcalc.errors import InvalidGraph
from poolcalc.network.op import Op, Shape

INPUT = "input"
"""The name by which layers refer to the network's input."""


class Node(NamedTuple):
    """One operator in the graph.

    name: unique, with the names of the enclosing blocks in front (`layer1.0.conv2`).
    inputs: names of nodes before it, or "input".
    """

    name: str
    op: Op
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """A network: what is computed from what. Knows nothing of the file that it came from; see `Design`.

    input: the input's shape, channels first, without batch.
    nodes: every node comes after all of its inputs.
    outputs: names of the nodes that are results.
    Raises InvalidGraph where that does not hold, so that whoever has a graph need not ask.
    """

    input: Shape
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]

    def __post_init__(self) -> None:
        for wrong in self._contradictions():
            raise InvalidGraph(wrong)

    def _contradictions(self) -> Iterator[str]:
        """Yield what makes this no graph."""
        if not 2 <= len(self.input) <= 4 or not all(type(size) is int and size > 0 for size in self.input):
            yield f"the input is channels and 1, 2 or 3 spatial sizes, all of at least 1, not {self.input!r}"
        known = {INPUT}
        for name, op, inputs in self.nodes:
            if name in known:
                yield f"the name {name!r} is taken"
            if unknown := next((source for source in inputs if source not in known), None):
                yield f"{name} reads {unknown!r}, which no node before it is called"
            if len(inputs) < 2 if op.merges else len(inputs) != 1:
                yield f"{name} reads {len(inputs)} tensors; {op.keyword} reads {'two or more' if op.merges else 'one'}"
            if op.rank not in (None, len(self.input) - 1):
                yield f"{name} has parameters for {op.rank} spatial axes, and the input has {len(self.input) - 1}"
            known.add(name)
        if not self.outputs or len(set(self.outputs)) < len(self.outputs):
            yield f"the outputs are one or more different nodes, not {self.outputs!r}"
        for name in self.outputs:
            if name == INPUT or name not in known:
                yield f"the output {name!r} is no node"

    def node(self, name: str) -> Node:
        """Return the node of that name; raises KeyError where there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    @cached_property
    def expiring(self) -> tuple[tuple[str, ...], ...]:
        """For every node, the tensors that nothing reads after it; outputs never expire."""
        last = {INPUT: 0} | {name: i for i, node in enumerate(self.nodes) for name in (node.name, *node.inputs)}
        expiring: list[list[str]] = [[] for _ in self.nodes]
        for name, index in last.items():
            if name not in self.outputs:
                expiring[index].append(name)
        return tuple(map(tuple, expiring))
