"""Whatever is known of an operator stands in its own file: nothing outside `ops/` and `families/` asks which it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import poolcalc
from poolcalc.network.parameter import parameters
from poolcalc.ops import BY_NAME

PACKAGE = Path(poolcalc.__file__).parent
OUTSIDE = [
    file for file in sorted(PACKAGE.rglob("*.py")) if file.relative_to(PACKAGE).parts[0] not in ("ops", "families")
]
PARAMETERS = {declared.name for operator in BY_NAME.values() for declared in parameters(operator)}


def known(text: str) -> Iterator[str]:
    """Yield where a module knows an operator by its class, its keyword or a parameter of its own."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith(("poolcalc.ops.", "poolcalc.families")):
                yield f"line {node.lineno} imports {module}"
            case ast.Compare() if any(
                isinstance(part, ast.Attribute) and part.attr == "keyword" for part in ast.walk(node)
            ):
                words = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
                if words & {*BY_NAME}:
                    yield f"line {node.lineno} compares a keyword"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]) if name in PARAMETERS:
                yield f"line {node.lineno} asks for the parameter {name}"
            case ast.Attribute(value=ast.Attribute(attr="op"), attr=name) if name in PARAMETERS:
                yield f"line {node.lineno} asks for the parameter {name}"


@pytest.mark.parametrize("file", OUTSIDE, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_module_knows_an_operator_by_name(file: Path) -> None:
    assert not list(known(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "from poolcalc.ops.conv import Conv",
        "from poolcalc.families.pooling import Pooling",
        "if node.op.keyword == 'concat': pass",
        "if op.keyword not in ('crop', 'pad'): pass",
        "getattr(op, 'dilation', (1,))",
        "node.op.output_padding",
    ],
)
def test_this_test_would_notice(text: str) -> None:
    assert list(known(text))
