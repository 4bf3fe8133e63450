"""The arithmetic that is printed: evaluated, it gives the sizes of the analysis."""

import re
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given
from support.command import in_process
from support.formulas import value
from support.networks import architectures, chains

import poolcalc
from poolcalc.answers import Report
from poolcalc.answers.derivations import arithmetic_lines


def compare(report: Report) -> int:
    """Evaluate every line of a report; return how many formulas there were."""
    heading, *lines = arithmetic_lines(report)
    assert heading == "how the sizes come about:"
    formulas = 0
    for layer, line in zip(report.layers, lines, strict=True):
        name, parts = line.split(maxsplit=1)
        assert name == layer.node.name
        assert layer.shape
        found = {}
        for part in parts.split("; "):
            where, text = re.fullmatch(r"(?:(channels|axis [0-9]):? )?(.*)", part).groups()  # type: ignore[union-attr]
            formula, equals, result = text.partition(" = ")
            if equals:
                assert value(formula) == int(result), line
                formulas += 1
            else:
                result, reason = text.split(", ")
                assert reason in ("unchanged", "set by the layer")
            found[where] = int(result)
        channels, *axes = layer.shape
        if axes:
            assert found.pop("channels", channels) == channels
        else:
            axes = [channels]
        assert list(found.values()) * (len(axes) if None in found else 1) == axes
    return formulas


@pytest.mark.parametrize("name", poolcalc.architectures())
def test_bundled_networks(name: str) -> None:
    assert compare(poolcalc.analyze(poolcalc.load(name))) > 0


@given(architectures())
def test_random_networks(text: str) -> None:
    compare(poolcalc.analyze(poolcalc.loads(text)))


@given(chains())
def test_random_chains(text: str) -> None:
    compare(poolcalc.analyze(poolcalc.loads(text)))


def lines(layer: str, shape: str) -> list[str]:
    report = poolcalc.analyze(poolcalc.loads(f"input: {shape}\nlayers:\n  - {layer}\n"))
    return [line.split(maxsplit=1)[1] for line in arithmetic_lines(report)[1:]]


@pytest.mark.parametrize(
    ("layer", "shape", "line"),
    [
        (
            "conv: {out_channels: 8, kernel_size: 7, stride: 2, padding: 3}",
            "3x224x224",
            "⌊(224 + 3 + 3 − 7)/2⌋ + 1 = 112",
        ),
        ("conv: {out_channels: 8, kernel_size: 3, dilation: 2}", "3x9x9", "9 − (2·(3 − 1) + 1) + 1 = 5"),
        ("conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: same}", "3x9x9", "⌈9/2⌉ = 5"),
        ("conv: {out_channels: 8, kernel_size: 3, padding: same}", "3x9x9", "9, unchanged"),
        ("max_pool: {kernel_size: 3, stride: 2, ceil_mode: true}", "3x8x8", "⌈(8 − 3)/2⌉ + 1 = 4"),
        (
            "max_pool: {kernel_size: 2, stride: 3, padding: 1, ceil_mode: true}",
            "3x5x5",
            "min(⌈(5 + 1 + 1 − 2)/3⌉ + 1, ⌈(5 + 1)/3⌉) = 2",
        ),
        ("max_pool: [2, 3]", "3x8x8", "axis 0: ⌊(8 − 2)/2⌋ + 1 = 4; axis 1: ⌊(8 − 3)/3⌋ + 1 = 2"),
        (
            "conv_transpose: {out_channels: 2, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}",
            "3x4x4",
            "(4 − 1)·2 + 3 − 1 − 1 + 1 = 8",
        ),
        ("upsample: 2", "3x4x4", "4·2 = 8"),
        ("upsample: 1.5", "3x5x5", "⌊5·3/2⌋ = 7"),
        ("upsample: {size: 9}", "3x5x5", "9, set by the layer"),
        ("gap", "3x5x5", "1, set by the layer"),
        ("pad: [[1, -2], [0, 0]]", "3x5x5", "axis 0: 5 + 1 − 2 = 4; axis 1: 5, unchanged"),
        ("crop: 1", "3x5x5", "5 − 1 − 1 = 3"),
        ("pixel_shuffle: 2", "8x5x5", "channels 8/(2·2) = 2; 5·2 = 10"),
        ("flatten", "3x5x4", "3·5·4 = 60"),
        ("channel_slice: {start: 1, stop: 3}", "4x5x5", "channels 3 − 1 = 2; 5, unchanged"),
        ("concat: [input, input]", "4x5x5", "channels 4 + 4 = 8; 5, unchanged"),
        ("add: [input, input]", "4x5x5", "5, unchanged"),
        ("relu", "4x5x5", "5, unchanged"),
    ],
)
def test_what_is_printed(layer: str, shape: str, line: str) -> None:
    assert lines(layer, shape) == [line]


def test_a_layer_that_cannot_run_says_why() -> None:
    text = "input: 3x5x5\nlayers:\n  - conv: {out_channels: 1, kernel_size: 7}\n  - relu\n"
    impossible, unknown = arithmetic_lines(poolcalc.analyze(poolcalc.loads(text)))[1:]
    assert impossible.split(maxsplit=1)[1] == "impossible: kernel_size 7 does not fit the padded input of 5"
    assert unknown.split(maxsplit=1)[1] == "unknown"


def test_repeated_gates_take_the_larger_size() -> None:
    text = "input: 3x5x5\nlayers:\n  - gap\n  - multiply: [input, gap1]\n"
    assert arithmetic_lines(poolcalc.analyze(poolcalc.loads(text)))[2].endswith("max(1, 5) = 5")


def test_the_command_prints_them_below_the_table(tmp_path: Path) -> None:
    done = in_process("shapes", "mini_cnn", "-v", "--no-forward", cwd=tmp_path)
    assert done.code == 0
    printed = done.out.splitlines()
    start = printed.index("how the sizes come about:")
    shown = list(takewhile(bool, printed[start + 1 :]))
    assert shown[0] == "  conv1      28 + 1 + 1 − 3 + 1 = 28"
    assert len(shown) == 9
    plain = in_process("shapes", "mini_cnn", "--no-forward", cwd=tmp_path)
    assert done.out.startswith(plain.out.rstrip())
