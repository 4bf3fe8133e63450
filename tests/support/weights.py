"""Weights that a test gives to a kernel."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike

from poolcalc.kernels import Array


class GivenWeights(dict[str, Array]):
    """Tensors by name; rows come in two blocks wherever there are two."""

    def __init__(self, tensors: Mapping[str, ArrayLike]) -> None:
        super().__init__({name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()})

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        tensor = self[name]
        for part in (slice(0, len(tensor) // 2), slice(len(tensor) // 2, len(tensor))):
            if part.start < part.stop:
                yield part, tensor[part]
