"""What rules look at: the analysis of one network, what was found by running it, and what follows from them.

Everything that follows is worked out when the first rule asks for it.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.analysis.unread import origins
from poolcalc.execution.results import Confirmation, Proof
from poolcalc.network.design import Design
from poolcalc.network.graph import INPUT, Graph
from poolcalc.wording import AXES

if TYPE_CHECKING:
    from poolcalc.analysis.actual import ActualField
    from poolcalc.analysis.sizes import Sizes, Unrestored
    from poolcalc.analysis.spread import Deviations, Shared


@dataclass(frozen=True)
class Facts:
    """What is known of one network.

    design: the network and its purpose. analysis: by formulas. forward: by running it. proof: by running it on NaN.
    None where that was not done. symptoms: the layers where rules find something, by their codes, as far as was asked.
    """

    design: Design
    analysis: Analysis
    forward: Confirmation | None = None
    proof: Proof | None = None
    symptoms: dict[str, set[str]] = field(default_factory=dict, compare=False)

    @property
    def graph(self) -> Graph:
        """The network."""
        return self.design.graph

    def of(self, graph: Graph) -> "Facts":
        """Return the facts about a changed network that serves the same purpose."""
        return Facts(replace(self.design, graph=graph), analyse(graph, before=self.analysis))

    @cached_property
    def actual(self) -> "dict[str, ActualField | None]":
        """What every unit of every layer really sees, by the layer's name."""
        from poolcalc.analysis.actual import actual_fields

        return actual_fields(self.analysis)

    @cached_property
    def local(self) -> "dict[str, ActualField | None]":
        """Likewise by local paths, where there are any: a gate or a statistic sees all, but tells nothing apart."""
        from poolcalc.analysis.actual import actual_fields

        both = any(layer.sees_both for layer in self.sized.values())
        return actual_fields(analyse(self.graph, gates=False)) if both else self.actual

    @cached_property
    def overstated(self) -> set[str]:
        """The layers whose fields may be larger than what they see, because channels were left out."""
        from poolcalc.analysis.channels import overstated

        return overstated(self.analysis)

    @cached_property
    def shared(self) -> "dict[str, tuple[Shared, ...] | None]":
        """Where the gradients of units go along every axis, by the layer's name, also of the input."""
        from poolcalc.analysis.spread import shared

        return shared(self.analysis)

    @cached_property
    def deviations(self) -> "dict[str, Deviations | None]":
        """Estimated deviations of the untrained effective fields, by the layer's name."""
        from poolcalc.analysis.spread import estimated_deviations

        return estimated_deviations(self.analysis)

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers by name."""
        return {layer.node.name: layer for layer in self.analysis.layers}

    @property
    def sized(self) -> dict[str, Sized]:
        """Those that can run, by name."""
        return self.analysis.sized

    @property
    def knows_results(self) -> bool:
        """Whether all outputs can run, so that one can say what the network as a whole sees or predicts."""
        return all(name in self.sized for name in self.graph.outputs)

    @cached_property
    def readers(self) -> dict[str, list[Layer]]:
        """The layers that read a tensor."""
        found: dict[str, list[Layer]] = {}
        for layer in self.layers.values():
            for name in dict.fromkeys(layer.node.inputs):
                found.setdefault(name, []).append(layer)
        return found

    @cached_property
    def impossible(self) -> set[str]:
        """The layers that cannot run."""
        return {name for name, layer in self.layers.items() if layer.problem}

    @cached_property
    def stopped(self) -> set[str]:
        """Those, and the layers that depend on them."""
        return self.layers.keys() - self.sized.keys()

    @property
    def axes(self) -> tuple[str, ...]:
        """What stands side by side along every axis of the input."""
        return AXES[len(self.graph.input) - 1]

    def largest_jump(self, name: str) -> Fraction | None:
        """Return the jump of a layer on the axis where it is coarsest; frames of a film do not count."""
        rank = len(self.axes)
        jumps = [self.jump(name, axis) for axis in range(max(0, rank - 2), rank)]
        return max((jump for jump in jumps if jump), default=None)

    def jump(self, name: str, axis: int) -> Fraction | None:
        """Return the input pixels between neighbouring units of a layer, None where all of them see the same.

        Where branches differ it is that of the finest.
        """
        if name == INPUT:
            return Fraction(1)
        layer = self.layers[name]
        jumps = [strand.jump for strand in layer.fields[axis].local] if layer.fields else []
        return min(jumps, default=None)

    @property
    def lost(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """For layers that round down, the rows of their input on every axis that are lost by that."""
        return self.analysis.lost

    @cached_property
    def _origins(self) -> dict[str, str]:
        return origins(self.graph)

    def is_result(self, layer: Layer) -> bool:
        """Return whether the network gives out what comes out of a layer, if by functions of single values."""
        return layer.node.name in {self._origins[name] for name in self.graph.outputs}

    def unread_rows(self, name: str) -> tuple[tuple[int, ...], ...]:
        """Return, for every axis, the rows of a tensor that nothing reads."""
        left = self.analysis.unread.get(self._origins.get(name, name))
        return tuple(axis.rows for axis in left) if left else ((),) * len(self.axes)

    @cached_property
    def sizes(self) -> "tuple[Sizes, ...]":
        """What there is to know of other input sizes, along every axis."""
        from poolcalc.analysis.sizes import study

        return study(self.graph)

    @cached_property
    def unrestored(self) -> "tuple[tuple[Unrestored, ...], ...]":
        """For every axis the layers that do not restore the size that they are to restore."""
        enlarged = not self.impossible and any(node.op.enlarges for node in self.graph.nodes)
        if enlarged and any(map(self._may_be_unrestored, range(len(self.axes)))):
            return tuple(sizes.present.unrestored for sizes in self.sizes)
        return ((),) * len(self.axes)

    def _may_be_unrestored(self, axis: int) -> bool:
        """Return whether some enlarged map misses a size that it may have on another input; to try these takes time.

        Every stage rounds by less than a unit of its own, all of them together by less than two of the coarsest. What
        is farther from the size before was made so on purpose, as without padding.
        """
        from poolcalc.analysis.sizes import enlargements, present_rates

        shapes = self.analysis.shapes
        for each in enlargements(self.graph, present_rates(self.graph, shapes, axis)):
            later, earlier = ({shapes[name][1 + axis] for name in names} for names in (each.later, dict(each.earlier)))
            if 0 < min(abs(a - b) for a in later for b in earlier) < 2 * each.coarser:
                return True
        return False

    @cached_property
    def repeated(self) -> set[str]:
        """The merges that repeat a map which happens to have one unit: other than a gate, it does not see all."""
        return {
            name
            for name, layer in self.sized.items()
            if layer.node.op.repeats_ones
            for read in layer.reads
            if (source := self.sized.get(read.source))
            and any(taps.step == 0 and field.local for taps, field in zip(read.taps or (), source.fields, strict=False))
        }

    @property
    def is_clean(self) -> bool:
        """Whether every layer runs, none loses rows, and sizes are restored (see `analysis.sizes`)."""
        return not self.impossible and not self.lost and not any(self.unrestored)
