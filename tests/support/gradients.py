"""Gradients of networks without activations, for many draws of the weights at once: (draws, channels, rows, columns).

Such a network is linear, and the gradient of a unit is what comes out of the layers' transposes, one after the other.
They stand here by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from random import Random
from typing import Any

import numpy as np

from poolcalc.kernels import AnyArray as Floats

Pair = tuple[int, int]


@dataclass
class Draws:
    """Gradients of networks whose weights are drawn anew for every draw, independently, with variance 1 / fan-in."""

    random: np.random.Generator

    def weights(self, draws: int, out: int, channels: int, fan_in: float) -> Floats:
        # Uniform, not normal: only the variance counts.
        return self.random.uniform(-1, 1, (draws, out, channels)) * sqrt(3 / fan_in)

    def conv(
        self,
        g: Floats,
        size: Pair,
        channels: int,
        kernel: Pair,
        *,
        stride: int = 1,
        padding: Pair = (0, 0),
        dilation: int = 1,
    ) -> Floats:
        """Return the gradient of the input, which has `size`."""
        draws, out, *units = g.shape
        x = np.zeros((draws, channels, *(n + 2 * p for n, p in zip(size, padding, strict=True))))
        for tap in np.ndindex(kernel):
            w = self.weights(draws, out, channels, channels * prod(kernel))
            x[windows(tap, units, stride, dilation)] += np.einsum("doyx,doc->dcyx", g, w)
        return cropped(x, padding)

    def depthwise(self, g: Floats, size: Pair, kernel: Pair, *, padding: Pair = (0, 0)) -> Floats:
        draws, channels, *units = g.shape
        x = np.zeros((draws, channels, *(n + 2 * p for n, p in zip(size, padding, strict=True))))
        for tap in np.ndindex(kernel):
            x[windows(tap, units, 1, 1)] += g * self.weights(draws, channels, 1, prod(kernel))[..., np.newaxis]
        return cropped(x, padding)

    def conv_transpose(
        self, g: Floats, size: Pair, channels: int, kernel: Pair, *, stride: int, padding: Pair
    ) -> Floats:
        draws, out, *_ = g.shape
        cut = np.pad(g, [(0, 0), (0, 0), *((p, p) for p in padding)])
        x = np.zeros((draws, channels, *size))
        for tap in np.ndindex(kernel):
            w = self.weights(draws, out, channels, channels * prod(kernel) / stride**2)
            x += np.einsum("doyx,doc->dcyx", cut[windows(tap, size, stride, 1)], w)
        return x

    def max_pool(self, g: Floats, size: Pair, kernel: Pair, stride: int) -> Floats:
        """Let any pixel of a window be the largest."""
        chosen = self.random.integers(prod(kernel), size=g.shape)
        x = np.zeros((*g.shape[:2], *size))
        for number, tap in enumerate(np.ndindex(kernel)):
            x[windows(tap, g.shape[2:], stride, 1)] += g * (chosen == number)
        return x


def windows(tap: Sequence[int], units: Sequence[int], stride: int, dilation: int) -> tuple[Any, ...]:
    """Return the index of the pixels at one place of all windows."""
    first = [t * dilation for t in tap]
    return (..., *(slice(f, f + stride * (n - 1) + 1, stride) for f, n in zip(first, units, strict=True)))


def cropped(x: Floats, padding: Pair) -> Floats:
    rows, columns = (slice(p, n - p) for p, n in zip(padding, x.shape[2:], strict=True))
    return x[:, :, rows, columns]


def avg_pool(g: Floats, size: Pair, kernel: Pair, stride: int, padding: Pair = (0, 0)) -> Floats:
    x = np.zeros((*g.shape[:2], *(n + 2 * p for n, p in zip(size, padding, strict=True))))
    for tap in np.ndindex(kernel):
        x[windows(tap, g.shape[2:], stride, 1)] += g / prod(kernel)
    return cropped(x, padding)


def nearest(g: Floats) -> Floats:
    draws, channels, rows, columns = g.shape
    x: Floats = g.reshape(draws, channels, rows // 2, 2, columns // 2, 2).sum(axis=(3, 5))
    return x


def bilinear(g: Floats) -> Floats:
    """Return what twofold enlargement takes: ¾ of the nearer pixel and ¼ of the other, at the border all of one."""
    rows, columns = (shares(units) for units in g.shape[2:])
    x: Floats = np.einsum("dcyx,yi,xj->dcij", g, rows, columns, optimize=True)
    return x


def shares(units: int) -> Floats:
    points = np.clip((np.arange(units) + 0.5) / 2 - 0.5, 0, units // 2 - 1)
    nearness: Floats = np.maximum(0, 1 - np.abs(points[:, np.newaxis] - np.arange(units // 2)))
    return nearness


Backward = Callable[[Draws, Floats], Floats]


@dataclass
class Case:
    """A network, one of its units, and by hand the gradient of the input, given that of the last layer."""

    text: str
    unit: tuple[int, ...]
    backward: Backward


def drawn(seed: int) -> Case:
    """Return a chain of learned and fixed filters, drawn at random, and a unit of its last layer."""
    random = Random(seed)  # noqa: S311 - no secret
    size: Pair = (random.randint(7, 10), random.randint(7, 10))
    lines, steps = [f"input: [2, {size[0]}, {size[1]}]", "layers:"], []
    for _ in range(random.randint(3, 5)):
        line, size, step = random.choice(_LAYERS)(random, size)
        lines.append(f"  - {line}")
        steps.append(step)

    def backward(d: Draws, g: Floats) -> Floats:
        for step in reversed(steps):
            g = step(d, g)
        return g

    return Case("\n".join(lines), (random.randrange(size[0]), random.randrange(size[1])), backward)


_Layer = tuple[str, Pair, Backward]


def _conv(random: Random, size: Pair) -> _Layer:
    stride = random.choice([1, 1, 2])
    line = f"conv: {{out_channels: 2, kernel_size: 3, stride: {stride}, padding: 1}}"
    units = ((size[0] - 1) // stride + 1, (size[1] - 1) // stride + 1)
    return line, units, lambda d, g: d.conv(g, size, 2, (3, 3), stride=stride, padding=(1, 1))


def _avg_pool(random: Random, size: Pair) -> _Layer:
    stride = random.choice([1, 1, 2])
    line = f"avg_pool: {{kernel_size: 3, stride: {stride}, padding: 1}}"
    units = ((size[0] - 1) // stride + 1, (size[1] - 1) // stride + 1)
    return line, units, lambda _, g: avg_pool(g, size, (3, 3), stride, (1, 1))


def _max_pool(_: Random, size: Pair) -> _Layer:
    if min(size) < 3:
        return "relu", size, lambda _, g: g
    units = (size[0] - 1, size[1] - 1)
    return "max_pool: {kernel_size: 2, stride: 1}", units, lambda d, g: d.max_pool(g, size, (2, 2), 1)


def _resized(random: Random, size: Pair) -> _Layer:
    if max(size) > 10:
        return "relu", size, lambda _, g: g
    mode, back = random.choice([("nearest", nearest), ("bilinear", bilinear), ("bilinear", bilinear)])
    return f"upsample: {{scale_factor: 2, mode: {mode}}}", (2 * size[0], 2 * size[1]), lambda _, g: back(g)


_LAYERS = (_conv, _conv, _avg_pool, _avg_pool, _max_pool, _resized)
