"""Transposed convolution, `torch.nn.ConvTranspose1d` … `ConvTranspose3d`: scatters where a convolution gathers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from poolcalc.families.groups import require_divisible, uneven_groups
from poolcalc.families.kernels import met, tightened
from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import Meetings, Taps, transposed
from poolcalc.network.kind import Amounts, Channels, Groups, PerAxis, Truth, Whole
from poolcalc.network.op import Array, Change, Contradiction, Impossible, Op, Shape, Weight, Weights
from poolcalc.network.parameter import parameter
from poolcalc.network.window import Window
from poolcalc.wording import amounts, evenly, notation, times


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvTranspose(Op):
    """Transposed convolution."""

    keyword = "conv_transpose"
    main = "out_channels"
    example = "{out_channels: 2, kernel_size: 3, stride: 2, output_padding: 1}"
    enlarges = True
    gradient = "learned"
    effort = 3e-9
    cuts = True

    out_channels: int = parameter(Channels(1), "number of filters")
    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the kernel")
    stride: tuple[int, ...] = parameter(PerAxis(Whole(1)), "output units per input unit", default=1)
    padding: tuple[tuple[int, int], ...] = parameter(Amounts(), "rows and columns cut off the output", default=0)
    output_padding: tuple[int, ...] = parameter(
        PerAxis(Whole(0), idle=0),
        "extra size at the end of the output; picks one of the sizes that a stride makes equal",
        default=0,
    )
    groups: int = parameter(Groups(1), "groups of channels that do not mix", default=1)
    bias: bool = parameter(Truth(), "whether to add a learned value per filter", default=True)
    dilation: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from tap to tap inside the kernel", default=1)

    def contradiction(self) -> Contradiction | None:
        """Refuse uneven groups, and more output_padding than picks between the sizes that a stride makes equal."""
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(stride, dilation):
                return Contradiction(
                    "output_padding",
                    f"output_padding {extra} must be smaller than stride {stride} or dilation {dilation}",
                    help=f"use output_padding up to {min(map(max, self.stride, self.dilation)) - 1}",
                )
        return uneven_groups(self.groups, self.out_channels)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return out_channels and (n − 1)·stride − padding + effective kernel + output_padding."""
        ((channels, *spatial),) = inputs
        require_divisible(self.groups, channels, self.out_channels)
        sizes = tuple(self._size(axis, size) for axis, size in enumerate(spatial))
        if min(sizes) < 1:
            axis = next(axis for axis, size in enumerate(sizes) if size < 1)
            before, after = self.padding[axis]
            full = sizes[axis] + before + after
            least = min(size + sum(pair) for size, pair in zip(sizes, self.padding, strict=True))
            raise Impossible(
                f"padding cuts the whole output of {full} away",
                f"axis {axis}: {full} − {before} − {after} = {full - before - after}, input {times(spatial)}",
                help=f"use padding up to {(least - 1) // 2}",
            )
        return (self.out_channels, *sizes)

    def _size(self, axis: int, size: int) -> int:
        kernel_size, dilation = self.kernel_size[axis], self.dilation[axis]
        output_padding = self.output_padding[axis]
        return arithmetic.transposed_size(
            size, *self.padding[axis], kernel_size, dilation, self.stride[axis], output_padding
        )

    def resized(self, found: Sequence[int], wanted: Sequence[int]) -> Change | None:
        """Return other output_padding, which picks one of the sizes that the stride makes equal, or more of both."""
        extra = tuple(o + w - f for o, f, w in zip(self.output_padding, found, wanted, strict=True))
        if min(extra) >= 0:
            return Change(f"`output_padding: {notation(extra)}`", self.with_(output_padding=extra))
        more = tuple(max(0, (1 - rows) // 2) for rows in extra)  # at both ends, so that the middle stays
        padding = tuple((before + rows, after + rows) for (before, after), rows in zip(self.padding, more, strict=True))
        extra = tuple(rows + 2 * added for rows, added in zip(extra, more, strict=True))
        words = f"`padding: {notation(padding)}` with `output_padding: {notation(extra)}`"
        return Change(words, self.with_(padding=padding, output_padding=extra))

    def unevenness(self, axis: int, size: int) -> str | None:
        """Return by which parameters kernels overlap unevenly."""
        return f"kernel_size {self.kernel_size[axis]} is no multiple of stride {self.stride[axis]}"

    def evened(self, spatial: Sequence[int]) -> Iterator[Change]:
        """Yield the next kernel that the stride divides, with padding that keeps the output size."""
        kernel = tuple(-(-k // s) * s for k, s in zip(self.kernel_size, self.stride, strict=True))
        for extra in range(max(self.stride)):
            padding = tuple(
                ((cut := sum(pair) + wide - k + extra - more) // 2, cut - cut // 2)
                for pair, k, wide, more in zip(self.padding, self.kernel_size, kernel, self.output_padding, strict=True)
            )
            if min(map(min, padding)) >= 0 and all(before == after for before, after in padding):
                output_padding = (extra,) * len(kernel)
                words = f"`kernel_size: {notation(kernel)}` with `padding: {notation(padding)}`"
                words += f" and `output_padding: {notation(output_padding)}`"
                yield Change(words, self.with_(kernel_size=kernel, padding=padding, output_padding=output_padding))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return the inputs whose scattered kernels cover unit u; they depend on u modulo the stride."""
        before, _ = self.padding[axis]
        return (transposed(self.kernel_size[axis], self.stride[axis], before, self.dilation[axis]),)

    @property
    def _scattered(self) -> Window:
        """The window that slides over the output, from input unit to input unit."""
        return Window(self.kernel_size, self.stride, self.padding, self.dilation)

    def meetings(self, spatial: Sequence[int], output: Sequence[int]) -> tuple[Meetings, ...]:
        """Return how often what taps scatter lies on the output, and is not cut off by padding."""
        return met(self._scattered, output, spatial)

    def tightened(self, spatial: Sequence[int], output: Sequence[int]) -> Iterator[Change]:
        """Yield kernels of which less is cut off."""
        return tightened(self, self._scattered, output, spatial)

    def channel_groups(self, in_channels: int) -> int:
        """Return groups."""
        return self.groups

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return weight (in_channels, out_channels / groups, *kernel_size) and bias (out_channels)."""
        ((channels, *_),) = inputs
        fan_in = channels // self.groups * max(1, prod(self.kernel_size) // prod(self.stride))
        shape = (channels, self.out_channels // self.groups, *self.kernel_size)
        weight = Weight(shape, deviation=(2 / fan_in) ** 0.5)
        return {"weight": weight} | ({"bias": Weight((self.out_channels,), deviation=0.1)} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Return every weight times every input position, those that padding cuts off included."""
        ((_, *spatial),) = inputs
        return self.weights(inputs)["weight"].size * prod(spatial)

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return what one tap scatters."""
        return self.out_channels * prod(inputs[0][1:])

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Scatter every input value times its kernel."""
        from poolcalc.kernels.convolution import convolve_transposed

        (x,) = inputs
        y = convolve_transposed(
            x,
            weights["weight"],
            stride=self.stride,
            padding=self.padding,
            output_padding=self.output_padding,
            dilation=self.dilation,
            groups=self.groups,
        )
        if self.bias:
            y += weights["bias"].reshape(-1, *(1,) * (y.ndim - 1))
        return y

    def notation(self) -> str:
        """Return kernel·stride pPadding oOutput_padding dDilation gGroups; ↑ marks that the stride enlarges."""
        parts = [times(self.kernel_size)]
        if set(self.stride) != {1}:
            parts[0] += f"↑{evenly(self.stride)}"
        if any(pair != (0, 0) for pair in self.padding):
            parts.append(f"p{amounts(self.padding)}")
        if any(self.output_padding):
            parts.append(f"o{evenly(self.output_padding)}")
        if set(self.dilation) != {1}:
            parts.append(f"d{evenly(self.dilation)}")
        if self.groups > 1:
            parts.append(f"g{self.groups}")
        return " ".join(parts)
