"""The forward pass is a second witness: where a formula is wrong, the pass does not agree."""

from collections.abc import Sequence
from inspect import getmembers, isfunction
from typing import Any

import pytest
from support.analysis import analysed
from support.examples import network_of

from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import Analysis
from poolcalc.execution.proof import prove
from poolcalc.execution.run import run
from poolcalc.geometry import arithmetic
from poolcalc.network.op import Op, Shape
from poolcalc.ops import BY_NAME, operators

FORMULAS = {
    "effective_kernel_size": "depthwise_conv",
    "floor_windows": "avg_pool",
    "ceil_windows": "max_pool",
    "same_windows": "conv",
    "transposed_size": "conv_transpose",
    "scaled_size": "upsample",
    "total": "pad",
    "product": "flatten",
    "shared": "pixel_shuffle",
    "broadcast_size": "add",
}
"""For every formula that finds a size, an operator that uses it."""

keywords = pytest.mark.parametrize("keyword", [operator.keyword for operator in operators()])


def analysis_of(keyword: str) -> Analysis:
    """Analyse a network whose last layer is the operator."""
    return analysed(network_of(BY_NAME[keyword]))


def confirmed(keyword: str) -> bool | None:
    analysis = analysis_of(keyword)
    return run(analysis).confirms(analysis.layers[-1])


@keywords
def test_a_right_rule_is_confirmed(keyword: str) -> None:
    assert confirmed(keyword) is True


@keywords
@pytest.mark.parametrize("place", [0, -1], ids=["channels", "last axis"])
def test_a_wrong_rule_is_not_confirmed(keyword: str, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Any = next(parent for parent in BY_NAME[keyword].__mro__ if "output_shape" in vars(parent))
    right = home.output_shape

    def wrong(self: Op, inputs: Sequence[Shape]) -> Shape:
        shape = list(right(self, inputs))
        shape[place] += 1
        return tuple(shape)

    monkeypatch.setattr(home, "output_shape", wrong)
    assert confirmed(keyword) is False


@pytest.mark.parametrize("error", [-1, 1])
@pytest.mark.parametrize(("formula", "keyword"), FORMULAS.items())
def test_a_wrong_formula_is_not_confirmed(
    formula: str, keyword: str, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(arithmetic, formula)
    monkeypatch.setattr(arithmetic, formula, lambda *sizes: right(*sizes) + error)
    assert confirmed(keyword) is False


def test_wrong_padding_leaves_the_size_alone_but_is_refuted_by_what_the_units_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuted() -> dict[str, str]:
        analysis = analysis_of("conv")
        return prove(analysis, actual_fields(analysis)).refuted

    assert not refuted()
    monkeypatch.setattr(arithmetic, "same_padding", lambda *_, **__: (0, 0))
    assert confirmed("conv") is True
    assert [*refuted()] == ["conv1"]


def test_every_formula_is_tried() -> None:
    own = {name for name, f in getmembers(arithmetic, isfunction) if f.__module__ == arithmetic.__name__}
    assert own == {*FORMULAS, "same_padding"}
