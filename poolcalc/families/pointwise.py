"""Operators that compute each value from the values at the same position: sizes and fields stay as they are."""

from abc import abstractmethod
from collections.abc import Sequence
from math import prod
from typing import ClassVar, Literal

from poolcalc.network.op import Array, Op, Shape, Weights


class Pointwise(Op):
    """Any shape in, the same shape out.

    intermediates: arrays of that shape that exist at most beside input and output.
    """

    __slots__ = ()
    intermediates: ClassVar[int] = 0
    takes: ClassVar[Literal["maps", "vectors", "either"]] = "either"
    neutral = True
    keeps_shape = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the input's shape."""
        (shape,) = inputs
        return shape

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the values of the intermediate results."""
        return self.intermediates * prod(output)


class Activation(Pointwise):
    """A function of one value, without weights."""

    __slots__ = ()

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Apply the function to every value."""
        (x,) = inputs
        return self.apply(x)

    @abstractmethod
    def apply(self, x: Array) -> Array:
        """Return the function of every value; a NaN stays one."""
