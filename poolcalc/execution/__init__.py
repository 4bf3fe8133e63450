"""The second witness: the network run in NumPy, to see which shapes come out and what its units really read.

`estimate.py` tells what a run will take, `confirmation.py` runs the network on random input, `thin.py` with few
channels, `proof.py` puts NaN into a copy with one channel, `effective.py` follows gradients backward. NumPy is imported
with them, not before.
"""
