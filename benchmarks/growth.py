"""How cost grows with the network: whole commands on long files, and networks of many merges.

python benchmarks/growth.py
"""

import gc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import medians, ms, processes, table, times

from poolcalc import Graph, loads
from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import analyse

ROUNDS = 5
POOLCALC = ("-m", "poolcalc")
SHAPES = ("shapes", "--no-forward")


def chain(layers: int) -> str:
    """Return a file with that many layers, each on a line."""
    pair = "  - conv: {out_channels: 4, kernel_size: 3, padding: 1}\n  - relu\n"
    return f"input: [3, 64, 64]\nlayers:\n{pair * (layers // 2)}"


def merges(count: int) -> str:
    """Return a file with that many sums, every one of them of two paths with different windows."""
    pool = "{max_pool: {kernel_size: 3, stride: 1, padding: 1}}"
    branches = f"{{branches: {{merge: add, paths: [[{pool}], [identity]]}}}}"
    return f"input: [1, 64, 64]\nlayers:\n  - repeat: {{times: {count}, layers: [{branches}]}}\n"


def files(folder: Path, verb: Sequence[str], sizes: Sequence[int], rounds: int) -> list[list[str]]:
    """Time a command on files of several sizes, each beside the first."""
    commands = []
    for size in sizes:
        file = folder / f"{size}.yaml"
        file.write_text(chain(size))
        commands.append((*POOLCALC, verb[0], str(file), *verb[1:]))
    results = processes(rounds, *commands)
    first = results[0][0]
    return [
        [f"{' '.join(verb)}, {size:,} layers", ms(seconds), times(seconds / first), f"{memory:.0f} MiB"]
        for size, (seconds, memory) in zip(sizes, results, strict=True)
    ]


def graphs(sizes: Sequence[int]) -> list[list[str]]:
    """Time the analysis, and the exact fields, of networks with many merges."""
    gc.set_threshold(200_000)  # as the command does
    loaded = [loads(merges(size)).graph for size in sizes]
    rows = []
    works: dict[str, Callable[[Graph], object]] = {
        "analysis": analyse,
        "exact fields": lambda g: actual_fields(analyse(g)),
    }
    for what, work in works.items():
        seconds = medians(ROUNDS, *(partial(work, graph) for graph in loaded))
        rows += [
            [f"{what}, {size:,} merges", ms(each), times(each / seconds[0]), ""]
            for size, each in zip(sizes, seconds, strict=True)
        ]
    return rows


def main() -> None:
    """Print Markdown."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = files(folder, SHAPES, (20, 10_000), ROUNDS)
        rows += files(folder, ("rf",), (20, 10_000), ROUNDS)
        rows += files(folder, (*SHAPES, "--format", "json"), (20, 100_000), 1)
    rows += graphs((1_000, 10_000))
    table("## Growth", ("what", "time", "beside the first", "peak memory"), rows)


if __name__ == "__main__":
    main()
