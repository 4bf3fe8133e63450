"""Effective receptive fields of untrained networks, as an estimate for every layer: how far a unit's gradient spreads.

Where weights are drawn independently with mean zero, the expected energy of the gradient spreads like a random walk:
along a chain of kernels k with dilation d and incoming jump j the variance is Σ d²·j²·(k² − 1)/12, and for many layers
the shape is nearly Gaussian (Luo et al., "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks", 2016). Filters that are not learned, as means and interpolation are, add up gradients, not energies:
neighbours that read the same pixel have something in common, and such filters behind each other act as one.

So what is followed, layer by layer along each axis, is what *pairs* of units have in common: of the product of their
gradients the expected moments over the pixels. A unit and itself give the energy, and thereby σ. Borders are left out,
and so is what global branches add beside local ones. A merge mixes its branches by their energies, with weights that
keep the energy (variance 1 / fan-in), and as if they had nothing in common.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from math import gcd, lcm, prod

from poolcalc.analysis.channels import overstated
from poolcalc.analysis.layer import Read, Sized, by_axis
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.geometry.taps import IDENTITY, Taps
from poolcalc.network.op import Op

MOST_PHASES = 512
"""Of fields with more phases nothing is said: a factor such as 1.2345678 has millions."""

ROUNDING = 1e-9
"""Smaller variances, in square pixels, are none."""

Moments = tuple[float, float, float]
"""Sums over all pixels x of a weight w, of w·x and of w·x²."""


@dataclass(frozen=True)
class Shared:
    """What units have in common along one axis; unit u + period is like unit u, `advance` pixels further on.

    ahead: for each of the units 0 … period − 1 those that have something in common with it, by how far ahead they are,
    itself included.
    """

    advance: int
    ahead: tuple[dict[int, Moments], ...]

    @cached_property
    def reach(self) -> int:
        """How far ahead a unit with something in common is at most."""
        return max(map(max, filter(None, self.ahead)), default=0)

    @cached_property
    def energy(self) -> float:
        """The energy of a unit, the mean of those that have some."""
        found = [units[0][0] for units in self.ahead if units]
        return sum(found) / max(1, len(found))

    def of(self, u: int, v: int) -> Moments:
        """Return what two units have in common."""
        u, v = min(u, v), max(u, v)
        turns, phase = divmod(u, len(self.ahead))
        weight, first, second = self.ahead[phase].get(v - u, (0.0, 0.0, 0.0))
        shift = turns * self.advance
        return weight, first + shift * weight, second + shift * (2 * first + shift * weight)

    @property
    def offset(self) -> float | None:
        """How far the middle of a unit's energy lies ahead of where even steps from pixel 0 on would put it, in pixels.

        The mean of those of a period: enlarging repeats units, whose middles lie before and behind. None where no unit
        has energy.
        """
        jump = self.advance / len(self.ahead)
        moments = [(unit, units[0]) for unit, units in enumerate(self.ahead) if units]
        found = [first / energy - unit * jump for unit, (energy, first, _) in moments if energy]
        return sum(found) / len(found) if found else None

    def deviation(self, unit: int) -> float | None:
        """Return σ of a unit's energy, in pixels; None where it has none, or all of it in one pixel."""
        energy, first, second = self.of(unit, unit)
        variance = second / energy - (first / energy) ** 2 if energy else 0
        return variance**0.5 if variance > ROUNDING else None

    def through(self, taps: Taps, op: Op, most: int) -> "Shared | None":
        """Return what the units have in common that read these, up to so far ahead; None where that takes too long."""
        if taps is IDENTITY:
            return self
        period = len(self.ahead)
        repeats = period // gcd(period, taps.step)
        units = len(taps.phases) * repeats
        if max(units, self.reach) > MOST_PHASES:
            return None
        ahead = tuple(dict(self._ahead(unit, taps, op, most)) for unit in range(units))
        return Shared(taps.step * repeats * self.advance // period, ahead)

    def _ahead(self, u: int, taps: Taps, op: Op, most: int) -> Iterator[tuple[int, Moments]]:
        if reads := taps[u]:
            last = u
            if separates_taps(op):
                last += self.reach // taps.step * len(taps.phases)
            elif taps.step:
                last = taps.last_reader(reads[-1] + self.reach)
            for v in range(u, min(last, u + most) + 1):
                terms = [(weight, self.of(i, j)) for i, j, weight in _together(op, taps, (u, v), self.reach)]
                if any(weight for _, (weight, _, _) in terms):
                    yield v - u, _sum(terms)


def _sum(terms: Sequence[tuple[float, Moments]]) -> Moments:
    return (
        sum(weight * energy for weight, (energy, _, _) in terms),
        sum(weight * first for weight, (_, first, _) in terms),
        sum(weight * second for weight, (_, _, second) in terms),
    )


def _together(op: Op, taps: Taps, units: tuple[int, int], reach: int) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs of units that two units read, at most `reach` apart, with the expected product of the weights."""
    u, v = units
    if separates_taps(op):
        if (v - u) % len(taps.phases) == 0:
            most = max(map(len, taps.phases))
            yield from ((i, j, 1 / most) for i, j in zip(taps[u], taps[v], strict=True))
    elif chooses(op) and u == v:
        yield from ((i, i, 1 / len(taps[u])) for i in taps[u])
    else:
        others = dict(zip(taps[v], taps.weights(v), strict=True))
        for i, weight in zip(taps[u], taps.weights(u), strict=True):
            yield from ((i, j, weight * others[j]) for j in range(i - reach, i + reach + 1) if j in others)


def separates_taps(op: Op) -> bool:
    """Whether weights differ from tap to tap, and gradients through different ones have nothing in common."""
    return op.gradient == "learned" or op.fewest_channels(1) > 1


def chooses(op: Op) -> bool:
    """Whether it depends on the values how much of a unit each of those that it reads has, as for a maximum."""
    return op.pools and not op.has_fixed_weights


Energy = tuple[float, tuple[Shared, ...]]
"""The energy of a unit's gradient in all, and along every axis what units have in common."""

PIXELS = Shared(1, ({0: (1.0, 0.0, 0.0)},))
"""Pixels have nothing in common but with themselves."""


def shared(analysis: Analysis) -> dict[str, tuple[Shared, ...] | None]:
    """Return, for the origin and every layer that sees it, what units have in common along every axis.

    None where branches with different jumps meet, or where fields are too irregular.
    """
    if analysis.gates and any(layer.sees_both for layer in analysis.layers):
        analysis = analyse(analysis.graph, origin=analysis.origin, gates=False)
    apart = _apart(analysis)

    def step(layer: Sized, sources: Sequence[tuple[Read, Energy]]) -> Energy | None:
        parts = [_read(layer, read, source, apart[layer.node.name]) for read, source in sources]
        known = [part for part in parts if part]
        return _mixed(known) if len(known) == len(parts) else None

    start = (PIXELS,) * len(analysis.origin_shape[1:])
    return {name: found and found[1] for name, found in analysis.spread((1.0, start), step).items()}


def _apart(analysis: Analysis) -> dict[str, tuple[int, ...]]:
    """Return how far apart units are at most that layers behind bring together, along every axis."""
    nothing = (0,) * len(analysis.origin_shape[1:])
    found: dict[str, tuple[int, ...]] = {}
    for name, layer in reversed(analysis.sized.items()):
        here = found.setdefault(name, nothing)
        for read in layer.reads:
            along = zip(repeat(layer.node.op), read.taps or (), here, strict=False)
            found[read.source] = tuple(
                map(max, found.get(read.source, nothing), by_axis(_brought_together, along) or nothing)
            )
    return found


def _brought_together(op: Op, taps: Taps, apart: int) -> int:
    """Return how far apart input units are at most that one unit reads, or two that are so far apart."""
    if taps is IDENTITY:
        return apart
    period = len(taps.phases)
    between = -(-apart * taps.step // period) + (apart > 0 and period > 1)
    if separates_taps(op) or (chooses(op) and not apart):
        return between
    return between + max(len(taps.phases[unit]) - 1 for unit in range(min(period, MOST_PHASES))) * taps.phases[0].step


Deviations = tuple[float | None, ...]
"""σ along every axis, in pixels; None where there is none."""


def estimated_deviations(analysis: Analysis) -> dict[str, Deviations | None]:
    """Return, for every layer that sees the origin, σ of its central unit's effective field.

    None where that is unknown (see `shared`), also because channels were left out, and along an axis where a unit sees
    one pixel, or none.
    """
    pixels, found = analysis.origin_shape[1:], shared(analysis)
    unknown = overstated(analysis)

    def deviations(layer: Sized, axes: tuple[Shared, ...]) -> Deviations:
        units = layer.spatial or (1,) * len(axes)
        along = zip(axes, units, pixels, strict=True)
        return by_axis(lambda axis, units, size: axis.deviation(units // 2) if size > 1 else None, along)

    return {
        name: deviations(analysis.sized[name], axes) if axes and name not in unknown else None
        for name, axes in found.items()
        if name != analysis.origin
    }


def _read(layer: Sized, read: Read, source: Energy, apart: Sequence[int]) -> Energy | None:
    """Return what a layer has of one input; of a merge that puts channels together, the input's share of them."""
    op, (energy, axes) = layer.node.op, source
    if op.merges and not op.repeats_ones:
        energy *= layer.input_shapes[layer.node.inputs.index(read.source)][0] / layer.shape[0]
    if read.taps is None:
        return energy, axes
    found = by_axis(lambda axis, taps, most: axis.through(taps, op, most), zip(axes, read.taps, apart, strict=True))
    known = tuple(axis for axis in found if axis)
    return (energy, known) if len(known) == len(found) else None


def _mixed(parts: Sequence[Energy]) -> Energy | None:
    """Mix branches by their energies, axis by axis."""
    if len(parts) == 1:
        return parts[0]
    energies = [energy * prod(axis.energy for axis in axes) for energy, axes in parts]
    total = sum(energies) or 1
    mixed = []
    for axes in zip(*(axes for _, axes in parts), strict=True):
        period = lcm(*(len(axis.ahead) for axis in axes))
        (advance, *others) = {axis.advance * period // len(axis.ahead) for axis in axes}
        if others or period > MOST_PHASES:
            return None
        weights = [energy / total / (axis.energy or 1) for energy, axis in zip(energies, axes, strict=True)]
        ahead = tuple(dict(_mixed_unit(unit, axes, weights)) for unit in range(period))
        mixed.append(Shared(advance, ahead))
    return total, tuple(mixed)


def _mixed_unit(unit: int, axes: Sequence[Shared], weights: Sequence[float]) -> Iterator[tuple[int, Moments]]:
    for lag in sorted(set().union(*(axis.ahead[unit % len(axis.ahead)] for axis in axes))):
        yield lag, _sum([(weight, axis.of(unit, unit + lag)) for weight, axis in zip(weights, axes, strict=True)])
