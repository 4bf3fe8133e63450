"""Windows that slide over the input: convolution and pooling share sizes, taps and the reasons why one does not fit."""

from collections.abc import Sequence

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import Taps, windows
from poolcalc.network.op import Impossible, Op, Padding, Shape
from poolcalc.wording import amounts, evenly, signed, times


class SlidingWindow(Op):
    """An operator with kernel_size, stride, padding, dilation, ceil_mode; subclasses declare those that they have."""

    __slots__ = ()
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def padding(self) -> Padding:
        """None, for operators without the parameter."""
        return ((0, 0),) * len(self.kernel_size)

    @property
    def dilation(self) -> tuple[int, ...]:
        """One, for operators without the parameter."""
        return (1,) * len(self.kernel_size)

    @property
    def ceil_mode(self) -> bool:
        """Off, for operators without the parameter."""
        return False

    def _span(self, axis: int) -> int:
        return arithmetic.effective_kernel_size(self.kernel_size[axis], self.dilation[axis])

    def _padding(self, axis: int, size: int) -> tuple[int, int]:
        if isinstance(self.padding, str):
            extra_before = self.padding == "same_lower"
            return arithmetic.same_padding(size, self._span(axis), self.stride[axis], extra_before=extra_before)
        return self.padding[axis]

    def output_sizes(self, spatial: Sequence[int]) -> tuple[int, ...]:
        """Return the number of windows on every axis, or raise `Impossible` where not even one fits."""
        sizes = tuple(self._windows(axis, size) for axis, size in enumerate(spatial))
        if 0 in sizes:
            raise self._misfit(sizes.index(0), spatial)
        return sizes

    def _windows(self, axis: int, size: int) -> int:
        if isinstance(self.padding, str):
            return arithmetic.same_windows(size, self.stride[axis])
        before, after = self.padding[axis]
        if self.ceil_mode:
            return arithmetic.ceil_windows(size, before, after, self._span(axis), self.stride[axis])
        return arithmetic.floor_windows(before + size + after, self._span(axis), self.stride[axis])

    def arithmetic(self, place: int, inputs: Sequence[Shape]) -> str:
        """Return ⌊(size + before + after − window)/stride⌋ + 1, or what ceil mode and `same` make of it."""
        if not place:
            return ""
        size, axis = inputs[0][place], place - 1
        stride = self.stride[axis]
        if isinstance(self.padding, str):
            return f"⌈{size}/{stride}⌉" if stride > 1 else ""
        before, after = self.padding[axis]
        kernel, dilation = self.kernel_size[axis], self.dilation[axis]
        window = f"{kernel}" if dilation == 1 or kernel == 1 else f"({dilation}·({kernel} − 1) + 1)"
        remaining = f"{size}{signed(before, after)} − {window}"
        if stride == 1:
            return f"{remaining} + 1"
        if not self.ceil_mode:
            return f"⌊({remaining})/{stride}⌋ + 1"
        count = f"⌈({remaining})/{stride}⌉ + 1"
        starts = -(-(size + before) // stride)
        if starts > -((self._span(axis) - before - size - after) // stride):
            return count
        return f"min({count}, ⌈({size}{signed(before)})/{stride}⌉)"  # no window starts in the padding behind

    def _misfit(self, axis: int, spatial: Sequence[int]) -> Impossible:
        size, span, kernel = spatial[axis], self._span(axis), self.kernel_size[axis]
        before, after = self._padding(axis, size)
        padded = before + size + after
        dilated = f" with dilation {self.dilation[axis]} spans {span} and" if span != kernel else ""
        ways = [f"an input of at least {span - before - after} here"]
        fitting = (padded - 1) // self.dilation[axis] + 1
        if self.allows_padding(max(before, after), fitting):
            ways.insert(0, f"kernel_size up to {fitting}")
        enough = -((size - span) // 2)
        if self.allows_padding(enough, kernel):
            ways.insert(0, f"padding: {enough}")
        return Impossible(
            f"kernel_size {kernel}{dilated} does not fit the padded input of {padded}",
            f"axis {axis}: {before} + {size} + {after} = {padded} < {span}, input {times(spatial)}",
            help=f"use {', or '.join(ways)}",
        )

    def allows_padding(self, amount: int, kernel_size: int) -> bool:
        """Return whether that much padding on both sides is legal."""
        return True

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return the window of unit i, dilation included."""
        (size,) = sizes
        before, _ = self._padding(axis, size)
        return (windows(self.kernel_size[axis], self.stride[axis], before, self.dilation[axis]),)

    def window(self) -> str:
        """Return kernel/stride pPadding dDilation, each left out where it is 1, 0 or 1."""
        parts = [times(self.kernel_size)]
        if set(self.stride) != {1}:
            parts[0] += f"/{evenly(self.stride)}"
        if isinstance(self.padding, str):
            parts.append(self.padding)
        elif any(pair != (0, 0) for pair in self.padding):
            parts.append(f"p{amounts(self.padding)}")
        if set(self.dilation) != {1}:
            parts.append(f"d{evenly(self.dilation)}")
        if self.ceil_mode:
            parts.append("ceil")
        return " ".join(parts)
