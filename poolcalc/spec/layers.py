"""A list of layers to nodes: operators with their parameters, and the structures that hold further layers."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from poolcalc.document import Mapping, Place, Problems, Scalar, Sequence, Value, described
from poolcalc.graph import INPUT
from poolcalc.op import Op
from poolcalc.ops import BY_NAME
from poolcalc.parameter import OneOf, Unreadable, Whole, did_you_mean, parameters
from poolcalc.spec.wiring import Feed, Reference, Wiring

MOST_LAYERS = 250_000
COMMON = {
    "name": "name of the layer, unique in its block",
    "from": "the layer to read, or a list of them for a merge; the layer above if left out",
}
STRUCTURES = {
    "repeat": ("times", "layers"),
    "residual": ("body", "shortcut"),
    "branches": ("merge", "paths"),
    "block": ("layers",),
}
"""The keys of every structure, beside name and from."""

MERGE = OneOf(("concat", "add"))
_NAME = re.compile(r"[^\s,\[\]{}]+")


@dataclass(slots=True)
class Expansion:
    """Writes out the layers of one file.

    rank: spatial axes of the input, None where it could not be read.
    """

    problems: Problems
    wiring: Wiring
    rank: int | None
    counters: Counter[str] = field(default_factory=Counter)
    operators: dict[int, Op | None] = field(default_factory=dict)
    """Operators by the identity of their document value: what stands in a repeat is read once."""

    def whole(self, layers: Value) -> str | None:
        """Write out the top-level list; return the name of the last layer."""
        count = _count(layers, {})
        if count > MOST_LAYERS:
            place = _largest_repeat(layers) or layers
            self.problems.add(place, f"this makes {count:,} layers", help=f"at most {MOST_LAYERS:,} are read")
            return None
        last = self._layers(layers, "", INPUT)
        return last if isinstance(last, str) and last != INPUT else None

    def _layers(self, layers: Value, scope: str, feed: Feed) -> Feed:
        """Write out a list whose first layer reads `feed`; return what the next layer would read."""
        if not isinstance(layers, Sequence):
            self.problems.add(
                layers, f"expected a list of layers, found {described(layers)}", help="start every layer with `- `"
            )
            return feed
        for item in layers.items:
            feed = self._layer(item, scope, feed)
        return feed

    def _some_layers(self, key: str, layers: Value, scope: str, feed: Feed) -> Feed:
        if isinstance(layers, Sequence) and not layers.items:
            self.problems.add(layers, f"{key} needs at least one layer", help="add a layer, or leave the structure out")
        return self._layers(layers, scope, feed)

    def _layer(self, item: Value, scope: str, feed: Feed) -> Feed:
        match item:
            case Scalar() if not item.is_null:
                word, body = item, None
            case Mapping(entries=((word, body),)):
                if isinstance(body, Scalar) and body.is_null:
                    body = None
            case Mapping(entries=entries) if entries:
                found = " and ".join(f"'{key.text}'" for key, _ in entries[:3])
                inner = entries[0][0].text
                self.problems.add(
                    entries[1][0],
                    f"a layer is one operator, found {found} side by side",
                    help=f"write `- {inner}: {{{entries[1][0].text}: …}}`, or indent what belongs to {inner} further",
                )
                return feed
            case _:
                self.problems.add(
                    item, f"expected a layer, found {described(item)}", help="write `- relu` or `- conv: {…}`"
                )
                return feed
        if word.text in STRUCTURES:
            return self._structure(word, body, scope, feed)
        if word.text in BY_NAME:
            return self._operator(word, body, scope, feed)
        remedy = did_you_mean(word.text, [*BY_NAME, *STRUCTURES]) or f"the operators are {', '.join(BY_NAME)}"
        self.problems.add(word, f"unknown operator '{word.text}'", help=remedy)
        return feed

    # Operators

    def _operator(self, word: Scalar, body: Value | None, scope: str, feed: Feed) -> Feed:
        operator = BY_NAME[word.text]
        given = self._given(operator, word, body)
        name = self._name(given.get("name"), word, scope)
        feeds = self._feeds(given.get("from"), operator, word, scope, feed)
        key = id(body) if body is not None else id(word)
        if key not in self.operators:
            self.operators[key] = self._read(operator, word, given)
        if name is None:
            return feed
        self.wiring.node(name, self.operators[key], feeds, word.place)
        return name

    def _given(self, operator: type[Op], word: Scalar, body: Value | None) -> dict[str, Value]:
        """Return the values behind the operator by parameter, a bare value under its main one."""
        if body is None:
            return {}
        if isinstance(body, Mapping):
            return {key.text: value for key, value in body.entries if self._is_known(key, operator, word)}
        main = "from" if operator.merges else operator.main
        if main is None:
            known = ", ".join(p.name for p in parameters(operator)) or "no parameters"
            self.problems.add(
                body,
                f"{word.text} takes no bare value",
                f"it takes {known}",
                help=f"write `- {word.text}` or name a parameter",
            )
            return {}
        return {main: body}

    def _is_known(self, key: Scalar, operator: type[Op], word: Scalar) -> bool:
        known = [*(p.name for p in parameters(operator)), *COMMON]
        if key.text not in known:
            remedy = did_you_mean(key.text, known) or f"it takes {', '.join(known)}"
            self.problems.add(key, f"{word.text} has no parameter '{key.text}'", help=remedy)
        return key.text in known

    def _read(self, operator: type[Op], word: Scalar, given: dict[str, Value]) -> Op | None:
        values, failed = {}, False
        for declared in parameters(operator):
            value = given.get(declared.name)
            if value is None and declared.required:
                self.problems.add(
                    word,
                    f"{word.text} needs {declared.name}",
                    f"{declared.name}: {declared.text}",
                    help=f"write `- {word.text}: {{{declared.name}: …}}`",
                )
                failed = True
            elif value is None:
                values[declared.name] = declared.kind.spread(declared.default, self.rank or 2)
            else:
                try:
                    values[declared.name] = declared.kind.read(value, self.rank, self.problems)
                except Unreadable:
                    failed = True
        return None if failed else operator(**values)

    def _feeds(self, value: Value | None, operator: type[Op], word: Scalar, scope: str, feed: Feed) -> tuple[Feed, ...]:
        if value is None:
            if operator.merges:
                self.problems.add(
                    word, f"{word.text} needs the layers to merge", help=f"write `- {word.text}: [first, second]`"
                )
            return (feed,)
        if isinstance(value, Sequence):
            if not operator.merges:
                remedy = "write one name, or merge them first with `- concat: […]`"
                self.problems.add(value, f"{word.text} reads one layer, found {described(value)}", help=remedy)
            elif len(value.items) < 2:
                self.problems.add(
                    value, f"{word.text} needs at least two layers", help=f"write `- {word.text}: [first, second]`"
                )
            return tuple(self._reference(item, scope) or feed for item in value.items)
        if operator.merges:
            self.problems.add(
                value, f"{word.text} needs at least two layers", help=f"write `- {word.text}: [first, second]`"
            )
        return (self._reference(value, scope) or feed,)

    def _reference(self, value: Value, scope: str) -> Reference | None:
        if isinstance(value, Scalar) and not value.is_null:
            return Reference(value.text, scope, value.place)
        self.problems.add(
            value, f"expected the name of a layer, found {described(value)}", help="write a name, such as `conv1`"
        )
        return None

    def _name(self, value: Value | None, word: Scalar, scope: str) -> str | None:
        """Claim the given name, or the operator's word with the next free number; None where that fails."""
        self.counters[scope + word.text] += 1
        if value is not None:
            name = self._given_name(value)
            return scope + name if name and self.wiring.name(scope + name, value.place) else None
        while f"{scope}{word.text}{self.counters[scope + word.text]}" in self.wiring.places:
            self.counters[scope + word.text] += 1
        numbered = f"{scope}{word.text}{self.counters[scope + word.text]}"
        self.wiring.name(numbered, word.place)
        return numbered

    def _given_name(self, value: Value) -> str | None:
        if isinstance(value, Scalar) and _NAME.fullmatch(value.text) and value.text.isprintable() and not value.is_null:
            return value.text
        self.problems.add(
            value, f"expected a name, found {described(value)}", help="use letters, digits, _ . and -, no blanks"
        )
        return None

    # Structures

    def _structure(self, word: Scalar, body: Value | None, scope: str, feed: Feed) -> Feed:
        keys = STRUCTURES[word.text]
        if not isinstance(body, Mapping):
            found = described(body) if body is not None else "nothing"
            remedy = f"write `- {word.text}: {{{', '.join(f'{key}: …' for key in keys)}}}`"
            self.problems.add(body or word, f"{word.text} needs {' and '.join(keys)}, found {found}", help=remedy)
            return feed
        given: dict[str, Value] = {}
        for key, value in body.entries:
            if key.text in keys or key.text in COMMON:
                given[key.text] = value
            else:
                known = [*keys, *COMMON]
                remedy = did_you_mean(key.text, known) or f"it takes {', '.join(known)}"
                self.problems.add(key, f"{word.text} has no key '{key.text}'", help=remedy)
        if "from" in given:
            feed = self._reference(given["from"], scope) or feed
        name = None
        if "name" in given and (plain := self._given_name(given["name"])):
            name = scope + plain if self.wiring.name(scope + plain, given["name"].place) else None
        write_out: dict[str, Callable[[Scalar, dict[str, Value], str, str | None, Feed], Feed]] = {
            "repeat": self._repeat,
            "residual": self._residual,
            "branches": self._branches,
            "block": self._block,
        }
        last = write_out[word.text](word, given, f"{name}." if name else scope, name, feed)
        if name:
            self.wiring.blocks[name] = last
        return last

    def _required(self, word: Scalar, given: dict[str, Value], key: str) -> Value | None:
        if key not in given:
            self.problems.add(word, f"{word.text} needs {key}", help=f"write `- {word.text}: {{{key}: …}}`")
        return given.get(key)

    def _block(self, word: Scalar, given: dict[str, Value], scope: str, name: str | None, feed: Feed) -> Feed:
        layers = self._required(word, given, "layers")
        return feed if layers is None else self._some_layers("block", layers, scope, feed)

    def _repeat(self, word: Scalar, given: dict[str, Value], scope: str, name: str | None, feed: Feed) -> Feed:
        layers, times = self._required(word, given, "layers"), self._required(word, given, "times")
        if layers is None or times is None:
            return feed
        try:
            turns = Whole(1).read(times, None, self.problems)
        except Unreadable:
            turns = 1
        if name is None and turns > 1 and (inner := _first_name(layers)):
            self.problems.add(
                inner,
                f"the name '{inner.text}' would come {turns} times",
                help=f"name the repeat: with `name: stage` its layers are stage.0.{inner.text}, stage.1.…",
            )
            return feed
        for turn in range(turns):
            feed = self._some_layers("repeat", layers, f"{scope}{turn}." if name else scope, feed)
            if name:
                self.wiring.name(f"{scope}{turn}", word.place)
                self.wiring.blocks[f"{scope}{turn}"] = feed
        return feed

    def _residual(self, word: Scalar, given: dict[str, Value], scope: str, name: str | None, feed: Feed) -> Feed:
        body = self._required(word, given, "body")
        if body is None:
            return feed
        ends = [self._some_layers("residual", body, scope, feed)]
        ends.append(self._layers(given["shortcut"], scope, feed) if "shortcut" in given else feed)
        return self._merge(Scalar(word.place, "add"), scope, name, tuple(ends))

    def _branches(self, word: Scalar, given: dict[str, Value], scope: str, name: str | None, feed: Feed) -> Feed:
        merge, paths = self._required(word, given, "merge"), self._required(word, given, "paths")
        if merge is None or paths is None:
            return feed
        if not isinstance(paths, Sequence) or len(paths.items) < 2:
            self.problems.add(
                paths, f"branches needs at least two paths, found {described(paths)}", help="write `paths: [[…], […]]`"
            )
            return feed
        try:
            how = MERGE.read(merge, None, self.problems)
        except Unreadable:
            how = "concat"
        ends = tuple(self._layers(path, scope, feed) for path in paths.items)
        return self._merge(Scalar(word.place, how), scope, name, ends)

    def _merge(self, word: Scalar, scope: str, name: str | None, ends: tuple[Feed, ...]) -> Feed:
        """Add the node that a structure ends with: `name.add`, or the next `add` where it has no name."""
        if name:
            node = scope + word.text
            if not self.wiring.name(node, word.place):
                return ends[0]
        else:
            node = self._name(None, word, scope) or ""
        self.wiring.node(node, BY_NAME[word.text](), ends, word.place)
        return node


def _inner_lists(item: Value) -> list[tuple[Value, int]]:
    """Return the layer lists inside a structure, each with how often it is written out."""
    if not isinstance(item, Mapping) or len(item.entries) != 1 or item.entries[0][0].text not in STRUCTURES:
        return []
    body = item.entries[0][1]
    given = {key.text: value for key, value in body.entries} if isinstance(body, Mapping) else {}
    turns = given.get("times")
    count = int(turns.text) if isinstance(turns, Scalar) and re.fullmatch("[1-9][0-9]{0,11}", turns.text) else 1
    lists = [(given[key], count) for key in ("layers", "body", "shortcut") if key in given]
    paths = given.get("paths")
    return lists + ([(path, 1) for path in paths.items] if isinstance(paths, Sequence) else [])


def _count(layers: Value, known: dict[int, int]) -> int:
    """Return how many layers a list makes, without writing it out; lists behind aliases are counted once."""
    if id(layers) not in known:
        items = layers.items if isinstance(layers, Sequence) else ()
        known[id(layers)] = sum(
            1 + sum(turns * _count(inner, known) for inner, turns in _inner_lists(item)) for item in items
        )
    return known[id(layers)]


def _largest_repeat(layers: Value) -> Place | None:
    """Return where the count of the outermost repeat stands that makes the most layers."""
    best: tuple[int, Place | None] = (0, None)
    for item in layers.items if isinstance(layers, Sequence) else ():
        for inner, turns in _inner_lists(item):
            total = turns * _count(inner, {})
            if total > best[0]:
                best = (total, _times_place(item) or _largest_repeat(inner))
    return best[1]


def _times_place(item: Value) -> Place | None:
    if isinstance(item, Mapping) and isinstance(item.entries[0][1], Mapping):
        return next((value.place for key, value in item.entries[0][1].entries if key.text == "times"), None)
    return None


def _first_name(layers: Value) -> Scalar | None:
    """Return a name given inside a list, at any depth of unnamed structures."""
    for item in layers.items if isinstance(layers, Sequence) else ():
        body = item.entries[0][1] if isinstance(item, Mapping) and len(item.entries) == 1 else None
        for key, value in body.entries if isinstance(body, Mapping) else ():
            if key.text == "name" and isinstance(value, Scalar):
                return value
        for inner, _ in _inner_lists(item):
            if found := _first_name(inner):
                return found
    return None
