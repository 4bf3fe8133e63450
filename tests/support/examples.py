"""The operators' own examples, in networks whose last layer they are."""

from collections.abc import Sequence

from poolcalc.network.op import Op


def network_of(operator: type[Op], example: str | None = None, *, shape: Sequence[int] = (4, 9, 8)) -> str:
    """Return a network whose last layer is the operator with its example, or with other parameters."""
    layers = ["global_avg_pool: {name: gate}", "identity: {name: map, from: input}"]
    layers += ["flatten"] * (operator.takes == "vectors")
    layers.append(f"{operator.keyword}: {operator.example if example is None else example}")
    return f"input: {list(shape)}\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)
