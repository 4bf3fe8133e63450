"""Flatten, `torch.nn.Flatten`: all values in one vector."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import IDENTITY, Taps, everything
from poolcalc.network.op import Array, Op, Shape, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Op):
    """Channels and positions in one vector."""

    keyword = "flatten"
    takes = "either"
    is_view = True
    flattens = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the product of the sizes."""
        (shape,) = inputs
        return (arithmetic.product(*shape),)

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return everything: the vector as a whole sees what the map sees."""
        (size,) = sizes
        return (everything(size) if size > 1 else IDENTITY,)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Reshape."""
        (x,) = inputs
        return x.reshape(-1)
