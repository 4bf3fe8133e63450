"""Convolution, `torch.nn.Conv1d` … `Conv3d` (cross-correlation, zeros as padding)."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.families.convolution import Convolution
from poolcalc.families.groups import require_divisible
from poolcalc.network.op import Padding, Shape
from poolcalc.network.parameter import Amounts, Channels, Groups, PerAxis, Truth, Whole, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv(Convolution):
    """Convolution."""

    keyword = "conv"
    main = "out_channels"

    out_channels: int = parameter(Channels(1), "number of filters")
    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the kernel")
    stride: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from window to window", default=1)
    padding: Padding = parameter(
        Amounts(words=("same", "same_lower", "valid")), "zeros around the input, or same, same_lower, valid", default=0
    )
    dilation: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from tap to tap inside the kernel", default=1)
    groups: int = parameter(Groups(1), "groups of channels that do not mix", default=1)
    bias: bool = parameter(Truth(), "whether to add a learned value per filter", default=True)

    def filters(self, in_channels: int) -> tuple[int, int]:
        """Return (out_channels, groups)."""
        return self.out_channels, self.groups

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return out_channels and the number of windows."""
        ((channels, *_),) = inputs
        require_divisible(self.groups, in_channels=channels, out_channels=self.out_channels)
        # The two-argument form: `slots=True` makes a new class, which the bare `super()` does not know.
        return super(Conv, self).output_shape(inputs)

    def window(self) -> str:
        """Return kernel/stride pPadding dDilation gGroups."""
        return super(Conv, self).window() + (f" g{self.groups}" if self.groups > 1 else "")
