"""Shapes and receptive fields of convolutional networks, exact and confirmed by a NumPy forward pass.

>>> import poolcalc
>>> report = poolcalc.analyze(poolcalc.load("vgg16"))
>>> report.params, report.layers[0].shape
(138357544, (64, 224, 224))
"""

TYPE_CHECKING = False  # which type checkers take for true; importing typing takes longer than to print the version

if TYPE_CHECKING:
    from poolcalc.analysis import Layer
    from poolcalc.document import Place, Problem
    from poolcalc.errors import DoesNotFit, InvalidArchitecture, PoolcalcError, UnreadableFile
    from poolcalc.finding import Finding
    from poolcalc.graph import Graph, Node
    from poolcalc.library import analyze, architectures, confirm, load, loads
    from poolcalc.report import Report

__version__ = "0.1.0"

_HOMES = {
    "DoesNotFit": "errors",
    "Finding": "finding",
    "Graph": "graph",
    "InvalidArchitecture": "errors",
    "Layer": "analysis",
    "Node": "graph",
    "Place": "document",
    "PoolcalcError": "errors",
    "Problem": "document",
    "Report": "report",
    "UnreadableFile": "errors",
    "analyze": "library",
    "architectures": "library",
    "confirm": "library",
    "load": "library",
    "loads": "library",
}
"""Where every public name lives. Modules are imported when a name is first used, so that `--version` stays instant."""

__all__ = [
    "DoesNotFit",
    "Finding",
    "Graph",
    "InvalidArchitecture",
    "Layer",
    "Node",
    "Place",
    "PoolcalcError",
    "Problem",
    "Report",
    "UnreadableFile",
    "__version__",
    "analyze",
    "architectures",
    "confirm",
    "load",
    "loads",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
