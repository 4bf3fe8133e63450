"""What running a network can show, as plain data; nothing here needs NumPy."""

from typing import TYPE_CHECKING, NamedTuple

from poolcalc.analysis.layer import Layer
from poolcalc.network.op import Shape

if TYPE_CHECKING:
    from poolcalc.kernels import AnyArray


class Confirmation(NamedTuple):
    """What a forward pass found.

    found: the shape of every layer that ran, None where its kernel failed.
    seconds: how long the pass took. channels: how many each map was cut down to, None where all were run.
    """

    found: dict[str, Shape | None]
    batch: int
    seed: int
    seconds: float
    channels: int | None = None

    def confirms(self, layer: Layer) -> bool | None:
        """Return whether the layer came out as predicted, None where it did not run."""
        name = layer.node.name
        return self.found[name] == layer.shape if name in self.found else None


class Proof(NamedTuple):
    """What NaN probes showed of receptive fields.

    proven: layers whose fields are exactly as predicted. refuted: layer and first difference, a mistake in poolcalc.
    unproven: layer and why no probe can tell.
    """

    proven: tuple[str, ...]
    refuted: dict[str, str]
    unproven: dict[str, str]


class EffectiveField(NamedTuple):
    """Where the gradient of one unit goes.

    energy: share of every pixel, summing to one. middle, deviation: of the energy along every axis, in pixels.
    inside: share of the energy within two deviations of the middle along every axis.
    """

    layer: str
    unit: tuple[int, ...]
    energy: "AnyArray"
    middle: tuple[float, ...]
    deviation: tuple[float, ...]
    inside: float
