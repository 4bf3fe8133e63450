"""How long receptive fields take: of all units, and their proof by execution, beside a forward pass.

    python benchmarks/receptive_fields.py

Prints medians as Markdown. What is compared runs in turns, so that a busy machine slows down both sides.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from time import perf_counter

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does it, before NumPy is imported

from poolcalc import Graph, load, loads
from poolcalc.actual import actual_fields
from poolcalc.analysis import analyse
from poolcalc.effective import estimated_deviations
from poolcalc.forward.confirmation import run
from poolcalc.forward.effective import effective_field
from poolcalc.forward.proof import prove

NETWORKS = ("vgg16", "resnet50", "inception_v3")
LAST_LOCAL = {"vgg16": "block5.pool", "resnet50": "layer4.2.add1", "inception_v3": "Mixed_7c.concat"}


def medians(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the median duration of every work in milliseconds, one after the other in every round."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(1 + rounds):
        for work, times in zip(works, taken, strict=True):
            start = perf_counter()
            work()
            times.append(1000 * (perf_counter() - start))
    return [median(times[1:]) for times in taken]  # the first round warms up


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as Markdown, names on the left and figures on the right."""
    print(f"\n{title}\n")
    for cells in (headings, [":---", *["---:"] * (len(headings) - 1)], *rows):
        print(f"| {' | '.join(cells)} |", flush=True)


def formulas(name: str) -> list[str]:
    """Time what needs no NumPy, beside reading the file."""
    graph = load(name)
    analysis = analyse(graph)
    reading, theoretical, actual, estimate = medians(
        21,
        lambda: load(name),
        lambda: analyse(graph),
        lambda: actual_fields(analysis),
        lambda: estimated_deviations(analysis),
    )
    times = [f"{time:.1f} ms" for time in (reading, theoretical, actual, estimate)]
    return [name, str(len(graph.nodes)), *times, f"{actual / reading:.2f}"]


def execution(name: str) -> list[str]:
    """Time the proof, and the exact effective field of one unit, beside a forward pass."""
    analysis = analyse(load(name))
    fields = actual_fields(analysis)
    layer = next(layer for layer in analysis.layers if layer.node.name == LAST_LOCAL[name])
    unit = [size // 2 for size in (layer.shape or ())[1:]]
    forward, proof, effective = medians(
        5,
        lambda: run(analysis),
        lambda: prove(analysis, fields),
        lambda: effective_field(analysis, layer, unit),
    )
    proven = f"{len(prove(analysis, fields).proven)} of {len(analysis.layers)}"
    return [name, f"{forward:.0f} ms", f"{proof:.0f} ms", f"{proof / forward:.3f}", proven, f"{effective:.0f} ms"]


def chain(layers: int) -> Graph:
    """Return a chain of 3-wide convolutions."""
    conv = "conv: {out_channels: 1, kernel_size: 3, padding: 1}"
    return loads(f"input: [1, 224]\nlayers: [repeat: {{times: {layers}, layers: [{conv}]}}]")


def growth(small: Graph, large: Graph, title: str, unit: str, sizes: tuple[int, int]) -> list[str]:
    """Time fields on a small and a large network, with the factors by which size and time grow."""
    graphs = (small, large)
    analyses = [analyse(graph) for graph in graphs]
    theoretical = medians(5, *(lambda graph=graph: analyse(graph) for graph in graphs))
    actual = medians(5, *(lambda analysis=analysis: actual_fields(analysis) for analysis in analyses))
    figures = [f"{low:.1f} → {high:.1f} ms (×{high / low:.1f})" for low, high in (theoretical, actual)]
    return [title, f"{sizes[0]:,} → {sizes[1]:,} {unit} (×{sizes[1] / sizes[0]:.1f})", *figures]


def main() -> None:
    """Print all tables."""
    headings = ["network", "layers", "read the file", "shapes, cost, theoretical fields", "actual fields, every unit"]
    title = "Pure Python. The ratio is that of actual fields to reading the file."
    table(title, [*headings, "effective estimate", "ratio"], map(formulas, NETWORKS))

    headings = ["network", "forward pass", "proof", "ratio", "proven", "effective field of one unit, exact"]
    table("By execution, beside the network's own forward pass.", headings, map(execution, NETWORKS))

    wide = [
        growth(load(name), load(name, input_shape=(3, 4096, 4096)), name, "pixels wide", (load(name).input[1], 4096))
        for name in NETWORKS
    ]
    deep = growth(chain(1_000), chain(10_000), "3-wide convolutions", "layers", (1_000, 10_000))
    table(
        "Growth.", ["network", "size", "shapes, cost, theoretical fields", "actual fields, every unit"], [*wide, deep]
    )


if __name__ == "__main__":
    main()
