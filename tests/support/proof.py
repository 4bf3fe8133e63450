"""The proof of all fields of a network, and its layers."""

from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import Analysis
from poolcalc.execution.proof import prove
from poolcalc.execution.results import Proof

LEFT_OUT = "channels are left out that may see more than the others"
WITHOUT_PROBE = "it gives NaN without a probe"


def proof_of(analysis: Analysis) -> Proof:
    return prove(analysis, actual_fields(analysis))


def names(analysis: Analysis) -> tuple[str, ...]:
    return tuple(layer.node.name for layer in analysis.layers)
