"""What is certain of layers that have no shape: parameters, which need channels, but mostly no sizes.

Numbers are put in for what is not known, twice: what comes out the same both times rests on none of them.
"""

from collections.abc import Mapping, Sequence
from math import lcm

from poolcalc.analysis.outcome import learned, require_accepted
from poolcalc.network.graph import Graph, Node
from poolcalc.network.op import Impossible, Op, Shape
from poolcalc.network.walk import walk

GUESSES = tuple(lcm(2**turn, *range(1, 17)) for turn in (10, 11))
"""For unknown sizes and channels: all usual kernels fit into them, and all usual numbers of groups divide them."""

Guessed = tuple[Shape, ...]
"""The shape of a tensor by every guess."""


def certain_params(graph: Graph, shapes: Mapping[str, Shape]) -> dict[str, int]:
    """Return the learned values of layers that have no shape, as far as they are certain. shapes: of all others."""
    stopped = (node for node in graph.nodes if node.name not in shapes)
    found = {node.name: 0 for node in stopped if type(node.op).weights is Op.weights}  # they never have any

    def step(node: Node, inputs: Sequence[Guessed]) -> Guessed:
        given = list(zip(*inputs, strict=True))
        of_any_size = [[_resized(shape, to) for shape in each] for to, each in zip(GUESSES, given, strict=True)]
        for each in (given, of_any_size):
            try:
                made = tuple(_output_shape(node.op, known) for known in each)
            except Impossible:
                continue
            params, *others = {learned(node.op, known) for known in each}
            if not others:
                found[node.name] = params
            return made
        axes = {"maps": len(graph.input), "vectors": 1}.get(node.op.takes, len(given[0][0]))
        return tuple((guess,) * axes for guess in GUESSES)

    for _ in walk(graph, {name: (shape,) * len(GUESSES) for name, shape in shapes.items()}, step):
        pass
    return found


def _resized(shape: Shape, size: int) -> Shape:
    return (shape[0], *(size for _ in shape[1:]))


def _output_shape(op: Op, inputs: Sequence[Shape]) -> Shape:
    require_accepted(op, inputs)
    return op.output_shape(inputs)
