"""Pooling: a sliding window on every channel; the stride defaults to the kernel size."""

from collections.abc import Sequence

from poolcalc.families.sliding import SlidingWindow
from poolcalc.network.op import Impossible, Shape


class Pooling(SlidingWindow):
    """A sliding window that keeps the channels."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Fill in PyTorch's default stride."""
        if not self.stride:
            object.__setattr__(self, "stride", self.kernel_size)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return channels and the number of windows."""
        ((channels, *spatial),) = inputs
        if not isinstance(self.padding, str):
            for axis, (kernel, pair) in enumerate(zip(self.kernel_size, self.padding, strict=True)):
                if not self.allows_padding(max(pair), kernel):
                    raise Impossible(
                        f"padding {max(pair)} is more than half of kernel_size {kernel}",
                        f"axis {axis}: a window could lie in the padding alone, where there is nothing to pool",
                        help=f"use padding up to {kernel // 2}, or kernel_size from {2 * max(pair)}",
                    )
        return (channels, *self.output_sizes(spatial))

    def allows_padding(self, amount: int, kernel_size: int) -> bool:
        """Return whether every window still holds a pixel: PyTorch's rule, half the kernel, dilation not counted."""
        return amount <= kernel_size // 2
