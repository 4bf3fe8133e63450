"""Windows that slide over a map: what convolution and pooling have in common."""

from typing import NamedTuple

from poolcalc.geometry import arithmetic
from poolcalc.geometry.taps import Taps, windows
from poolcalc.wording import amounts, evenly, times

Padding = str | tuple[tuple[int, int], ...]
"""One (before, after) per axis, or `same` / `same_lower`."""


class Window(NamedTuple):
    """A window with one entry per spatial axis, and how it moves.

    padding: around the input, on every axis, or the name of a way to work it out.
    ceil_mode: whether a last window may hang over the end.
    """

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    ceil_mode: bool = False

    @property
    def pairs(self) -> tuple[tuple[int, int], ...] | None:
        """The padding in numbers; None where it is worked out."""
        return self.padding if isinstance(self.padding, tuple) else None

    def span(self, axis: int) -> int:
        """Return the pixels from the first to the last that a window covers."""
        return arithmetic.effective_kernel_size(self.kernel_size[axis], self.dilation[axis])

    def around(self, axis: int, size: int) -> tuple[int, int]:
        """Return the padding before and after an input of that size."""
        if isinstance(self.padding, str):
            lower = self.padding == "same_lower"
            return arithmetic.same_padding(size, self.span(axis), self.stride[axis], extra_before=lower)
        return self.padding[axis]

    def units(self, axis: int, size: int) -> int:
        """Return how many windows fit on an input of that size: less than 1 where not even one does."""
        if isinstance(self.padding, str):
            return arithmetic.same_windows(size, self.stride[axis])
        fitting = arithmetic.ceil_windows if self.ceil_mode else arithmetic.floor_windows
        return fitting(size, *self.padding[axis], self.kernel_size[axis], self.dilation[axis], self.stride[axis])

    def taps(self, axis: int, size: int) -> Taps:
        """Return what the windows read of an input of that size."""
        before, _ = self.around(axis, size)
        return windows(self.kernel_size[axis], self.stride[axis], before, self.dilation[axis])

    def notation(self) -> str:
        """Return kernel/stride pPadding dDilation, each left out where it is 1, 0 or 1.

        >>> Window((3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1)).notation()
        '3×3/2 p1'
        """
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
