"""Max pooling, `torch.nn.MaxPool1d` … `MaxPool3d`."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.families.pooling import Pooling
from poolcalc.network.kind import Amounts, PerAxis, Truth, Whole
from poolcalc.network.op import Array, Weights
from poolcalc.network.parameter import Same, parameter
from poolcalc.network.window import Padding, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPool(Pooling):
    """The largest value of every window; padding never wins."""

    keyword = "max_pool"
    main = "kernel_size"
    example = "{kernel_size: 3, stride: 2, padding: 1, ceil_mode: true}"
    gradient = "chosen"

    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the window")
    stride: tuple[int, ...] = parameter(
        PerAxis(Whole(1)), "step from window to window; the kernel size if left out", default=Same("kernel_size")
    )
    padding: Padding = parameter(
        Amounts(words=("same", "same_lower", "valid")), "padding that never wins, up to half the kernel", default=0
    )
    dilation: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from tap to tap inside the window", default=1)
    ceil_mode: bool = parameter(Truth(), "whether a last window may hang over the end", default=False)

    @property
    def window(self) -> Window:
        """All five parameters."""
        return Window(self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Take the maximum along one axis after the other."""
        from poolcalc.kernels.pooling import sliding_max

        (x,) = inputs
        return sliding_max(x, self.window)
