"""What the sizes along one axis come to: clean and legal progressions, those nearby, tiles."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

from poolcalc.analysis.layers import Analysis
from poolcalc.analysis.sizes.axis import AxisSizes, flat_factors
from poolcalc.analysis.sizes.law import parameter_values
from poolcalc.analysis.sizes.progression import Progression
from poolcalc.analysis.sizes.tensor import Tensor
from poolcalc.analysis.sizes.tiles import Layout, Tiling, layout, overhang, wrong_ends
from poolcalc.analysis.sizes.verdict import Verdict
from poolcalc.geometry.field import Strand
from poolcalc.network.graph import Graph


def study(graph: Graph) -> tuple["Sizes", ...]:
    """Return what there is to know along every axis; axes that are alike are studied once."""
    found: dict[Any, Sizes] = {}
    studies = []
    for axis, size in enumerate(graph.input[1:]):
        values = tuple(tuple(parameter_values(node.op, axis)) for node in graph.nodes)
        key = size, values, tuple(flat_factors(graph, axis).items())
        if key not in found:
            found[key] = Sizes(graph, axis)
        studies.append(found[key])
    return tuple(studies)


def smallest_legal(graph: Graph) -> tuple[int | None, ...]:
    """Return, for every axis, the smallest input size on which all layers can run; None where there is none."""
    legal = (sizes.legal for sizes in study(graph))
    return tuple(sizes.smallest if sizes else None for sizes in legal)


class Sizes:
    """What the sizes of a network's input come to, along one axis (0 = rows)."""

    def __init__(self, graph: Graph, axis: int) -> None:
        """Study one axis; flat vectors have the lengths that the other axes' present sizes give them."""
        self.graph, self.axis = graph, axis
        self._axis = AxisSizes(graph, axis, flat_factors(graph, axis))
        self._axis.settle()
        self._verdicts: dict[int, Verdict] = {}

    @property
    def period(self) -> int | None:
        """Input pixels after which everything repeats: the product of the strides on a plain chain."""
        return self._axis.period

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """The layers whose sizes are told: the outputs, or the last map before one that is flat or of constant size."""
        names = (self._axis.last_map(self._axis.tensors[name]).name for name in self.graph.outputs)
        return tuple(dict.fromkeys(names))

    @cached_property
    def _watched(self) -> list["Tensor"]:
        return [self._axis.tensors[name] for name in self.watched]

    @cached_property
    def _gains(self) -> list[int]:
        return [tensor.gain for tensor in self._watched]

    def verdict(self, size: int) -> Verdict:
        """Return what an input of that size comes to."""
        base, turns = self._axis.folded(size)
        known = self._verdicts.get(base)
        if known is None:
            known = self._verdicts[base] = self._axis.verdict(base, self._watched)
        return known if not turns else self._later(known, size, turns)

    def _later(self, known: Verdict, size: int, turns: int) -> Verdict:
        """Return a verdict some periods further on."""
        outputs = tuple(
            [
                None if units is None else units + turns * gain
                for units, gain in zip(known.outputs, self._gains, strict=True)
            ]
        )
        tensors = self._axis.tensors
        unrestored = tuple(
            each._replace(size=each.size + more, wanted=each.wanted + more)
            for each in known.unrestored
            for more in [turns * tensors[each.layer].gain]
        )
        if not known.mismatches:
            return Verdict(size, outputs, known.lost, (), unrestored)
        mismatches = (
            mismatch._replace(
                sizes=tuple(
                    units + turns * source.gain
                    for units, source in zip(mismatch.sizes, tensors[mismatch.layer].sources, strict=True)
                )
            )
            for mismatch in known.mismatches
        )
        return Verdict(size, outputs, known.lost, tuple(mismatches))

    @cached_property
    def clean(self) -> Progression | None:
        """The sizes that are legal, lose nothing and restore sizes; None where the network is too irregular."""
        return self._progression(lambda size: self._axis.lost[size - 1] == 0 and self._axis.restores(size))

    @cached_property
    def legal(self) -> Progression | None:
        """The sizes on which all layers can run; None where the network is too irregular."""
        return self._progression(lambda size: self._axis.lost[size - 1] is not None)

    @cached_property
    def fewest(self) -> tuple[int, Progression] | None:
        """The fewest rows that a legal size loses, and the sizes that lose no more; None where there are none."""
        least = min((rows for rows in self._axis.lost if rows is not None), default=None)
        sizes = self._progression(lambda size: self._axis.lost[size - 1] == least)
        return None if least is None or sizes is None else (least, sizes)

    @property
    def present(self) -> Verdict:
        """What the size in the file, or that of --input, comes to."""
        return self.verdict(self.graph.input[1 + self.axis])

    @property
    def below(self) -> int | None:
        """The clean size below the present one that people would use, None where there is none."""
        return self.clean.usual(self.present.size, larger=False) if self.clean else None

    @property
    def above(self) -> int | None:
        """The clean size above the present one that people would use, None where there is none."""
        return self.clean.usual(self.present.size, larger=True) if self.clean else None

    def clean_from(self, limit: int, *, larger: bool) -> int | None:
        """Return a clean size of at least, or at most, so many pixels that people would use, None where there is none.

        It is the present size, where that is the limit and clean.
        """
        if limit == self.present.size and self.present.clean:
            return limit
        return self.clean.usual(limit - 1 if larger else limit + 1, larger=larger) if self.clean else None

    def _progression(self, suits: Callable[[int], bool]) -> Progression | None:
        if self.period is None:
            return None
        period, settled = self.period, self._axis.settled
        fits = [False, *map(suits, range(1, settled + period))]
        members = {n % period for n in range(settled, settled + period) if fits[n]}
        step = next(
            q
            for q in range(1, period + 1)
            if period % q == 0 and len({n % q for n in members}) * period == len(members) * q
        )
        offsets = {n % step for n in members}
        since = settled
        while since > 1 and fits[since - 1] == ((since - 1) % step in offsets):
            since -= 1
        early = tuple(n for n in range(1, since) if fits[n])
        return Progression(step, tuple(sorted(offsets)), since, early)

    def tiling(self, analysis: Analysis) -> Tiling | None:
        """Return how to cut an image into tiles; None unless every output has one local field (see `Field`).

        analysis: of the same graph, or of the same network on a legal input.
        """
        fitting = self.clean or self.legal
        fields = [analysis.sized[name].fields for name in self.graph.outputs if name in analysis.sized]
        if self.period is None or not fitting or not fitting.offsets or not all(fields):
            return None
        strands = [found[self.axis].local for found in fields]
        outputs = [self._axis.tensors[name] for name in self.graph.outputs]
        if any(output.flat or not output.gain for output in outputs) or {*map(len, strands)} != {1}:
            return None
        if not all(any(strand.phases) for (strand,) in strands):  # an output that meets padding alone
            return None
        return self._tiling(self.period, outputs, [strand for (strand,) in strands], fitting)

    def _tiling(
        self, period: int, outputs: Sequence[Tensor], strands: Sequence[Strand], fitting: Progression
    ) -> Tiling | None:
        start = max(self._axis.settled, fitting.since)
        whole = start + (self.graph.input[1 + self.axis] - start) % period  # where the strides fall as in the image
        image = self._layout(whole)
        alike, ends = [], []
        for size in (size for size in range(start, start + period) if size in fitting):
            if self._layout(size) == image:
                found = wrong_ends(image, self._sizes(size))
                alike.append(size)
                ends.append([found[output.name] for output in outputs if output.name in found])
        if not alike or len(ends[0]) < len(outputs):
            return None
        drops = tuple(
            (max(first for first, _ in each), max(last for _, last in each)) for each in zip(*ends, strict=True)
        )
        halos = []
        for output, strand, (first, last) in zip(outputs, strands, drops, strict=True):
            margin = self._margin(output, strand.jump, alike)
            for size in alike:
                units = self._axis.size_of(output, size) or 0
                before, after = overhang(strand, first, units - last)
                halos.append((max(0, ceil(before + margin)), max(0, ceil(after - margin))))
        regular = len(alike) == sum(size in fitting for size in range(start, start + period))
        return Tiling(
            period,
            min(strand.jump for strand in strands),
            (max(before for before, _ in halos), max(after for _, after in halos)),
            drops,
            tuple(output.gain for output in outputs),
            fitting if regular else Progression(period, tuple(sorted(size % period for size in alike)), start),
            tuple(image.whole),
        )

    def _sizes(self, size: int) -> Callable[[str], int]:
        """Return what gives every tensor's size on an input size."""
        return lambda name: self._axis.size_of(self._axis.tensors[name], size) or 0

    def _layout(self, size: int) -> Layout:
        return layout(self.graph, self.axis, self._sizes(size), self._sizes(size + (self.period or 0)))

    def _margin(self, output: Tensor, jump: Fraction, sizes: Iterable[int]) -> int:
        """Return the input pixels before the output map: half of what it leaves uncovered, at its tightest."""
        over = [size - (self._axis.size_of(output, size) or 0) * jump for size in sizes]
        return floor(min(over, key=abs) / 2)
