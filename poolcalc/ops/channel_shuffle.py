"""Channel shuffle, `torch.nn.ChannelShuffle` (Zhang et al., "ShuffleNet", 2017)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from poolcalc.families.groups import require_divisible
from poolcalc.families.pointwise import Pointwise
from poolcalc.network.kind import Groups
from poolcalc.network.op import Array, Shape, T, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelShuffle(Pointwise):
    """Channels dealt out from their groups in turn."""

    keyword = "channel_shuffle"
    main = "groups"
    example = "2"
    keeps_shape = False  # not where groups do not divide the channels
    takes = "maps"

    groups: int = parameter(Groups(1), "groups to deal from")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the input's shape."""
        (shape,) = inputs
        require_divisible(self.groups, shape[0])
        return shape

    def rearranged(self, channels: Sequence[Sequence[T]]) -> Sequence[T]:
        """Take one of every group in turn."""
        each = len(channels[0]) // self.groups
        return [*chain(*(channels[0][place::each] for place in range(each)))]

    def channels_backward(self, values: Any, place: int, inputs: Sequence[Shape]) -> Any:
        """Deal the channels back to their groups."""
        return values.reshape(-1, self.groups, *values.shape[1:]).swapaxes(0, 1).reshape(values.shape)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Transpose groups and places."""
        (x,) = inputs
        return x.reshape(self.groups, -1, *x.shape[1:]).swapaxes(0, 1).reshape(x.shape)
