"""Input sizes that suit a network: the clean ones, the legal ones, and how to cut a large image into tiles.

A size is *legal* where every layer can run and all merges fit. It is *clean* where, besides, no row is lost, and every
size is restored that is to be; what is lost says `analysis.remainder`, what is to be restored `restored`. (*Row* stands
for row, column or frame.)

Axes are independent of each other, so each is studied alone, with one pixel on the others. Every operator's size rule
repeats from some size on: s rows more come to d units more. Followed through the graph, this gives a period for the
whole network, and the size from which on no layer is in its irregular beginning any more (`axis.AxisSizes.settle`).
What holds there over one period holds for ever, by induction; the sizes below are tried one by one.
"""

from poolcalc.analysis.sizes.progression import Progression
from poolcalc.analysis.sizes.restored import enlargements, present_rates
from poolcalc.analysis.sizes.study import Sizes, smallest_legal, study
from poolcalc.analysis.sizes.tiles import Ends, Tiling
from poolcalc.analysis.sizes.verdict import Mismatch, Unrestored, Verdict

__all__ = [
    "Ends",
    "Mismatch",
    "Progression",
    "Sizes",
    "Tiling",
    "Unrestored",
    "Verdict",
    "enlargements",
    "present_rates",
    "smallest_legal",
    "study",
]
