"""Shapes and receptive fields of convolutional networks, exact and confirmed by a NumPy forward pass.

>>> import poolcalc
>>> report = poolcalc.analyze(poolcalc.load("vgg16"))
>>> report.params, report.layers[0].shape
(138357544, (64, 224, 224))
"""

TYPE_CHECKING = False  # which type checkers take for true; importing typing takes longer than to print the version

if TYPE_CHECKING:
    from poolcalc.analysis.layers import Layer
    from poolcalc.answers import Report
    from poolcalc.api import analyze, architectures, confirm, load, loads
    from poolcalc.errors import DoesNotFit, InvalidArchitecture, PoolcalcError, UnreadableFile
    from poolcalc.finding import Finding
    from poolcalc.network.design import Design
    from poolcalc.network.graph import Graph, Node
    from poolcalc.source import Place

__version__ = "0.1.0"

_HOMES = {
    "Design": "network.design",
    "DoesNotFit": "errors",
    "Finding": "finding",
    "Graph": "network.graph",
    "InvalidArchitecture": "errors",
    "Layer": "analysis.layers",
    "Node": "network.graph",
    "Place": "source",
    "PoolcalcError": "errors",
    "Report": "answers",
    "UnreadableFile": "errors",
    "analyze": "api",
    "architectures": "api",
    "confirm": "api",
    "load": "api",
    "loads": "api",
}
"""Where every public name lives. Modules are imported when a name is first used, so that `--version` stays instant."""

__all__ = [
    "Design",
    "DoesNotFit",
    "Finding",
    "Graph",
    "InvalidArchitecture",
    "Layer",
    "Node",
    "Place",
    "PoolcalcError",
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
