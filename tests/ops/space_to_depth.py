"""Space to depth, `torch.nn.PixelUnshuffle`: rows and columns become channels. An operator that poolcalc does not have.

Its file is all that `test_a_new_operator.py` adds; its per-axis parameter has a name that no other operator's has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from poolcalc.geometry.taps import Taps, windows
from poolcalc.network.kind import PerAxis, Whole
from poolcalc.network.op import Array, Impossible, Op, Shape, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceToDepth(Op):
    """Every block of positions becomes channels."""

    keyword = "space_to_depth"
    main = "block_size"
    example = "[3, 2]"

    block_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "positions that become channels")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        ((channels, *spatial),) = inputs
        for size, block in zip(spatial, self.block_size, strict=True):
            if size % block:
                raise Impossible(f"block_size {block} does not divide {size}", help=f"pad to a multiple of {block}")
        return (channels * prod(self.block_size), *map(int.__floordiv__, spatial, self.block_size))

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        return (windows(self.block_size[axis], self.block_size[axis], 0, 1),)

    def channels_backward(self, values: Any, place: int, inputs: Sequence[Shape]) -> Any:
        return values.reshape(inputs[place][0], -1, *values.shape[1:]).sum(axis=1)

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        (x,) = inputs
        axes, counts = len(self.block_size), [x.shape[1 + i] // block for i, block in enumerate(self.block_size)]
        blocks = x.reshape(len(x), *(part for pair in zip(counts, self.block_size, strict=True) for part in pair))
        order = [0, *range(2, 2 * axes + 1, 2), *range(1, 2 * axes, 2)]
        return blocks.transpose(order).reshape(-1, *counts)
