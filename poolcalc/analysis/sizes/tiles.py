"""How a sliding window cuts a large image into tiles along one axis, and which units of a tile are the whole image's.

A unit of a tile is that of the whole image if everything it reads is there in the tile, layer by layer, and is itself
right: at the cuts there is padding where the image goes on. What reads the map as a whole, by its statistics or as a
gate does, is another matter: tiles are right as far as local paths go.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from poolcalc.analysis.sizes.progression import Progression
from poolcalc.geometry.field import Strand
from poolcalc.geometry.taps import Taps
from poolcalc.network.graph import INPUT, Graph

Ends = tuple[int, int]
"""What there is at the beginning and at the end."""


class Tiling(NamedTuple):
    """How a sliding window goes over an image without changing the result, along one axis.

    step: input pixels; tiles start at its multiples, where all strides of the network fall alike.
    jump: input pixels between neighbouring output units, the least of all outputs.
    halo: input pixels that what is kept of a tile depends on, before and after its own.
    drops: for every output, units at the ends of a tile to throw away: they are not those of the whole image.
    gains: for every output, its units per step.
    sizes: of tiles.
    whole: layers that read the map as a whole, which a tile is not; all else is right.
    """

    step: int
    jump: Fraction
    halo: Ends
    drops: tuple[Ends, ...]
    gains: tuple[int, ...]
    sizes: Progression
    whole: tuple[str, ...] = ()

    def stride(self, units: Iterable[int | None]) -> int:
        """Return how many pixels after a tile the next one may start; 0 where no whole step of units is kept.

        units: the sizes of the outputs on the tile.
        """
        kept = zip(units, self.drops, self.gains, strict=True)
        return self.step * max(0, min(((n or 0) - first - last) // gain for n, (first, last), gain in kept))


class Layout(NamedTuple):
    """How the layers of a network read on an input of some size, as far as their units see different places.

    reads: for every layer that does, its sources and how it reads them. whole: layers that read a map as a whole.
    """

    reads: dict[str, list[tuple[str, Taps]]]
    whole: list[str]


def layout(graph: Graph, axis: int, sizes: Callable[[str], int], later: Callable[[str], int]) -> Layout:
    """Return how all layers read.

    sizes, later: of all tensors, on an input and on one that is some periods larger. What is read otherwise then goes
    by the size of the map, as adaptive pooling does: it reads the map as a whole.
    """
    found = Layout({INPUT: []}, [])
    for node in graph.nodes:
        taps, after = (node.op.taps(axis, [*map(each, node.inputs)]) for each in (sizes, later))
        local = [
            (source, reads, reads == then and reads.step > 0)
            for source, reads, then in zip(node.inputs, taps, after, strict=True)
            if source in found.reads
        ]
        if node.op.reads_whole_map or not all(kept for _, _, kept in local):
            found.whole.append(node.name)
        if kept := [(source, reads) for source, reads, kept in local if kept]:
            found.reads[node.name] = kept
    return found


def wrong_ends(found: Layout, sizes: Callable[[str], int]) -> dict[str, Ends]:
    """Return how many units at both ends of every layer's map read what is not there, or is wrong itself."""
    ends: dict[str, Ends] = {}
    for name, reads in found.reads.items():
        size = sizes(name)
        right = [1 + taps.last_reader(ends[source][0] - 1) for source, taps in reads]
        wrong = [taps.first_reader(sizes(source) - ends[source][1]) for source, taps in reads]
        ends[name] = max([0, *right]), size - min([size, *wrong])
    return ends


def overhang(strand: Strand, start: int, stop: int) -> tuple[Fraction, Fraction]:
    """Return how far the units from `start` to before `stop` see beyond the pixels of their own, before and after."""
    jump, period = strand.jump, len(strand.phases)
    first = min(span[0] for span in map(strand.__getitem__, range(start, start + period)) if span)
    last = max(span[1] for span in map(strand.__getitem__, range(stop - period, stop)) if span)
    return start * jump - first, last + 1 - stop * jump
