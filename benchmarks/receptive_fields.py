"""How long receptive fields take: of all units, and their proof by execution, beside a forward pass.

    python benchmarks/receptive_fields.py

All run on one thread.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does it, before NumPy is imported

from measuring import medians, ms, table, times

from poolcalc import Graph, load, loads
from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import analyse
from poolcalc.analysis.spread import estimated_deviations
from poolcalc.execution.gradient import effective_field
from poolcalc.execution.proof import prove
from poolcalc.execution.run import run

LAST_LOCAL = {"vgg16": "block5.pool", "resnet50": "layer4.2.add1", "inception_v3": "Mixed_7c.concat"}
"""Networks, and the layers whose effective fields are computed."""


def formulas(name: str) -> list[str]:
    """Time what needs no NumPy, beside reading the file."""
    graph = load(name).graph
    analysis = analyse(graph)
    seconds = medians(
        21,
        lambda: load(name),
        lambda: analyse(graph),
        lambda: actual_fields(analysis),
        lambda: estimated_deviations(analysis),
    )
    return [name, str(len(graph.nodes)), *map(ms, seconds), times(seconds[2] / seconds[0])]


def execution(name: str) -> list[str]:
    """Time the proof, and the exact effective field of one unit, beside a forward pass."""
    analysis = analyse(load(name).graph)
    fields = actual_fields(analysis)
    layer = next(layer for layer in analysis.layers if layer.node.name == LAST_LOCAL[name])
    unit = [size // 2 for size in (layer.shape or ())[1:]]
    forward, proof, effective = medians(
        5,
        lambda: run(analysis, threads=1),
        lambda: prove(analysis, fields),
        lambda: effective_field(analysis, layer, unit),
    )
    proven = f"{len(prove(analysis, fields).proven)} of {len(analysis.layers)}"
    return [name, ms(forward), ms(proof), times(proof / forward), proven, ms(effective)]


def chain(layers: int) -> Graph:
    """Return a chain of 3-wide convolutions."""
    conv = "conv: {out_channels: 1, kernel_size: 3, padding: 1}"
    return loads(f"input: [1, 224]\nlayers: [repeat: {{times: {layers}, layers: [{conv}]}}]").graph


def growth(title: str, unit: str, small: tuple[int, Graph], large: tuple[int, Graph]) -> list[str]:
    """Time fields on a small and a large network, with the factors by which size and time grow."""
    graphs = (small[1], large[1])
    analyses = [analyse(graph) for graph in graphs]
    theoretical = medians(5, *(lambda graph=graph: analyse(graph) for graph in graphs))
    actual = medians(5, *(lambda analysis=analysis: actual_fields(analysis) for analysis in analyses))
    figures = [f"{ms(low)} → {ms(high)}, {times(high / low)}" for low, high in (theoretical, actual)]
    return [title, f"{small[0]:,} → {large[0]:,} {unit}, {times(large[0] / small[0])}", *figures]


def wider(name: str) -> list[str]:
    """Time a network on its own input and on one of 4096×4096 pixels."""
    graph = load(name).graph
    return growth(name, "pixels", (graph.input[1], graph), (4096, load(name, input_shape=(3, 4096, 4096)).graph))


def main() -> None:
    """Print all tables."""
    views = ["shapes, cost, theoretical fields", "actual fields, every unit"]
    title = "## Receptive fields without NumPy; the ratio is that of actual fields to reading the file"
    headings = ["network", "layers", "reading the file", *views, "effective estimate", "ratio"]
    table(title, headings, map(formulas, LAST_LOCAL))

    headings = ["network", "forward pass", "proof", "ratio", "proven", "exact effective field, one unit"]
    table(
        "## Receptive fields by execution, beside the network's own forward pass", headings, map(execution, LAST_LOCAL)
    )

    deeper = growth("3-wide convolutions", "layers", (1_000, chain(1_000)), (10_000, chain(10_000)))
    table("## How receptive fields grow", ["network", "size", *views], [*map(wider, LAST_LOCAL), deeper])


if __name__ == "__main__":
    main()
