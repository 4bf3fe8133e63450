"""Run every layer and record the shape that comes out. The predicted shapes are looked at only afterwards."""

import os
from collections.abc import Callable, Sequence
from itertools import accumulate
from time import perf_counter

import numpy as np

from poolcalc import wording
from poolcalc.analysis.layer import Sized
from poolcalc.analysis.layers import Analysis
from poolcalc.errors import DoesNotFit
from poolcalc.execution import estimate, memory
from poolcalc.execution.results import Confirmation
from poolcalc.execution.thin import full_shape, thin_layer, thinned, with_channels
from poolcalc.execution.weights import Noise
from poolcalc.kernels import Array
from poolcalc.kernels.parallel import threads as helped_by
from poolcalc.network.graph import INPUT, Node
from poolcalc.network.op import Shape
from poolcalc.network.walk import walk
from poolcalc.wish import Wish

Progress = Callable[[float], None]
"""Called after every layer with the share of the work that is done, 0 to 1."""

MOST_THREADS = 8
"""More would wait for memory, and for layers that are too small to share."""


def run(
    analysis: Analysis,
    *,
    batch: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
    channels: int | None = None,
) -> Confirmation:
    """Run the network on `batch` random images, one after the other, and return what came out.

    threads: how many to use; the values do not depend on it. By default all processors, where the matrix product of
    NumPy keeps to one thread itself, as it does in the command.
    channels: leave out all channels of every map but that many; the geometry stays the same.
    Layers that cannot run, and those that depend on them, are left out. Raises DoesNotFit, before anything is
    allocated, where the memory is not enough.
    """
    threads = threads or _default_threads()
    _require_memory(estimate.memory(analysis, threads=threads, channels=channels), thin=bool(channels))
    start = perf_counter()
    shares = _shares(estimate.seconds(analysis, threads=threads, channels=channels) * batch) if progress else []
    noise = Noise(seed)
    found: dict[str, Shape | None] = {}

    def step(node: Node, inputs: Sequence[Array]) -> Array | None:
        layer = analysis.sized.get(node.name)
        if layer is None:
            return None
        result, shape = _forward(layer, inputs, noise, channels)
        found[node.name] = shape if found.get(node.name, shape) == shape else None
        return result

    graph = analysis.graph
    with np.errstate(all="ignore"), helped_by(threads):
        for image in range(batch):
            noise.rewind()
            known = walk(graph, {INPUT: noise.image(thinned(graph.input, channels))}, step, forget=True)
            for number, _ in enumerate(known):
                if progress:
                    progress(shares[image * len(graph.nodes) + number])
    return Confirmation(found=found, batch=batch, seed=seed, seconds=perf_counter() - start, channels=channels)


def _forward(
    layer: Sized, inputs: Sequence[Array], noise: Noise, channels: int | None
) -> tuple[Array | None, Shape | None]:
    """Run one layer and return what came out, and its shape; its weights are made for the arrays that really arrive."""
    op = layer.node.op
    if channels:
        op, inputs = thin_layer(op, inputs, channels)
    shapes = [x.shape for x in inputs]
    try:
        result = op.forward(inputs, noise.drawn(op.weights(shapes)))
    except ValueError:  # NumPy's way to say that shapes do not go together: then the prediction was wrong
        return None, None
    except MemoryError as error:
        raise DoesNotFit(f"memory ran out in {layer.node.name}", *_wishes(thin=bool(channels))) from error
    if not channels:
        return result, result.shape
    shape = full_shape(result.shape, op.output_shape(shapes), layer.shape)
    return with_channels(result, min(layer.shape[0], channels)) if result.ndim > 1 else result, shape


def _shares(seconds: Sequence[float]) -> list[float]:
    """Return the share of the whole time that is over after every layer."""
    total = sum(seconds) or 1
    return [min(1.0, done / total) for done in accumulate(seconds)]


def _default_threads() -> int:
    """Return the processors, or 1 where NumPy's own products take several: they would fight for the same ones."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        return 1
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, MOST_THREADS)


def _require_memory(needed: int, *, thin: bool) -> None:
    there = memory.available()
    if there is not None and needed > there:
        raise DoesNotFit(
            f"the forward pass needs about {wording.memory(needed)} of memory, {wording.memory(there)} are available",
            *_wishes(thin=thin),
        )


def _wishes(*, thin: bool) -> tuple[Wish, ...]:
    return (Wish.LESS_WORK,) if thin else (Wish.FEWER_CHANNELS, Wish.LESS_WORK)
