"""References: which layer reads which, whatever order the file has them in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import NamedTuple

from poolcalc.network.graph import INPUT, Node
from poolcalc.network.op import Op
from poolcalc.reading.names import Names
from poolcalc.reading.tree import Problems, Scalar, Value, described
from poolcalc.source import Place
from poolcalc.wording import nearest, shown

MOST_LAYERS = 100_000
"""Layers and references that a file may come to with its repeats written out."""

MOST_COMPARED = 200
"""Names that a misspelled one is compared with."""


class Reference(NamedTuple):
    """A name written behind `from:`, to be looked up in `scope` and then outward."""

    text: str
    scope: str
    place: Place


Feed = str | Reference
"""What a layer reads: a node's name, or a reference that is not looked up yet."""


@dataclass(slots=True)
class _Draft:
    op: Op | None
    feeds: tuple[Feed, ...]
    place: Place


@dataclass(slots=True)
class Wiring:
    """Collects nodes and names while the layers are read, and connects them at the end.

    Scopes are prefixes that end in a dot (`layer1.0.`); the outermost is the empty text.
    drafts: the nodes, by name. blocks: for every named structure, and every turn of a named repeat, the node that it
    ends with. repeats: where the counts of the repeats stand that are being written out, the outermost first.
    """

    problems: Problems
    names: Names
    drafts: dict[str, _Draft] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    repeats: list[Place] = field(default_factory=list)
    _unknown: set[Place] = field(default_factory=set)
    _written: int = 0

    def node(self, name: str, op: Op | None, feeds: tuple[Feed, ...], place: Place) -> None:
        """Add a node; op is None where it could not be read."""
        self._written += max(1, len(feeds))
        if self._written > MOST_LAYERS:
            message = f"more than {MOST_LAYERS:,} layers and references, with repeats written out"
            self.problems.stop(self.repeats[0] if self.repeats else place, message, "repeat less often")
        self.drafts[name] = _Draft(op, feeds, place)

    def stand_in(self, where: Value, scope: str, feed: Feed, named: Value | None = None) -> str:
        """Add a node for what could not be read, under the name that it gives if it does; return its name."""
        name = self.names.given(named, scope) if named else self.names.spare(scope)
        self.node(name, None, (feed,), where.place)
        return name

    def reference(self, value: Value, scope: str) -> Reference | None:
        """Return what a name behind `from` refers to, or report that it is none."""
        if isinstance(value, Scalar) and not value.is_null:
            return Reference(value.text, scope, value.place)
        remedy = "write the name of a layer, or `input`"
        self.problems.add(value, f"expected the name of a layer, found {described(value)}", help=remedy)
        return None

    def lookup(self, reference: Reference, reader: str = "") -> str | None:
        """Return the node that is meant, from the innermost scope outward, or report that there is none.

        reader: the node that reads it, which is no remedy for a name that does not exist.
        """
        for scope in _outward(reference.scope):
            name = scope + reference.text
            if name in self.drafts:
                return name
            if name in self.blocks:
                return self.blocks[name]
        if reference.text == INPUT:
            return INPUT
        if reference.place not in self._unknown:  # what stands in a repeat is reported once
            self._unknown.add(reference.place)
            names = list(islice(self._names_seen_from(reference.scope, reader), MOST_COMPARED))
            inner = (name for name in names if name.endswith(f".{reference.text}"))
            close = next(inner, None) or nearest(reference.text, names)
            some = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
            remedy = f"did you mean {close!r}?" if close else f"the names are {some}"
            self.problems.add(reference.place, f"no layer is called {shown(reference.text)}", help=remedy)
        return None

    def _names_seen_from(self, scope: str, reader: str) -> Iterator[str]:
        """Yield the names that a reference could use, the nearest first."""
        for outer in _outward(scope):
            for name in self.names.places:
                if name.startswith(outer) and not f"{reader}.".startswith(f"{name}."):
                    yield name[len(outer) :]
        yield INPUT

    def resolved(self) -> tuple[Node, ...] | None:
        """Return the nodes, each after its inputs, or None where something was wrong."""
        inputs: dict[str, tuple[str, ...]] = {}
        complete = True
        for name, draft in self.drafts.items():
            found = [feed if isinstance(feed, str) else self.lookup(feed, name) for feed in draft.feeds]
            inputs[name] = tuple(feed for feed in found if feed is not None)
            complete = complete and len(inputs[name]) == len(found) and draft.op is not None
        order = self._sorted(inputs)
        if not complete:
            return None
        drafts = self.drafts
        return tuple(Node(name, op, inputs[name]) for name in order if (op := drafts[name].op))

    def _sorted(self, inputs: dict[str, tuple[str, ...]]) -> list[str]:
        """Return the names in the file's order, except that what is read comes first; report cycles."""
        done: dict[str, None] = {INPUT: None}
        for start, first in inputs.items():
            path = {start: iter(first)} if start not in done else {}
            while path:
                reader, unread = next(reversed(path.items()))
                name = next((name for name in unread if name not in done), None)
                if name is None:
                    del path[reader]
                    done[reader] = None
                elif name in path:
                    names = list(path)
                    self._report_cycle([*names[names.index(name) :], name])
                else:
                    path[name] = iter(inputs[name])
        return list(done)[1:]

    def _report_cycle(self, names: list[str]) -> None:
        """Report layers that read each other, at the first reference to something further down."""
        if any(" " in name for name in names):
            return  # it holds a stand-in for layers that could not be read
        position = {name: index for index, name in enumerate(self.drafts)}
        reader, read = next((a, b) for a, b in pairwise(names) if position[a] <= position[b])
        references = [feed for feed in self.drafts[reader].feeds if isinstance(feed, Reference)]
        place = next(feed.place for feed in references if self.lookup(feed) == read)
        around = names if len(names) < 9 else [*names[:4], "…", *names[-3:]]
        self.problems.add(
            place,
            f"{reader!r} reads itself" if reader == read else f"{reader!r} reads {read!r}, which needs it first",
            f"a cycle: {' reads '.join(around)}",
            help="read a layer that does not depend on this one",
        )


def _outward(scope: str) -> Iterator[str]:
    """Yield a scope and those around it.

    >>> list(_outward("layer1.0."))
    ['layer1.0.', 'layer1.', '']
    """
    yield scope
    while scope:
        scope = scope[: scope[:-1].rfind(".") + 1]
        yield scope
