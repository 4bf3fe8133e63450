"""From YAML text to a graph, with every mistake found at its line and column."""

from poolcalc.spec.architecture import parse
from poolcalc.spec.yaml_reader import MOST_BYTES

__all__ = ["MOST_BYTES", "parse"]
