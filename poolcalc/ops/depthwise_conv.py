"""Depthwise convolution: every channel has kernels of its own (`groups=in_channels` in PyTorch)."""

from dataclasses import dataclass

from poolcalc.families.convolution import Convolution
from poolcalc.network.kind import Amounts, Channels, PerAxis, Truth, Whole
from poolcalc.network.parameter import parameter
from poolcalc.network.window import Padding


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthwiseConv(Convolution):
    """Depthwise convolution."""

    keyword = "depthwise_conv"
    main = "kernel_size"
    example = "{kernel_size: 3, stride: 2, dilation: 2, channel_multiplier: 2}"

    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the kernel")
    stride: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from window to window", default=1)
    padding: Padding = parameter(
        Amounts(words=("same", "same_lower", "valid")), "zeros around the input, or same, same_lower, valid", default=0
    )
    dilation: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from tap to tap inside the kernel", default=1)
    channel_multiplier: int = parameter(Channels(1), "filters per input channel", default=1)
    bias: bool = parameter(Truth(), "whether to add a learned value per filter", default=True)

    def filters(self, in_channels: int) -> tuple[int, int]:
        """Return (out_channels, groups)."""
        return in_channels * self.channel_multiplier, in_channels
