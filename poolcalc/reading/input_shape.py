"""The input's shape, as a list or as text such as 3x224x224, in a file or on the command line."""

from poolcalc.errors import UnreadableFile
from poolcalc.network.kind import Whole
from poolcalc.network.op import Shape
from poolcalc.reading.tree import Listing, Problems, Scalar, Value
from poolcalc.reading.values import read, read_all, read_alone, refuse, sizes_in
from poolcalc.source import Source
from poolcalc.wording import counted, times

SIZE = Whole(1, 2**20)


def read_input(value: Value, problems: Problems) -> Shape:
    """Return channels and one to three spatial sizes, or report what is wrong and raise `Unreadable`."""
    if isinstance(value, Scalar) and len((sizes := sizes_in(value)).items) > 1:
        value = sizes
    if not isinstance(value, Listing) or not 2 <= len(value.items) <= 4:
        remedy = "write `input: [3, 224, 224]` or `input: 3x224x224`"
        raise refuse(value, "channels and 1, 2 or 3 spatial sizes", problems, remedy)
    return read_all(value, lambda item: read(SIZE, item, None, problems))


def parse_input(text: str) -> Shape:
    """Read what replaces a file's input, such as 3x224x224, 800x1344 or 224; raises Refused."""
    return read_alone(text, _read_sizes)


def _read_sizes(value: Value, problems: Problems) -> Shape:
    sizes = sizes_in(value) if isinstance(value, Scalar) else None
    if sizes is None or len(sizes.items) > 4:
        raise refuse(value, "1, 2 or 3 spatial sizes, or channels and these", problems)
    return read_all(sizes, lambda item: read(SIZE, item, None, problems))


def replaced(shape: Shape, given: Shape, source: Source) -> Shape:
    """Return what replaces a file's shape: a whole one, or spatial sizes alone, of which one stands for every axis.

    Raises UnreadableFile where that has another number of axes.
    """
    channels, *sizes = shape
    if not 1 <= len(given) <= 4 or len(given) == len(shape):  # what is no shape at all, a graph refuses
        return given
    if len(given) not in (1, len(sizes)):
        remedy = f"give {counted(len(sizes), 'size')}, or channels and {len(sizes)}"
        raise UnreadableFile(f"{source.name} takes no input of {times(given)}: its own is {times(shape)}", remedy)
    return (channels, *(given if len(given) == len(sizes) else given * len(sizes)))
