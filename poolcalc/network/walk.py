"""One walk over a graph: whatever is worked out for node after node, from what its inputs gave."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from poolcalc.network.graph import Graph, Node

T = TypeVar("T")


def walk(
    graph: Graph, known: Mapping[str, T], step: Callable[[Node, Sequence[T]], T | None], *, forget: bool = False
) -> Iterator[tuple[Node, T | None]]:
    """Yield every node, in order, with what `step` makes of it and of what its inputs gave.

    known: given from the start, for the input and for nodes that are not worked out. None stands for what cannot be
    known and spreads: `step` is asked only where all inputs are known. forget: whether to drop what nothing reads any
    more, where values are large.
    """
    values = dict(known)
    del known  # or what was forgotten would live on in it
    for number, node in enumerate(graph.nodes):
        if node.name not in values and all(map(values.__contains__, node.inputs)):
            value = step(node, [values[name] for name in node.inputs])
            if value is not None:
                values[node.name] = value
            del value  # the consumer and `values` decide how long it lives
        yield node, values.get(node.name)
        for name in graph.expiring[number] if forget else ():
            values.pop(name, None)
