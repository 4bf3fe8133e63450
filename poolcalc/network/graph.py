"""The network as a graph of operators: what a file says, after repeats, residuals and branches are written out."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from poolcalc.network.op import Op, Shape
from poolcalc.source import Place, Source

if TYPE_CHECKING:
    from poolcalc.network.expectation import Expectation

INPUT = "input"
"""The name by which layers refer to the network's input."""


class Node(NamedTuple):
    """One operator in the graph.

    name: unique, with the names of the enclosing blocks in front (`layer1.0.conv2`).
    inputs: names of other nodes, or "input".
    place: where the layer stands in the file; the copies made by a repeat share it.
    """

    name: str
    op: Op
    inputs: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Graph:
    """A network; nodes come after all of their inputs.

    input: the input's shape, channels first, without batch.
    outputs: names of the nodes that are results.
    task: classification, detection or segmentation, where the file says so.
    objects: the sizes of objects that matter, in pixels of the input. expectations: what the network must keep.
    """

    name: str
    input: Shape
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    source: Source
    task: str | None = None
    description: str | None = None
    reference: str | None = None
    objects: tuple[int, ...] = ()
    expectations: "tuple[Expectation, ...]" = ()

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where every layer stands in the file, by its name."""
        return {node.name: node.place for node in self.nodes}

    @cached_property
    def expiring(self) -> tuple[tuple[str, ...], ...]:
        """For every node, the tensors that nothing reads after it; outputs never expire."""
        last = {INPUT: 0} | {name: i for i, node in enumerate(self.nodes) for name in (node.name, *node.inputs)}
        expiring: list[list[str]] = [[] for _ in self.nodes]
        for name, index in last.items():
            if name not in self.outputs:
                expiring[index].append(name)
        return tuple(map(tuple, expiring))
