"""What Python code calls: the same questions that the command answers, and the same objects that it prints.

Shapes are (channels, *spatial), without batch; positions are one number per spatial axis, counted from 0, rows before
columns. Every error that is raised on purpose is a `PoolcalcError`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from io import BytesIO
from os import PathLike
from os.path import isfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from poolcalc.analysis.layers import analyse
from poolcalc.answers import Report
from poolcalc.errors import (
    DoesNotFit,
    InvalidArchitecture,
    InvalidGraph,
    NoSuchPlace,
    PoolcalcError,
    UnknownLayer,
    UnreadableFile,
)
from poolcalc.network.design import Design
from poolcalc.network.graph import INPUT, Graph
from poolcalc.network.op import Shape
from poolcalc.reading import read
from poolcalc.wording import nearest

if TYPE_CHECKING:  # imported where they are used; Python 3.10 has the first elsewhere
    from importlib.resources.abc import Traversable

    from poolcalc.answers.diff import Difference
    from poolcalc.answers.sizes import SizeStudy
    from poolcalc.answers.view import UnitView
    from poolcalc.execution.results import EffectiveField
    from poolcalc.finding import Severity
    from poolcalc.review.files import Checked
    from poolcalc.review.policy import FailOn

__all__ = [
    "Design",
    "DoesNotFit",
    "Graph",
    "InvalidArchitecture",
    "InvalidGraph",
    "NoSuchPlace",
    "PoolcalcError",
    "Report",
    "UnknownLayer",
    "UnreadableFile",
    "analyze",
    "architectures",
    "check",
    "confirm",
    "diff",
    "effective_field",
    "load",
    "loads",
    "pixel",
    "prove",
    "sizes",
    "unit",
]


def load(architecture: str | PathLike[str], *, input_shape: Shape | None = None) -> Design:
    """Return the network in a file, or a bundled one such as "vgg16".

    input_shape: replaces the file's; spatial sizes alone keep its channels, and one size stands for every axis.
    Raises UnreadableFile where there is no such file, nothing reads its format, or it is for other axes than
    `input_shape`; InvalidArchitecture where it is wrong; InvalidGraph where `input_shape` is no shape.
    """
    stream, name = _opened(architecture)
    with stream:
        return read(stream, name, input_shape=input_shape)


def loads(text: str, *, name: str = "<string>", input_shape: Shape | None = None) -> Design:
    """Return the network that YAML text describes. name: stands in messages. input_shape, errors: as in `load`."""
    return read(BytesIO(text.encode("utf-8", "surrogatepass")), name, input_shape=input_shape)


def architectures() -> tuple[str, ...]:
    """Return the names of the bundled architectures, in alphabetical order."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _bundled()))


def analyze(network: Design | Graph, *, origin: str = INPUT, gates: bool = True) -> Report:
    """Return shapes, costs and receptive fields of every layer, by formulas alone.

    origin: a layer, or block, in whose units fields are given instead of input pixels.
    gates: whether global branches beside local ones, such as those that weigh channels, count as seeing everything.
    Layers that cannot run have no shape, and say why in `report.findings`; that is no error.
    Raises UnknownLayer where no layer is called `origin`, or its output has no spatial axes.
    """
    from poolcalc.answers.lookup import layer_named

    design = _design(network)
    report = Report(design, analyse(design.graph))
    if origin == INPUT and gates:
        return report
    if origin != INPUT:
        start = layer_named(report, origin)
        if not start.spatial:
            raise UnknownLayer(f"{start.node.name} has no spatial axes to count in")
        origin = start.node.name
    return Report(design, analyse(design.graph, origin=origin, gates=gates))


def confirm(
    network: Design | Graph,
    *,
    batch: int = 1,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    threads: int | None = None,
    channels: int | None = None,
) -> Report:
    """Analyse a network and run it in NumPy, to see whether the predicted shapes come out.

    batch: images to run, one after the other. seed: of the random input and weights. progress: called after every
    layer with the share of the work that is done, 0 to 1. threads: how many to use; by default one, or all processors
    where OPENBLAS_NUM_THREADS=1 was set before NumPy was imported. channels: run the same geometry with at most that
    many channels in every map.
    What was found stands in `report.forward`, and of a layer in `report.confirmed(layer)`.
    Raises DoesNotFit, before anything is allocated, where the memory is not enough; ValueError where a number is below
    1, the seed's aside.
    """
    from poolcalc.execution.run import run

    if any(number is not None and number < 1 for number in (batch, threads, channels)):
        raise ValueError("batch, threads and channels are at least 1")
    report = analyze(network)
    found = run(report.analysis, batch=batch, seed=seed, progress=progress, threads=threads, channels=channels)
    return replace(report, forward=found)


def prove(network: Design | Graph, *, origin: str = INPUT) -> Report:
    """Analyse a network and prove its receptive fields by running it on NaN, one channel wide.

    What was proven, refuted or cannot be told stands in `report.proof`, by the layers' names. origin, errors: as in
    `analyze`.
    """
    from poolcalc.execution.proof import prove as proven

    report = analyze(network, origin=origin)
    return replace(report, proof=proven(report.analysis, report.actual))


def unit(report: Report, layer: str | None = None, position: Sequence[int] | None = None) -> "UnitView":
    """Return what one unit of a layer sees of the report's origin: boxes of first and last pixels, holes, a count.

    layer: its name, or a block's for the last layer in it; the last one whose units look at different places if left
    out. position: of the unit in the layer's map; the one in the middle if left out. Units of flat vectors see the
    same, and stand at 0 on every axis.
    Raises UnknownLayer where there is no such layer or it sees nothing, NoSuchPlace where it has no such unit.
    """
    from poolcalc.answers.lookup import last_map, layer_named, units_of
    from poolcalc.answers.view import view_unit

    found = layer_named(report, layer) if layer is not None else last_map(report)
    units = units_of(report, found)
    place = tuple(size // 2 for size in units) if position is None else _place(position, units)
    return view_unit(report, found, place)


def pixel(report: Report, position: Sequence[int]) -> dict[str, tuple[tuple[int, int], ...] | None]:
    """Return the units of every layer that see one pixel of the report's origin, by the layers' names.

    They are given as the first and the last on every axis; None where no unit sees it. Layers that cannot run, that do
    not see the origin, or whose fields are too ragged to list are left out.
    Raises NoSuchPlace where the origin has no such pixel.
    """
    from poolcalc.answers.pixel import units_seeing

    return units_seeing(report, _place(position, report.analysis.origin_shape[1:]))


def effective_field(report: Report, layer: str) -> "EffectiveField":
    """Return where the gradient of a layer's central unit goes, in expectation over untrained weights.

    layer: its name, or a block's; where all its units see the same, the last one before it whose units do not.
    The result's `energy` is an array of shape (*spatial) that sums to one; its `deviation` is in pixels.
    Raises UnknownLayer where there is no such layer, or its central unit sees nothing.
    """
    from poolcalc.answers.gradient import effective_of

    return effective_of(report, layer)


def sizes(network: Design | Graph) -> "SizeStudy":
    """Return the input sizes that suit a network: for every axis the clean and the legal ones, and those nearby.

    A size is legal where every layer runs, and clean where, besides, no floor loses a row and maps that are enlarged
    again are as large as before. What is true of any other size says `study.axes[axis].verdict(size)`.
    """
    from poolcalc.answers.sizes import SizeStudy

    return SizeStudy(analyze(network))


def check(
    network: Design | Graph,
    *,
    select: Sequence[str] = ("PC",),
    ignore: Sequence[str] = (),
    severity: "Mapping[str, Severity] | None" = None,
    fail_on: "FailOn" = "error",
    forward: bool = False,
) -> "Checked":
    """Apply the rules to a network: lost rows, branches that do not meet, fields that are too small, expectations.

    select, ignore: codes of rules, their beginnings, or names; the longer one decides. severity: "error" or "warning"
    by such a word. fail_on: the least severity, or "never", that makes `fails` true. forward: also run the network.
    Comments in its file that ignore findings are heard; a pyproject.toml is not looked for.
    Raises WrongRule, a PoolcalcError, where a word means no rule; ValueError where a severity is none; DoesNotFit as
    `confirm` does.
    """
    from poolcalc.review.files import checked
    from poolcalc.review.policy import Policy, lenient, prefixes

    if not {"error", "warning"}.issuperset((severity or {}).values()) or fail_on not in ("error", "warning", "never"):
        raise ValueError('a severity is "error" or "warning"; fail_on may be "never", too')
    judged = ((code, level) for word, level in (severity or {}).items() for code in lenient([word]))
    policy = Policy(prefixes(select), lenient(ignore), tuple(judged), fail_on)
    return checked((confirm(network) if forward else analyze(network)).facts, policy)


def diff(base: Design | Graph, head: Design | Graph) -> "Difference":
    """Return what a change does to sizes, receptive fields and cost, of the network and of every layer.

    base, head: the network before and after; layers are matched by name and by structure.
    """
    from poolcalc.answers.diff import Difference

    return Difference(analyze(base), analyze(head))


def _design(network: Design | Graph) -> Design:
    return Design(network) if isinstance(network, Graph) else network


def _place(position: Sequence[int], sizes: Sequence[int]) -> tuple[int, ...]:
    """Return a position that is one, or say which there are."""
    place = tuple(position)
    if len(place) != len(sizes) or not all(0 <= i < size for i, size in zip(place, sizes, strict=True)):
        last = tuple(size - 1 for size in sizes)
        raise NoSuchPlace(f"{place} is none of the places {(0,) * len(sizes)} to {last}")
    return place


def _opened(architecture: str | PathLike[str]) -> tuple[IO[bytes], str]:
    """Open a file or bundled architecture; return its name for messages, too."""
    path = Path(architecture)
    if not isfile(path) and isinstance(architecture, str):  # noqa: PTH113 - Path's raises where a name is too long
        for file in _bundled():
            if file.name == f"{architecture}.yaml":
                return file.open("rb"), file.name
    try:
        return path.open("rb"), str(architecture)
    except FileNotFoundError:
        known = architectures()
        close = nearest(path.name.removesuffix(".yaml"), known)
        remedy = f"did you mean the bundled {close!r}?" if close else f"the bundled ones are {', '.join(known)}"
        raise UnreadableFile(f"no such file or bundled architecture: {architecture}", remedy) from None
    except IsADirectoryError:
        raise UnreadableFile(f"{architecture} is a directory", "name a file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no file name"
        raise UnreadableFile(f"cannot read {str(architecture)!r}: {reason}") from None


def _bundled() -> "Iterator[Traversable]":
    """Yield the files of the bundled architectures: beside the modules once installed, beside the package before."""
    package = files("poolcalc")
    folder = package / "architectures"
    if not folder.is_dir() and isinstance(package, Path):
        folder = package.parent / "architectures"
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if file.name.endswith(".yaml"))
