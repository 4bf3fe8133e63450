"""The second witness: the network run in NumPy, to see which shapes come out and what its units really read.

`confirmation.py` runs it whole on random input, `proof.py` puts NaN into a thin copy, `effective.py` follows gradients
backward. NumPy is imported with them, not before.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "run":
        from poolcalc.forward.confirmation import run

        return run
    raise AttributeError(name)
