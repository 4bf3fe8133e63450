"""Power-average pooling, `torch.nn.LPPool1d` … `LPPool3d`: (Σ |x|ᴾ)^(1/P).

As in ONNX. PyTorch leaves the sign in xᴾ: the same for an even P and behind a ReLU, otherwise mostly NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from poolcalc.families.pooling import Pooling
from poolcalc.network.kind import Number, PerAxis, Truth, Whole
from poolcalc.network.op import Array, Shape, Weights
from poolcalc.network.parameter import Same, parameter
from poolcalc.network.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class LPPool(Pooling):
    """The P-norm of every window."""

    keyword = "lp_pool"
    main = "kernel_size"
    example = "{kernel_size: 2, norm_type: 3}"
    gradient = "averaged"
    effort = 4e-9

    norm_type: Fraction = parameter(Number(above=True), "the exponent P", default=Fraction(2))
    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the window")
    stride: tuple[int, ...] = parameter(
        PerAxis(Whole(1)), "step from window to window; the kernel size if left out", default=Same("kernel_size")
    )
    ceil_mode: bool = parameter(Truth(), "whether a last window may hang over the end", default=False)

    @property
    def window(self) -> Window:
        """Without padding and dilation."""
        axes = len(self.kernel_size)
        return Window(self.kernel_size, self.stride, ((0, 0),) * axes, (1,) * axes, self.ceil_mode)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Take the root of mean powers times the kernel; a clipped last window is thereby scaled up, as in PyTorch."""
        import numpy as np

        from poolcalc.kernels.pooling import sliding_mean

        (x,) = inputs
        power = np.float32(self.norm_type)
        powers = np.abs(x)
        powers **= power
        y = sliding_mean(powers, self.window, count_include_pad=True)
        y *= np.float32(prod(self.kernel_size))
        y **= 1 / power
        return y

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the powers, and what pooling them needs."""
        return prod(inputs[0]) + super(LPPool, self).workspace(inputs, output, threads)
