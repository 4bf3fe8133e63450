"""What a rule is: it looks at the facts about one network and yields findings.

Every rule stands in its own file in `rules/`, which names it. Its module's docstring is its page: the first line says
what is found, then comes why it matters, and a bad and a good example, which tests run.

A rule that knows remedies yields changed networks. Each is analysed again, and is proposed only where the finding is
gone and nothing else went wrong.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from inspect import getdoc
from itertools import islice
from typing import ClassVar, Literal

from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding, RuleId, Severity
from poolcalc.network.edit import with_input, with_window
from poolcalc.network.graph import Graph
from poolcalc.rule.facts import Facts
from poolcalc.wording import times

MOST_REMEDIES = 3
"""Alternatives to offer for one finding."""

MOST_CURED = 8
"""Findings of one rule to look for remedies for: each has the network analysed a few times over."""


class Remedy:
    """A change, in words that follow "use", and the network that it makes, or several between which one can choose.

    None stands for a change that is none, for want of such a parameter, and cures nothing.
    """

    def __init__(self, text: str, *graphs: Graph | None) -> None:
        self.text, self.graphs = text, tuple(graph for graph in graphs if graph)


class Rule:
    """A rule; subclasses are never subclassed.

    id: its code, PC and three digits: 0 the file, 1 sizes, 2 receptive field, 3 task, 4 cost, 5 verification,
    6 expectations; its name, the bad thing, so that "allow NAME" reads well; its severity.
    needs: what must have been run for it. guards: whether no remedy, of whatever rule, may set it off where it was
    silent. stops: whether nothing runs behind a layer where it finds something.
    """

    id: ClassVar[RuleId]
    needs: ClassVar[Literal["forward", "proof"] | None] = None
    guards: ClassVar[bool] = False
    stops: ClassVar[bool] = False

    def __init__(self, rules: "Callable[[], Iterable[Rule]]" = tuple) -> None:
        self._rules = rules

    def __init_subclass__(cls, *, code: str, severity: Severity) -> None:
        super().__init_subclass__()
        cls.id = RuleId(code, cls.__module__.rpartition(".")[2].replace("_", "-"), severity)

    @property
    def page(self) -> str:
        """What there is to know about it, in Markdown; the first line says what is found."""
        return getdoc(sys.modules[self.__module__]) or ""

    def applies(self, facts: Facts) -> bool:
        """Return whether what it needs has been run."""
        return self.needs is None or getattr(facts, self.needs) is not None

    def check(self, facts: Facts) -> Iterator[Finding]:
        """Yield what is found, with remedies that were tried."""
        for number, finding in enumerate(self.look(facts)):
            texts = self.cured(facts, finding) if finding.help is None and number < MOST_CURED else []
            yield finding._replace(help=f"use {'; or '.join(texts)}") if texts else finding

    def cured(self, facts: Facts, finding: Finding) -> list[str]:
        """Return the first remedies that work."""
        layer = facts.layers[finding.layer]
        texts = (remedy.text for remedy in self.remedies(facts, layer) if self.cures(remedy, facts, layer))
        return list(islice(texts, MOST_REMEDIES))

    def look(self, facts: Facts) -> Iterable[Finding]:
        """Yield what is found; remedies need not be tried yet."""
        return ()

    def remedies(self, facts: Facts, layer: Layer) -> Iterable[Remedy]:
        """Yield changes that may help with what was found at a layer, the best first."""
        return ()

    def symptoms(self, facts: Facts) -> set[str]:
        """Return the layers where something is found."""
        return {finding.layer for finding in self.look(facts)}

    def shown(self, facts: Facts) -> set[str]:
        """Return its symptoms, looked for once in a network however many remedies are compared with it."""
        if self.id.code not in facts.symptoms:
            facts.symptoms[self.id.code] = self.symptoms(facts)
        return facts.symptoms[self.id.code]

    def cures(self, remedy: Remedy, facts: Facts, layer: Layer) -> bool:
        """Return whether a change removes what was found at a layer, and neither breaks nor worsens another one."""
        return bool(remedy.graphs) and all(self._cures(facts.of(graph), facts, layer) for graph in remedy.graphs)

    def _cures(self, changed: Facts, facts: Facts, layer: Layer) -> bool:
        for rule in {self, *(rule for rule in self._rules() if rule.guards)}:
            new = rule.shown(changed) - rule.shown(facts)
            if new if rule.stops else new & facts.sized.keys():
                return False
        return layer.node.name not in self.shown(changed)

    def found(self, layer: Layer, message: str, *notes: str, help: str | None = None) -> Finding:  # noqa: A002
        """Return a finding about a layer."""
        name = layer.node.name
        return Finding(self.id, f"{name}: {message}", name, notes, help)


def clean_inputs(facts: Facts) -> Iterator[Remedy]:
    """Yield the nearest input sizes below and above at which every layer runs and none loses rows, if there are any."""
    graph, axes = facts.graph, facts.nearest_clean
    below = tuple(axis.present if axis.clean else axis.below for axis in axes)
    above = tuple(axis.present if axis.clean else axis.above for axis in axes)
    found = (with_input(graph, sizes) for sizes in dict.fromkeys((below, above)) if None not in sizes)  # type: ignore[arg-type]
    graphs = [clean for clean in found if clean != graph and facts.of(clean).is_clean]
    if graphs:
        yield Remedy(f"an input of {' or '.join(times(clean.input) for clean in graphs)}", *graphs)


def finer(facts: Facts, limit: Fraction) -> Iterator[Remedy]:
    """Yield the network without the strides that take units more than `limit` pixels apart, where there are any."""
    graph, names = facts.graph, []
    for layer in facts.analysis.layers:
        window, jump = layer.node.op.window, facts.largest_jump(layer.node.name)
        if window and jump and jump > limit and max(window.stride) > 1:
            graph = with_window(graph, layer.node.name, stride=(1,) * len(window.stride)) or graph
            names.append(layer.node.name)
    if names:
        yield Remedy(f"`stride: 1` in {' and '.join(names)}", graph)
