"""The network is not what `expect:` asks for.

A team writes down what a design must keep: the shape of its output, how much a unit sees, what it may cost. Whoever
changes the network learns here what no longer holds. A layer that cannot run breaks nothing more: it is a finding of
its own, and a budget is then judged only where what is known exceeds it already.

Bad:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
expect:
  receptive_field: {min: 5}
```

Good:

```yaml
input: [3, 32, 32]
layers:
  - conv: {out_channels: 8, kernel_size: 5, padding: 2}
expect:
  receptive_field: {min: 5}
```
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from poolcalc.analysis.layer import Layer, Sized
from poolcalc.analysis.layers import Figure, last_local
from poolcalc.finding import Finding
from poolcalc.network.expectation import NOUNS, Expectation, Span
from poolcalc.rule.facts import Facts
from poolcalc.rule.rule import Rule
from poolcalc.wording import figures


class BrokenExpectation(Rule, code="PC600", severity="error"):
    def look(self, facts: Facts) -> Iterator[Finding]:
        """Yield what the file expects and the network does not keep."""
        return self.broken(facts, facts.design.expectations)

    def broken(self, facts: Facts, expectations: Iterable[Expectation]) -> Iterator[Finding]:
        """Yield what is not kept, each where it was asked."""
        for expectation in expectations:
            for measured in _measured(expectation, facts):
                if not measured.keeps(expectation):
                    yield self._broken(expectation, measured)

    def _broken(self, expectation: Expectation, measured: "_Measured") -> Finding:
        name = measured.layer.node.name
        once = len(expectation.wanted) == 1 and expectation.what != "output"
        about = "" if measured.in_all else f"{name}: "
        least = "" if measured.complete else "at least "
        return Finding(
            self.id,
            f"{about}expected {expectation}, found {least}{_figures(measured.found, once=once)}",
            about=expectation.key,
            notes=tuple(note for note in (expectation.message, measured.note) if note),
            help=_allowing(expectation, measured.found) if measured.complete else None,
            share=name,
        )


class _Measured(NamedTuple):
    """What was found.

    layer: where; of sums, the layer with the largest share. found: the values, one per axis, None where there is no
    single figure. in_all: whether it is a sum over the network. complete: False where layers that cannot run may add to
    it.
    """

    layer: Layer
    found: Sequence[Span] | None
    note: str | None = None
    in_all: bool = False
    complete: bool = True

    def keeps(self, expectation: Expectation) -> bool:
        """Return whether an expectation holds, or may hold for all that is known."""
        if self.complete:
            return self.found is not None and expectation.allows(self.found)
        at_most = expectation._replace(relation="at most")  # however much is added, too much remains too much
        return expectation.relation == "at least" or self.found is None or at_most.allows(self.found)


def _measured(expectation: Expectation, facts: Facts) -> Iterator[_Measured]:
    """Yield what an expectation is about, nothing where it cannot be known."""
    match expectation.what:
        case "params" | "macs" | "activations" as what:
            yield _sum(facts, what)
        case "dropped":
            yield _dropped(facts)
        case "output" | "size" | "receptive_field" | "jump" as what:
            names = [expectation.layer] if expectation.layer else facts.graph.outputs
            subjects = [facts.layers[name] for name in names]
            if what in ("receptive_field", "jump") and not expectation.layer:
                subjects = [last_local(layer, facts.layers) or layer for layer in subjects]
            for subject in {layer.node.name: layer for layer in subjects}.values():
                if isinstance(subject, Sized):
                    yield _Measured(subject, _values(subject, what, overstated=subject.node.name in facts.overstated))


def _values(layer: Sized, what: str, *, overstated: bool) -> Sequence[Span] | None:
    shape, axes = layer.shape, layer.receptive_field
    match what:
        case "output":
            return [(size, size) for size in shape]
        case "size":
            return [(size, size) for size in shape[1:] or shape]
        case "receptive_field":
            fields = [(1 if overstated else axis.size_min, axis.size) for axis in axes if axis]
            return fields if len(fields) == len(axes) > 0 else None
        case _:
            jumps = [(axis.jump, axis.jump) for axis in axes if axis and axis.jump is not None]
            return jumps if len(jumps) == len(axes) > 0 else None


def _sum(facts: Facts, what: Figure) -> _Measured:
    total = facts.analysis.total(what)
    layer = max(facts.analysis.layers, key=lambda layer: getattr(layer, what) or 0)
    note = f"{layer.node.name} has the most of them: {getattr(layer, what) or 0:,}"
    if not total.complete:
        note += f", of the {total.layers} of {total.of} layers whose {NOUNS.get(what, what)} are known"
    return _Measured(layer, [(total.value,) * 2], note, in_all=True, complete=total.complete)


def _dropped(facts: Facts) -> _Measured:
    """Return the most rows that a layer loses on one axis."""
    lost = {name: max(map(len, rows)) for name, rows in facts.lost.items()}
    worst = max(lost, key=lambda name: lost[name], default=facts.graph.outputs[0])
    names = ", ".join(islice(lost, 4)) + (", …" if len(lost) > 4 else "")
    note = f"rows are lost at {names}" if len(lost) > 1 else None
    count = lost.get(worst, 0)
    return _Measured(facts.layers[worst], [(count, count)], note, complete=len(facts.sized) == len(facts.layers))


def _figures(found: Sequence[Span] | None, *, once: bool) -> str:
    """Write the values, as a range where they vary; once: only one where the axes agree.

    >>> _figures([(7, 7), (7, 7)], once=False), _figures([(5, 9), (5, 9)], once=True)
    ('7×7', '5–9')
    """
    if found is None:
        return "no single figure"
    return "×".join(map(_range, found[:1] if once and len(set(found)) == 1 else found))


def _range(span: Span) -> str:
    low, high = span
    return figures([low]) if low == high else f"{figures([low])}–{figures([high])}"


def _allowing(expectation: Expectation, found: Sequence[Span] | None) -> str | None:
    """Return what to write for the network as it is; nothing where it was not asked in the file."""
    if found is None or not expectation.key:
        return None
    match expectation.relation:
        case "at least":
            wanted = f"min: {min(low for low, _ in found)}"
        case "at most":
            wanted = f"max: {max(high for _, high in found)}"
        case "exactly" if all(low == high for low, high in found):
            values = [str(low) for low, _ in found]
            once = len(set(values)) == 1 and expectation.what != "output"
            wanted = f"{expectation.what}: {values[0] if once else '[' + ', '.join(values) + ']'}"
        case _:
            return None
    return f"if that is meant, write `{wanted}`"
