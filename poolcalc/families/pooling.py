"""Pooling: a sliding window on every channel; the stride defaults to the kernel size."""

from abc import abstractmethod
from collections.abc import Sequence
from math import prod
from typing import final

from poolcalc.families.sliding import output_sizes
from poolcalc.network.op import Contradiction, Op, Shape
from poolcalc.network.parameter import parameters
from poolcalc.network.window import Window


class Pooling(Op):
    """A sliding window that keeps the channels."""

    __slots__ = ()
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    @abstractmethod
    def window(self) -> Window:
        """The window that is pooled."""

    def contradiction(self) -> Contradiction | None:
        """Refuse padding in which a whole window could lie."""
        kernel_size, _, padding, *_ = self.window
        largest = max(map(max, padding)) if isinstance(padding, tuple) else 0
        for axis, pair in enumerate(padding if isinstance(padding, tuple) else ()):
            most, kernel = max(pair), kernel_size[axis]
            if not self.allows_padding(most, kernel):
                return Contradiction(
                    "padding",
                    f"padding {most} is more than half of kernel_size {kernel}",
                    (f"axis {axis}: a window could lie in the padding alone, where there is nothing to pool",),
                    help=f"use padding up to {min(kernel_size) // 2}, or kernel_size from {2 * largest}",
                )
        return None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels and the number of windows."""
        ((channels, *spatial),) = inputs
        return (channels, *output_sizes(self.window, spatial, self.allows_padding))

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the padded copy of a block of channels and what the axes make of it in turn, in every thread."""
        from poolcalc.kernels import WORKSPACE

        channels, *now = inputs[0]
        block = min(channels, max(1, WORKSPACE // prod(now)))
        before = most = prod(now) if isinstance(self.window.padding, str) or any(map(any, self.window.padding)) else 0
        for axis, units in enumerate(output[1:]):
            now[axis] = units
            most, before = max(most, before + prod(now)), prod(now)
        return threads * block * most

    @final
    def allows_padding(self, amount: int, kernel_size: int) -> bool:
        """Return whether every window still holds a pixel: PyTorch's rule, half the kernel, dilation not counted.

        Operators without a parameter for it allow none.
        """
        has_padding = any(declared.name == "padding" for declared in parameters(type(self)))
        return amount <= (kernel_size // 2 if has_padding else 0)
