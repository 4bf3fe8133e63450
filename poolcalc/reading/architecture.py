"""A document to a design: top-level keys, then layers (see `layers.py`), then the references between them."""

from contextlib import suppress
from typing import TYPE_CHECKING

from poolcalc.errors import InvalidArchitecture
from poolcalc.network.design import Design
from poolcalc.network.graph import INPUT, Graph
from poolcalc.network.kind import OneOf
from poolcalc.network.op import Shape
from poolcalc.reading import yaml_reader
from poolcalc.reading.input_shape import SIZE, read_input, replaced
from poolcalc.reading.keys import known_entries
from poolcalc.reading.layers import Layers
from poolcalc.reading.names import Names
from poolcalc.reading.tree import Listing, Problems, Record, Scalar, Stop, Value, described
from poolcalc.reading.values import Unreadable, read, read_all
from poolcalc.reading.wiring import Reference, Wiring
from poolcalc.source import Place, Source
from poolcalc.wording import shown

if TYPE_CHECKING:
    from poolcalc.network.expectation import Expectation

TASKS = OneOf(("classification", "detection", "segmentation"))
KEYS = {
    "name": "name of the network; the file's name if left out",
    "description": "one line that says what the network is",
    "reference": "where the network is defined: paper, code or documentation",
    "input": "shape of the input: channels, then one, two or three spatial axes, such as [3, 224, 224] or 3x224x224",
    "task": "what the network is for",
    "layers": "the layers from input to output",
    "outputs": "names of the layers whose outputs are results; the last layer if left out",
    "objects": "sizes of the objects that matter, in pixels of the input, such as [8, 32]",
    "expect": "what a change of the network must keep; `poolcalc check` reports what is broken",
}


def parse(data: bytes, name: str, input_shape: Shape | None = None) -> Design:
    """Return what a file describes.

    data: the file's bytes. name: the file's name, for messages. input_shape: replaces the file's input, or its sizes.
    Raises InvalidArchitecture with everything that is wrong, UnreadableFile where `input_shape` has other axes.
    """
    problems = Problems()
    text = yaml_reader.decode(data, problems)
    source, design = Source(name, text or ""), None
    with suppress(Stop):
        document = yaml_reader.read(text, problems) if text is not None else None
        design = _design(document, source, input_shape, problems) if document is not None else None
    if design is None:
        raise InvalidArchitecture(source, tuple(problems))
    return design


def _design(document: Value, source: Source, input_shape: Shape | None, problems: Problems) -> Design | None:
    if not isinstance(document, Record):
        problems.add(
            document, f"expected keys and values, found {described(document)}", help="start with `input:` and `layers:`"
        )
        return None
    entries = known_entries(document, KEYS, "unknown key", problems)
    texts = {key: _text(entries.get(key), problems) for key in ("name", "description", "reference")}
    own = _input(entries.get("input"), document, problems, required=input_shape is None)
    shape = replaced(own, input_shape, source) if own and input_shape is not None else own or input_shape
    task = _task(entries.get("task"), problems)
    layers = entries.get("layers")
    if layers is None or (isinstance(layers, Scalar) and layers.is_null) or layers == Listing(layers.place, ()):
        problems.add(layers or document, "the file has no layers", help="write `layers: [relu]`, or a list below")
        return None

    wiring = Wiring(problems, Names(problems))
    last = Layers(problems, wiring, len(shape) - 1 if shape else None).whole(layers)
    nodes = wiring.resolved()
    outputs = _outputs(entries["outputs"], wiring, problems) if "outputs" in entries else (last,)
    objects = _objects(entries.get("objects"), problems)
    places = {name: draft.place for name, draft in wiring.drafts.items()}
    if "input" in entries and input_shape is None:
        places[INPUT] = entries["input"].place
    expectations = _expectations(entries.get("expect"), problems, wiring, shape, outputs, places)
    if nodes is None or shape is None or problems.found:
        return None
    stem = source.name.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
    return Design(
        graph=Graph(shape, nodes, outputs),
        name=texts["name"] or stem,
        source=source,
        task=task,
        description=texts["description"],
        reference=texts["reference"],
        objects=objects,
        expectations=expectations,
        own_input=own if input_shape is not None else None,
        places=places,
    )


def _expectations(
    value: Value | None,
    problems: Problems,
    wiring: Wiring,
    shape: Shape | None,
    outputs: tuple[str, ...],
    places: dict[str, Place],
) -> "tuple[Expectation, ...]":
    if value is None:
        return ()
    from poolcalc.reading.expectations import Reading

    return Reading(problems, wiring, len(shape) - 1 if shape else None, outputs, places).expectations(value)


def _text(value: Value | None, problems: Problems) -> str | None:
    if value is None:
        return None
    text = value.text.strip() if isinstance(value, Scalar) and not value.is_null else ""
    if text and text.isprintable():
        return text
    remedy = "`>` behind the key folds several lines into one" if "\n" in text else "write the text behind the key"
    problems.add(value, f"expected one line of text, found {described(value)}", help=remedy)
    return None


def _task(value: Value | None, problems: Problems) -> str | None:
    try:
        return read(TASKS, value, None, problems) if value is not None else None
    except Unreadable:
        return None


def _objects(value: Value | None, problems: Problems) -> tuple[int, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, Listing) and value.items else Listing(value.place, (value,))
    try:
        return read_all(items, lambda item: read(SIZE, item, None, problems))
    except Unreadable:
        return ()


def _input(value: Value | None, document: Record, problems: Problems, *, required: bool) -> Shape | None:
    if value is None and required:
        place = document.entries[0][0] if document.entries else document
        problems.add(place, "the file has no input", help="add `input: [3, 224, 224]`: channels, then the spatial axes")
    try:
        return read_input(value, problems) if value is not None else None
    except Unreadable:
        return None


def _outputs(value: Value, wiring: Wiring, problems: Problems) -> tuple[str, ...]:
    items = value.items if isinstance(value, Listing) else (value,)
    names: list[str] = []
    for item in items or (value,):
        if not isinstance(item, Scalar) or item.is_null:
            problems.add(
                item,
                f"expected the name of a layer, found {described(item)}",
                help="name a layer, or leave `outputs` out for the last one",
            )
            continue
        name = wiring.lookup(Reference(item.text, "", item.place))
        if name == INPUT:
            problems.add(item, "the input cannot be an output", help="leave it out, or pass it on with `- identity`")
        elif name in names:
            problems.add(item, f"the output {shown(item.text)} stands here twice", help="keep one")
        elif name:
            names.append(name)
    return tuple(names)
