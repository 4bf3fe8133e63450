"""What a team writes down about a network: the graph, what it is for, what it must keep, and where that stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from poolcalc.network.expectation import Expectation
from poolcalc.network.graph import Graph
from poolcalc.network.op import Shape
from poolcalc.source import Place, Source


@dataclass(frozen=True)
class Design:
    """A network and its purpose, as a reader of files returns it.

    name: of the network. source: the file's name and text; the text is empty where the file is none.
    task: classification, detection or segmentation, where that is known.
    description: one line. reference: a paper, code or documentation.
    objects: the sizes of objects that matter, in pixels of the input. expectations: what the network must keep.
    own_input: the shape that the file has, where another one replaces it.
    places: where things stand in the source, by a layer's name, "input" or an expectation's key; the copies made by a
        repeat share a place, and what is not known has none.
    """

    graph: Graph
    name: str = "network"
    source: Source = Source("<graph>", "")
    task: str | None = None
    description: str | None = None
    reference: str | None = None
    objects: tuple[int, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    own_input: Shape | None = None
    places: Mapping[str, Place] = field(default_factory=dict, hash=False)
