"""Formulas as they are printed, evaluated."""

import re
from math import ceil, floor


def value(formula: str) -> float:
    """Evaluate a formula as it is printed."""
    python = formula.translate(
        {ord(a): b for a, b in zip("⌊⌋⌈⌉·−", ("floor(", ")", "ceil(", ")", "*", "-"), strict=True)}
    )
    assert re.fullmatch(r"(floor|ceil|min|max|[0-9. ()+*/,-])+", python), formula
    return float(eval(python, {"floor": floor, "ceil": ceil, "min": min, "max": max}))  # noqa: S307 - matched above
