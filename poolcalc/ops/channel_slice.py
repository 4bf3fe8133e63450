"""A range of channels, `x[:, start:stop]`: how ShuffleNet V2 splits its units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from poolcalc.geometry import arithmetic
from poolcalc.network.kind import Whole
from poolcalc.network.op import Array, Contradiction, Impossible, Op, Shape, T, Weights
from poolcalc.network.parameter import parameter

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSlice(Op):
    """Channels start … stop − 1."""

    keyword = "channel_slice"
    example = "{start: 1, stop: 3}"
    takes = "either"
    is_view = True

    start: int = parameter(Whole(0), "first channel to keep", default=0)
    stop: int = parameter(Whole(1), "first channel to leave out")

    def contradiction(self) -> Contradiction | None:
        """Refuse an empty range."""
        if self.start < self.stop:
            return None
        message = f"channels {self.start} to {self.stop} are no range"
        return Contradiction("start", message, help=f"use start up to {self.stop - 1}")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return stop − start channels."""
        ((channels, *spatial),) = inputs
        if self.stop > channels:
            raise Impossible(
                f"channels {self.start} to {self.stop} are no range of the {channels} that come in",
                help=f"use start < stop ≤ {channels}",
            )
        return (arithmetic.total(self.stop, -self.start), *spatial)

    def with_channels(self, given: int, most: int) -> "Self":
        """Return as many channels from the first on."""
        return self.with_(start=0, stop=min(self.stop - self.start, given))

    def rearranged(self, channels: Sequence[Sequence[T]]) -> Sequence[T]:
        """Slice."""
        return channels[0][self.start : self.stop]

    def channels_backward(self, values: Any, place: int, inputs: Sequence[Shape]) -> Any:
        """Put zeros where channels were left out."""
        import numpy as np

        around = [(0, 0)] * (values.ndim - 1)
        return np.pad(values, [(self.start, inputs[place][0] - self.stop), *around])

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Slice."""
        (x,) = inputs
        return x[self.start : self.stop]

    def notation(self) -> str:
        """Return start:stop."""
        return f"{self.start}:{self.stop}"
