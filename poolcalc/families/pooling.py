"""Pooling: a sliding window on every channel; the stride defaults to the kernel size."""

from abc import abstractmethod
from collections.abc import Sequence

from poolcalc.families.sliding import output_sizes
from poolcalc.network.op import Impossible, Op, Shape
from poolcalc.network.window import Window


class Pooling(Op):
    """A sliding window that keeps the channels."""

    __slots__ = ()
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]

    def __post_init__(self) -> None:
        """Fill in PyTorch's default stride."""
        if not self.stride:
            object.__setattr__(self, "stride", self.kernel_size)

    @property
    @abstractmethod
    def window(self) -> Window:
        """The window that is pooled."""

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels and the number of windows."""
        ((channels, *spatial),) = inputs
        window = self.window
        if not isinstance(window.padding, str):
            for axis, (kernel, pair) in enumerate(zip(window.kernel_size, window.padding, strict=True)):
                if not self.allows_padding(max(pair), kernel):
                    raise Impossible(
                        f"padding {max(pair)} is more than half of kernel_size {kernel}",
                        f"axis {axis}: a window could lie in the padding alone, where there is nothing to pool",
                        help=f"use padding up to {kernel // 2}, or kernel_size from {2 * max(pair)}",
                    )
        return (channels, *output_sizes(window, spatial, self.allows_padding))

    def allows_padding(self, amount: int, kernel_size: int) -> bool:
        """Return whether every window still holds a pixel: PyTorch's rule, half the kernel, dilation not counted."""
        return amount <= kernel_size // 2
