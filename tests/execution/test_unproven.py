"""What the proof by execution cannot tell, and why: layers that cannot run, NaN without a probe, channels left out."""

import pytest
from support.analysis import analysed
from support.proof import LEFT_OUT, WITHOUT_PROBE, names, proof_of

from poolcalc.execution.proof import prove
from poolcalc.execution.results import Proof
from poolcalc.network.graph import INPUT

ASTRAY = "max_pool: {kernel_size: 2, padding: 1, dilation: 4}"
"""On 3 pixels it has one window, of padding alone."""


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ("conv: {out_channels: 1, kernel_size: 9, name: subject}", "it cannot run"),
        ("conv: {out_channels: 1, kernel_size: 9}, relu: {name: subject}", "it cannot run"),
        # A window of padding alone gives minus infinity, and its GELU is minus infinity times zero.
        (f"{ASTRAY}, gelu: {{name: subject}}", WITHOUT_PROBE),
        (f"{ASTRAY}, pad: 1, gelu: {{name: subject}}", WITHOUT_PROBE),
        (
            f"{ASTRAY}, pad: 1, gelu, add: {{from: [input, gelu1], name: subject}}",
            WITHOUT_PROBE,
        ),
    ],
)
def test_a_layer_that_is_not_proven_says_why(layers: str, reason: str) -> None:
    found = proof_of(analysed(f"input: [1, 3]\nlayers: [{layers}]"))
    assert found.unproven["subject"] == reason
    assert not found.refuted


PARTS = """
    input: [1, 9]
    layers:
      - conv: {out_channels: 2, kernel_size: 3, padding: 1, name: narrow}
      - conv: {out_channels: 2, kernel_size: 5, padding: 2, from: input, name: wide}
      - concat: {from: [narrow, wide], name: both}
"""


@pytest.mark.parametrize(
    ("layers", "proven"),
    [
        (["channel_slice: {stop: 2}"], False),
        (["channel_slice: {stop: 3}"], True),
        (["channel_shuffle: 2", "channel_slice: {stop: 2}"], True),
        (["channel_shuffle: 2", "channel_slice: {stop: 1}"], False),
        (["conv: {out_channels: 4, kernel_size: 1}", "channel_slice: {stop: 1}"], True),
        (["conv: {out_channels: 4, kernel_size: 1, groups: 2}", "channel_slice: {stop: 1}"], False),
        (["pixel_shuffle: 2"], False),
        (["conv: {out_channels: 4, kernel_size: 1}", "pixel_shuffle: 2"], True),
        (["flatten", "channel_slice: {stop: 9}"], False),
        (["flatten", "linear: 4", "channel_slice: {stop: 1}"], True),
    ],
)
def test_behind_channels_that_are_left_out_nothing_is_proven_unless_the_others_see_the_same(
    layers: list[str],
    proven: bool,  # noqa: FBT001
) -> None:
    analysis = analysed(PARTS + "".join(f"      - {layer}\n" for layer in [*layers, "tanh"]))
    assert proof_of(analysis).unproven == ({} if proven else dict.fromkeys(names(analysis)[-2:], LEFT_OUT))


NARROW = "conv: {out_channels: 1, kernel_size: 3, padding: 1, name: wide}, concat: {from: [input, wide], name: both}"
ONE = (
    "crop: {cropping: [[0, 8]], name: a}, conv: {out_channels: 1, kernel_size: 9, from: input, name: b}, concat: [a, b]"
)
PLAIN = "conv: {out_channels: 2, kernel_size: 1, from: input, name: plain}"
FIRST = "channel_slice: {stop: 1, name: part}"


@pytest.mark.parametrize(
    "layers",
    [
        # What comes in is of a kind of its own, and so is what the first layer makes of it.
        f"{NARROW}, {FIRST}",
        # One path is enough, and one that knows its channels does not help another that does not.
        f"{NARROW}, {FIRST}, add: [wide, part]",
        f"{NARROW}, {PLAIN}, add: [plain, both], {FIRST}",
        # On one position as on many.
        f"{ONE}, {FIRST}",
        f"{ONE}, depthwise_conv: 1, {FIRST}",
    ],
)
def test_of_channels_of_several_kinds_none_may_be_left_out(layers: str) -> None:
    analysis = analysed(f"input: [1, 9]\nlayers: [{layers}]\n")
    found = proof_of(analysis)
    assert found.unproven[names(analysis)[-1]] == LEFT_OUT
    assert not found.refuted


@pytest.mark.parametrize("origin", [INPUT, "stem"])
def test_channels_may_be_shuffled_from_the_input_and_from_an_inner_layer(origin: str) -> None:
    layers = "channel_shuffle: 2, conv: {out_channels: 6, kernel_size: 3, name: stem}, channel_shuffle: 3, max_pool: 2"
    analysis = analysed(f"input: [4, 9]\nlayers: [{layers}]\n", origin=origin)
    before = names(analysis)[:2] if origin == "stem" else ()
    assert proof_of(analysis).proven == tuple(name for name in names(analysis) if name not in before[:1])


def test_a_field_that_is_too_ragged_to_list_is_not_proven() -> None:
    analysis = analysed("input: [1, 9]\nlayers: [relu: {name: subject}]")
    assert prove(analysis, {"subject": None}).unproven == {"subject": "its field is too ragged to list"}


@pytest.mark.parametrize("layer", ["flatten", "layer_norm: all", "softmax: positions", "group_norm: 1", "linear: 2"])
def test_of_a_vector_each_probe_is_run_for_itself(layer: str) -> None:
    # The last pixel reaches nothing, and must not do so through the statistics of other probes.
    analysis = analysed(f"input: [1, 7]\nlayers: [max_pool: 2, flatten, {layer}]")
    assert proof_of(analysis) == Proof(proven=names(analysis), refuted={}, unproven={})
