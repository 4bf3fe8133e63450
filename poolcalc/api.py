"""What Python code calls: load an architecture, analyse it, confirm it. The same numbers as the command prints."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib.resources import files
from io import BytesIO
from os import PathLike
from os.path import isfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from poolcalc.analysis.layers import analyse
from poolcalc.answers import Report
from poolcalc.errors import UnreadableFile
from poolcalc.network.design import Design
from poolcalc.network.graph import Graph
from poolcalc.network.op import Shape
from poolcalc.reading import read

if TYPE_CHECKING:  # Python 3.10 has it elsewhere
    from importlib.resources.abc import Traversable


def load(architecture: str | PathLike[str], *, input_shape: Shape | None = None) -> Design:
    """Return the network in a file, or of a bundled architecture such as "vgg16".

    input_shape: channels and spatial sizes that replace the file's.
    Raises UnreadableFile where there is no such file, InvalidArchitecture where it is wrong.
    """
    stream, name = _opened(architecture)
    with stream:
        return read(stream, name, input_shape=input_shape)


def loads(text: str, *, name: str = "<string>", input_shape: Shape | None = None) -> Design:
    """Return the network that YAML text describes; `name` stands in messages."""
    return read(BytesIO(text.encode("utf-8", "surrogatepass")), name, input_shape=input_shape)


def analyze(network: Design | Graph) -> Report:
    """Return shapes, costs and receptive fields of every layer, by formulas alone."""
    design = _design(network)
    return Report(design, analyse(design.graph))


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
    Raises DoesNotFit, before anything is allocated, where the memory is not enough.
    """
    from poolcalc.execution.run import run

    design = _design(network)
    analysis = analyse(design.graph)
    found = run(analysis, batch=batch, seed=seed, progress=progress, threads=threads, channels=channels)
    return Report(design, analysis, found)


def architectures() -> tuple[str, ...]:
    """Return the names of the bundled architectures."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _bundled()))


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
        close = get_close_matches(path.name.removesuffix(".yaml"), known, n=1)
        remedy = f"did you mean the bundled {close[0]!r}?" if close else f"the bundled ones are {', '.join(known)}"
        raise UnreadableFile(f"no such file or bundled architecture: {architecture}", remedy) from None
    except IsADirectoryError:
        raise UnreadableFile(f"{architecture} is a directory", "name a file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no file name"
        raise UnreadableFile(f"cannot read {str(architecture)!r}: {reason}") from None


def _design(network: Design | Graph) -> Design:
    return Design(network) if isinstance(network, Graph) else network


def _bundled() -> "Iterator[Traversable]":
    """Yield the files of the bundled architectures: beside the modules once installed, beside the package before."""
    package = files("poolcalc")
    folder = package / "architectures"
    if not folder.is_dir() and isinstance(package, Path):
        folder = package.parent / "architectures"
    if folder.is_dir():
        yield from (file for file in folder.iterdir() if file.name.endswith(".yaml"))
