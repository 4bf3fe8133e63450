"""Convolution with any number of groups: what `conv` and `depthwise_conv` share."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from math import prod

from poolcalc.families.groups import require_divisible
from poolcalc.families.kernels import met, tightened
from poolcalc.families.sliding import output_sizes
from poolcalc.geometry.taps import Meetings
from poolcalc.network.op import Array, Change, Op, Shape, Weight, Weights
from poolcalc.network.window import Padding, Window


class Convolution(Op):
    """Cross-correlation with zero padding, `torch.nn.Conv1d` … `Conv3d`."""

    __slots__ = ()
    gradient = "learned"
    streams_weights = True
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    bias: bool

    @property
    def window(self) -> Window:
        """The kernel's."""
        return Window(self.kernel_size, self.stride, self.padding, self.dilation)

    @abstractmethod
    def filters(self, in_channels: int) -> tuple[int, int]:
        """Return (out_channels, groups) for that many input channels."""

    def channel_groups(self, in_channels: int) -> int:
        """Return the groups of `filters`."""
        return self.filters(in_channels)[1]

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return out_channels and the number of windows."""
        ((channels, *spatial),) = inputs
        out_channels, groups = self.filters(channels)
        require_divisible(groups, channels, out_channels)
        return (out_channels, *output_sizes(self.window, spatial))

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return weight (out_channels, in_channels / groups, *kernel_size) and bias (out_channels)."""
        ((channels, *_),) = inputs
        out_channels, groups = self.filters(channels)
        fan_in = channels // groups * prod(self.kernel_size)
        weight = Weight((out_channels, channels // groups, *self.kernel_size), deviation=(2 / fan_in) ** 0.5)
        return {"weight": weight} | ({"bias": Weight((out_channels,), deviation=0.1)} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Return every weight times every output position."""
        return self.weights(inputs)["weight"].size * prod(output[1:])

    def meetings(self, spatial: Sequence[int], output: Sequence[int]) -> tuple[Meetings, ...]:
        """Return how often taps lie on the map, not on the padding around it."""
        return met(self.window, spatial, output)

    def tightened(self, spatial: Sequence[int], output: Sequence[int]) -> Iterator[Change]:
        """Yield kernels that reach less far into the padding."""
        return tightened(self, self.window, spatial, output)

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return the columns that a block of windows is copied into, in every thread."""
        from poolcalc.kernels import WORKSPACE

        taps = inputs[0][0] * prod(self.kernel_size)
        return threads * taps * min(prod(output[1:]), max(1, WORKSPACE // taps))

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Slide the kernel over the padded input."""
        from poolcalc.kernels.convolution import convolve

        (x,) = inputs
        out_channels, groups = self.filters(len(x))
        bias = weights["bias"] if self.bias else None
        return convolve(x, weights.rows("weight"), bias, out_channels, window=self.window, groups=groups)
