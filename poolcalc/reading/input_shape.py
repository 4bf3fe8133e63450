"""The input's shape, as a list or as text such as 3x224x224, in a file or on the command line."""

import re

from poolcalc.network.kind import Whole
from poolcalc.network.op import Shape
from poolcalc.reading.tree import Listing, Problems, Scalar, Value, described
from poolcalc.reading.values import Unreadable, read, read_all, read_alone

SIZE = Whole(1, 2**20)


def read_input(value: Value, problems: Problems) -> Shape:
    """Return channels and one to three spatial sizes, or report what is wrong and raise `Unreadable`."""
    if isinstance(value, Scalar) and not value.is_null:
        parts = re.split("[xX×]", value.text)
        items = tuple(Scalar(value.place, part.strip()) for part in parts)
        if len(items) > 1:
            value = Listing(value.place, items)
    if not isinstance(value, Listing) or not 2 <= len(value.items) <= 4:
        problems.add(
            value,
            f"expected channels and 1, 2 or 3 spatial sizes, found {described(value)}",
            help="write `input: [3, 224, 224]` or `input: 3x224x224`",
        )
        raise Unreadable
    return read_all(value, lambda item: read(SIZE, item, None, problems))


def parse_input(text: str) -> Shape:
    """Read an input shape that stands in no file, such as 3x224x224; raises Refused."""
    return read_alone(text, read_input)
