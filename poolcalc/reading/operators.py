"""One operator and its parameters, as they stand in a file."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from poolcalc.network.kind import Wrong
from poolcalc.network.op import Op
from poolcalc.network.parameter import Parameter, parameters
from poolcalc.ops import BY_NAME
from poolcalc.reading.keys import COMMON, Given, known_entries
from poolcalc.reading.tree import Problems, Record, Scalar, Value, described
from poolcalc.reading.values import Unreadable, read


@dataclass(slots=True)
class Operators:
    """Reads the operators of one file.

    rank: spatial axes of the input, None where it could not be read.
    """

    problems: Problems
    rank: int | None
    _read: dict[tuple[str, int], tuple[Given, Op | None]] = field(default_factory=dict)
    """By the identity of their document value: what stands in a repeat is read once."""

    _known: dict[tuple[str, ...], Op] = field(default_factory=dict)
    """By what stands there, where every value is a plain one: networks repeat themselves, and once read is enough."""

    _defaults: dict[int, Any] = field(default_factory=dict)
    """By the identity of their declaration."""

    def read(self, word: Scalar, body: Value | None) -> tuple[Given, Op | None]:
        """Return the values behind an operator by key, and the operator; None where a parameter is wrong."""
        key = word.text, id(word if body is None else body)
        if key not in self._read:
            given = self._given(word, body)
            self._read[key] = given, self._alike(word, given)
        return self._read[key]

    def _alike(self, word: Scalar, given: Given) -> Op | None:
        """Return the operator, read anew only where none that is written alike was read."""
        texts = [word.text]
        for name, value in given.items():
            if name not in COMMON:
                if not isinstance(value, Scalar) or value.quoted:
                    return self._operator(word, given)
                texts += (name, value.text)
        op = self._known.get(tuple(texts)) or self._operator(word, given)
        if op:
            self._known[tuple(texts)] = op
        return op

    def _given(self, word: Scalar, body: Value | None) -> Given:
        """Return the values by parameter, a bare value under the main one."""
        if body is None:
            return {}
        operator = BY_NAME[word.text]
        names = [declared.name for declared in parameters(operator)]
        if isinstance(body, Record):
            return known_entries(body, (*names, *COMMON), f"{word.text} has no parameter", self.problems)
        main = "from" if operator.merges else operator.main
        if main is None:
            remedy = f"write `- {word.text}`" + (f", or name one of {', '.join(names)}" if names else "")
            self.problems.add(body, f"{word.text} takes no bare value, found {described(body)}", help=remedy)
            return {}
        return {main: body}

    def _operator(self, word: Scalar, given: Given) -> Op | None:
        operator, values = BY_NAME[word.text], {}
        for declared in parameters(operator):
            value = given.get(declared.name)
            if value is not None:
                with suppress(Unreadable):
                    values[declared.name] = self._value(declared, value)
            elif declared.required:
                self._report_missing(word, declared, given)
            else:
                with suppress(Wrong):  # it follows another, which was wrong
                    values[declared.name] = self._default(declared, values)
        complete = len(values) == len(parameters(operator))
        return self._consistent(operator(**values), word, given) if complete else None

    def _default(self, declared: Parameter, values: dict[str, Any]) -> Any:
        """Return what a parameter has that is left out, worked out once in a file where it is always the same."""
        value = declared.among(values)
        if value is not declared.default:
            return declared.check(value, self.rank or 2)
        key = id(declared)
        if key not in self._defaults:
            self._defaults[key] = declared.check(value, self.rank or 2)
        return self._defaults[key]

    def _consistent(self, op: Op, word: Scalar, given: Given) -> Op | None:
        """Return an operator unless its parameters contradict each other; reports that at the one that is to blame.

        How many axes there are may enter into it, so nothing is said where that is not known.
        """
        found = op.contradiction() if self.rank else None
        if found is None:
            return op
        self.problems.add(given.get(found.parameter, word), found.message, *found.notes, help=found.help)
        return None

    def _value(self, declared: Parameter, value: Value) -> Any:
        if isinstance(value, Scalar) and value.is_null and not declared.required:
            remedy = "leave it out for its default, or write a value"
            self.problems.add(value, f"{declared.name} has no value", help=remedy)
            raise Unreadable
        return read(declared.kind, value, self.rank, self.problems)

    def _report_missing(self, word: Scalar, declared: Parameter, given: Given) -> None:
        plain = {name: value.text for name, value in given.items() if isinstance(value, Scalar)}
        needed = [other.name for other in parameters(BY_NAME[word.text]) if other.required]
        shape = ", ".join(f"{name}: {plain.get(name, '…')}" for name in needed)
        note, remedy = f"{declared.name}: {declared.text}", f"write `- {word.text}: {{{shape}}}`"
        self.problems.add(word, f"{word.text} needs {declared.name}", note, help=remedy)
