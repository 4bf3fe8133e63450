"""Operators built in Python: what a file would be refused for is refused here too, by the same declarations."""

from fractions import Fraction
from typing import Any

import pytest

from poolcalc.errors import InvalidParameter, PoolcalcError
from poolcalc.network.op import make
from poolcalc.ops import BY_NAME


def test_one_value_stands_for_every_axis_and_what_is_left_out_has_its_default() -> None:
    conv = make(BY_NAME["conv"], 2, out_channels=8, kernel_size=3)
    assert conv == make(BY_NAME["conv"], 2, out_channels=8, kernel_size=[3, 3], stride=(1, 1), padding="valid")
    assert conv != make(BY_NAME["conv"], 3, out_channels=8, kernel_size=3)


def test_a_float_is_the_decimal_number_that_is_printed_for_it() -> None:
    assert make(BY_NAME["leaky_relu"], 2, negative_slope=0.1) == make(
        BY_NAME["leaky_relu"], 2, negative_slope=Fraction(1, 10)
    )


@pytest.mark.parametrize(
    ("keyword", "values", "message"),
    [
        ("conv", {"out_channels": 2, "kernel_size": 0}, "kernel_size: expected an integer of at least 1, found 0"),
        ("conv", {"out_channels": -3, "kernel_size": 1}, "out_channels: expected an integer of at least 1, found -3"),
        ("conv", {"out_channels": True, "kernel_size": 1}, "out_channels: expected an integer of at least 1"),
        ("conv", {"out_channels": 2}, "kernel_size: it has no default"),
        ("conv", {"out_channels": 2, "kernel_size": (3, 3, 3)}, "expected one value or a list of 2"),
        ("conv", {"out_channels": 2, "kernel_size": 3, "padding": "sane"}, "expected an integer of at least 0, same"),
        ("conv", {"out_channels": 2, "kernel_size": 3, "padding": ((1, 2, 3), 0)}, r"expected \[before, after\]"),
        ("conv", {"out_channels": 2, "kernel_size": 3, "bias": 1}, "bias: expected true or false, found 1"),
        ("conv", {"out_channels": 2, "kernel_size": 3, "strides": 2}, "strides: there is no such parameter"),
        ("dropout", {"p": 1.5}, "p: expected a number from 0 to 1, found 1.5"),
        ("dropout", {"p": float("nan")}, "p: expected a number from 0 to 1, found nan"),
        ("softmax", {"over": "rows"}, "over: expected channels or positions, found 'rows'"),
        ("adaptive_avg_pool", {"output_size": None}, "output_size: expected an integer of at least 1, found None"),
        ("upsample", {"scale_factor": 2, "size": 4}, "upsample takes either scale_factor or size"),
        ("channel_slice", {"start": 5, "stop": 2}, "start: channels 5 to 2 are no range; use start up to 1"),
    ],
)
def test_a_wrong_value_is_refused(keyword: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message) as refusal:
        make(BY_NAME[keyword], 2, **values)
    assert isinstance(refusal.value, PoolcalcError)
