"""Names of layers: those that are given, and numbered ones for the rest."""

import re
from collections import Counter
from dataclasses import dataclass, field

from poolcalc.network.graph import INPUT
from poolcalc.reading.tree import Problems, Scalar, Value, described
from poolcalc.source import Place
from poolcalc.wording import shown

_NAME = re.compile(r"[^\s,\[\]{}]{1,100}")


@dataclass(slots=True)
class Names:
    """The names of one file.

    Scopes are prefixes that end in a dot (`layer1.0.`); the outermost is the empty text.
    places: where every name was given.
    """

    problems: Problems
    places: dict[str, Place] = field(default_factory=dict)
    _numbered: set[str] = field(default_factory=set)
    _counters: Counter[str] = field(default_factory=Counter)
    _spares: int = 0

    def of(self, word: Scalar, value: Value | None, scope: str) -> str:
        """Return an operator's name: the given one, or its word with the next free number."""
        self._counters[scope + word.text] += 1  # layers with a name count too: behind a named conv comes conv2
        if value is not None:
            return self.given(value, scope)
        stem = scope + word.text
        joint = "_" if stem[-1].isdigit() else ""  # relu6_1
        while (name := f"{stem}{joint}{self._counters[stem]}") in self.places:
            self._counters[stem] += 1
        self.claim(name, word.place)
        self._numbered.add(name)
        return name

    def given(self, value: Value, scope: str) -> str:
        """Return the name that the file gives, or a spare one where that is none."""
        if isinstance(value, Scalar) and _NAME.fullmatch(value.text) and value.text.isprintable() and not value.is_null:
            name = scope + value.text
            return name if self.claim(name, value.place) else self.spare(scope)
        remedy = "use up to 100 letters, digits, _ . and -, no blanks"
        self.problems.add(value, f"expected a name, found {described(value)}", help=remedy)
        return self.spare(scope)

    def spare(self, scope: str) -> str:
        """Return a name that nothing else can have, as names contain no blanks."""
        self._spares += 1
        return f"{scope}unnamed {self._spares}"

    def claim(self, name: str, place: Place) -> bool:
        """Take a name; report it and return False where it is taken."""
        if name == INPUT:
            self.problems.add(place, "the network's input has this name", help="give the layer another name")
        elif self.places.get(name) == place:
            note = "in a repeat with `name: stage`, names start with stage.0, stage.1 and so on"
            remedy = "name the repeat too, or write out what an alias repeats"
            self.problems.add(place, f"the name {shown(name)} comes again with every repetition", note, help=remedy)
        elif name in self.places:
            what = "the unnamed layer" if name in self._numbered else "the layer"
            note, remedy = f"{what} on line {self.places[name].line} is called so", "give every layer a name of its own"
            self.problems.add(place, f"the name {shown(name)} is taken", note, help=remedy)
        else:
            self.places[name] = place
            return True
        return False
