"""Fully connected layer, `torch.nn.Linear`."""

from collections.abc import Sequence
from dataclasses import dataclass

from poolcalc.network.kind import Channels, Truth
from poolcalc.network.op import Array, Op, Shape, Weight, Weights
from poolcalc.network.parameter import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(Op):
    """A matrix times the input vector."""

    keyword = "linear"
    main = "out_features"
    example = "3"
    takes = "vectors"
    gradient = "learned"
    streams_weights = True

    out_features: int = parameter(Channels(1), "values to come out")
    bias: bool = parameter(Truth(), "whether to add a learned value to each", default=True)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return out_features."""
        return (self.out_features,)

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return weight (out_features, in_features) and bias (out_features)."""
        ((features,),) = inputs
        weight = Weight((self.out_features, features), deviation=(2 / features) ** 0.5)
        return {"weight": weight} | ({"bias": Weight((self.out_features,), deviation=0.1)} if self.bias else {})

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Return one for every weight."""
        return self.weights(inputs)["weight"].size

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Multiply block by block of rows."""
        from poolcalc.kernels.functions import multiply_by_rows

        (x,) = inputs
        y = multiply_by_rows(weights.rows("weight"), x, self.out_features)
        return y + weights["bias"] if self.bias else y
