"""What is known without looking at every row: whether layers read all, what they leave at the ends, what repeats."""

import pytest
from support.analysis import analysed
from support.calls import calls

from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import Analysis
from poolcalc.analysis.unread import unread

DENSE = [
    "conv: {out_channels: 1, kernel_size: 3}",
    "conv: {out_channels: 1, kernel_size: 3, padding: 1}",
    "conv: {out_channels: 1, kernel_size: 3, dilation: 4}",
    "conv: {out_channels: 1, kernel_size: 3, stride: 2}",
    "max_pool: 2",
    "max_pool: {kernel_size: 3, stride: 3, padding: 1}",
    "conv_transpose: {out_channels: 1, kernel_size: 4, stride: 2}",
    "upsample: 2",
    "adaptive_avg_pool: 7",
    "gap",
    "flatten",
    "crop: [[1, 2]]",
]
"""Layers that read their input in one run of rows."""

SPARSE = [
    "max_pool: {kernel_size: 2, stride: 3}",
    "conv_transpose: {out_channels: 1, kernel_size: 3, stride: 3, dilation: 2}",
]


def network(layer: str, size: int) -> Analysis:
    return analysed(f"input: [1, {size}]\nlayers: [{layer}, identity]\n")


@pytest.mark.parametrize("layer", DENSE)
def test_no_row_is_looked_at_by_itself_where_all_between_the_ends_are_read(layer: str) -> None:
    small, large = network(layer, 140), network(layer, 14_000)
    assert calls(lambda: unread(large.graph, large.layers)) < 1.1 * calls(lambda: unread(small.graph, small.layers))


@pytest.mark.parametrize(
    "layer",
    [
        *DENSE,
        "max_pool: {kernel_size: 2, stride: 3}",
        "conv_transpose: {out_channels: 1, kernel_size: 3, stride: 3, dilation: 2}",
    ],
)
def test_a_large_map_takes_no_more_steps_than_a_small_one(layer: str) -> None:
    assert calls(lambda: network(layer, 14_000)) < 1.1 * calls(lambda: network(layer, 140))


def test_what_is_alike_is_read_once() -> None:
    """Along three axes of three branches that are alike, with not much more work than along one of one."""
    branch = "conv: {out_channels: 1, kernel_size: 3, from: input}"
    chain = analysed("input: [1, 200]\nlayers: [conv: {out_channels: 1, kernel_size: 3}]\n")
    cube = analysed(f"input: [1, 200, 200, 200]\nlayers: [{branch}, {branch}, {branch}]\n")
    assert calls(lambda: actual_fields(cube)) < 2 * calls(lambda: actual_fields(chain))
