"""`expect:` in a file, and its twins on the command line: what a team asks of a network."""

import re
from collections.abc import Iterator
from fractions import Fraction
from operator import gt
from typing import NamedTuple, cast

from poolcalc.network.expectation import Expectation, Relation, What
from poolcalc.network.graph import INPUT
from poolcalc.network.kind import Schema, Whole
from poolcalc.reading.keys import known_entries
from poolcalc.reading.tree import Listing, Problems, Record, Scalar, Value, described
from poolcalc.reading.values import Unreadable, Written, check_length, read, read_all, read_alone, refuse, sizes_in
from poolcalc.reading.wiring import Reference, Wiring
from poolcalc.source import Place
from poolcalc.wording import figures, shown

EXPECT = {
    "output": "shape of the output, such as [512, 7, 7] or 512x7x7; for several outputs, a shape under each name",
    "receptive_field": "input pixels that a unit sees, in the last layer whose units see different places",
    "jump": "input pixels between neighbouring units, in the same layer",
    "params": "learned values in all",
    "macs": "multiply-accumulates per image",
    "activations": "values that all layers put out, per image",
    "dropped": "rows or columns that rounding down loses for good; the most that any layer loses",
    "at": "what single layers must keep, by name",
    "message": "what to tell whoever breaks one of these",
}
AT = {
    "size": "spatial sizes of the layer's output; features of a flat vector",
    "receptive_field": "input pixels that a unit sees",
    "jump": "input pixels between neighbouring units",
}
LIMITS: dict[str, Relation] = {"min": "at least", "max": "at most"}
LIMIT_TEXTS = {"min": "the least that is allowed", "max": "the most that is allowed"}

_UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_AMOUNT = r"([0-9]+(?:\.[0-9]+)?|[1-9][0-9]*/[1-9][0-9]*) ?([kKMGT]?)"
_SHAPE = re.compile(r"[0-9]+(\s*[xX×]\s*[0-9]+){0,3}")


class Amount(Written):
    """A number of at least 0: plain, as a fraction such as 1/2, or with one of k, M, G, T behind it."""

    def read(self, value: Value, rank: int | None, problems: Problems) -> Fraction:
        """Return the number, exactly as it was written."""
        found = re.fullmatch(_AMOUNT, value.text.strip()) if isinstance(value, Scalar) else None
        if found is None or len(found[0]) > 40:
            remedy = "write a number such as 224, 1/2, 25.6M or 4G"
            raise refuse(value, "a number of at least 0", problems, remedy)
        return Fraction(found[1]) * _UNITS[found[2]]

    def schema(self) -> Schema:
        """A number, or text."""
        return {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": rf"^\s*{_AMOUNT}\s*$"}]}


class AmountPerAxis(Written):
    """One amount that holds on every axis, or a list of one for each."""

    def read(self, value: Value, rank: int | None, problems: Problems) -> tuple[Fraction, ...]:
        """Return one amount, or one per axis."""
        if not isinstance(value, Listing):
            return (Amount().read(value, rank, problems),)
        check_length(value, rank, problems)
        return read_all(value, lambda item: Amount().read(item, rank, problems))

    def schema(self) -> Schema:
        """The amount, or an array of one to three."""
        one = Amount().schema()
        return {"anyOf": [*one["anyOf"], {"type": "array", "items": one, "minItems": 1, "maxItems": 3}]}


class OutputShape(Written):
    """A shape: channels and spatial sizes, or the features of a flat vector."""

    def read(self, value: Value, rank: int | None, problems: Problems) -> tuple[int, ...]:
        """Return the sizes, from a list or from text such as 512x7x7."""
        if isinstance(value, Scalar) and _SHAPE.fullmatch(value.text.strip()):
            value = sizes_in(value)
        if not isinstance(value, Listing) or not 1 <= len(value.items) <= 4:
            remedy = "write [512, 7, 7] or 512x7x7, or [1000] for a flat vector"
            raise refuse(value, "a shape", problems, remedy)
        return read_all(value, lambda item: read(Whole(1), item, rank, problems))

    def schema(self) -> Schema:
        """An array, a number, or text."""
        size = Whole(1).schema()
        text = {"type": "string", "pattern": rf"^\s*{_SHAPE.pattern}\s*$"}
        return {"anyOf": [{"type": "array", "items": size, "minItems": 1, "maxItems": 4}, size, text]}


_KINDS: dict[What, Written] = {
    "output": OutputShape(),
    "size": AmountPerAxis(),
    "receptive_field": AmountPerAxis(),
    "jump": AmountPerAxis(),
    "params": Amount(),
    "macs": Amount(),
    "activations": Amount(),
    "dropped": Amount(),
}


def expect_schema() -> Schema:
    """Return the schema of `expect`, with a description for every field."""
    kinds: Schema = {what: _limits_schema(kind.schema()) for what, kind in _KINDS.items()}
    shape = _KINDS["output"].schema()
    kinds["output"] = {"anyOf": [*shape["anyOf"], {"type": "object", "additionalProperties": shape}]}
    layer = _object({key: {"description": text, **kinds[key]} for key, text in AT.items()})
    kinds["at"] = {"type": "object", "additionalProperties": layer}
    kinds["message"] = {"type": "string"}
    return _object({key: {"description": text, **kinds[key]} for key, text in EXPECT.items()})


def _limits_schema(exact: Schema) -> Schema:
    limits = {key: {"description": text, **exact} for key, text in LIMIT_TEXTS.items()}
    return {"anyOf": [*exact["anyOf"], _object(limits)]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}


class Reading(NamedTuple):
    """What it takes to read `expect`: the names in the file, and where problems go.

    rank: spatial axes of the input, None where it could not be read. outputs: the names of the results.
    places: where expectations stand, by their keys, as they are found.
    """

    problems: Problems
    wiring: Wiring
    rank: int | None
    outputs: tuple[str, ...]
    places: dict[str, Place]

    def expectations(self, value: Value) -> tuple[Expectation, ...]:
        """Return what is asked, in the order of the file."""
        if not isinstance(value, Record):
            remedy = "write `expect: {output: [512, 7, 7]}`"
            self.problems.add(value, f"expected keys and values, found {described(value)}", help=remedy)
            return ()
        given = known_entries(value, EXPECT, "unknown expectation", self.problems)
        message = self._message(given.pop("message", None))
        found = [one for key, limits in given.items() for one in self._about_the_network(key, limits)]
        return tuple(one._replace(message=message) for one in found)

    def _message(self, value: Value | None) -> str | None:
        if value is None:
            return None
        text = " ".join(value.text.split()) if isinstance(value, Scalar) and not value.is_null else ""
        if not text or not text.isprintable():
            remedy = "write the text behind the key"
            self.problems.add(value, f"expected a message, found {described(value)}", help=remedy)
        return text or None

    def _about_the_network(self, key: str, value: Value) -> Iterator[Expectation]:
        if key == "at":
            yield from self._at(value)
        elif key == "output":
            yield from self._output(value)
        else:
            yield from self._limits(f"expect.{key}", cast(What, key), value)

    def _output(self, value: Value) -> Iterator[Expectation]:
        if isinstance(value, Record):
            for key, shape in value.entries:
                name = self._layer(key)
                if name and name not in self.outputs:
                    remedy = f"name one of the outputs: {', '.join(self.outputs)}"
                    self.problems.add(key, f"{shown(key.text)} is no output of the network", help=remedy)
                elif name:
                    yield from self.exactly(f"expect.output.{key.text}", "output", shape, name)
        elif len(self.outputs) > 1:
            remedy = f"write a shape under each name: {{{', '.join(f'{name}: …' for name in self.outputs)}}}"
            self.problems.add(value, f"the network has {len(self.outputs)} outputs", help=remedy)
        else:
            yield from self.exactly("expect.output", "output", value, next(iter(self.outputs), None))

    def _at(self, value: Value) -> Iterator[Expectation]:
        if not isinstance(value, Record):
            remedy = "write `at: {name: {size: 7}}`"
            self.problems.add(value, f"expected names of layers, found {described(value)}", help=remedy)
            return
        for key, wanted in value.entries:
            name = self._layer(key)
            if not isinstance(wanted, Record):
                remedy = f"write {{{', '.join(f'{key}: …' for key in AT)}}}, those that matter"
                self.problems.add(wanted, f"expected keys and values, found {described(wanted)}", help=remedy)
                continue
            for what, limits in known_entries(wanted, AT, "a layer has no", self.problems).items():
                yield from self._limits(f"expect.at.{key.text}.{what}", cast(What, what), limits, name)

    def _layer(self, key: Scalar) -> str | None:
        name = self.wiring.lookup(Reference(key.text, "", key.place))
        if name == INPUT:
            self.problems.add(key, "the input is no layer", help="name a layer")
            return None
        return name

    def _limits(self, key: str, what: What, value: Value, layer: str | None = None) -> Iterator[Expectation]:
        """Yield an exact amount, or one expectation for each of min and max."""
        if not isinstance(value, Record):
            yield from self.exactly(key, what, value, layer)
            return
        if not value.entries:
            self.problems.add(value, f"{what} has neither min nor max", help="give one of them, or both")
        limits = known_entries(value, LIMITS, f"{what} has no", self.problems)
        found = [
            one
            for side, limit in limits.items()
            for one in self.exactly(f"{key}.{side}", what, limit, layer, LIMITS[side])
        ]
        low, high = ([one.wanted for one in found if one.relation == relation] for relation in LIMITS.values())
        if low and high and any(map(gt, low[0], high[0])):
            self.problems.add(value, f"min {figures(low[0])} is above max {figures(high[0])}", help="swap them")
        yield from found

    def exactly(
        self, key: str, what: What, value: Value, layer: str | None = None, relation: Relation = "exactly"
    ) -> Iterator[Expectation]:
        """Yield the expectation that a value comes to, unless it is wrong."""
        try:
            given = _KINDS[what].read(value, self.rank, self.problems)
        except Unreadable:
            return
        self.places.setdefault(key, value.place)
        yield Expectation(what=what, wanted=_wanted(given), relation=relation, layer=layer, key=key)


def parse_expectations(
    *,
    output: str | None = None,
    min_rf: str | int | None = None,
    max_params: str | int | None = None,
    max_macs: str | int | None = None,
) -> tuple[Expectation, ...]:
    """Read what is asked on the command line, such as 512x7x7, 224 and 25M.

    Such expectations have no place in the file. Raises Refused.
    """
    asked: tuple[tuple[What, Relation, str | int | None], ...] = (
        ("output", "exactly", output),
        ("receptive_field", "at least", min_rf),
        ("params", "at most", max_params),
        ("macs", "at most", max_macs),
    )
    return tuple(
        Expectation(what=what, wanted=_alone(what, str(text)), relation=relation)
        for what, relation, text in asked
        if text is not None
    )


def _alone(what: What, text: str) -> tuple[Fraction | int, ...]:
    return _wanted(read_alone(text, lambda value, problems: _KINDS[what].read(value, None, problems)))


def _wanted(given: Fraction | tuple[Fraction | int, ...]) -> tuple[Fraction | int, ...]:
    return given if isinstance(given, tuple) else (given,)
