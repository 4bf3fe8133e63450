"""A list of layers to nodes: operators with their parameters, and the structures that hold further layers."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from poolcalc.network.graph import INPUT
from poolcalc.network.op import Op
from poolcalc.network.parameter import OneOf, Parameter, Unreadable, Whole, parameters
from poolcalc.ops import BY_NAME
from poolcalc.reading.keys import known_entries
from poolcalc.reading.tree import Listing, Problems, Record, Scalar, Value, described
from poolcalc.reading.wiring import Feed, Reference, Wiring
from poolcalc.source import Place
from poolcalc.wording import nearest, shown

MOST_LAYERS = 100_000
"""Layers and references that a file may come to with its repeats written out."""

COMMON = {
    "name": "name of the layer, unique in its block",
    "from": "the layer to read, or a list of them for a merge; the layer above if left out",
}
STRUCTURES = {
    "repeat": ("times", "layers", "start"),
    "residual": ("body", "shortcut"),
    "branches": ("merge", "paths"),
    "block": ("layers",),
}
"""The keys of every structure, beside name and from."""

OPTIONAL = ("shortcut", "start")
"""Those that may be left out."""

ELSEWHERE = {
    "bn": "batch_norm",
    "deconv": "conv_transpose",
    "dense": "linear",
    "fc": "linear",
    "instance_norm": "group_norm",
    "interpolate": "upsample",
    "lrn": "local_response_norm",
    "mul": "multiply",
    "resize": "upsample",
    "sequential": "block",
    "sum": "add",
    "swish": "silu",
}
"""What operators are called elsewhere, where that is not similar."""

MERGE = OneOf(("concat", "add"))
_NAME = re.compile(r"[^\s,\[\]{}]{1,100}")

Given = dict[str, Value]
"""Values by parameter or key."""


@dataclass(slots=True)
class Expansion:
    """Writes out the layers of one file.

    What is wrong still makes a node, without an operator: so names and references hold, and one mistake is one problem.

    rank: spatial axes of the input, None where it could not be read.
    """

    problems: Problems
    wiring: Wiring
    rank: int | None
    counters: Counter[str] = field(default_factory=Counter)
    operators: dict[tuple[type[Op], int], tuple[Given, Op | None]] = field(default_factory=dict)
    """Operators by the identity of their document value: what stands in a repeat is read once."""

    repeats: list[Place] = field(default_factory=list)
    """Where the counts of the repeats stand that are being written out, from the outermost to the innermost."""

    written: int = 0

    def whole(self, layers: Value) -> str:
        """Write out the top-level list; return the name of the last layer."""
        return self._some_layers("layers", layers, "", INPUT)

    def _layers(self, layers: Value, scope: str, feed: Feed) -> Feed:
        """Write out a list whose first layer reads `feed`; return what the next layer would read."""
        if not isinstance(layers, Listing):
            none = isinstance(layers, Scalar) and layers.is_null
            remedy = "write `[]` for no layers" if none else "write `- ` with a blank in front of every layer"
            self.problems.add(layers, f"expected a list of layers, found {described(layers)}", help=remedy)
            return feed
        for item in layers.items:
            feed = self._layer(item, scope, feed)
        return feed

    def _some_layers(self, key: str, layers: Value, scope: str, feed: Feed) -> str:
        if isinstance(layers, Listing) and not layers.items:
            self.problems.add(layers, f"{key} needs at least one layer", help="add a layer, such as `- identity`")
        last = self._layers(layers, scope, feed)
        return last if isinstance(last, str) and last != feed else self._stand_in({}, layers, scope, feed)

    def _layer(self, item: Value, scope: str, feed: Feed) -> str:
        self._count(1, item)
        match item:
            case Scalar() if not item.is_null:
                word, body = item, None
            case Record(entries=((word, body),)):
                if isinstance(body, Scalar) and body.is_null:
                    body = None
            case Record(entries=entries) if entries:
                self._report_side_by_side(item)
                return self._stand_in({key.text: value for key, value in entries}, item, scope, feed)
            case _:
                message = f"expected a layer, found {described(item)}"
                self.problems.add(item, message, help="write an operator, such as `- relu`")
                return self._stand_in({}, item, scope, feed)
        if word.text in STRUCTURES:
            return self._structure(word, body, scope, feed)
        if word.text in BY_NAME:
            return self._operator(word, body, scope, feed)
        self._report_unknown(word)
        given: Given = {key.text: value for key, value in body.entries} if isinstance(body, Record) else {}
        return self._stand_in(given, word, scope, feed)

    def _count(self, more: int, where: Value | Place) -> None:
        self.written += more
        if self.written > MOST_LAYERS:
            message = f"more than {MOST_LAYERS:,} layers and references, with repeats written out"
            self.problems.stop(self.repeats[0] if self.repeats else where, message, "repeat less often")

    def _stand_in(self, given: Given, where: Value, scope: str, feed: Feed) -> str:
        """Add a node for what could not be read, under its name if it has one."""
        self._count(1, where)
        named = given.get("name")
        name = self._name(named, Scalar(where.place, ""), scope) if named else self._spare_name(scope)
        self.wiring.node(name, None, (feed,), where.place)
        return name

    def _report_side_by_side(self, item: Record) -> None:
        keys = [key.text for key, _ in item.entries]
        values = [value.text for _, value in item.entries if isinstance(value, Scalar)]
        words = [word for word in (*keys, *values) if word in BY_NAME or word in STRUCTURES]
        inner = next((key for key in keys if key not in (*words, "type", "op")), None)
        if inner and words:
            remedy = f"write `- {words[0]}: {{{inner}: …}}`, or indent what belongs to {words[0]} further than it"
        else:
            remedy = "start every layer with a `- ` of its own"
        message = f"a layer is one operator, found {' and '.join(map(shown, keys[:3]))} side by side"
        self.problems.add(item.entries[1][0], message, help=remedy)

    def _report_unknown(self, word: Scalar) -> None:
        head, colon, rest = word.text.partition(":")
        plain = head.lower().replace("-", "_")
        known = [*BY_NAME, *STRUCTURES]
        close = ELSEWHERE.get(plain) or nearest(plain, known)
        if " - " in word.text:
            remedy = "line up the `- ` of all layers in one column"
        elif colon and rest and head in known:
            remedy = f"put a blank behind the colon: `{head}: …`"
        else:
            remedy = f"did you mean {close!r}?" if close else f"the operators are {', '.join(known)}"
        self.problems.add(word, f"unknown operator {shown(word.text)}", help=remedy)

    # Names

    def _name(self, value: Value | None, word: Scalar, scope: str) -> str:
        """Claim the given name, or the operator's word with the next free number."""
        self.counters[scope + word.text] += 1
        if value is not None:
            name = self._given_name(value)
            return scope + name if name and self.wiring.name(scope + name, value.place) else self._spare_name(scope)
        stem = f"{scope}{word.text}" + "_" * word.text[-1].isdigit()  # relu6_1
        while f"{stem}{self.counters[scope + word.text]}" in self.wiring.places:
            self.counters[scope + word.text] += 1
        numbered = f"{stem}{self.counters[scope + word.text]}"
        self.wiring.name(numbered, word.place)
        self.wiring.unnamed.add(numbered)
        return numbered

    def _spare_name(self, scope: str) -> str:
        """Return a name that nothing else can have, as names contain no blanks."""
        return f"{scope}unnamed {len(self.wiring.drafts)}"

    def _given_name(self, value: Value) -> str | None:
        if isinstance(value, Scalar) and _NAME.fullmatch(value.text) and value.text.isprintable() and not value.is_null:
            return value.text
        remedy = "use up to 100 letters, digits, _ . and -, no blanks"
        self.problems.add(value, f"expected a name, found {described(value)}", help=remedy)
        return None

    # Operators

    def _operator(self, word: Scalar, body: Value | None, scope: str, feed: Feed) -> str:
        operator = BY_NAME[word.text]
        key = operator, id(word if body is None else body)
        if key not in self.operators:
            given = self._given(operator, word, body)
            self.operators[key] = given, self._read(operator, word, given)
        given, op = self.operators[key]
        name = self._name(given.get("name"), word, scope)
        self.wiring.node(name, op, self._feeds(given.get("from"), operator, word, scope, feed), word.place)
        return name

    def _given(self, operator: type[Op], word: Scalar, body: Value | None) -> Given:
        """Return the values behind the operator by parameter, a bare value under its main one."""
        if body is None:
            return {}
        names = [declared.name for declared in parameters(operator)]
        if isinstance(body, Record):
            return known_entries(body, (*names, *COMMON), f"{word.text} has no parameter", self.problems)
        main = "from" if operator.merges else operator.main
        if main is None:
            remedy = f"write `- {word.text}`" + (f", or name one of {', '.join(names)}" if names else "")
            self.problems.add(body, f"{word.text} takes no bare value, found {described(body)}", help=remedy)
            return {}
        return {main: body}

    def _read(self, operator: type[Op], word: Scalar, given: Given) -> Op | None:
        values, failed = {}, False
        for declared in parameters(operator):
            value = given.get(declared.name)
            if value is None and declared.required:
                self._report_missing(declared, operator, word, given)
                failed = True
            elif value is None:
                values[declared.name] = declared.kind.spread(declared.default, self.rank or 2)
            elif isinstance(value, Scalar) and value.is_null and not declared.required:
                remedy = "leave it out for its default, or write a value"
                self.problems.add(value, f"{declared.name} has no value", help=remedy)
                failed = True
            else:
                try:
                    values[declared.name] = declared.kind.read(value, self.rank, self.problems)
                except Unreadable:
                    failed = True
        return None if failed else operator(**values)

    def _report_missing(self, declared: Parameter, operator: type[Op], word: Scalar, given: Given) -> None:
        needed = [other.name for other in parameters(operator) if other.required]
        plain = {name: value.text for name, value in given.items() if isinstance(value, Scalar)}
        shape = ", ".join(f"{name}: {plain.get(name, '…')}" for name in needed)
        self.problems.add(
            word,
            f"{word.text} needs {declared.name}",
            f"{declared.name}: {declared.text}",
            help=f"write `- {word.text}: {{{shape}}}`",
        )

    def _feeds(self, value: Value | None, operator: type[Op], word: Scalar, scope: str, feed: Feed) -> tuple[Feed, ...]:
        items = value.items if isinstance(value, Listing) else (value,)
        self._count(len(items) - 1, word)
        if operator.merges and len(items) < 2:
            remedy = f"write `- {word.text}: [first, second]`, the names of the layers"
            self.problems.add(value or word, f"{word.text} needs at least two layers to merge", help=remedy)
        elif not operator.merges and isinstance(value, Listing):
            remedy = "write one name, or merge them first with `- concat: […]`"
            self.problems.add(value, f"{word.text} reads one layer, found {described(value)}", help=remedy)
        return tuple(feed if item is None else self._reference(item, scope) or feed for item in items)

    def _reference(self, value: Value, scope: str) -> Reference | None:
        if isinstance(value, Scalar) and not value.is_null:
            return Reference(value.text, scope, value.place)
        remedy = "write the name of a layer, or `input`"
        self.problems.add(value, f"expected the name of a layer, found {described(value)}", help=remedy)
        return None

    # Structures

    def _structure(self, word: Scalar, body: Value | None, scope: str, feed: Feed) -> str:
        keys = STRUCTURES[word.text]
        if not isinstance(body, Record):
            found = described(body) if body is not None else "nothing"
            needed = [key for key in keys if key not in OPTIONAL]
            remedy = f"write `- {word.text}: {{{', '.join(f'{key}: …' for key in needed)}}}`"
            self.problems.add(body or word, f"{word.text} needs {' and '.join(needed)}, found {found}", help=remedy)
            return self._stand_in({}, word, scope, feed)
        given = known_entries(body, (*keys, *COMMON), f"{word.text} has no key", self.problems)
        if "from" in given:
            feed = self._reference(given["from"], scope) or feed
        name = self._name(given["name"], word, scope) if "name" in given else None
        write_out: dict[str, Callable[[Scalar, Given, str, str | None, Feed], str]] = {
            "repeat": self._repeat,
            "residual": self._residual,
            "branches": self._branches,
            "block": self._block,
        }
        last = write_out[word.text](word, given, f"{name}." if name else scope, name, feed)
        if name:
            self.wiring.blocks[name] = last
        return last

    def _required(self, word: Scalar, given: Given, key: str) -> Value:
        """Return the value of a key; where it is missing, report that and return nothing's value."""
        if key not in given:
            needed = ", ".join(f"{other}: …" for other in STRUCTURES[word.text] if other not in OPTIONAL)
            self.problems.add(word, f"{word.text} needs {key}", help=f"write `- {word.text}: {{{needed}}}`")
        return given.get(key, Listing(word.place, ()))

    def _lists(self, word: Scalar, given: Given, key: str, scope: str, feed: Feed) -> str:
        """Write out the layers under a key."""
        layers = self._required(word, given, key)
        if key not in given:
            return self._stand_in({}, word, scope, feed)
        return self._some_layers(word.text, layers, scope, feed)

    def _block(self, word: Scalar, given: Given, scope: str, name: str | None, feed: Feed) -> str:
        return self._lists(word, given, "layers", scope, feed)

    def _repeat(self, word: Scalar, given: Given, scope: str, name: str | None, feed: Feed) -> str:
        """Write the layers out several times; a name, or a `start`, puts the turn's number in front of their names."""
        times = self._required(word, given, "times")
        turns = self._whole(times, 1) if "times" in given else 1
        start = self._whole(given["start"], 0) if "start" in given else 0
        numbered = name is not None or "start" in given
        self.repeats.append(times.place)
        for turn in range(start, start + turns):
            last = feed = self._lists(word, given, "layers", f"{scope}{turn}." if numbered else scope, feed)
            if numbered:
                self.wiring.name(f"{scope}{turn}", word.place)
                self.wiring.blocks[f"{scope}{turn}"] = last
        self.repeats.pop()
        return last

    def _whole(self, value: Value, least: int) -> int:
        """Return an integer, `least` where it could not be read."""
        try:
            return Whole(least).read(value, None, self.problems)
        except Unreadable:
            return least

    def _residual(self, word: Scalar, given: Given, scope: str, name: str | None, feed: Feed) -> str:
        body = self._lists(word, given, "body", scope, feed)
        shortcut = self._layers(given["shortcut"], scope, feed) if "shortcut" in given else feed
        return self._merge(Scalar(word.place, "add"), scope, name, (body, shortcut))

    def _branches(self, word: Scalar, given: Given, scope: str, name: str | None, feed: Feed) -> str:
        how, merge, paths = "concat", self._required(word, given, "merge"), self._required(word, given, "paths")
        if "merge" in given:
            try:
                how = MERGE.read(merge, None, self.problems)
            except Unreadable:
                how = "concat"
        items = paths.items if isinstance(paths, Listing) else ()
        if "paths" in given and len(items) < 2:
            message = f"branches needs at least two paths, found {described(paths)}"
            self.problems.add(paths, message, help="write `paths: [[…], […]]`, an empty list for the identity")
        self._count(len(items), word)
        ends = tuple(self._layers(path, scope, feed) for path in items)
        return self._merge(Scalar(word.place, how), scope, name, ends)

    def _merge(self, word: Scalar, scope: str, name: str | None, ends: tuple[Feed, ...]) -> str:
        """Add the node that a structure ends with: `name.add`, or the next `add` where it has no name."""
        node = self._name(None, word, scope) if name is None else self._name(Scalar(word.place, word.text), word, scope)
        self.wiring.node(node, BY_NAME[word.text](), ends, word.place)
        return node
