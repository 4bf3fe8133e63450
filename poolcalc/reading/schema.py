"""The JSON Schema of architecture files, derived from the declarations that also read them."""

import inspect
from fractions import Fraction

from poolcalc.network.kind import Kind, Schema, Whole
from poolcalc.network.op import Op
from poolcalc.network.parameter import Parameter, parameters
from poolcalc.ops import BY_NAME, operators
from poolcalc.reading.architecture import KEYS, TASKS
from poolcalc.reading.expectations import expect_schema
from poolcalc.reading.input_shape import SIZE
from poolcalc.reading.keys import COMMON
from poolcalc.reading.structures import MERGE, OPTIONAL, STRUCTURES

_LAYERS: Schema = {"type": "array", "items": {"$ref": "#/$defs/layer"}, "minItems": 1}
_PATH: Schema = {"type": "array", "items": {"$ref": "#/$defs/layer"}}
_NAME: Schema = {"type": ["string", "number"]}
_STRUCTURE_TEXTS = {
    "repeat": "layers written out several times",
    "residual": "the sum of a body and a shortcut",
    "branches": "paths that read the same layer and are merged",
    "block": "layers under a common name",
}
_STRUCTURE_KEYS: dict[str, tuple[str, Schema]] = {
    "times": ("how often", Whole(1).schema()),
    "start": ("number of the first turn in the names of the layers; 0 if left out", Whole(0).schema()),
    "layers": ("the layers, from first to last", _LAYERS),
    "body": ("the layers of the body", _LAYERS),
    "shortcut": ("the layers of the shortcut; the identity if left out", _PATH),
    "merge": ("how the paths are merged", MERGE.schema()),
    "paths": (
        "a list of layers for every path; an empty one is the identity",
        {"type": "array", "items": _PATH, "minItems": 2},
    ),
}


def architecture_schema() -> Schema:
    """Return the schema, draft 2020-12, with a description for every field."""
    sizes = {"type": "array", "items": SIZE.schema(), "minItems": 2, "maxItems": 4}
    kinds: dict[str, Schema] = {
        "name": _NAME,
        "description": {"type": "string"},
        "reference": {"type": "string"},
        "input": {"anyOf": [sizes, {"type": "string", "pattern": r"^\s*[0-9]+(\s*[xX×]\s*[0-9]+){1,3}\s*$"}]},
        "task": TASKS.schema(),
        "layers": _LAYERS,
        "outputs": {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]},
        "objects": {"anyOf": [SIZE.schema(), {"type": "array", "items": SIZE.schema(), "minItems": 1}]},
        "expect": expect_schema(),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "poolcalc architecture",
        "description": "A convolutional network as a stack of layers",
        "type": "object",
        "properties": {key: {"description": KEYS[key], **kinds[key]} for key in KEYS},
        "required": ["input", "layers"],
        "additionalProperties": False,
        "$defs": {"layer": _layer()} | {op.keyword: _operator(op) for op in operators()} | _structures(),
    }


def _layer() -> Schema:
    """One operator or structure: a word, or a mapping with one key."""
    words = [name for name, op in BY_NAME.items() if not op.merges and _needs_nothing(op)]
    keys = {name: {"$ref": f"#/$defs/{op.keyword}"} for name, op in BY_NAME.items()}
    keys |= {name: {"$ref": f"#/$defs/{name}"} for name in STRUCTURES}
    one_key = {
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"description": "an operator or a structure", "anyOf": [{"enum": words}, one_key]}


def _needs_nothing(op: type[Op]) -> bool:
    return not any(declared.required for declared in parameters(op))


def _operator(op: type[Op]) -> Schema:
    declared = parameters(op)
    required = [parameter.name for parameter in declared if parameter.required]
    reads: Schema = {"type": "array", "items": _NAME, "minItems": 2} if op.merges else _NAME
    keys = {parameter.name: _parameter(parameter) for parameter in declared}
    full: Schema = {
        "type": "object",
        "properties": keys
        | {"name": {"description": COMMON["name"], **_NAME}, "from": {"description": COMMON["from"], **reads}},
        "additionalProperties": False,
    }
    if op.merges:
        full["required"] = [*required, "from"]
    elif required:
        full["required"] = required
    forms = [full]
    if op.merges:
        forms.append(reads)
    elif op.main and required in ([], [op.main]):
        kind: Kind = next(parameter.kind for parameter in declared if parameter.name == op.main)
        forms.append(kind.schema())
    if not required and not op.merges:
        forms.append({"type": "null"})
    return {"description": _first_line(op), "anyOf": forms}


def _parameter(declared: Parameter) -> Schema:
    return {"description": declared.text, **declared.kind.schema(), **_default(declared)}


def _default(declared: Parameter) -> Schema:
    match declared.default:
        case bool() | int() | str() as plain:
            return {"default": plain}
        case Fraction() as number:
            return {"default": float(number)}
    return {}  # there is none, or it is that of another parameter


def _structures() -> dict[str, Schema]:
    common = {key: {"description": text, **_NAME} for key, text in COMMON.items()}
    return {
        name: {
            "description": _STRUCTURE_TEXTS[name],
            "type": "object",
            "properties": {key: {"description": _STRUCTURE_KEYS[key][0], **_STRUCTURE_KEYS[key][1]} for key in keys}
            | common,
            "required": [key for key in keys if key not in OPTIONAL],
            "additionalProperties": False,
        }
        for name, keys in STRUCTURES.items()
    }


def _first_line(op: type[Op]) -> str:
    return (inspect.getdoc(op) or op.keyword).split("\n", maxsplit=1)[0].rstrip(".")
