"""What rules look at: the analysis of one network, what was found by running it, and what follows from them.

Everything that follows is worked out when the first rule asks for it.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, reduce
from operator import and_
from typing import TYPE_CHECKING, NamedTuple

from poolcalc.analysis.actual import ActualField, actual_fields
from poolcalc.analysis.layers import Analysis, Layer, Read, analyse
from poolcalc.analysis.spread import estimated_deviations
from poolcalc.execution.results import Confirmation, Proof
from poolcalc.network.design import Design
from poolcalc.network.graph import INPUT, Graph
from poolcalc.ops.flatten import Flatten
from poolcalc.ops.linear import Linear
from poolcalc.wording import AXES

if TYPE_CHECKING:
    from poolcalc.analysis.sizes import Nearest


class Head(NamedTuple):
    """A last map whose units still look at different places, and what becomes of it.

    gathers: the layer that makes one of all places; None where the map is a result itself.
    is_dense: whether learned weights then tell the places apart, as in a flatten before a linear layer.
    """

    layer: Layer
    gathers: Layer | None
    is_dense: bool


@dataclass(frozen=True)
class Facts:
    """What is known of one network.

    design: the network and its purpose. analysis: by formulas. forward: by running it. proof: by running it on NaN.
    None where that was not done.
    """

    design: Design
    analysis: Analysis
    forward: Confirmation | None = None
    proof: Proof | None = None

    @property
    def graph(self) -> Graph:
        """The network."""
        return self.design.graph

    def of(self, graph: Graph) -> "Facts":
        """Return the facts about a changed network that serves the same purpose."""
        return Facts(replace(self.design, graph=graph), analyse(graph))

    @cached_property
    def actual(self) -> dict[str, ActualField | None]:
        """What every unit of every layer really sees, by the layer's name."""
        return actual_fields(self.analysis)

    @cached_property
    def deviations(self) -> dict[str, tuple[float, ...] | None]:
        """Estimated deviations of the untrained effective fields, by the layer's name."""
        return estimated_deviations(self.analysis)

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers by name."""
        return {layer.node.name: layer for layer in self.analysis.layers}

    @cached_property
    def readers(self) -> dict[str, list[tuple[Layer, Read]]]:
        """Who reads a tensor, and how."""
        found: dict[str, list[tuple[Layer, Read]]] = {}
        for layer in self.analysis.layers:
            for read in layer.reads:
                found.setdefault(read.source, []).append((layer, read))
        return found

    @cached_property
    def impossible(self) -> set[str]:
        """The layers that cannot run."""
        return {name for name, layer in self.layers.items() if layer.problem}

    @cached_property
    def unread(self) -> tuple[int, ...] | None:
        """For every axis a mask of the input pixels that no result sees; None where that is not known."""
        fields = [self.actual.get(name) for name in self.graph.outputs]
        if None in fields:
            return None
        masks = [field.unread() for field in fields if field]
        return tuple(reduce(and_, axis) for axis in zip(*masks, strict=True))

    @property
    def axes(self) -> tuple[str, ...]:
        """What stands side by side along every axis of the input."""
        return AXES[len(self.graph.input) - 1]

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """The last maps on the way to every result."""
        found: dict[str, Head] = {}
        waiting: list[tuple[str, Layer | None, bool]] = [(name, None, False) for name in self.graph.outputs]
        seen = set(waiting)
        while waiting:
            name, gathers, dense = waiting.pop(0)
            if name == INPUT:
                continue
            layer = self.layers[name]
            if any(field.local for field in layer.fields):
                found.setdefault(name, Head(layer, gathers, dense and isinstance(gathers and gathers.node.op, Flatten)))
                continue
            dense = dense or isinstance(layer.node.op, Linear)
            more = {(source, layer, dense) for source in layer.node.inputs} - seen
            seen |= more
            waiting += more
        return tuple(found.values())

    def largest_jump(self, name: str) -> Fraction | None:
        """Return the jump of a layer on the axis where it is coarsest; frames of a film do not count."""
        rank = len(self.axes)
        jumps = [self.jump(name, axis) for axis in range(max(0, rank - 2), rank)]
        return max((jump for jump in jumps if jump), default=None)

    @cached_property
    def finest(self) -> tuple[Layer, Fraction] | None:
        """The finest of the last maps, and its jump."""
        found = [(head.layer, jump) for head in self.heads if (jump := self.largest_jump(head.layer.node.name))]
        return min(found, key=lambda head: head[1], default=None)

    @cached_property
    def known(self) -> set[str]:
        """The layers whose shapes are known."""
        return {name for name, layer in self.layers.items() if layer.shape}

    def jump(self, name: str, axis: int) -> Fraction | None:
        """Return the input pixels between neighbouring units of a layer, None where all of them see the same.

        Where branches differ it is that of the finest.
        """
        if name == INPUT:
            return Fraction(1)
        layer = self.layers[name]
        jumps = [strand.jump for strand in layer.fields[axis].local] if layer.fields else []
        return min(jumps, default=None)

    @cached_property
    def lost(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """For layers that round down, the rows of their input on every axis that they lose and nobody else reads.

        A remainder made of padding is no loss, and rows between two windows are left out on purpose, not lost.
        """
        found = {}
        for layer in self.analysis.layers:
            if layer.node.op.window and any(after for _, after in layer.dropped):
                rows = tuple(self._lost(layer, axis) for axis in range(len(layer.dropped)))
                if any(rows):
                    found[layer.node.name] = rows
        return found

    def _lost(self, layer: Layer, axis: int) -> tuple[int, ...]:
        (read,), (shape,) = layer.reads, layer.input_shapes
        size, after = (shape or ())[1 + axis], layer.dropped[axis][1]
        if not after or not read.taps:
            return ()
        unit, wanted = (layer.shape or ())[1 + axis], set[int]()
        while (window := read.taps[axis][unit])[0] < size:  # those that would follow the last
            wanted.update(window)
            unit += 1
        rows = wanted.intersection(range(size - after, size))
        return tuple(sorted(rows - self.read_rows(read.source, axis, size, besides=layer))) if rows else ()

    @cached_property
    def hanging(self) -> dict[str, tuple[int, int, int]]:
        """For layers in ceil mode whose last window is mostly padding: the axis, its real pixels and its size."""
        found: dict[str, tuple[int, int, int]] = {}
        for layer in self.analysis.layers:
            moving = layer.node.op.window
            if moving and moving.ceil_mode and layer.shape and layer.reads[0].taps:
                for axis, taps in enumerate(layer.reads[0].taps):
                    _, *sizes = layer.input_shapes[0] or ()
                    last = layer.shape[1 + axis] - 1
                    real, window = len(taps.inside(last, sizes[axis])), taps[last]
                    behind = 0 if isinstance(moving.padding, str) else moving.padding[axis][1]
                    beyond = window[-1] >= sizes[axis] + behind
                    if beyond and 2 * real < len(window):
                        found.setdefault(layer.node.name, (axis, real, len(window)))
        return found

    @cached_property
    def nearest_clean(self) -> "tuple[Nearest, ...]":
        """For every axis the clean input sizes around the present one."""
        from poolcalc.analysis.sizes import nearest_clean

        return nearest_clean(self.graph)

    @property
    def is_clean(self) -> bool:
        """Whether every layer runs and none loses rows."""
        return not self.impossible and not self.lost

    def read_rows(self, source: str, axis: int, size: int, *, besides: Layer | None = None) -> set[int]:
        """Return the rows of a tensor along an axis that some layer reads; a result of the network is read."""
        if source in self.graph.outputs:
            return set(range(size))
        rows: set[int] = set()
        for layer, read in self.readers.get(source, ()):
            if layer is not besides and read.taps and layer.shape:
                taps, units = read.taps[axis], (layer.shape[1:] or (1,) * len(read.taps))[axis]
                for unit in range(min(units, len(taps.phases)) if taps.step == 0 else units):
                    rows.update(taps.inside(unit, size))
        return rows
