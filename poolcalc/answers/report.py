"""Everything that is known about one architecture, and its JSON form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Analysis, Figure, Total
from poolcalc.execution.results import Confirmation, Proof
from poolcalc.finding import Finding
from poolcalc.network.design import Design
from poolcalc.network.expectation import Expectation
from poolcalc.network.graph import Graph, Node
from poolcalc.network.op import Op
from poolcalc.renderers.answer import Answer, Note, Table
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule
from poolcalc.rules import doubts
from poolcalc.wording import exact

if TYPE_CHECKING:
    from poolcalc.analysis.actual import ActualField
    from poolcalc.analysis.spread import Deviations
    from poolcalc.rules.broken_expectation import BrokenExpectation

SCHEMA = "poolcalc.report/1"

FIGURES: tuple[Figure, ...] = ("params", "macs", "activations")
"""What is summed up over all layers."""


@dataclass(frozen=True)
class Report:
    """The analysis of one graph, with the forward pass that confirms it or without.

    design: the network and its purpose.
    analysis: shapes, costs and receptive fields of all layers.
    forward: what the NumPy forward pass found, None where it was not run.
    proof: which receptive fields were proven by execution, None where that was not tried.
    asked: what must hold beside what the file expects.
    """

    design: Design
    analysis: Analysis
    forward: Confirmation | None = None
    proof: Proof | None = None
    asked: tuple[Expectation, ...] = ()

    @property
    def graph(self) -> Graph:
        """The network that was analysed."""
        return self.design.graph

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers in the graph's order."""
        return self.analysis.layers

    @property
    def params(self) -> int:
        """Learned values of all layers; at least so many where they are `incomplete`, as with the next two."""
        return self.total("params").value

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all layers, per image."""
        return self.total("macs").value

    @property
    def activations(self) -> int:
        """Values that all layers put out, per image."""
        return self.total("activations").value

    @property
    def peak_activations(self) -> int:
        """Most values alive at once during a forward pass, input included; only known where all layers can run."""
        return self.analysis.peak_activations

    def total(self, figure: Figure) -> Total:
        """Return the sum of a figure, and over how many layers it goes."""
        return self.analysis.total(figure)

    @property
    def incomplete(self) -> tuple[Figure, ...]:
        """The figures whose sums go over fewer layers than there are, and are too small."""
        return tuple(figure for figure in FIGURES if not self.total(figure).complete)

    @property
    def unused(self) -> dict[str, Any]:
        """The layers that no output depends on, and what they add to every total, as plain data."""
        layers = self.analysis.unused
        sums: dict[str, int] = {figure: self.analysis.total(figure, layers).value for figure in FIGURES}
        return {"layers": [layer.node.name for layer in layers], **sums}

    @cached_property
    def facts(self) -> Facts:
        """What rules look at."""
        return Facts(self.design, self.analysis, self.forward, self.proof)

    @property
    def actual(self) -> "dict[str, ActualField | None]":
        """What every unit of every layer really sees, by the layer's name."""
        return self.facts.actual

    @property
    def deviations(self) -> "dict[str, Deviations | None]":
        """Estimated deviations of the untrained effective fields, by the layer's name."""
        return self.facts.deviations

    def confirmed(self, layer: Layer) -> bool | None:
        """Return whether the forward pass found the layer's shape, None where it did not run."""
        return self.forward.confirms(layer) if self.forward else None

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What makes the numbers doubtful, and what was asked and is not kept."""
        found = [finding for rule in doubts() for finding in rule.check(self.facts)]
        return (*found, *(finding for rule in self._asking for finding in rule.broken(self.facts, self.asked)))

    @property
    def _asking(self) -> "list[BrokenExpectation]":
        if not self.asked:
            return []
        from poolcalc.rules.broken_expectation import BrokenExpectation

        return [BrokenExpectation()]

    @property
    def _looking(self) -> list[Rule]:
        """The rules that `findings` come from."""
        return [rule for rule in (*doubts(), *self._asking) if rule.applies(self.facts)]

    def reduction(self, layer: Layer) -> float | None:
        """Return the share of positions that a layer removes, in percent; negative where it adds some."""
        shapes = [shape for shape in layer.input_shapes if shape and len(shape) > 1]
        return _reduction(max(prod(shape[1:]) for shape in shapes), layer) if shapes else None

    def cumulative_reduction(self, layer: Layer) -> float | None:
        """Return the share of the input's positions that are gone after a layer, in percent."""
        return _reduction(prod(self.graph.input[1:]), layer)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, the object that `--format json` prints."""
        design, graph, forward = self.design, self.graph, self.forward
        answers = [self.confirmed(layer) for layer in self.layers]
        return {
            "schema": SCHEMA,
            "architecture": design.name,
            "source": design.source.name,
            "input": list(graph.input),
            "batch": forward.batch if forward else 1,
            "layers": [self._layer(layer) for layer in self.layers],
            "outputs": list(graph.outputs),
            "totals": {
                "params": self.params,
                "macs": self.macs,
                "activations": self.activations,
                "peak_activations": self.peak_activations,
                "complete": not self.incomplete,
                "incomplete": list(self.incomplete),
                "unused": self.unused,
            },
            "forward": {
                "ran": forward is not None,
                "confirmed": answers.count(True),
                "mismatched": answers.count(False),
                "seed": forward.seed if forward else None,
                "seconds": forward.seconds if forward else None,
            },
            **self.findings_dict(),
        }

    def findings_dict(self) -> dict[str, Any]:
        """Return what is wrong, as plain data, and the codes of the rules that looked; `check` asks all others."""
        findings = [finding.to_dict(self.design.source.name, self.design.places) for finding in self.findings]
        return {"rules": [rule.id.code for rule in self._looking], "findings": findings}

    def answer(
        self,
        title: str,
        *,
        tables: Callable[[], Sequence[Table]],
        data: Callable[[], Mapping[str, Any]],
        notes: Callable[[], Sequence[Note]],
    ) -> Answer:
        """Return an answer to a question about the network, together with what is wrong with it."""
        return Answer(title, tables, data, notes, self.findings, self.design.source, self.design.places)

    def _layer(self, layer: Layer) -> dict[str, Any]:
        """Return one layer. dropped: what it does not read itself, before and behind; lost: for good, by rounding."""
        node: Node = layer.node
        place = self.design.places.get(node.name)
        return {
            "name": node.name,
            "op": node.op.keyword,
            "inputs": list(node.inputs),
            "line": place.line if place else None,
            "input_shapes": [list(shape) if shape else None for shape in layer.input_shapes],
            "output_shape": list(layer.shape) if layer.shape else None,
            "parameters": parameters_of(node.op),
            "reduction_percent": self.reduction(layer),
            "cumulative_reduction_percent": self.cumulative_reduction(layer),
            "params": layer.params,
            "macs": layer.macs,
            "activations": layer.activations,
            "receptive_field": self._receptive_field(layer) if layer.fields else None,
            "dropped": [list(ends) for ends in layer.dropped],
            "lost": [len(rows) for rows in self.analysis.lost.get(node.name, [()] * len(layer.dropped))],
            "confirmed": self.confirmed(layer),
        }

    def _receptive_field(self, layer: Layer) -> dict[str, Any]:
        """Return its figures. at_most: whether channels that may see more are left out on the way."""
        axes = layer.receptive_field
        return {
            "size": [axis and axis.size for axis in axes],
            "size_min": [axis and axis.size_min for axis in axes],
            "jump": [axis and exact(axis.jump) for axis in axes],
            "first": [axis and axis.first for axis in axes],
            "last": [axis and axis.last for axis in axes],
            "center": [None if axis is None or axis.center is None else _plain(axis.center) for axis in axes],
            "effective_padding": [axis and axis.effective_padding for axis in axes],
            "varies": any(axis is None or axis.varies for axis in axes),
            "global": layer.sees_everything,
            "at_most": layer.node.name in self.facts.overstated,
        }


def _reduction(positions: int, layer: Layer) -> float | None:
    if layer.shape is None or len(layer.shape) == 1:
        return None
    return 100 * (positions - prod(layer.shape[1:])) / positions


def parameters_of(op: Op) -> dict[str, Any]:
    """Return an operator's parameters as plain data."""
    return {field.name: _plain(getattr(op, field.name)) for field in fields(op)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value
