"""Comments addressed to poolcalc, which a YAML parser throws away."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from poolcalc.source import Place

_REMARK = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*poolcalc:[ \t]*(.*)$", re.MULTILINE)
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def remarks(text: str) -> Iterator[tuple[Place, str]]:
    """Yield what comments of a valid document say behind `poolcalc:`, and where.

    >>> for place, words in remarks("a: '# poolcalc: b'  # poolcalc: c"):
    ...     print(place.line, place.column, words)
    1 33 c
    """
    found = list(_REMARK.finditer(text))
    if not found:
        return
    values = [_span(event) for event in yaml.parse(text, Loader=_Loader) if isinstance(event, yaml.ScalarEvent)]
    for remark in found:
        line, column = text.count("\n", 0, remark.start()), remark.start() - text.rfind("\n", 0, remark.start()) - 1
        if not any(start <= (line, column) < end for start, end in values):
            yield Place(line + 1, column + 1 + remark.start(1) - remark.start(), len(remark[1]) or 1), remark[1]


def _span(event: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    start, end = event.start_mark, event.end_mark
    return (start.line, start.column), (end.line, end.column)
