"""Small wrong changes of a module, one place at a time, each of which a test should notice.

What is changed: comparisons, arithmetic, numbers, conditions, the ends of ranges and slices, `strict=True`, and names
that have a twin, such as `min` and `max`. Words, annotations and decorators stay, and so do fractions that are given
once for all: they were measured, or agreed upon.
"""

import ast
from collections import Counter
from collections.abc import Collection, Iterator
from copy import deepcopy
from types import CodeType
from typing import Any, NamedTuple

_OPERATORS = "Lt LtE, Gt GtE, Eq NotEq, Is IsNot, In NotIn, And Or, Add Sub, Mult FloorDiv, LShift RShift, BitAnd BitOr"
_NAMES = "min max, any all, minimum maximum, least largest, before after, first last, low high, start stop"


def _both_ways(pairs: str) -> dict[str, str]:
    return dict(pair.split()[::step] for pair in pairs.split(", ") for step in (1, -1))


OPERATORS = _both_ways(_OPERATORS) | {"Div": "Mult", "Mod": "FloorDiv", "Pow": "Mult"}
TWINS = _both_ways(f"{_NAMES}, numerator denominator")

Path = tuple[tuple[str, int | None], ...]
"""The way from a node to one inside it: fields, and places in those that are lists."""


class Mutant(NamedTuple):
    """One change of a module.

    name: where and what it is, which stays the same when lines move. path: the changed node; other: what replaces it.
    running: whether that takes effect when functions run, not when the module is imported.
    """

    name: str
    line: int
    path: Path
    other: ast.AST
    running: bool

    def compiled(self, source: str, filename: str) -> CodeType:
        """Return the changed module."""
        tree = _with(ast.parse(source), self.path, self.other)
        code: CodeType = compile(ast.fix_missing_locations(tree), filename, "exec")
        return code


def mutants(source: str) -> list[Mutant]:
    """Return all changes of a module, in order."""
    found: list[Mutant] = []
    names: Counter[str] = Counter()
    tree = ast.parse(source)
    known = {"min", "max", "any", "all", *(getattr(node, _NAMED.get(type(node), ""), "") for node in ast.walk(tree))}
    for place in _places(_Place(tree, (), "", tree, 0, running=False)):
        if not place.running and isinstance(getattr(place.node, "value", None), float):
            continue
        told, path = place.told, place.path[place.depth :]
        others = _negated(place.node) if place.path[-1][0] in ("test", "ifs") else []
        for other in [*_changes(place.node, known), *others]:
            scope = place.scope.lstrip(".") or "module"
            name = f"{scope}: {ast.unparse(told)} → {ast.unparse(_with(deepcopy(told), path, other))}"
            names[name] += 1
            again = f" ({names[name]})" if names[name] > 1 else ""
            found.append(Mutant(name + again, place.node.lineno, place.path, other, place.running))
    return found


class _Place(NamedTuple):
    """A node and what it stands in; `told` is the part of that, `depth` steps down, which it is told by."""

    node: Any
    path: Path
    scope: str
    told: ast.AST
    depth: int
    running: bool


_NAMED = {ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg"}
_KEPT = {"annotation", "returns", "decorator_list", "bases"}
_SMALL = (ast.Constant, ast.Name, ast.Attribute, ast.keyword, ast.Slice, ast.comprehension, ast.Starred)


def _places(here: _Place) -> Iterator[_Place]:
    """Yield everything inside a node that can be changed."""
    node, path, scope, *_ = here
    if isinstance(node, ast.expr | ast.AugAssign):
        yield here
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        scope += f".{node.name}"
    for field, value in ast.iter_fields(node):
        running = here.running or (isinstance(node, ast.FunctionDef | ast.Lambda) and field == "body")
        for number, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and field not in _KEPT and not _is_strict(child):
                way = (*path, (field, number))
                # A number or a name alone says little, unless it is a condition.
                whole = field == "test" or not isinstance(child, _SMALL)
                told, depth = (child, len(way)) if whole else (here.told, here.depth)
                yield from _places(_Place(child, way, scope, told, depth, running))


def _is_strict(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and ast.unparse(node) == "strict=True"


def _negated(condition: Any) -> list[ast.AST]:
    """Return the opposite of a condition that cannot be changed in itself."""
    plain = isinstance(condition, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.NamedExpr)
    return [ast.UnaryOp(ast.Not(), condition)] if plain else []


def _changes(node: ast.AST, known: Collection[str]) -> Iterator[ast.AST]:
    """Yield what a node is replaced by; known: names that mean something in the module."""
    match node:
        case ast.Compare(_, operators):
            for number, operator in enumerate(operators):
                yield _with(deepcopy(node), (("ops", number),), _other(operator))
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign() if type(node.op).__name__ in OPERATORS:
            yield _with(deepcopy(node), (("op", None),), _other(node.op))
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(value):
            yield from map(ast.Constant, _other_values(value))
        case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
            twin, field = TWINS.get(getattr(node, _NAMED[type(node)])), (_NAMED[type(node)], None)
            yield from [_with(deepcopy(node), (field,), twin)] if twin in known else []
        case ast.Call():
            yield from _other_calls(node)
        case ast.Slice(lower, upper, step):
            yield from [ast.Slice(None, upper, step)] if lower else []
            yield from [ast.Slice(lower, None, step)] if upper else []


def _other(operator: ast.AST) -> Any:
    return getattr(ast, OPERATORS[type(operator).__name__])()


def _other_values(value: object) -> list[bool | float]:
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1]
        case float():
            return [2 * value or 1.0]
    return []


def _other_calls(call: ast.Call) -> Iterator[ast.AST]:
    """Yield a call without `strict=True`, or of `range` with another start or stop."""
    if any(map(_is_strict, call.keywords)):
        yield ast.Call(call.func, call.args, [word for word in call.keywords if not _is_strict(word)])
    if isinstance(call.func, ast.Name) and call.func.id == "range":
        for number, end in enumerate(call.args[:2]):
            if not isinstance(end, ast.Constant):
                more = ast.BinOp(end, ast.Add(), ast.Constant(1))
                yield _with(deepcopy(call), (("args", number),), more)


def _with(node: Any, path: Path, other: Any) -> Any:
    """Put another node at the end of a path; return the one that the path leads from."""
    if not path:
        return other
    (field, number), *rest = path
    child = getattr(node, field)
    if number is None:
        setattr(node, field, _with(child, tuple(rest), other))
    else:
        child[number] = _with(child[number], tuple(rest), other)
    return node
