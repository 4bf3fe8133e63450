"""Functions that NumPy does not have."""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from poolcalc.kernels import Array

BLOCK = 1 << 15
"""Values of an array that a function with many intermediate results takes at a time."""


def multiply_by_rows(rows: Iterable[tuple[slice, Array]], x: Array, out_features: int) -> Array:
    """Return a matrix, which comes in blocks of rows, times a vector; more threads would wait for the same memory."""
    y = np.empty(out_features, np.float32)
    for part, block in rows:
        np.matmul(block, x, out=y[part])
    return y


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(−x)), written so that nothing overflows."""
    return np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * x))


def erf(x: Array) -> Array:
    """Return the error function within 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26).

    Block by block: whole arrays in double precision would take eleven times the memory of the result.
    """
    y = np.empty(x.shape, np.float32)
    values, results = x.reshape(-1), y.reshape(-1)
    for low in range(0, x.size, BLOCK):
        part = slice(low, low + BLOCK)
        size = np.abs(values[part]).astype(np.float64)
        t = 1 / (1 + 0.3275911 * size)
        polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
        results[part] = np.copysign(1 - polynomial * np.exp(-size * size), values[part])
    return y


def standardised(x: Array, axis: int | None, eps: Fraction) -> Array:
    """Return x with zero mean and unit variance along `axis`, in an array of its own."""
    y = x - x.mean(axis=axis, keepdims=True)
    y /= np.sqrt(x.var(axis=axis, keepdims=True) + np.float32(eps))
    return y
