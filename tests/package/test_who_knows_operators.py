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


def of_an_operator(module: str) -> bool:
    """Return whether a module is that of an operator or a family."""
    return module.startswith(("poolcalc.ops.", "poolcalc.families"))


def words(node: ast.AST) -> set[object]:
    """Return the constants below a node."""
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}


def is_keyword(node: ast.AST) -> bool:
    """Return whether an operator's keyword stands somewhere below a node."""
    return any(isinstance(part, ast.Attribute) and part.attr == "keyword" for part in ast.walk(node))


def known(text: str) -> Iterator[str]:
    """Yield where a module knows an operator by its class, its keyword or a parameter of its own."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                whole = [module, *(f"{module}.{name.name}" for name in names if name.name in {*BY_NAME, "families"})]
                yield from (f"{node.lineno}: imports {each}" for each in whole if of_an_operator(each))
            case ast.Import(names=names):
                yield from (f"{node.lineno}: imports {name.name}" for name in names if of_an_operator(name.name))
            case ast.Compare() if is_keyword(node) and words(node) & {*BY_NAME}:
                yield f"{node.lineno}: compares a keyword"
            case ast.Match(subject=subject, cases=cases) if is_keyword(subject):
                if any(words(each.pattern) & {*BY_NAME} for each in cases):
                    yield f"{node.lineno}: compares a keyword"
            case ast.Subscript(value=ast.Name(id="BY_NAME"), slice=ast.Constant(value=str(name))):
                yield f"{node.lineno}: looks up {name}"
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]) if name in PARAMETERS:
                yield f"{node.lineno}: asks for the parameter {name}"
            case ast.Attribute(value=ast.Attribute(attr="op") | ast.Name(id="op"), attr=name) if name in PARAMETERS:
                yield f"{node.lineno}: asks for the parameter {name}"


@pytest.mark.parametrize("file", OUTSIDE, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_module_knows_an_operator_by_name(file: Path) -> None:
    name = file.relative_to(PACKAGE)
    assert [f"{name}:{found}" for found in known(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "from poolcalc.ops.conv import Conv",
        "from poolcalc.families.pooling import Pooling",
        "if node.op.keyword == 'concat': pass",
        "if op.keyword not in ('crop', 'pad'): pass",
        "getattr(op, 'dilation', (1,))",
        "node.op.output_padding",
        "from poolcalc.ops import conv",
        "import poolcalc.ops.conv",
        "from poolcalc import families",
        "match node.op.keyword:\n    case 'conv' | 'pad': pass",
        "BY_NAME['conv']",
        "op.dilation",
    ],
)
def test_this_test_would_notice(text: str) -> None:
    assert list(known(text))
