"""What NaN in the input reaches, beside what the exact fields say that units see."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from poolcalc.analysis.actual import ActualField
from poolcalc.analysis.layers import Analysis
from poolcalc.network.graph import INPUT
from support.analysis import outputs

Place = tuple[int, ...]
Pixels = set[Place]


def bits(mask: int) -> list[int]:
    return [pixel for pixel in range(mask.bit_length()) if mask >> pixel & 1]


def seen(field: ActualField, unit: Sequence[int]) -> Pixels:
    return {pixel for masks in field.of(unit) for pixel in product(*map(bits, masks))}


def nan_reaches(analysis: Analysis) -> dict[str, dict[Place, Pixels]]:
    """Run the network with NaN in one pixel after the other; return which pixels reach which unit of every layer.

    Layers that give NaN of their own accord are left out, as where all of a window is padding: minus infinity.
    """
    pixels = list(np.ndindex(*analysis.graph.input[1:]))
    runs = {pixel: run_with_nan(analysis, [pixel]) for pixel in pixels}
    return {
        name: {unit: {pixel for pixel in pixels if runs[pixel][name][unit]} for unit in np.ndindex(astray.shape)}
        for name, astray in run_with_nan(analysis, []).items()
        if not astray.any()
    }


def run_with_nan(analysis: Analysis, pixels: Sequence[Place]) -> dict[str, NDArray[np.bool_]]:
    """Run the network with NaN in all channels of some pixels; return which units of every layer turn NaN."""
    image = np.zeros(analysis.graph.input, np.float32)
    for pixel in pixels:
        np.moveaxis(image, 0, -1)[pixel] = np.nan
    tensors = outputs(analysis, image)
    # A vector counts as one unit.
    maps = {name: x if x.ndim > 1 else x.reshape(-1, *[1] * (image.ndim - 1)) for name, x in tensors.items()}
    return {name: np.any(np.isnan(x), axis=0) for name, x in maps.items() if name != INPUT}
