"""Networks given as text, analysed, and run on images that tests make."""

import numpy as np

from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.execution.proof import EvenWeights
from poolcalc.kernels import Array
from poolcalc.network.graph import INPUT
from poolcalc.network.op import Shape
from poolcalc.reading.architecture import parse


def analysed(text: str, *, input_shape: Shape | None = None, origin: str = INPUT, gates: bool = True) -> Analysis:
    """Analyse the network that a text describes; its input, what fields refer to, and gates can be chosen."""
    design = parse(text.encode(), "net.yaml", input_shape=input_shape)
    return analyse(design.graph, origin=origin, gates=gates)


def outputs(analysis: Analysis, image: Array) -> dict[str, Array]:
    """Return what all layers give where every value that a unit reads counts."""
    tensors = {INPUT: image}
    with np.errstate(all="ignore"):
        for layer in analysis.layers:
            op, inputs = layer.node.op, [tensors[name] for name in layer.node.inputs]
            tensors[layer.node.name] = op.forward(inputs, EvenWeights(op, inputs))
    return tensors
