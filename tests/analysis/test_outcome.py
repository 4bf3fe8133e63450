"""What one layer makes of its inputs by itself: what it takes at all, which sizes are sensible, what is counted."""

import pytest
from support.analysis import analysed

from poolcalc.analysis.layer import Read
from poolcalc.analysis.outcome import MOST_UNITS, outcome
from poolcalc.analysis.remainder import Remainder
from poolcalc.geometry.taps import IDENTITY, everything
from poolcalc.network.op import Impossible, Shape, make
from poolcalc.ops import BY_NAME


@pytest.mark.parametrize(
    ("keyword", "shape", "message", "advice"),
    [
        (
            "max_pool",
            (4,),
            "max_pool needs channels and spatial axes, found a flat vector of 4",
            "move max_pool in front of the flatten",
        ),
        ("linear", (4, 5), "linear needs a flat vector, found a map of 4×5", "put `- flatten` in front of linear"),
        ("linear", (4, 5, 6), "linear needs a flat vector, found a map of 4×5×6", "put `- flatten` in front of linear"),
    ],
)
def test_maps_and_vectors_are_told_apart(keyword: str, shape: Shape, message: str, advice: str) -> None:
    op = make(BY_NAME[keyword], 1, **({"out_features": 3} if keyword == "linear" else {"kernel_size": 1}))
    with pytest.raises(Impossible) as refused:
        outcome(op, [shape])
    assert (refused.value.message, refused.value.help) == (message, advice)


def test_a_million_units_along_an_axis_are_sensible_and_one_more_is_not() -> None:
    def enlarged(size: int, channels: int = 3) -> Shape:
        return outcome(make(BY_NAME["upsample"], 2, size=(1, size)), [(channels, 1, 1)]).shape

    assert MOST_UNITS == 1_048_576
    assert enlarged(MOST_UNITS) == (3, 1, MOST_UNITS)
    with pytest.raises(Impossible) as refused:
        enlarged(MOST_UNITS + 1, channels=2 * MOST_UNITS)
    assert refused.value.message == "a size of 1,048,577 comes out"
    # Channels and vectors may be as long as they like.
    assert outcome(make(BY_NAME["flatten"], 1), [(3, MOST_UNITS)]).shape == (3 * MOST_UNITS,)


def test_what_is_learned_is_counted_and_running_statistics_are_not() -> None:
    assert outcome(make(BY_NAME["batch_norm"], 1), [(4, 9)]).params == 8
    conv = outcome(make(BY_NAME["conv"], 1, out_channels=5, kernel_size=3), [(4, 9)])
    assert (conv.params, conv.macs) == (5 * 4 * 3 + 5, 5 * 4 * 3 * 7)


def test_a_normalisation_over_the_map_reads_each_position_and_the_whole() -> None:
    assert outcome(make(BY_NAME["layer_norm"], 2, over="all"), [(4, 9, 8)]).taps == (
        (IDENTITY, IDENTITY),
        (everything(9), everything(8)),
    )
    assert outcome(make(BY_NAME["layer_norm"], 2), [(4, 9, 8)]).taps == ((IDENTITY, IDENTITY),)
    assert outcome(make(BY_NAME["layer_norm"], 2, over="all"), [(4,)]).taps == (None,)


def test_what_is_cut_on_purpose_is_not_rounded() -> None:
    (crop,) = outcome(make(BY_NAME["crop"], 2, cropping=((0, 2), (1, 0))), [(1, 9, 8)]).remainders
    (pool,) = outcome(make(BY_NAME["max_pool"], 2, kernel_size=(4, 3)), [(1, 9, 8)]).remainders
    assert crop == (Remainder(0, 2), Remainder(1, 0))
    assert pool == (Remainder(0, 1, (1,)), Remainder(0, 2, (1, 2)))


def test_a_gate_leaves_nothing_of_what_it_multiplies() -> None:
    left = outcome(make(BY_NAME["multiply"], 1), [(1, 9), (1, 1)]).remainders
    assert left == ((Remainder(),), (Remainder(),))


def test_peak_activations_are_those_of_tensors_that_are_still_read() -> None:
    """8 pixels and 2·8 values, then 2·8 and 2·4: the input goes as soon as the convolution has read it."""
    chain = "input: [1, 8]\nlayers: [conv: {out_channels: 2, kernel_size: 1}, max_pool: 2%s]\n"
    assert analysed(chain % "").peak_activations == 24
    # The sum reads the 2·8 values once more, beside as many enlarged ones: with its own, that is three times 2·8.
    assert analysed(chain % ", upsample: 2, add: [conv1, upsample1]").peak_activations == 48


def test_layers_that_cannot_run_take_no_room_at_the_peak() -> None:
    """8 pixels, 8 values of `a`, and 16 once the pixels are gone."""
    layers = "relu: {name: a}, max_pool: {kernel_size: 11, from: input}, relu, upsample: {scale_factor: 2, from: a}"
    assert analysed(f"input: [1, 8]\nlayers: [{layers}]\n").peak_activations == 24


def test_a_layer_is_read_as_a_whole_where_it_is_along_every_axis() -> None:
    assert Read("map", (everything(9), everything(8))).is_global
    assert not Read("map", (everything(9), IDENTITY)).is_global
    assert not Read("vector", None).is_global


def test_totals_say_of_how_many_layers_they_are() -> None:
    layers = "conv: {out_channels: 2, kernel_size: 1}, max_pool: 11, relu, conv: {out_channels: 3, kernel_size: 2}"
    analysis = analysed(f"input: [1, 8]\nlayers: [{layers}]\n")
    assert analysis.total("params") == (4 + 15, 4, 4)
    assert analysis.total("params").complete
    assert analysis.total("macs") == (16, 1, 4)
    assert not analysis.total("macs").complete
    assert analysis.total("activations", analysis.layers[:1]) == (16, 1, 1)
    assert analysis.total("activations", ()) == (0, 0, 0)


def test_what_no_output_depends_on_is_unused() -> None:
    text = "input: [1, 8]\nlayers: [relu: {name: a}, relu: {name: b, from: input}, relu: {name: c}]\n"
    assert [layer.node.name for layer in analysed(text).unused] == ["a"]
    assert analysed(f"{text}outputs: [a, c]\n").unused == ()
