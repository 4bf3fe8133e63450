"""One layer by itself: what an operator makes of inputs of certain shapes, or why it cannot run on them."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from poolcalc.analysis.layer import by_axis
from poolcalc.analysis.remainder import Remainder, remainder
from poolcalc.geometry.taps import Taps, everything
from poolcalc.network.op import Impossible, Op, Shape
from poolcalc.wording import times

MOST_UNITS = 2**20
"""Larger maps, along one axis, are typing errors, not networks."""


class Outcome(NamedTuple):
    """What an operator makes of inputs of certain shapes, wherever in the network it stands.

    sizes: the shape as plain numbers: whoever reads it need not know how this layer worked them out.
    taps: how it reads every input, then how it reads every input once more, as a whole, if it does.
    """

    shape: Shape
    sizes: Shape
    params: int
    macs: int
    taps: tuple[tuple[Taps, ...] | None, ...]
    remainders: tuple[tuple[Remainder, ...], ...]


def outcome(op: Op, inputs: Sequence[Shape]) -> Outcome:
    """Work out what an operator makes of its inputs, or raise `Impossible`."""
    require_accepted(op, inputs)
    shape = op.output_shape(inputs)
    _require_sensible(shape)
    taps = _taps(op, inputs)
    return Outcome(
        shape,
        tuple(map(int, shape)),
        learned(op, inputs),
        op.macs(inputs, shape),
        taps,
        tuple(
            by_axis(partial(remainder, cuts=op.cuts), zip(reads or (), given[1:], shape[1:], strict=False))
            for reads, given in zip(taps, inputs, strict=False)
        ),
    )


def learned(op: Op, inputs: Sequence[Shape]) -> int:
    """Return how many values an operator learns on inputs of certain shapes."""
    return sum(weight.size for weight in op.weights(inputs).values() if weight.learned)


def require_accepted(op: Op, inputs: Sequence[Shape]) -> None:
    """Raise `Impossible` where an operator contradicts itself, or takes maps and is given vectors, or the reverse."""
    if found := op.contradiction():  # readers refuse it; here it is one that a remedy tries, or made by hand
        raise Impossible(found.message, *found.notes, help=found.help)
    for shape in inputs:
        if op.takes == "maps" and len(shape) == 1:
            raise Impossible(
                f"{op.keyword} needs channels and spatial axes, found a flat vector of {shape[0]}",
                help=f"move {op.keyword} in front of the flatten",
            )
        if op.takes == "vectors" and len(shape) > 1:
            raise Impossible(
                f"{op.keyword} needs a flat vector, found a map of {times(shape)}",
                help=f"put `- flatten` in front of {op.keyword}",
            )


def _require_sensible(shape: Shape) -> None:
    if max(shape[1:], default=0) > MOST_UNITS:
        raise Impossible(
            f"a size of {max(shape[1:]):,} comes out", help=f"sizes up to {MOST_UNITS:,} are analysed; enlarge less"
        )


def _taps(op: Op, inputs: Sequence[Shape]) -> tuple[tuple[Taps, ...] | None, ...]:
    """Return how an operator reads its inputs (see `Outcome`)."""
    if all(len(shape) == 1 for shape in inputs):
        return (None,) * len(inputs)
    by_axis = [op.taps(axis, sizes) for axis, sizes in enumerate(zip(*(shape[1:] for shape in inputs), strict=True))]
    wholes = [tuple(map(everything, shape[1:])) for shape in inputs] if op.reads_whole_map else []
    return (*zip(*by_axis, strict=True), *wholes)
