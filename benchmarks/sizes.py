"""Time the study of input sizes, and the verdicts on a range of them: `python benchmarks/sizes.py`."""

from collections.abc import Callable
from time import perf_counter

from poolcalc import load
from poolcalc.sizes import Sizes

NETWORKS = ("vgg16", "resnet50")
RANGE = range(1, 4097)
REPEATS = 9


def best(work: Callable[[], object]) -> float:
    """Return the milliseconds of the fastest of several runs."""
    seconds = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return 1000 * min(seconds)


def main() -> None:
    """Print a Markdown table."""
    print(f"| network | layers | progression, ms | range {RANGE[0]}:{RANGE[-1]}, ms |")
    print("| :--- | ---: | ---: | ---: |")
    for name in NETWORKS:
        graph = load(name)
        study = best(lambda graph=graph: Sizes(graph, 0).clean)  # type: ignore[misc]
        both = best(lambda graph=graph: list(map(Sizes(graph, 0).verdict, RANGE)))  # type: ignore[misc]
        print(f"| {name} | {len(graph.nodes)} | {study:.1f} | {both:.1f} |")


if __name__ == "__main__":
    main()
