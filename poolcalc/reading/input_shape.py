"""The input's shape, as a list or as text such as 3x224x224, in a file or on the command line."""

from poolcalc.network.kind import Whole
from poolcalc.network.op import Shape
from poolcalc.reading.tree import Listing, Problems, Scalar, Value
from poolcalc.reading.values import read, read_all, read_alone, refuse, sizes_in

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
    """Read an input shape that stands in no file, such as 3x224x224; raises Refused."""
    return read_alone(text, read_input)
