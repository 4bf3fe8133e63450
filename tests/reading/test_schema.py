"""The JSON Schema and the reader say the same: both derive from one declaration of every operator."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import poolcalc
from poolcalc.network.op import Op
from poolcalc.network.parameter import Parameter, parameters
from poolcalc.ops import BY_NAME, operators
from poolcalc.reading.architecture import KEYS
from poolcalc.reading.keys import COMMON
from poolcalc.reading.operators import Operators
from poolcalc.reading.schema import architecture_schema
from poolcalc.reading.structures import STRUCTURES

SCHEMA = architecture_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = sorted(Path(__file__).parents[2].joinpath("architectures").glob("*.yaml"))

PARAMETERS = [(op, declared) for op in operators() for declared in parameters(op)]
LISTS: tuple[list[Any], ...] = ([], [1, 1], [2, 0.5], [[1, 1], [0, 2]], [1, [0, 2]])
VALUES: tuple[Any, ...] = (0, 1, 2, -1, 0.5, 2.5, True, "same", "nonsense", {}, {"a": 1}, *LISTS)
REFERENCES: tuple[Any, ...] = ("a", "input", ["a"], ["a", "b"], ["a", "input", "b"], [], {}, ["a", {}])


@pytest.fixture(autouse=True)
def nothing_contradicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema describes every parameter for itself; that two of them exclude each other, only the reader tells."""
    monkeypatch.setattr(Operators, "_consistent", lambda _, op, *__: op)


def schema_accepts(document: Any) -> bool:
    return bool(VALIDATOR.is_valid(document))


def reader_accepts(text: str) -> bool:
    try:
        poolcalc.loads(text)
    except poolcalc.InvalidArchitecture:
        return False
    return True


def network(*layers: Any) -> dict[str, Any]:
    """Return a network whose layers can read `a` and `b`."""
    return {"input": [4, 8, 8], "layers": [{"relu": {"name": "a"}}, {"relu": {"name": "b"}}, *layers]}


def both_accept(document: Any) -> bool:
    """Return whether schema and reader accept a document, which they must agree on."""
    answers = schema_accepts(document), reader_accepts(json.dumps(document))
    assert answers[0] == answers[1], f"schema {answers[0]}, reader {answers[1]}: {document}"
    return answers[0]


def least(op: type[Op]) -> dict[str, Any]:
    """Return the fewest parameters that make a layer of an operator."""
    given = {declared.name: a_value(declared) for declared in parameters(op) if declared.required}
    return given | ({"from": ["a", "b"]} if op.merges else {})


def a_value(declared: Parameter) -> Any:
    """Return some value that a parameter takes."""
    schema = declared.kind.schema()
    return next(value for value in values(declared) if Draft202012Validator(schema).is_valid(value))


def values(declared: Parameter) -> tuple[Any, ...]:
    """Return values that a parameter takes, and others."""
    return (*VALUES, *declared.kind.schema().get("enum", ()))


def described(schema: Any, path: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield every property of every object in a schema, with its description."""
    if isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            target = SCHEMA["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else field
            yield f"{path}.{name}", target.get("description")
        for key, value in schema.items():
            yield from described(value, f"{path}/{key}")
    elif isinstance(schema, list):
        for item in schema:
            yield from described(item, path)


# The schema itself


def test_the_schema_is_a_valid_schema_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_field_of_every_object_is_described() -> None:
    fields = list(described(SCHEMA))
    assert len(fields) > 200
    assert [name for name, text in fields if not text] == []


def test_every_definition_is_described_and_used() -> None:
    text = json.dumps(SCHEMA)
    for name, definition in SCHEMA["$defs"].items():
        assert definition["description"]
        assert f'"#/$defs/{name}"' in text


def test_every_object_is_closed_or_says_what_stands_behind_names_of_layers() -> None:
    def objects(schema: Any) -> Iterator[Any]:
        for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            yield from objects(part)
        if isinstance(schema, dict) and schema.get("type") == "object":
            yield schema

    others = [found["additionalProperties"] for found in objects(SCHEMA)]
    assert all(other is False or (isinstance(other, dict) and other) for other in others)


# Everything that the reader knows is in the schema


def test_every_key_operator_alias_and_structure_is_in_the_schema() -> None:
    _, one_key = SCHEMA["$defs"]["layer"]["anyOf"]
    assert list(SCHEMA["properties"]) == list(KEYS)
    assert set(one_key["properties"]) == {*BY_NAME, *STRUCTURES}


@pytest.mark.parametrize("op", operators(), ids=lambda op: op.keyword)
def test_every_parameter_of_an_operator_is_in_the_schema(op: type[Op]) -> None:
    full = SCHEMA["$defs"][op.keyword]["anyOf"][0]
    assert list(full["properties"]) == [*(declared.name for declared in parameters(op)), *COMMON]
    required = [declared.name for declared in parameters(op) if declared.required]
    assert full.get("required", []) == required + ["from"] * op.merges


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_key_of_a_structure_is_in_the_schema(name: str) -> None:
    assert list(SCHEMA["$defs"][name]["properties"]) == [*STRUCTURES[name], *COMMON]


# Both accept, or both refuse


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_bundled_architecture_is_valid(file: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", BY_NAME)
def test_schema_and_reader_accept_the_same_forms_of_a_layer(name: str) -> None:
    op = BY_NAME[name]
    full = least(op)
    assert both_accept(network({name: full}))
    assert both_accept(network({name: {**full, "name": "x", "from": full.get("from", "a")}}))
    assert not both_accept(network({name: {**full, "kernal": 3}}))
    assert not both_accept(network({name: full, "repeat": {}}))
    assert both_accept(network(name)) == (not full)
    assert both_accept(network({name: None})) == (not full)
    assert both_accept(network({name: {}})) == (not full)
    for bare in VALUES:
        if not (op.merges and bare in LISTS):  # which the schema takes for names: it cannot know which there are
            both_accept(network({name: bare}))
    for reads in REFERENCES:
        both_accept(network({name: {**full, "from": reads}}))


@pytest.mark.parametrize(("op", "declared"), PARAMETERS, ids=lambda part: getattr(part, "keyword", None) or part.name)
def test_schema_and_reader_accept_the_same_values_of_a_parameter(op: type[Op], declared: Parameter) -> None:
    answers = [both_accept(network({op.keyword: {**least(op), declared.name: value}})) for value in values(declared)]
    assert any(answers)
    assert not all(answers)


@pytest.mark.parametrize(("op", "declared"), PARAMETERS, ids=lambda part: getattr(part, "keyword", None) or part.name)
def test_a_required_parameter_may_not_be_left_out_and_a_default_may_be_written_out(
    op: type[Op], declared: Parameter
) -> None:
    given = least(op)
    if declared.required:
        del given[declared.name]
        assert not both_accept(network({op.keyword: given}))
        return
    full = SCHEMA["$defs"][op.keyword]["anyOf"][0]["properties"][declared.name]
    if "default" in full:
        assert both_accept(network({op.keyword: {**given, declared.name: full["default"]}}))


VALID = """
{input: 3x8x8, layers: [relu]}
{input: "3x8x8", layers: [relu]}
{input: [3, 8], layers: [relu]}
{input: [3, 8, 8, 8], layers: [relu]}
{name: net, description: one, reference: two, task: detection, input: 1x8, layers: [relu], outputs: relu1}
{input: 1x8, layers: [{relu: {name: 1}}, {relu: {name: r}}], outputs: [1, r]}
{input: 1x8, layers: [{repeat: {times: 2, layers: [relu]}}]}
{input: 1x8, layers: [{repeat: {times: 2, name: stage, from: input, layers: [relu]}}]}
{input: 1x8, layers: [{residual: {body: [relu]}}]}
{input: 1x8, layers: [{residual: {body: [relu], shortcut: []}}]}
{input: 1x8, layers: [{branches: {merge: concat, paths: [[relu], []]}}]}
{input: 1x8, layers: [{block: {name: stem, layers: [relu, {block: {layers: [tanh]}}]}}]}
""".strip().splitlines()

BROKEN = """
[]
{}
relu
{layers: [relu]}
{input: 1x8}
{input: 1x8, layers: []}
{input: 1x8, layers: relu}
{input: 1x8, layers: null}
{input: 1x8, layers: {relu: {}}}
{input: 1x8, layers: [null]}
{input: 1x8, layers: [3]}
{input: 1x8, layers: [[relu]]}
{input: 1x8, layers: [{}]}
{input: 1x8, layers: [rellu]}
{input: 1x8, layers: [{rellu: {}}]}
{input: 1x8, layers: [{relu: {}, tanh: {}}]}
{input: 1x8, layers: [relu], output: relu1}
{input: 1x8, layers: [relu], outputs: []}
{input: 1x8, layers: [relu], outputs: {a: b}}
{input: 1x8, layers: [relu], task: regression}
{input: 1x8, layers: [relu], description: [a]}
{input: 8, layers: [relu]}
{input: [8], layers: [relu]}
{input: [1, 2, 3, 4, 5], layers: [relu]}
{input: [0, 8, 8], layers: [relu]}
{input: [1, -8, 8], layers: [relu]}
{input: [1, 2.5], layers: [relu]}
{input: [1, eight], layers: [relu]}
{input: 1xeight, layers: [relu]}
{input: null, layers: [relu]}
{input: {c: 1, h: 8}, layers: [relu]}
{input: 1x8, layers: [{conv: {out_channels: 1}}]}
{input: 1x8, layers: [{conv: {kernel_size: 1}}]}
{input: 1x8, layers: [{conv: {out_channels: 1, kernel_size: "3"}}]}
{input: 1x8, layers: [{conv: {out_channels: 1, kernel_size: 3, padding: sane}}]}
{input: 1x8, layers: [{conv: {out_channels: 1, kernel_size: 3, bias: 1}}]}
{input: 1x8, layers: [{max_pool: {kernel_size: 2, name: [a]}}]}
{input: 1x8, layers: [{relu: {from: {a: b}}}]}
{input: 1x8, layers: [relu, add]}
{input: 1x8, layers: [relu, {add: relu1}]}
{input: 1x8, layers: [relu, {concat: [relu1]}]}
{input: 1x8, layers: [repeat]}
{input: 1x8, layers: [{repeat: null}]}
{input: 1x8, layers: [{repeat: [relu]}]}
{input: 1x8, layers: [{repeat: {layers: [relu]}}]}
{input: 1x8, layers: [{repeat: {times: 0, layers: [relu]}}]}
{input: 1x8, layers: [{repeat: {times: two, layers: [relu]}}]}
{input: 1x8, layers: [{repeat: {times: 2, layers: []}}]}
{input: 1x8, layers: [{repeat: {times: 2, layers: [relu], body: [relu]}}]}
{input: 1x8, layers: [{residual: {shortcut: []}}]}
{input: 1x8, layers: [{residual: {body: []}}]}
{input: 1x8, layers: [{residual: {body: [relu], shortcut: relu}}]}
{input: 1x8, layers: [{branches: {paths: [[relu], []]}}]}
{input: 1x8, layers: [{branches: {merge: concat}}]}
{input: 1x8, layers: [{branches: {merge: mean, paths: [[relu], []]}}]}
{input: 1x8, layers: [{branches: {merge: concat, paths: [[relu]]}}]}
{input: 1x8, layers: [{branches: {merge: concat, paths: [relu, tanh]}}]}
{input: 1x8, layers: [{block: {name: stem}}]}
{input: 1x8, layers: [{block: {layers: []}}]}
""".strip().splitlines()


@pytest.mark.parametrize("text", VALID)
def test_the_schema_accepts_what_the_reader_accepts(text: str) -> None:
    assert reader_accepts(text)
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize("text", BROKEN)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert not reader_accepts(text)
    assert not schema_accepts(yaml.safe_load(text))
