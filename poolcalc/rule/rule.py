"""What a rule is: it looks at the facts about one network and yields findings.

Every rule stands in its own file in `rules/`, which names it. Its module's docstring is its page: the first line says
what is found, then comes why it matters, and a bad and a good example, which tests run.

A rule that knows remedies yields changed networks. Each is analysed again and looked at by all rules, and is proposed
only where the finding is gone, no rule finds anything new, no merge repeats what has shrunk to one unit, and results
keep their shapes.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from inspect import getdoc
from itertools import islice
from typing import Any, ClassVar, Literal

from poolcalc.analysis.layer import Layer
from poolcalc.finding import Finding, RuleId, Severity
from poolcalc.network.edit import with_input, with_window
from poolcalc.network.graph import Graph
from poolcalc.rule.facts import Facts
from poolcalc.wording import notation, times

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
    needs: what must have been run for it. stops: whether nothing runs behind a layer where it finds something.
    guards: whether its findings are about single layers and their inputs alone, so that it judges what runs of a broken
    network as it would judge a whole one. about_whole: whether it judges the network as a whole, whatever layer it
    names. resizes: whether its remedies are to change the sizes of results.
    """

    id: ClassVar[RuleId]
    needs: ClassVar[Literal["forward", "proof"] | None] = None
    guards: ClassVar[bool] = False
    stops: ClassVar[bool] = False
    about_whole: ClassVar[bool] = False
    resizes: ClassVar[bool] = False

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
        """Return whether a change removes what was found at a layer, and brings nothing that is worse elsewhere."""
        return bool(remedy.graphs) and all(self._cures(facts.of(graph), facts, layer) for graph in remedy.graphs)

    def _cures(self, changed: Facts, facts: Facts, layer: Layer) -> bool:
        if layer.node.name in self.shown(changed) or not (self.resizes or _keeps_results(changed, facts)):
            return False
        if changed.repeated - facts.repeated:
            return False
        others = sorted(self._rules(), key=lambda rule: not rule.guards)  # those that are quick, and object most
        return not any(rule.objects(changed, facts) for rule in (self, *others) if rule.needs is None)

    def objects(self, changed: Facts, facts: Facts) -> bool:
        """Return whether it finds something in a changed network that it did not find before.

        Behind a layer that cannot run, more comes to light when it can: that is not what the change brought.
        """
        if facts.stopped and not self.guards:
            return False
        before, after = self.shown(facts), self.shown(changed)
        if self.about_whole:
            return len(after) > len(before)
        return bool(after - before if self.stops else after - before - facts.stopped)

    def found(self, layer: Layer, message: str, *notes: str, help: str | None = None) -> Finding:  # noqa: A002
        """Return a finding about a layer."""
        name = layer.node.name
        return Finding(self.id, f"{name}: {message}", name, notes, help)


def _keeps_results(changed: Facts, facts: Facts) -> bool:
    """Return whether a change leaves the shapes of results as they are; of another input, channels and axes."""
    same_input, results = changed.graph.input == facts.graph.input, changed.graph.outputs
    for before, renamed in zip(facts.graph.outputs, results, strict=False):
        after = before if before in results else renamed
        if before in facts.sized and after in changed.sized:
            old, new = facts.sized[before].shape, changed.sized[after].shape
            if old != new if same_input else (len(old), old[0]) != (len(new), new[0]):
                return False
    return len(results) >= len(facts.graph.outputs)


def clean_inputs(facts: Facts) -> Iterator[Remedy]:
    """Yield the clean input sizes around the present one, if there are any."""
    found = (clean_input(facts, facts.graph.input[1:], larger=larger) for larger in (False, True))
    graphs = [graph for graph in dict.fromkeys(found) if graph]
    if graphs:
        yield Remedy(f"an input of {' or '.join(times(graph.input) for graph in graphs)}", *graphs)


def clean_input(facts: Facts, limits: Sequence[int], *, larger: bool) -> Graph | None:
    """Return the network on a clean input that is at least, or at most, as large as `limits`; None if there is none.

    An axis stays as it is that is clean and just as large.
    """
    spatial = tuple(sizes.clean_from(limit, larger=larger) for sizes, limit in zip(facts.sizes, limits, strict=True))
    if None in spatial or spatial == facts.graph.input[1:]:
        return None
    graph = with_input(facts.graph, spatial)  # type: ignore[arg-type]
    changed = facts.of(graph)
    return graph if changed.is_clean and changed.repeated <= facts.repeated else None


def less_dilated(graph: Graph, name: str, dilation: int) -> Iterator[Remedy]:
    """Yield the network with a smaller dilation in a layer, and as much less padding, so that the size stays."""
    window = graph.node(name).op.window
    if window is None:
        return
    text, values = f"`dilation: {dilation}`", dict[str, Any](dilation=(dilation,) * len(window.dilation))
    if window.pairs:
        less = [(old - dilation) * (size - 1) for old, size in zip(window.dilation, window.kernel_size, strict=True)]
        padding = tuple((b - x // 2, a - (x - x // 2)) for (b, a), x in zip(window.pairs, less, strict=True))
        if min(map(min, padding)) < 0:
            return
        text, values["padding"] = f"{text} with `padding: {notation(padding)}`", padding
    yield Remedy(f"{text} in {name}", with_window(graph, name, **values))
