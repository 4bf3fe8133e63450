"""Functions that NumPy does not have."""

from fractions import Fraction

import numpy as np

from poolcalc.kernels import Array


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(−x)), written so that nothing overflows."""
    return np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * x))


def erf(x: Array) -> Array:
    """Return the error function within 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26)."""
    size = np.abs(x).astype(np.float64)
    t = 1 / (1 + 0.3275911 * size)
    polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.copysign(1 - polynomial * np.exp(-size * size), x).astype(np.float32)


def standardised(x: Array, axis: int | None, eps: Fraction) -> Array:
    """Return x with zero mean and unit variance along `axis`."""
    deviation = np.sqrt(x.var(axis=axis, keepdims=True) + np.float32(eps))
    return (x - x.mean(axis=axis, keepdims=True)) / deviation
