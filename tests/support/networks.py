"""Random networks: architectures in YAML, made of every operator and structure, small enough to run.

    @given(architectures())
    def test_…(text: str) -> None: …

Parameters are drawn from their declarations, so a new operator joins in by itself. What does not fit is drawn again.
"""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

from hypothesis import strategies as st

from poolcalc.errors import InvalidParameter
from poolcalc.network.kind import Amounts, Kind, Number, OneOf, PerAxis, Truth, Whole
from poolcalc.network.op import Impossible, Op, Shape, make
from poolcalc.network.parameter import parameters
from poolcalc.ops import BY_NAME, operators
from poolcalc.ops.upsample import LINEAR, Upsample
from poolcalc.reading.values import accepts

Layer = dict[str, Any]
"""A layer as it stands in the file: one key and its parameters, or a structure."""

MOST_VALUES = 6_000
"""Larger maps than that are not built."""

WINDOWS = tuple(BY_NAME[name] for name in ("conv", "depthwise_conv", "max_pool", "avg_pool", "lp_pool"))
"""Operators with a kernel that slides over the input."""

LOCAL = (*WINDOWS, *(BY_NAME[name] for name in ("conv_transpose", "upsample", "pad", "crop")))
"""Operators whose units read a neighbourhood."""


def values(kind: Kind, rank: int) -> st.SearchStrategy[Any]:
    """Draw values of a parameter as they could stand in a file."""
    match kind:
        case Whole():
            low = max(kind.least, -1)
            return st.integers(low, min(kind.most, low + 3))
        case Number():
            numbers = (Fraction(text) for text in ("0", "0.5", "0.7", "1", "1.5", "2", "3"))
            return st.sampled_from([number for number in numbers if accepts(kind, str(float(number)))])
        case Truth():
            return st.booleans()
        case OneOf():
            return st.sampled_from(kind.words)
        case PerAxis():
            each = values(kind.each, rank)
            entry = st.one_of(st.none(), each) if kind.null else each
            return st.one_of(each, st.tuples(*[entry] * rank))
        case Amounts():
            amount = values(Whole(kind.least), rank)
            words = [word for word in kind.words if word != "valid"]
            pairs = st.tuples(*[st.tuples(amount, amount)] * rank)
            return st.one_of(amount, pairs, st.sampled_from(words)) if words else st.one_of(amount, pairs)
    raise NotImplementedError(kind)


@dataclass
class Sketch:
    """A network that is being drawn.

    shapes: of the layers that others may read, by name.
    """

    draw: st.DrawFn
    rank: int
    operators: tuple[type[Op], ...]
    shapes: dict[str, Shape] = field(default_factory=dict)

    def operator(self, shape: Shape) -> tuple[Layer, Shape]:
        """Draw an operator that can read a tensor of that shape, and the shape that comes out."""
        takes = "vectors" if len(shape) == 1 else "maps"
        known = [op for op in self.operators if not op.merges and op.takes in (takes, "either")]
        known += 3 * [op for op in known if op.takes == takes]  # more of those that change something
        for _ in range(4):
            operator = self.draw(st.sampled_from(known or [BY_NAME["identity"]]))
            given = self.parameters(operator)
            result = fits(operator, self.rank, given, shape)
            if result is not None:
                return {operator.keyword: given}, result
        return {"identity": {}}, shape

    def parameters(self, operator: type[Op]) -> dict[str, Any]:
        """Draw the required parameters of an operator and some of the others."""
        if operator is Upsample:
            return self.resizing()
        given = {}
        for declared in parameters(operator):
            if declared.required or self.draw(st.booleans()):
                given[declared.name] = self.draw(values(declared.kind, self.rank))
        return given

    def resizing(self) -> dict[str, Any]:
        """Draw the parameters of a resizing: few combinations are possible."""
        kinds = {declared.name: declared.kind for declared in parameters(Upsample)}
        name = self.draw(st.sampled_from(["scale_factor", "size"]))
        given = {name: self.draw(values(kinds[name], self.rank))}
        if self.draw(st.booleans()):
            given |= {"mode": LINEAR[self.rank], "align_corners": self.draw(st.booleans())}
        return given

    def chain(self, shape: Shape, most: int) -> tuple[list[Layer], Shape]:
        """Draw layers, one after the other."""
        layers = []
        for _ in range(self.draw(st.integers(1, most))):
            layer, shape = self.operator(shape)
            layers.append(layer)
        return layers, shape

    def structure(self, shape: Shape) -> tuple[Layer, Shape]:
        """Draw a structure, or a gate, that can read a map of that shape."""
        layers, result = self.chain(shape, 3)
        if self.draw(st.booleans()):
            layers, result = [self.keeping(shape), self.keeping(shape)], shape
        structure: Layer = {"block": {"layers": layers}}
        match self.draw(st.sampled_from(["block", "repeat", "residual", "gate", "shortcut", "branches"])):
            case "repeat" if result == shape:
                structure = {"repeat": {"times": self.draw(st.integers(1, 3)), "layers": layers}}
            case "residual" if result == shape:
                structure = {"residual": {"body": layers}}
            case "gate" if result == shape:
                gate = [{"gap": {}}, {"conv": {"out_channels": shape[0], "kernel_size": 1}}, {"sigmoid": {}}]
                squeeze = {"branches": {"merge": "add", "paths": [gate, [{"gap": {}}]]}}
                structure = {"residual": {"body": layers, "shortcut": [squeeze]}}
            case "shortcut" if len(result) > 1:
                path, widen = self.shortcut(result)
                structure = {"residual": {"body": layers, "shortcut": [*path, widen]}}
            case "branches" if len(result) > 1:
                path, _ = self.shortcut(result)
                structure = {"branches": {"merge": "concat", "paths": self.draw(st.permutations([layers, path]))}}
                result = (result[0] + (shape[0] if len(path) == 1 else 2), *result[1:])
        return structure, result

    def keeping(self, shape: Shape) -> Layer:
        """Draw a convolution that keeps the shape: causal, anti-causal or in between."""
        kernel_size, dilation = self.draw(st.integers(1, 4)), self.draw(st.integers(1, 2))
        around = dilation * (kernel_size - 1)
        padding = [(before, around - before) for before in (self.draw(st.integers(0, around)) for _ in shape[1:])]
        given = {"out_channels": shape[0], "kernel_size": kernel_size, "dilation": dilation, "padding": padding}
        return {"conv": given}

    def shortcut(self, result: Shape) -> tuple[list[Layer], Layer]:
        """Draw a path to the sizes of `result`, and a convolution to its channels."""
        pool = self.draw(st.sampled_from(["adaptive_avg_pool", "adaptive_max_pool"]))
        path: list[Layer] = [{pool: {"output_size": list(result[1:])}}]
        if self.draw(st.booleans()):
            path.append({"conv": {"out_channels": 2, "kernel_size": 3, "padding": "same"}})
        return path, {"conv": {"out_channels": result[0], "kernel_size": 1}}

    def merge(self) -> tuple[Layer, Shape] | None:
        """Draw a merge of two layers that fit each other, None where there are none."""
        pairs = [(a, b) for a in self.shapes for b in self.shapes if a < b]
        merges = [(name, a, b) for name in ("add", "multiply", "concat") for a, b in pairs if self.merged(name, a, b)]
        if not merges:
            return None
        name, a, b = self.draw(st.sampled_from(merges))
        shape = self.merged(name, a, b)
        return ({name: {"from": [a, b]}}, shape) if shape else None

    def merged(self, name: str, a: str, b: str) -> Shape | None:
        """Return the shape of a merge, None where it is impossible."""
        return fits(BY_NAME[name], self.rank, {}, self.shapes[a], self.shapes[b])


def fits(operator: type[Op], rank: int, given: dict[str, Any], *shapes: Shape) -> Shape | None:
    """Return the shape that comes out, None where the operator cannot run or the result is too large."""
    try:
        result = make(operator, rank, **given).output_shape(shapes)
    except (Impossible, InvalidParameter):  # parameters that contradict each other, such as a stop before the start
        return None
    return result if prod(result) <= MOST_VALUES else None


def written(input_shape: Shape, layers: list[Layer]) -> str:
    """Return the text of a file; JSON is YAML."""
    rows = (f"  - {json.dumps(layer, default=float)}\n" for layer in layers)
    return f"input: {list(input_shape)}\nlayers:\n{''.join(rows)}"


@st.composite
def inputs(draw: st.DrawFn, axes: int | None = None) -> Shape:
    """Draw channels and a few pixels on one to three axes."""
    rank = draw(st.integers(1, 3)) if axes is None else axes
    most = {1: 40, 2: 14, 3: 7}[rank]
    return (draw(st.sampled_from([1, 2, 3, 4, 6])), *(draw(st.integers(1, most)) for _ in range(rank)))


@st.composite
def chains(
    draw: st.DrawFn, operators: tuple[type[Op], ...] = operators(), *, axes: int | None = None, most: int = 6
) -> str:
    """Draw a plain chain of layers."""
    shape = draw(inputs(axes))
    layers, _ = Sketch(draw, len(shape) - 1, operators).chain(shape, most)
    return written(shape, layers)


@st.composite
def architectures(
    draw: st.DrawFn, operators: tuple[type[Op], ...] = operators(), *, axes: int | None = None, most: int = 6
) -> str:
    """Draw a graph: operators and structures, read from any layer, and merges of layers that fit."""
    start = draw(inputs(axes))
    sketch = Sketch(draw, len(start) - 1, operators, {"input": start})
    layers: list[Layer] = []
    for number in range(draw(st.integers(1, most))):
        source = draw(st.sampled_from(list(sketch.shapes))) if draw(st.booleans()) else list(sketch.shapes)[-1]
        shape = sketch.shapes[source]
        kind = draw(st.sampled_from(["operator", "operator", "structure", "merge"]))
        made = sketch.merge() if kind == "merge" else None
        if made is None:
            fitting = sketch.structure if kind == "structure" and len(shape) > 1 else sketch.operator
            layer, result = fitting(shape)
            next(iter(layer.values()))["from"] = source
            made = layer, result
        layer, result = made
        next(iter(layer.values()))["name"] = f"layer{number}"
        layers.append(layer)
        sketch.shapes[f"layer{number}"] = result
    return written(start, layers)


DOWN = (
    "conv: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1}",
    "conv: {out_channels: 2, kernel_size: 4, stride: 2, padding: 1}",
    "conv: {out_channels: 2, kernel_size: 7, stride: 4, padding: 3}",
    "max_pool: 2",
    "max_pool: {kernel_size: 3, stride: 2, ceil_mode: true}",
    "block: {layers: [{pad: [[0, 1]]}, {conv: {out_channels: 2, kernel_size: 3, stride: 2}}]}",
)
LEVEL = (
    "relu",
    "conv: {out_channels: 2, kernel_size: 3, padding: 1}",
    "conv: {out_channels: 2, kernel_size: 3}",
    "block: {layers: [{pad: {padding: 1, mode: reflect}}, {conv: {out_channels: 2, kernel_size: 3}}]}",
    "pad: 1",
    "crop: [[0, 1]]",
)
UP = (
    "conv_transpose: {out_channels: 2, kernel_size: 4, stride: 2, padding: 1}",
    "conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1}",
    "conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}",
    "conv_transpose: {out_channels: 2, kernel_size: 2, stride: 2}",
    "upsample: 2",
    "upsample: 4",
    "upsample: {scale_factor: 2, mode: linear, align_corners: true}",
)


@st.composite
def encoder_decoders(draw: st.DrawFn) -> str:
    """Draw a network on one axis that coarsens its maps and enlarges them again, with and without skips."""
    size = draw(st.one_of(st.integers(1, 70), st.sampled_from([16, 32, 48])))
    layers = [draw(st.sampled_from(LEVEL)), *draw(st.lists(st.sampled_from((*DOWN, *LEVEL)), min_size=1, max_size=3))]
    layers += draw(st.lists(st.sampled_from((*UP, *UP, *LEVEL)), min_size=1, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        layers.append(f"upsample: {{size: {draw(st.sampled_from([size, 8, 16]))}}}")
    text = "".join(f"  - {layer}\n" for layer in layers)
    if draw(st.booleans()):
        text = f"  - residual: {{body: [{', '.join(f'{{{layer}}}' for layer in layers)}]}}\n"
    return f"input: [2, {size}]\nlayers:\n{text}"
