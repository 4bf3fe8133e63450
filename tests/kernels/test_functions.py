"""Functions that NumPy does not have, beside those of Python's `math` and of tables."""

from collections.abc import Callable
from fractions import Fraction
from math import erf, exp, log1p, sqrt, tanh

import numpy as np
import pytest
from support.weights import GivenWeights

from poolcalc.kernels import functions
from poolcalc.network.op import make
from poolcalc.ops import BY_NAME

X = np.linspace(-9, 9, 3601, dtype=np.float32)


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def softplus(x: float) -> float:
    return max(x, 0) + log1p(exp(-abs(x)))


def normal(x: float) -> float:
    """Return the share of a normal distribution below x."""
    return (1 + erf(x / sqrt(2))) / 2


def worked_out(function: Callable[[float], float]) -> list[float]:
    return [function(float(x)) for x in X]


def test_the_error_function_is_that_of_the_table() -> None:
    """Abramowitz and Stegun, table 7.1."""
    x = np.array([0, 0.1, 0.5, 1, 1.5, 2, -1], np.float32)
    table = [0, 0.1124629160, 0.5204998778, 0.8427007929, 0.9661051465, 0.9953222650, -0.8427007929]
    assert functions.erf(x) == pytest.approx(table, abs=2.1e-7)
    assert functions.erf(X) == pytest.approx(worked_out(erf), abs=2.1e-7)


def test_many_values_are_the_same_as_few() -> None:
    x = np.resize(X, (3, functions.BLOCK - 1))
    assert np.array_equal(functions.erf(x), np.stack([functions.erf(row) for row in x]))


def test_the_sigmoid_is_the_logistic_function_and_never_overflows() -> None:
    assert functions.sigmoid(X) == pytest.approx(worked_out(logistic), abs=1e-7)
    with np.errstate(all="raise"):
        assert functions.sigmoid(np.array([-1e30, 0, 1e30], np.float32)).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("sigmoid", logistic),
        ("silu", lambda x: x * logistic(x)),
        ("mish", lambda x: x * tanh(softplus(x))),
        ("gelu", lambda x: x * normal(x)),
        ("tanh", tanh),
        ("relu", lambda x: max(x, 0)),
        ("relu6", lambda x: min(max(x, 0), 6)),
        ("leaky_relu", lambda x: x if x > 0 else x / 100),
        ("elu", lambda x: x if x > 0 else exp(x) - 1),
        ("hardswish", lambda x: x * min(max(x + 3, 0), 6) / 6),
        ("hardsigmoid", lambda x: min(max(x + 3, 0), 6) / 6),
    ],
)
def test_an_activation_is_its_function(activation: str, function: Callable[[float], float]) -> None:
    y = make(BY_NAME[activation], 1).forward([X[np.newaxis]], GivenWeights({}))
    assert y[0] == pytest.approx(worked_out(function), abs=2e-6)


def test_the_approximation_of_gelu_differs_from_it_in_the_fourth_decimal() -> None:
    """At 1, 0.841192 by the approximation and 0.841345 by the function; at -0.5, -0.154286 and -0.154269."""
    x = np.array([[1, -0.5, 2]], np.float32)
    (y,) = make(BY_NAME["gelu"], 1, approximate="tanh").forward([x], GivenWeights({}))
    assert y == pytest.approx([0.841192, -0.154286, 1.954598], abs=1e-6)


def test_parameters_of_activations_are_slopes_and_limits() -> None:
    x = np.array([[-2, 3]], np.float32)
    (leaky,) = make(BY_NAME["leaky_relu"], 1, negative_slope=Fraction(1, 4)).forward([x], GivenWeights({}))
    (elu,) = make(BY_NAME["elu"], 1, alpha=Fraction(1, 2)).forward([x], GivenWeights({}))
    assert leaky.tolist() == [-0.5, 3]
    assert elu == pytest.approx([(exp(-2) - 1) / 2, 3])


def test_what_is_standardised_has_mean_zero_and_variance_one_but_for_what_is_added() -> None:
    """−1 and 1 around 5 have the variance 1; with 3 added to it they are halved."""
    x = np.array([[4, 6], [14, 26]], np.float32)
    assert functions.standardised(x, axis=1, eps=Fraction(0)).tolist() == [[-1, 1], [-1, 1]]
    assert functions.standardised(x[:1], axis=1, eps=Fraction(3)).tolist() == [[-0.5, 0.5]]
    assert functions.standardised(x[:, :1], axis=0, eps=Fraction(0)).tolist() == [[-1], [1]]
    assert functions.standardised(x, axis=None, eps=Fraction(0)).mean() == pytest.approx(0, abs=1e-6)
