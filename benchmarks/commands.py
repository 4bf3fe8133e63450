"""Whole commands, from the start of the process to its end, beside bare scripts and torchinfo.

    pip install torch torchinfo
    python benchmarks/commands.py

Wall time and peak memory. Without torchinfo its line is left out.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import missing, ms, processes, table, times

ROUNDS = 11
POOLCALC = ("-m", "poolcalc")
LARGE = (("vgg16", (3, 1024, 1024)), ("resnet50", (3, 1024, 1024)), ("unet", (1, 572, 572)))

BARE = """
from typing import Annotated
import typer, rich, yaml
from rich.console import Console
from rich.table import Table

app = typer.Typer()

@app.command()
def main(rows: Annotated[int, typer.Option()] = 25) -> None:
    yaml.safe_load("a: 1")
    table = Table(title="bare")
    for column in range(10):
        table.add_column(str(column))
    for row in range(rows):
        table.add_row(*(str(row * column) for column in range(10)))
    Console(width=200).print(table)

app()
"""
"""What a command of this kind cannot do without: typer, rich, yaml, and a table as long as that of VGG-16."""

TORCHINFO = """
import torch, torchinfo
from torch import nn
torch.set_num_threads(1)
layers, channels = [], 3
for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
    for _ in range(count):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        channels = width
    layers.append(nn.MaxPool2d(2))
head = [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)]
print(torchinfo.summary(nn.Sequential(*layers, *head), (1, 3, 224, 224)))
"""
"""VGG-16 without torchvision, whose import would count too."""


def compared(what: str, beside: str, ours: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return a row of the table."""
    (our_time, our_memory), (other_time, other_memory) = processes(ROUNDS, ours, other)
    memory = f"{our_memory:.0f} / {other_memory:.0f} MiB", times(our_memory / other_memory)
    return [what, beside, ms(our_time), ms(other_time), times(our_time / other_time), *memory]


def held(name: str, shape: Sequence[int]) -> list[str]:
    """Compare the peak memory of a pass, beside that of a tiny one, with what was foretold and the largest layer."""
    # Imported here: a process that is started counts, as its own, the memory of the one that starts it.
    from poolcalc import load
    from poolcalc.analysis.layers import analyse
    from poolcalc.execution import estimate

    text = "x".join(map(str, shape))
    command = ("shapes", name, "--input", text, "--threads", "1")
    ((_, peak), (_, tiny)) = processes(3, (*POOLCALC, *command), (*POOLCALC, "shapes", "lenet5", "--threads", "1"))
    analysis = analyse(load(name, input_shape=tuple(shape)).graph)
    foretold = (estimate.memory(analysis) - estimate.memory(analyse(load("lenet5").graph))) / 2**20
    sizes = [[prod(given) for given in layer.input_shapes if given] for layer in analysis.layers]
    largest = max(sum(given) + (layer.activations or 0) for given, layer in zip(sizes, analysis.layers, strict=True))
    mib = largest * 4 / 2**20
    taken = peak - tiny
    return [
        f"{name} {text}",
        *(f"{size:.0f} MiB" for size in (taken, foretold, mib)),
        times(foretold / taken),
        times(taken / mib),
    ]


def checked(count: int) -> list[str]:
    """Time `check` on a folder of files."""
    text = (Path(__file__).parents[1] / "architectures/mini_cnn.yaml").read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        for number in range(count):
            Path(folder, f"{number}.poolcalc.yaml").write_text(text, encoding="utf-8")
        ((seconds, memory),) = processes(3, (*POOLCALC, "check", folder, "--fail-on", "never"))
    return [f"check {count:,} files", ms(seconds), f"{count / seconds:.0f} files/s", f"{memory:.0f} MiB"]


def main() -> None:
    """Print Markdown."""
    bare, confirmed = ("-c", BARE), (*POOLCALC, "shapes", "vgg16")
    formulas = (*confirmed, "--no-forward")
    rows = [
        compared("rf vgg16", "bare script", (*POOLCALC, "rf", "vgg16"), bare),
        compared("shapes vgg16 --no-forward", "bare script", formulas, bare),
        compared("… --format json", "… as a table", (*formulas, "--format", "json"), formulas),
        compared("… --format csv", "… as a table", (*formulas, "--format", "csv"), formulas),
        compared("--version", "bare interpreter", (*POOLCALC, "--version"), ("-c", "pass")),
        compared("--help", "bare script", (*POOLCALC, "--help"), bare),
    ]
    if find_spec("torchinfo"):
        rows.append(compared("shapes vgg16", "torchinfo", confirmed, ("-c", TORCHINFO)))
    else:
        missing("torchinfo")
        rows.append(compared("shapes vgg16", "… --no-forward", confirmed, formulas))
    table("## Whole commands", ("what", "beside", "poolcalc", "peer", "ratio", "peak memory", "ratio"), rows)
    headings = (
        "pass on one thread",
        "taken",
        "foretold",
        "input + output",
        "foretold / taken",
        "taken / input + output",
    )
    table("## Many files in one process", ("what", "time", "speed", "peak memory"), [checked(1_000)])
    table("## Memory of a forward pass, beside that of lenet5", headings, [held(*each) for each in LARGE])


if __name__ == "__main__":
    main()
