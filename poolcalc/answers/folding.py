"""Layers that change nothing spatial can share the row of the layer that they follow."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from poolcalc.analysis.layers import Layer


class Stage(NamedTuple):
    """A layer and the neutral ones folded into it; shapes and fields are those of the last, costs those of all."""

    layers: tuple[Layer, ...]

    @property
    def head(self) -> Layer:
        """The layer that names the row."""
        return self.layers[0]

    @property
    def last(self) -> Layer:
        """The layer whose output the row shows."""
        return self.layers[-1]


def unfolded(layers: Iterable[Layer]) -> list[Stage]:
    """Give every layer a row of its own."""
    return [Stage((layer,)) for layer in layers]


def folded(layers: Iterable[Layer]) -> list[Stage]:
    """Fold every neutral layer into the row of the layer that it reads, where that is the row above."""
    stages: list[list[Layer]] = []
    for layer in layers:
        follows = stages and layer.node.inputs == (stages[-1][-1].node.name,)
        if follows and layer.node.op.neutral and layer.shape and layer.shape == stages[-1][-1].shape:
            stages[-1].append(layer)
        else:
            stages.append([layer])
    return [Stage(tuple(stage)) for stage in stages]


def what_was_folded(stages: Iterable[Stage]) -> str | None:
    """Say how many layers of which operator are folded away, None where none is."""
    counts = Counter(layer.node.op.keyword for stage in stages for layer in stage.layers[1:])
    if not counts:
        return None
    total = sum(counts.values())
    parts = ", ".join(f"{count} {keyword}" for keyword, count in counts.most_common())
    return f"{total} {'layer' if total == 1 else 'layers'} folded into the row above ({parts}); --no-fold shows all"
