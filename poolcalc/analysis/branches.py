"""Where the branches of a merge come from: the layer after which they part, and what changes their sizes on the way."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from poolcalc.analysis.layer import Layer
from poolcalc.geometry.worked import derivation
from poolcalc.network.graph import INPUT, Graph, Node
from poolcalc.network.op import Impossible, Shape


class Fork(NamedTuple):
    """Two branches and the last layer that both of them read.

    common: its name, or "input". paths: the layers of either branch after it, in order.
    """

    common: str
    paths: tuple[tuple[Layer, ...], tuple[Layer, ...]]


def fork(graph: Graph, layers: Mapping[str, Layer], branches: tuple[str, str]) -> Fork:
    """Return where two branches part."""
    first, second = (ancestors(graph, name) for name in branches)
    shared = first & second
    common = next((node.name for node in reversed(graph.nodes) if node.name in shared), INPUT)
    there, here = (path(graph, layers, common, name) for name in branches)
    return Fork(common, (there, here))


def path(graph: Graph, layers: Mapping[str, Layer], start: str, end: str) -> tuple[Layer, ...]:
    """Return the layers that lead from one to another, by the larger map wherever ways meet."""
    reached = {start}
    for node in graph.nodes:
        if not reached.isdisjoint(node.inputs):
            reached.add(node.name)
    found: list[Layer] = []
    name = end
    while name != start and name in layers:
        layer = layers[name]
        found.append(layer)
        ways = [
            (shape[1:], source)
            for source, shape in zip(layer.node.inputs, layer.input_shapes, strict=True)
            if source in reached and shape
        ]
        name = max(ways, key=lambda way: way[0])[1] if ways else start
    return tuple(reversed(found))


def resizing(layers: Sequence[Layer], axis: int) -> list[Layer]:
    """Return those layers that change the size on a spatial axis."""
    return [layer for layer in layers if size_before(layer, axis) != size_after(layer, axis)]


def size_before(layer: Layer, axis: int) -> int | None:
    """Return the largest size of a layer's inputs on a spatial axis; None for flat vectors and unknown shapes."""
    sizes = [shape[1 + axis] for shape in layer.input_shapes if shape and len(shape) > 1]
    return max(sizes, default=None)


def size_after(layer: Layer, axis: int) -> int | None:
    """Return a layer's size on a spatial axis; None for flat vectors and unknown shapes."""
    return layer.shape[1 + axis] if layer.shape and len(layer.shape) > 1 else None


def written(layer: Layer, axis: int) -> str:
    """Return how a layer comes to its size on a spatial axis, with the numbers filled in."""
    before, after = size_before(layer, axis) or 0, size_after(layer, axis) or 0
    formula = derivation(after, (before,))
    return f"{formula} = {after}" if formula else f"{before} → {after}"


class BrokenMerge(NamedTuple):
    """A merge of maps whose sizes differ. shapes: of its inputs. axis: the first spatial one on which they differ."""

    node: Node
    problem: Impossible
    shapes: tuple[Shape, ...]
    axis: int

    @property
    def extremes(self) -> tuple[int, int]:
        """The inputs with the smallest and the largest map; elementwise merges repeat size 1."""
        sizes = [shape[1 + self.axis] for shape in self.shapes]
        places = [place for place, size in enumerate(sizes) if size > 1 or not self.node.op.repeats_ones]
        return min(places, key=sizes.__getitem__), max(places, key=sizes.__getitem__)


def broken_merge(layer: Layer) -> BrokenMerge | None:
    """Return what a merge fails on, None where something else is the matter with a layer, or nothing."""
    shapes = tuple(shape for shape in layer.input_shapes if shape)
    if not layer.problem or not layer.node.op.merges or len({len(shape) for shape in shapes}) > 1:
        return None
    repeats = layer.node.op.repeats_ones
    if repeats and len({shape[0] for shape in shapes} - {1}) > 1:
        return None  # the channels come first
    for axis in range(len(shapes[0]) - 1):
        if len({shape[1 + axis] for shape in shapes} - ({1} if repeats else set())) > 1:
            return BrokenMerge(layer.node, layer.problem, shapes, axis)
    return None


def ancestors(graph: Graph, *names: str) -> set[str]:
    """Return the names of all that some nodes depend on, and their own."""
    found = set(names)
    for node in reversed(graph.nodes):
        if node.name in found:
            found.update(node.inputs)
    return found
