"""The second witness: the network run in NumPy on random input, to see which shapes really come out."""

from poolcalc.forward.confirmation import Confirmation, run

__all__ = ["Confirmation", "run"]
