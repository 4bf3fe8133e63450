"""Run every layer and record the shape that comes out. The predicted shapes are looked at only afterwards."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from poolcalc.analysis import Analysis, Layer
from poolcalc.errors import DoesNotFit
from poolcalc.forward import memory
from poolcalc.forward.results import Confirmation
from poolcalc.forward.weights import Noise
from poolcalc.graph import INPUT
from poolcalc.kernels import Array
from poolcalc.op import Shape

Progress = Callable[[float], None]
"""Called after every layer with the share of the work that is done, 0 to 1."""


def run(analysis: Analysis, *, batch: int = 1, seed: int = 0, progress: Progress | None = None) -> Confirmation:
    """Run the network on `batch` random images, one after the other, and return what came out.

    Layers that cannot run, and those that depend on them, are left out. Raises DoesNotFit, before anything is
    allocated, where the memory is not enough.
    """
    _require_memory(analysis)
    total, done = sum(map(_work, analysis.layers)) * batch, 0
    noise, start = Noise(seed), perf_counter()
    found: dict[str, Shape | None] = {}
    with np.errstate(all="ignore"):
        for _ in range(batch):
            noise.rewind()
            tensors = {INPUT: noise.image(analysis.graph.input)}
            for layer, expiring in zip(analysis.layers, analysis.graph.expiring, strict=True):
                name = layer.node.name
                if layer.shape is not None:
                    shape = _forward(layer, tensors, noise)
                    found[name] = shape if found.get(name, shape) == shape else None
                for unused in expiring:
                    tensors.pop(unused, None)
                done += _work(layer)
                if progress:
                    progress(done / max(total, 1))
    return Confirmation(found=found, batch=batch, seed=seed, seconds=perf_counter() - start)


def _forward(layer: Layer, tensors: dict[str, Array], noise: Noise) -> Shape | None:
    """Run one layer; its weights are made for the arrays that really arrive."""
    node = layer.node
    if any(name not in tensors for name in node.inputs):
        return None
    inputs = [tensors[name] for name in node.inputs]
    try:
        result = node.op.forward(inputs, noise.drawn(node.op.weights([x.shape for x in inputs])))
    except ValueError:  # NumPy's way to say that shapes do not go together: then the prediction was wrong
        return None
    except MemoryError as error:
        raise DoesNotFit(f"memory ran out in {node.name}; check shapes alone with --no-forward") from error
    tensors[node.name] = result
    return result.shape


def _work(layer: Layer) -> int:
    """Return a layer's share of the time, roughly: memory traffic counts for layers without products."""
    return (layer.macs or 0) + 20 * (layer.activations or 0)


def _require_memory(analysis: Analysis) -> None:
    needed, there = memory.needed(analysis), memory.available()
    if there is not None and needed > there:
        raise DoesNotFit(
            f"the forward pass needs about {memory.human(needed)} of memory, {memory.human(there)} are available; "
            "check a smaller --input, or the formulas alone with --no-forward"
        )
