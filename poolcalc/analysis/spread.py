"""Effective receptive fields of untrained networks, as an estimate for every layer: how far a unit's gradient spreads.

For weights drawn independently with mean zero, the expected energy of the gradient spreads like a random walk: along
a chain of kernels k with dilation d and incoming jump j the variance is Σ d²·j²·(k² − 1)/12, and for many layers the
shape is nearly Gaussian (Luo et al., "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks", 2016). Here the mean and variance are followed through any graph; borders are left out. A merge mixes its
branches by their energies, with weights that keep the energy (variance 1 / fan-in).
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from poolcalc.analysis.layer import Read, Sized, by_axis
from poolcalc.analysis.layers import Analysis
from poolcalc.geometry.taps import IDENTITY, Taps

ENOUGH_PHASES = 4096
"""Of more phases, these stand for all: a factor such as 1.2345678 has millions."""


class _Spread(NamedTuple):
    """Energy of a unit's gradient along one axis: middle for unit 0 and its step from unit to unit, and variance."""

    middle: float
    jump: float
    variance: float

    def through(self, taps: Taps) -> "_Spread":
        if taps is IDENTITY:
            return self
        period = len(taps.phases)
        jump = self.jump * taps.step / period
        phases = [unit for unit in range(min(period, ENOUGH_PHASES)) if taps.phases[unit]] or [0]
        reads = [taps.phases[unit] or range(1) for unit in phases]
        middles = [
            (read[0] + read[-1]) / 2 - unit * taps.step / period for unit, read in zip(phases, reads, strict=True)
        ]
        # n evenly spaced taps at distance d have the variance d²·(n² − 1)/12.
        variance = sum(read.step**2 * (len(read) ** 2 - 1) / 12 for read in reads) / len(reads)
        middle = sum(middles) / len(reads)
        return _Spread(self.middle + self.jump * middle, jump, self.variance + self.jump**2 * variance)


Energy = tuple[float, tuple[_Spread, ...]]
"""The energy of a unit's gradient in all, and how it is spread along every axis."""


def estimated_deviations(analysis: Analysis) -> dict[str, tuple[float, ...] | None]:
    """Return, for every layer that sees the origin, σ of the effective field along every axis, in pixels.

    None where branches with different jumps meet, which have no common middle.
    """
    axes = len(analysis.graph.input) - 1
    energies = analysis.spread((1.0, (_Spread(0, 1, 0),) * axes), _energy, reads=_local)
    return {
        name: energy and tuple(spread.variance**0.5 for spread in energy[1])
        for name, energy in energies.items()
        if name != analysis.origin
    }


def _local(layer: Sized) -> Sequence[Read]:
    return [read for read in layer.reads if not read.is_global] or layer.reads


def _energy(layer: Sized, sources: Sequence[tuple[Read, Energy]]) -> Energy | None:
    return _mixed([_read(source, read, _share(layer, read)) for read, source in sources])


def _share(layer: Sized, read: Read) -> float:
    """Return the part of a unit's energy that flows into one input."""
    op, place = layer.node.op, layer.node.inputs.index(read.source)
    shape = layer.input_shapes[place]
    if op.merges and not op.repeats_ones:  # its share of the channels
        return shape[0] / layer.shape[0]
    if op.gradient == "averaged" and read.taps:  # n equal parts of an amplitude have 1/n of its energy
        return 1 / prod(
            max(len(taps.phases[unit]) for unit in range(min(len(taps.phases), ENOUGH_PHASES))) for taps in read.taps
        )
    return 1.0


def _read(source: Energy, read: Read, share: float) -> Energy:
    energy, spreads = source
    if read.taps is None:
        return energy * share, spreads
    return energy * share, by_axis(_Spread.through, zip(spreads, read.taps, strict=True))


def _mixed(parts: Sequence[Energy]) -> Energy | None:
    """Mix branches by their energies; variances grow by how far apart the middles are."""
    if len(parts) == 1:
        return parts[0]
    total = sum(energy for energy, _ in parts)
    mixed = []
    for spreads in zip(*(spreads for _, spreads in parts), strict=True):
        if len({spread.jump for spread in spreads}) > 1:
            return None
        weights = [energy / total for energy, _ in parts]
        middle = sum(w * s.middle for w, s in zip(weights, spreads, strict=True))
        variance = sum(w * (s.variance + (s.middle - middle) ** 2) for w, s in zip(weights, spreads, strict=True))
        mixed.append(_Spread(middle, spreads[0].jump, variance))
    return total, tuple(mixed)
