"""Names and references: which layer reads which, whatever order the file has them in."""

from dataclasses import dataclass, field

from poolcalc.document import Place, Problems
from poolcalc.graph import INPUT, Node
from poolcalc.op import Op
from poolcalc.parameter import did_you_mean


@dataclass(frozen=True, slots=True)
class Reference:
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
    """

    problems: Problems
    drafts: dict[str, _Draft] = field(default_factory=dict)
    blocks: dict[str, Feed] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def name(self, name: str, place: Place) -> bool:
        """Claim a name; report it and return False where it is taken."""
        if name in self.places or name == INPUT:
            note = (
                f"first on line {self.places[name].line}"
                if name in self.places
                else "the network's input has this name"
            )
            self.problems.add(place, f"the name '{name}' is taken", note, help="give every layer a name of its own")
            return False
        self.places[name] = place
        return True

    def node(self, name: str, op: Op | None, feeds: tuple[Feed, ...], place: Place) -> None:
        """Add a node; op is None where its parameters could not be read."""
        self.drafts[name] = _Draft(op, feeds, place)

    def lookup(self, text: str, scope: str, place: Place) -> str | None:
        """Return the node that a name means, from the innermost scope outward, or report that there is none."""
        while True:
            name: Feed | None = scope + text if scope + text in self.drafts else self.blocks.get(scope + text)
            if isinstance(name, Reference):
                return self.lookup(name.text, name.scope, name.place)
            if name is not None:
                return name
            if not scope:
                break
            scope = scope[: scope.rstrip(".").rfind(".") + 1]
        if text == INPUT:
            return INPUT
        known = [INPUT, *self.blocks, *self.drafts]
        remedy = did_you_mean(text, known) or f"the layer above is {list(self.drafts)[-1]!r}" if self.drafts else None
        self.problems.add(place, f"no layer is called '{text}'", help=remedy)
        return None

    def resolved(self) -> tuple[Node, ...] | None:
        """Return the nodes, each after its inputs, or None where something was wrong."""
        inputs: dict[str, tuple[str, ...]] = {}
        complete = True
        for name, draft in self.drafts.items():
            found = [
                feed if isinstance(feed, str) else self.lookup(feed.text, feed.scope, feed.place)
                for feed in draft.feeds
            ]
            inputs[name] = tuple(feed for feed in found if feed is not None)
            complete = complete and len(inputs[name]) == len(found) and draft.op is not None
        order = self._sorted(inputs)
        if not complete or order is None:
            return None
        drafts = self.drafts
        return tuple(Node(name, op, inputs[name], drafts[name].place) for name in order if (op := drafts[name].op))

    def _sorted(self, inputs: dict[str, tuple[str, ...]]) -> list[str] | None:
        """Return the names in the file's order, except that what is read comes first; report a cycle."""
        done: dict[str, None] = {INPUT: None}
        for start in inputs:
            path = [start] if start not in done else []
            on_path = set(path)
            while path:
                waiting = next((name for name in inputs[path[-1]] if name not in done), None)
                if waiting is None:
                    done[path.pop()] = None
                elif waiting in on_path:
                    self._report_cycle([*path[path.index(waiting) :], waiting])
                    return None
                else:
                    path.append(waiting)
                on_path = set(path) if len(path) < 3 else on_path | {path[-1]}
        return list(done)[1:]

    def _report_cycle(self, names: list[str]) -> None:
        reader = self.drafts[names[-2]]
        place = next((feed.place for feed in reader.feeds if isinstance(feed, Reference)), reader.place)
        self.problems.add(
            place,
            f"'{names[-2]}' and '{names[0]}' wait for each other" if len(names) > 2 else f"'{names[0]}' reads itself",
            f"a cycle: {' ← '.join(names if len(names) < 9 else [*names[:4], '…', *names[-3:]])}",
            help="read from a layer that does not depend on this one",
        )
