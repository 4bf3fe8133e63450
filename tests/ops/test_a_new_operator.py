"""An operator added in one file is read, analysed, run, proven, estimated and documented; what it lacks is named."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.analysis import analysed
from support.examples import network_of

import poolcalc
from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import Analysis
from poolcalc.analysis.sizes import Sizes
from poolcalc.execution import estimate
from poolcalc.execution.gradient import effective_field
from poolcalc.execution.proof import prove
from poolcalc.execution.run import run
from poolcalc.network.kind import PerAxis, Whole
from poolcalc.network.op import Array, Op, Shape, Weights, make
from poolcalc.network.parameter import parameter, parameters
from poolcalc.ops import BY_NAME, CLASSES, operators
from poolcalc.reading.schema import architecture_schema

HERE = Path(__file__).parent
ORACLE = HERE.parent / "oracle" / "test_pytorch.py"


def missing(operator: type[Op]) -> list[str]:
    """Return what an operator still lacks, and where to write it."""
    keyword = operator.keyword
    file = f"poolcalc/ops/{keyword}.py"
    found = []
    if CLASSES.get(keyword) != operator.__name__:
        found.append(f'poolcalc/ops/__init__.py: the line "{keyword}": "{operator.__name__}" in CLASSES')
    if keyword not in references():
        found.append(f"tests/oracle/test_pytorch.py: what PyTorch does instead, in REFERENCES[{keyword!r}]")
    if not operator.__doc__ or operator.__doc__.startswith(operator.__name__ + "("):
        found.append(f"{file}: a docstring, whose first line describes it in the schema")
    found += [f"{file}: a text for {p.name}" for p in parameters(operator) if not p.text]
    if not operator.example and (operator.merges or any(p.required for p in parameters(operator))):
        return [*found, f"{file}: `example`, what stands behind `{keyword}: ` in a layer that runs"]
    return [*found, *wrong(file, analysed(network_of(operator)))]


def wrong(file: str, analysis: Analysis) -> Iterator[str]:
    """Yield what does not hold of an operator's example."""
    layer = analysis.layers[-1]
    if layer.shape is None:
        yield f"{file}: an `example` that runs on 4 channels and 9 × 8 positions"
    elif not run(analysis).confirms(layer):
        yield f"{file}: an `output_shape` that is what `forward` gives"
    elif layer.node.name not in prove(analysis, actual_fields(analysis)).proven:
        yield f"{file}: `taps` that are what `forward` reads"


def references() -> set[str]:
    """Return the operators that are compared with PyTorch, without importing it."""
    for node in ast.parse(ORACLE.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "REFERENCES":
            assert isinstance(node.value, ast.Dict)
            return {ast.literal_eval(key) for key in node.value.keys if key}
    raise AssertionError("no REFERENCES")


@pytest.mark.parametrize("operator", operators(), ids=lambda operator: operator.keyword)
def test_nothing_is_missing(operator: type[Op]) -> None:
    assert missing(operator) == []


@pytest.fixture
def space_to_depth(monkeypatch: pytest.MonkeyPatch) -> type[Op]:
    """Add the operator of `space_to_depth.py`: its file, and the one line of the table."""
    import space_to_depth

    monkeypatch.setitem(sys.modules, "poolcalc.ops.space_to_depth", space_to_depth)
    monkeypatch.setitem(CLASSES, "space_to_depth", "SpaceToDepth")
    return BY_NAME["space_to_depth"]


def test_of_a_new_operator_only_the_comparison_with_pytorch_is_missing(space_to_depth: type[Op]) -> None:
    assert missing(space_to_depth) == [
        "tests/oracle/test_pytorch.py: what PyTorch does instead, in REFERENCES['space_to_depth']"
    ]


def test_a_new_operator_is_read_and_analysed(space_to_depth: type[Op]) -> None:
    design = poolcalc.loads(
        "input: [3, 12, 8]\nlayers:\n  - space_to_depth: [3, 2]\n  - space_to_depth: {block_size: 2}\n"
    )
    assert design.graph.nodes[0].op == make(space_to_depth, 2, block_size=(3, 2))
    first, second = poolcalc.analyze(design).layers
    assert (first.shape, second.shape) == ((18, 4, 4), (72, 2, 2))
    assert [summary.size for summary in second.receptive_field if summary] == [6, 4]
    assert [summary.jump for summary in second.receptive_field if summary] == [6, 4]
    for wrong in ("0", "[2, 2, 2]", "two"):
        with pytest.raises(poolcalc.InvalidArchitecture):
            poolcalc.loads(f"input: [3, 12, 8]\nlayers: [space_to_depth: {wrong}]")


def test_a_new_operator_is_run_thin_proven_and_followed_backward(space_to_depth: type[Op]) -> None:
    analysis = analysed(network_of(space_to_depth))
    layer = analysis.layers[-1]
    assert run(analysis, channels=1).confirms(layer)
    assert prove(analysis, actual_fields(analysis)).refuted == {}
    field = effective_field(analysis, layer, (1, 2))
    assert field.energy[3:6, 4:6].sum() == pytest.approx(1)


def test_the_sizes_that_suit_a_new_operator_are_found(space_to_depth: type[Op]) -> None:
    graph = poolcalc.loads(network_of(space_to_depth)).graph
    clean = Sizes(graph, 0).clean
    assert clean
    assert [size for size in range(1, 13) if size in clean] == [3, 6, 9, 12]


def test_the_memory_of_a_new_operator_is_estimated(space_to_depth: type[Op]) -> None:
    """It makes one copy of its input, and says nothing of a workspace."""
    analysis = analysed(network_of(space_to_depth, "2", shape=(16, 512, 512)))
    assert estimate.memory(analysis) - estimate.FIXED == pytest.approx(2 * 16 * 512 * 512 * 4, rel=0.01)


def test_a_new_operator_is_in_the_schema(space_to_depth: type[Op]) -> None:
    full, bare = architecture_schema()["$defs"]["space_to_depth"]["anyOf"]
    assert full["required"] == ["block_size"]
    assert full["properties"]["block_size"]["description"] == "positions that become channels"
    assert bare == space_to_depth.__dataclass_fields__["block_size"].metadata["kind"].schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished(Op):
    keyword = "unfinished"

    step: tuple[int, ...] = parameter(PerAxis(Whole(1)), "")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        return inputs[0][:, :: self.step[0]]


def test_everything_that_an_operator_lacks_is_listed() -> None:
    assert missing(Unfinished) == [
        'poolcalc/ops/__init__.py: the line "unfinished": "Unfinished" in CLASSES',
        "tests/oracle/test_pytorch.py: what PyTorch does instead, in REFERENCES['unfinished']",
        "poolcalc/ops/unfinished.py: a docstring, whose first line describes it in the schema",
        "poolcalc/ops/unfinished.py: a text for step",
        "poolcalc/ops/unfinished.py: `example`, what stands behind `unfinished: ` in a layer that runs",
    ]


def test_a_wrong_rule_of_an_example_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    relu = BY_NAME["relu"]
    monkeypatch.setattr(relu, "output_shape", lambda _, inputs: (inputs[0][0] + 1, *inputs[0][1:]), raising=False)
    assert missing(relu) == ["poolcalc/ops/relu.py: an `output_shape` that is what `forward` gives"]
