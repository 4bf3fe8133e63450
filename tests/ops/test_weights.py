"""Drawn weights keep values as large as they are, through every layer: He et al., "Delving Deep into Rectifiers"."""

from typing import Any

import numpy as np
import pytest

from poolcalc.execution.weights import Noise
from poolcalc.network.op import Op, Shape, make
from poolcalc.ops import BY_NAME

LAYERS: list[tuple[str, Shape, dict[str, Any]]] = [
    ("conv", (64, 20, 20), {"out_channels": 64, "kernel_size": 3}),
    ("conv", (64, 40), {"out_channels": 256, "kernel_size": 1, "stride": 2}),
    ("conv", (256, 20, 20), {"out_channels": 64, "kernel_size": (3, 1), "groups": 8}),
    ("depthwise_conv", (128, 20, 20), {"kernel_size": 5, "dilation": 2, "channel_multiplier": 2}),
    # A unit reads as many of the 16 taps as the stride of 2 × 2 leaves for it: 4.
    ("conv_transpose", (64, 12, 12), {"out_channels": 64, "kernel_size": 4, "stride": 2, "padding": 3}),
    ("conv_transpose", (128, 20), {"out_channels": 64, "kernel_size": 3, "groups": 4, "padding": 2}),
    # Where the stride leaves gaps, units that read anything read one tap.
    ("conv_transpose", (64, 100), {"out_channels": 64, "kernel_size": 1, "stride": 2}),
    ("linear", (1024,), {"out_features": 2048}),
]


def mean_square(op: Op, shape: Shape, *, size: float) -> float:
    """Return the mean square of what comes out, of units that read anything, for values of that mean square."""
    noise = Noise(3)
    x = np.random.default_rng(3).standard_normal(shape).astype(np.float32) * np.float32(size**0.5)
    y = op.forward([x], noise.drawn(op.weights([shape])))
    return float(np.square(y[y != 0]).mean())


@pytest.mark.parametrize(("keyword", "shape", "parameters"), LAYERS)
def test_behind_a_relu_values_are_as_large_as_before(keyword: str, shape: Shape, parameters: dict[str, Any]) -> None:
    """A ReLU halves the mean square, so weights double it."""
    op = make(BY_NAME[keyword], max(len(shape) - 1, 1), bias=False, **parameters)
    assert mean_square(op, shape, size=1) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize(("keyword", "shape", "parameters"), LAYERS)
def test_biases_are_small_beside_values(keyword: str, shape: Shape, parameters: dict[str, Any]) -> None:
    op = make(BY_NAME[keyword], max(len(shape) - 1, 1), **parameters)
    assert mean_square(op, shape, size=0) == pytest.approx(0.01, rel=0.3)


@pytest.mark.parametrize(
    ("keyword", "parameters", "drawn"),
    [
        ("batch_norm", {}, {"weight": (1, 0.1), "bias": (0, 0.1), "running_mean": (0, 0.1), "running_var": (1, 0)}),
        ("batch_norm", {"affine": False}, {"running_mean": (0, 0.1), "running_var": (1, 0)}),
        ("group_norm", {"num_groups": 4}, {"weight": (1, 0.1), "bias": (0, 0.1)}),
        ("group_norm", {"num_groups": 4, "affine": False}, {}),
        ("layer_norm", {}, {"weight": (1, 0.1), "bias": (0, 0.1)}),
        ("layer_norm", {"over": "all"}, {"weight": (1, 0.1), "bias": (0, 0.1)}),
    ],
)
def test_normalisations_scale_by_about_one_and_shift_by_about_nothing(
    keyword: str, parameters: dict[str, Any], drawn: dict[str, tuple[float, float]]
) -> None:
    """Mean and deviation of the values that are drawn, for 4,096 channels."""
    shape = (4096, 2)
    op = make(BY_NAME[keyword], 1, **parameters)
    declared = op.weights([shape])
    values = Noise(3).drawn(declared)
    assert declared.keys() == drawn.keys()
    for name, (mean, deviation) in drawn.items():
        assert values[name].shape == (shape if "over" in parameters else shape[:1])
        assert float(values[name].mean()) == pytest.approx(mean, abs=0.01)
        assert float(values[name].std()) == pytest.approx(deviation, rel=0.05)


def test_running_statistics_are_no_parameters() -> None:
    learned = {name: weight.learned for name, weight in make(BY_NAME["batch_norm"], 1).weights([(4, 9)]).items()}
    assert learned == {"weight": True, "bias": True, "running_mean": False, "running_var": False}
