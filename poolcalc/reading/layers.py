"""A list of layers to nodes: each is an operator, or a structure that holds further layers.

What is wrong still makes a node, without an operator: so names and references hold, and one mistake is one problem.
"""

from poolcalc.network.graph import INPUT
from poolcalc.ops import BY_NAME
from poolcalc.reading.operators import Operators
from poolcalc.reading.structures import STRUCTURES, Structures
from poolcalc.reading.tree import Listing, Problems, Record, Scalar, Value, described
from poolcalc.reading.wiring import Feed, Wiring
from poolcalc.wording import nearest, shown

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


class Layers:
    """Writes out the layers of one file.

    rank: spatial axes of the input, None where it could not be read.
    """

    def __init__(self, problems: Problems, wiring: Wiring, rank: int | None) -> None:
        self.problems, self.wiring = problems, wiring
        self.operators = Operators(problems, rank)

    @property
    def structures(self) -> Structures:
        """What writes out structures; kept, the two would hold each other and all that was read."""
        return Structures(self.problems, self.wiring, self._layers)

    def whole(self, layers: Value) -> str:
        """Write out the top-level list; return the name of the last layer."""
        return self.structures.some_layers("layers", layers, "", INPUT)

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

    def _layer(self, item: Value, scope: str, feed: Feed) -> str:
        match item:
            case Scalar() if not item.is_null:
                word, body = item, None
            case Record(entries=((word, body),)):
                if isinstance(body, Scalar) and body.is_null:
                    body = None
            case Record(entries=entries) if entries:
                self._report_side_by_side(item)
                return self.wiring.stand_in(item, scope, feed, _name_in(item))
            case _:
                message = f"expected a layer, found {described(item)}"
                self.problems.add(item, message, help="write an operator, such as `- relu`")
                return self.wiring.stand_in(item, scope, feed)
        if word.text in STRUCTURES:
            return self.structures.structure(word, body, scope, feed)
        if word.text in BY_NAME:
            return self._operator(word, body, scope, feed)
        self._report_unknown(word)
        return self.wiring.stand_in(word, scope, feed, _name_in(body))

    def _operator(self, word: Scalar, body: Value | None, scope: str, feed: Feed) -> str:
        given, op = self.operators.read(word, body)
        name = self.wiring.names.of(word, given.get("name"), scope)
        self.wiring.node(name, op, self._feeds(given.get("from"), word, scope, feed), word.place)
        return name

    def _feeds(self, value: Value | None, word: Scalar, scope: str, feed: Feed) -> tuple[Feed, ...]:
        """Return what an operator reads: what stands behind `from`, or the layer above."""
        merges = BY_NAME[word.text].merges
        items = value.items if isinstance(value, Listing) else (value,)
        if merges and len(items) < 2:
            remedy = f"write `- {word.text}: [first, second]`, the names of the layers"
            self.problems.add(value or word, f"{word.text} needs at least two layers to merge", help=remedy)
        elif not merges and isinstance(value, Listing):
            remedy = "write one name, or merge them first with `- concat: […]`"
            self.problems.add(value, f"{word.text} reads one layer, found {described(value)}", help=remedy)
        return tuple(feed if item is None else self.wiring.reference(item, scope) or feed for item in items)

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


def _name_in(body: Value | None) -> Value | None:
    """Return the name that stands in what could not be read, so that references to it hold."""
    entries = body.entries if isinstance(body, Record) else ()
    return next((value for key, value in entries if key.text == "name"), None)
