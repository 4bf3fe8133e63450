"""The study of input sizes, and the verdicts on 4,096 of them, in pure Python.

python benchmarks/sizes.py
"""

from measuring import medians, ms, table

from poolcalc import load
from poolcalc.analysis.sizes import Sizes

NETWORKS = ("vgg16", "resnet50", "unet")
RANGE = range(1, 4097)
ROUNDS = 21


def studied(name: str) -> list[str]:
    """Time what `poolcalc sizes --range 1:4096` works out for one axis."""
    graph = load(name).graph
    known = Sizes(graph, 0)
    study, verdicts = medians(ROUNDS, lambda: Sizes(graph, 0).clean, lambda: list(map(known.verdict, RANGE)))
    return [name, str(len(graph.nodes)), ms(study), ms(verdicts)]


def main() -> None:
    """Print Markdown."""
    headings = ("network", "layers", "clean sizes", f"verdicts on {RANGE[0]}:{RANGE[-1]}")
    table("## Input sizes", headings, map(studied, NETWORKS))


if __name__ == "__main__":
    main()
