"""Shapes and receptive fields of convolutional networks, exact and confirmed by a NumPy forward pass.

>>> import poolcalc
>>> report = poolcalc.analyze(poolcalc.load("vgg16"))
>>> report.params, report.layers[0].shape
(138357544, (64, 224, 224))

What is public stands in `poolcalc.api`, which is imported when the first of its names is used: so `--version` stays
instant.
"""

TYPE_CHECKING = False  # which type checkers take for true; importing typing takes longer than to print the version

__version__ = "0.1.0"

if TYPE_CHECKING:
    from poolcalc.api import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        if name == "__all__" or not name.startswith("_"):
            from importlib import import_module

            api = import_module(f"{__name__}.api")
            public = getattr(api, "__all__", ())  # none yet, where `api` itself looks for a module of ours
            if name == "__all__":
                return sorted(["__version__", *public])
            if name in public:
                return getattr(api, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __getattr__("__all__")
