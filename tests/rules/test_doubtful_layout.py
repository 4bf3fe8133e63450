"""Inputs that were probably meant in another order: both readings are named, and nothing else is reported."""

import pytest

import poolcalc
from poolcalc.finding import Finding
from poolcalc.network.design import Design
from poolcalc.network.op import Shape
from poolcalc.rules import rules
from poolcalc.rules.doubtful_layout import DoubtfulLayout

CONV = "  - conv: {out_channels: 64, kernel_size: 3, padding: 1}\n"


def network(size: str, layers: str = CONV, given: Shape | None = None) -> Design:
    return poolcalc.loads(f"input: {size}\nlayers:\n{layers}", input_shape=given)


def found(design: Design) -> list[Finding]:
    return list(DoubtfulLayout(rules).check(poolcalc.analyze(design).facts))


@pytest.mark.parametrize(
    ("size", "read", "meant", "other"),
    [
        (
            "[1, 3, 224, 224]",
            "1 channel of 3 frames × 224 rows × 224 columns",
            "with the batch first, it is 3 channels of 224 rows × 224 columns",
            "3×224×224",
        ),
        (
            "[16, 1, 28, 28]",
            "16 channels of 1 frame × 28 rows × 28 columns",
            "with the batch first, it is 1 channel of 28 rows × 28 columns",
            "1×28×28",
        ),
        (
            "[224, 320, 3]",
            "224 channels of 320 rows × 3 columns",
            "with channels last, it is 3 channels of 224 rows × 320 columns",
            "3×224×320",
        ),
        (
            "[1, 224, 224, 3]",
            "1 channel of 224 frames × 224 rows × 3 columns",
            "with the batch first and channels last, it is 3 channels of 224 rows × 224 columns",
            "3×224×224",
        ),
        (
            "[1, 1, 16000]",
            "1 channel of 1 row × 16,000 columns",
            "with the batch first, it is 1 channel of 16,000 positions",
            "1×16000",
        ),
        (
            "[224, 224]",
            "224 channels of 224 positions",
            "with channels left out, say 3, it is 3 channels of 224 rows × 224 columns",
            "3×224×224",
        ),
    ],
)
def test_both_readings_are_named(size: str, read: str, meant: str, other: str) -> None:
    (finding,) = found(network(size))
    shape = size.strip("[]").replace(", ", "×")
    assert finding.message == f"input: {shape} is read as {read}"
    assert finding.notes == (f"{meant}, and every layer runs on that",)
    assert finding.help == f"use an input of {other}, if that is meant"


def test_it_stands_where_the_file_gives_the_input() -> None:
    design = network("[1, 3, 224, 224]")
    (finding,) = found(design)
    place = finding.place(design.places)
    assert place
    assert (place.line, place.column) == (1, 8)


@pytest.mark.parametrize(
    "size",
    [
        "[3, 224, 224]",
        "[3, 4, 112, 112]",  # four frames of a film
        "[3, 16, 112, 112]",
        "[1, 16, 112, 112]",
        "[256, 4, 4]",
        "[64, 7, 3]",
        "[1, 128, 3]",  # three sensors
        "[40, 101]",  # a spectrum over time
        "[64, 64]",  # widened, or kept, not narrowed
        "[2, 16000]",
    ],
)
def test_usual_shapes_are_silent(size: str) -> None:
    assert not found(network(size))


@pytest.mark.parametrize(
    ("size", "layers"),
    [
        ("[1, 3, 224, 224]", "  - conv: {out_channels: 8, kernel_size: [1, 3, 3]}\n"),  # knows of frames
        ("[1, 3, 224, 224]", "  - conv: {out_channels: 8, kernel_size: 1}\n"),  # nothing slides
        ("[64, 64, 3]", "  - conv: {out_channels: 8, kernel_size: 3, groups: 8}\n"),  # 3 channels have no 8 groups
    ],
)
def test_a_network_that_is_for_these_axes_is_silent(size: str, layers: str) -> None:
    assert not found(network(size, layers))


def test_another_reading_explains_why_a_network_does_not_run() -> None:
    deep = "".join(f"  - conv: {{out_channels: 8, kernel_size: 3, name: c{n}}}\n" for n in range(2))
    facts = poolcalc.analyze(network("[224, 224, 3]", deep)).facts
    assert facts.impossible == {"c1"}
    (finding,) = DoubtfulLayout(rules).check(facts)
    assert finding.help == "use an input of 3×224×224, if that is meant"


def test_other_channels_than_those_of_the_file_are_said() -> None:
    (finding,) = found(network("[3, 32, 32]", given=(1, 32, 32)))
    assert finding.message == "input: 1 channel, where the file's 3×32×32 has 3"
    assert not found(network("[3, 32, 32]", given=(48,)))
    (finding,) = found(network("[3, 32, 32]", given=(64, 64, 3)))
    assert finding.message == "input: 64×64×3 is read as 64 channels of 64 rows × 3 columns"
