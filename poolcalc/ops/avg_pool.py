"""Average pooling, `torch.nn.AvgPool1d` … `AvgPool3d`."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.families.pooling import Pooling
from poolcalc.network.kind import Amounts, PerAxis, Truth, Whole
from poolcalc.network.op import Array, Weights
from poolcalc.network.parameter import Same, parameter
from poolcalc.network.window import Padding, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class AvgPool(Pooling):
    """The mean of every window."""

    keyword = "avg_pool"
    main = "kernel_size"
    example = "{kernel_size: 3, stride: 2, padding: 1}"
    gradient = "averaged"
    has_fixed_weights = True

    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the window")
    stride: tuple[int, ...] = parameter(
        PerAxis(Whole(1)), "step from window to window; the kernel size if left out", default=Same("kernel_size")
    )
    padding: Padding = parameter(
        Amounts(words=("same", "same_lower", "valid")), "zeros around the input, up to half the kernel", default=0
    )
    ceil_mode: bool = parameter(Truth(), "whether a last window may hang over the end", default=False)
    count_include_pad: bool = parameter(Truth(), "whether padding counts in the mean", default=True)

    @property
    def window(self) -> Window:
        """Without dilation."""
        return Window(self.kernel_size, self.stride, self.padding, (1,) * len(self.stride), self.ceil_mode)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Divide sums by the number of cells, which is smaller where a window hangs over the end."""
        from poolcalc.kernels.pooling import sliding_mean

        (x,) = inputs
        return sliding_mean(x, self.window, count_include_pad=self.count_include_pad)
