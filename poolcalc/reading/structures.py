"""Structures: layers that are repeated, added to what they read, set side by side, or named together."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from poolcalc.network.kind import OneOf, Whole
from poolcalc.ops import BY_NAME
from poolcalc.reading.keys import COMMON, Given, known_entries
from poolcalc.reading.tree import Listing, Problems, Record, Scalar, Value, described
from poolcalc.reading.values import Unreadable, read
from poolcalc.reading.wiring import Feed, Wiring

STRUCTURES = {
    "repeat": ("times", "layers", "start"),
    "residual": ("body", "shortcut"),
    "branches": ("merge", "paths"),
    "block": ("layers",),
}
"""The keys of every structure, beside name and from."""

OPTIONAL = ("shortcut", "start")
"""Those that may be left out."""

MERGE = OneOf(("concat", "add"))


class _Structure(NamedTuple):
    """One structure as it stands in a file.

    given: the values by key. name: None where it has none; scope: what the names of its layers start with.
    feed: what its first layer reads.
    """

    word: Scalar
    given: Given
    name: str | None
    scope: str
    feed: Feed


@dataclass(slots=True)
class Structures:
    """Writes out the structures of one file.

    write: writes out a list of layers in a scope, the first of which reads a feed; returns what the next would read.
    """

    problems: Problems
    wiring: Wiring
    write: Callable[[Value, str, Feed], Feed]

    def structure(self, word: Scalar, body: Value | None, scope: str, feed: Feed) -> str:
        """Write out a structure; return the name of its last layer."""
        if not isinstance(body, Record):
            found = described(body) if body is not None else "nothing"
            needed = [key for key in STRUCTURES[word.text] if key not in OPTIONAL]
            message = f"{word.text} needs {' and '.join(needed)}, found {found}"
            self.problems.add(body or word, message, help=_shape(word))
            return self.wiring.stand_in(word, scope, feed)
        given = known_entries(body, (*STRUCTURES[word.text], *COMMON), f"{word.text} has no key", self.problems)
        if "from" in given:
            feed = self.wiring.reference(given["from"], scope) or feed
        name = self.wiring.names.given(given["name"], scope) if "name" in given else None
        write_out = {
            "repeat": self._repeat,
            "residual": self._residual,
            "branches": self._branches,
            "block": self._block,
        }
        last = write_out[word.text](_Structure(word, given, name, f"{name}." if name else scope, feed))
        if name:
            self.wiring.blocks[name] = last
        return last

    def some_layers(self, key: str, layers: Value, scope: str, feed: Feed) -> str:
        """Write out a list that must not be empty; return the name of its last layer."""
        if isinstance(layers, Listing) and not layers.items:
            self.problems.add(layers, f"{key} needs at least one layer", help="add a layer, such as `- identity`")
        last = self.write(layers, scope, feed)
        return last if isinstance(last, str) and last != feed else self.wiring.stand_in(layers, scope, feed)

    def _required(self, it: _Structure, key: str) -> Value | None:
        """Return the value of a key, or report that it is missing."""
        if key not in it.given:
            self.problems.add(it.word, f"{it.word.text} needs {key}", help=_shape(it.word))
        return it.given.get(key)

    def _lists(self, it: _Structure, key: str, scope: str, feed: Feed) -> str:
        """Write out the layers under a key."""
        layers = self._required(it, key)
        if layers is None:
            return self.wiring.stand_in(it.word, scope, feed)
        return self.some_layers(it.word.text, layers, scope, feed)

    def _block(self, it: _Structure) -> str:
        return self._lists(it, "layers", it.scope, it.feed)

    def _repeat(self, it: _Structure) -> str:
        """Write the layers out several times; a name, or a `start`, puts the turn's number in front of their names."""
        times, start, last, feed = self._required(it, "times"), it.given.get("start"), "", it.feed
        first = self._whole(start, 0) if start else 0
        numbered = it.name is not None or start is not None
        self.wiring.repeats.append((times or it.word).place)
        for turn in range(first, first + (self._whole(times, 1) if times else 1)):
            prefix = f"{it.scope}{turn}"
            last = feed = self._lists(it, "layers", f"{prefix}." if numbered else it.scope, feed)
            if numbered:
                self.wiring.names.claim(prefix, it.word.place)
                self.wiring.blocks[prefix] = last
        self.wiring.repeats.pop()
        return last

    def _whole(self, value: Value, least: int) -> int:
        """Return an integer, `least` where it could not be read."""
        try:
            return int(read(Whole(least), value, None, self.problems))
        except Unreadable:
            return least

    def _residual(self, it: _Structure) -> str:
        body = self._lists(it, "body", it.scope, it.feed)
        shortcut = self.write(it.given["shortcut"], it.scope, it.feed) if "shortcut" in it.given else it.feed
        return self._merge(it, "add", (body, shortcut))

    def _branches(self, it: _Structure) -> str:
        how, merge, paths = "concat", self._required(it, "merge"), self._required(it, "paths")
        if merge is not None:
            with suppress(Unreadable):
                how = read(MERGE, merge, None, self.problems)
        items = paths.items if isinstance(paths, Listing) else ()
        if paths is not None and len(items) < 2:
            message = f"branches needs at least two paths, found {described(paths)}"
            self.problems.add(paths, message, help="write `paths: [[…], […]]`, an empty list for the identity")
        return self._merge(it, how, tuple(self.write(path, it.scope, it.feed) for path in items))

    def _merge(self, it: _Structure, how: str, ends: tuple[Feed, ...]) -> str:
        """Add the node that a structure ends with: `name.add`, or the next `add` where it has no name."""
        word = Scalar(it.word.place, how)
        name = self.wiring.names.of(word, word if it.name else None, it.scope)
        self.wiring.node(name, BY_NAME[how](), ends, word.place)
        return name


def _shape(word: Scalar) -> str:
    """Say how to write a structure."""
    needed = ", ".join(f"{key}: …" for key in STRUCTURES[word.text] if key not in OPTIONAL)
    return f"write `- {word.text}: {{{needed}}}`"
