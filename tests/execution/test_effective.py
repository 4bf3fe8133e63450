"""The effective receptive field: known figures, and the exact map against gradients of many random networks."""

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from support.analysis import analysed
from support.gradients import Case, Draws, avg_pool, bilinear, drawn, nearest
from support.networks import LOCAL, architectures, chains

import poolcalc
from poolcalc.analysis.actual import actual_fields
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.analysis.spread import estimated_deviations
from poolcalc.answers.columns import width
from poolcalc.execution.gradient import effective_field
from poolcalc.execution.results import EffectiveField
from poolcalc.kernels import AnyArray as Floats


def exact(analysis: Analysis, name: str, unit: Sequence[int] | None = None) -> EffectiveField:
    """Return the effective field of a unit of a layer, by default the one in the middle."""
    layer = next(layer for layer in analysis.layers if layer.node.name == name)
    return effective_field(analysis, layer, unit or [size // 2 for size in (layer.shape or ())[1:]])


def estimated(analysis: Analysis, name: str) -> tuple[float, ...]:
    deviations = estimated_deviations(analysis)[name] or ()
    return tuple(deviation for deviation in deviations if deviation is not None)


def stack(layers: int, size: int = 99) -> Analysis:
    """Return a uniform stack of 3-wide convolutions."""
    conv = "conv: {out_channels: 1, kernel_size: 3, padding: 1}"
    return analysed(f"input: [1, {size}]\nlayers: [repeat: {{times: {layers}, layers: [{conv}]}}]")


# Known figures


@pytest.mark.parametrize(
    ("layers", "variance"),
    [
        (["conv: {out_channels: 4, kernel_size: 5}"], 24 / 12),
        (["conv: {out_channels: 4, kernel_size: 3, dilation: 4}"], 4**2 * 8 / 12),
        (["max_pool: 2", "conv: {out_channels: 4, kernel_size: 5}"], 3 / 12 + 2**2 * 24 / 12),
        (["avg_pool: 2", "max_pool: {kernel_size: 3, stride: 2}"], 3 / 12 + 2**2 * 8 / 12),
        (
            [
                "depthwise_conv: {kernel_size: 3, stride: 2}",
                "relu",
                "conv: {out_channels: 2, kernel_size: 3, dilation: 2}",
            ],
            8 / 12 + 2**2 * 2**2 * 8 / 12,
        ),
    ],
)
def test_variances_of_a_chain_add_up(layers: list[str], variance: float) -> None:
    """σ² = Σ d²·j²·(k² − 1)/12."""
    analysis = analysed(f"input: [3, 60]\nlayers: [{', '.join(layers)}]")
    last = analysis.layers[-1].node.name
    assert estimated(analysis, last) == pytest.approx([sqrt(variance)])
    assert exact(analysis, last).deviation == pytest.approx([sqrt(variance)], rel=1e-6)


@pytest.mark.parametrize(
    ("layers", "variance"),
    [
        # The weights 1, 3, 6, 7, 6, 3, 1, squared.
        (3 * ["avg_pool: {kernel_size: 3, stride: 1}"], 2 * (9 + 9 * 4 + 36) / 141),
        # 1 … 5 … 1, squared, and two steps of a random walk.
        (
            2 * ["avg_pool: {kernel_size: 5, stride: 1}", "conv: {out_channels: 1, kernel_size: 3}"],
            208 / 85 + 2 * 8 / 12,
        ),
        # Enlarged twofold, and means of three: (1, 2) / 3 of two pixels.
        (["upsample: 2", "avg_pool: {kernel_size: 3, stride: 2}"], 4 / 25),
    ],
)
def test_fixed_filters_behind_each_other_act_as_one(layers: list[str], variance: float) -> None:
    analysis = analysed(f"input: [1, 60]\nlayers: [{', '.join(layers)}]")
    last = analysis.layers[-1].node.name
    assert estimated(analysis, last) == pytest.approx([sqrt(variance)])
    assert exact(analysis, last).deviation == pytest.approx([sqrt(variance)], rel=1e-6)


@given(chains(LOCAL, axes=1, most=4))
def test_away_from_the_borders_the_estimate_is_the_exact_deviation(text: str) -> None:
    analysis = analysed(text, input_shape=(4, 300))
    layer = analysis.layers[-1]
    assume(layer.shape and layer.spatial[0] < 1000)
    unit, field = layer.spatial[0] // 2, actual_fields(analysis)[layer.node.name]
    (deviation,) = estimated_deviations(analysis)[layer.node.name] or (None,)
    assume(deviation and field and field.box([unit]) == (layer.fields[0].span(unit),))
    assert exact(analysis, layer.node.name).deviation == pytest.approx([deviation], rel=1e-3)


@given(architectures())
def test_no_deviation_is_larger_than_half_the_field_and_no_span_wider(text: str) -> None:
    """What lies on n pixels has a deviation of (n − 1) / 2 at most."""
    analysis = analysed(text)
    for name, deviations in estimated_deviations(analysis).items():
        for deviation, axis in zip(deviations or (), analysis.sized[name].receptive_field, strict=False):
            if deviation and axis:
                assert deviation <= (axis.size - 1) / 2 + 1e-6
                assert (width(deviation, axis) or 0) <= axis.size


def test_where_there_is_one_pixel_there_is_no_deviation() -> None:
    conv = "conv: {out_channels: 1, kernel_size: [3, 1], padding: [1, 0]}"
    assert [*estimated_deviations(analysed(f"input: [1, 1, 9]\nlayers: [{conv}]")).values()] == [(None, None)]


def test_vgg16_has_the_known_deviation() -> None:
    analysis = analyse(poolcalc.load("vgg16").graph)
    assert estimated(analysis, "block5.pool") == pytest.approx([27.64, 27.64], abs=0.005)
    large = analyse(poolcalc.load("vgg16", input_shape=(3, 512, 512)).graph)
    assert exact(large, "block5.pool").deviation == pytest.approx([27.64, 27.64], abs=0.005)


def test_the_exact_map_sees_the_border_that_the_estimate_leaves_out() -> None:
    analysis = analyse(poolcalc.load("vgg16").graph)
    assert exact(analysis, "block5.pool", (0, 0)).deviation[0] < estimated(analysis, "block5.pool")[0]


@pytest.mark.parametrize("layers", [1, 5, 20, 40])
def test_a_stack_of_3_wide_convolutions_has_the_deviation_of_a_random_walk(layers: int) -> None:
    analysis = stack(layers)
    assert estimated(analysis, f"conv{layers}") == pytest.approx([sqrt(2 * layers / 3)])
    assert exact(analysis, f"conv{layers}").deviation == pytest.approx([sqrt(2 * layers / 3)], rel=1e-6)


def test_the_share_of_the_theoretical_field_falls_with_the_root_of_the_depth() -> None:
    def share(layers: int) -> float:
        analysis = stack(layers, size=401)
        summary = analysis.layers[-1].receptive_field[0]
        assert summary
        return exact(analysis, f"conv{layers}").deviation[0] / summary.size

    assert [share(n) / share(4 * n) for n in (10, 20, 40)] == pytest.approx([2, 2, 2], rel=0.04)


def test_doubling_the_depth_doubles_the_theoretical_field_and_widens_the_effective_one_by_41_percent() -> None:
    analysis = stack(40)
    sizes = [
        axis.size for layer in (analysis.layers[19], analysis.layers[39]) for axis in layer.receptive_field if axis
    ]
    assert sizes == [41, 81]
    shallow, deep = (exact(analysis, name).deviation[0] for name in ("conv20", "conv40"))
    assert deep / shallow == pytest.approx(sqrt(2), rel=1e-6)
    assert round(100 * (deep / shallow - 1)) == 41


def test_most_of_a_deep_stack_lies_within_two_deviations_as_of_a_gaussian() -> None:
    assert exact(stack(40), "conv40").inside == pytest.approx(0.954, abs=0.01)


@pytest.mark.parametrize("kernel_size", [1, 2, 20])
def test_all_of_a_small_or_even_field_lies_within_two_deviations(kernel_size: int) -> None:
    analysis = analysed(f"input: [1, 20]\nlayers: [conv: {{out_channels: 3, kernel_size: {kernel_size}}}]")
    for unit in (0, 20 - kernel_size):
        field = exact(analysis, "conv1", [unit])
        assert field.inside == pytest.approx(1)
        assert field.middle == pytest.approx([unit + (kernel_size - 1) / 2])
        assert field.energy.sum() == pytest.approx(1)


# Merges


def test_a_residual_stack_spreads_half_as_fast_because_half_of_the_energy_takes_the_shortcut() -> None:
    body = "conv: {out_channels: 1, kernel_size: 3, padding: 1}"
    analysis = analysed(f"input: [1, 99]\nlayers: [repeat: {{times: 12, layers: [residual: {{body: [{body}]}}]}}]")
    assert estimated(analysis, "add12") == pytest.approx([sqrt(12 * 8 / 12 / 2)])
    assert exact(analysis, "add12").deviation == pytest.approx([sqrt(12 * 8 / 12 / 2)], rel=1e-6)


@pytest.mark.parametrize(
    "paths",
    [
        # A branch of more channels has more of the energy, and a mean over n pixels has 1/n of it.
        "[conv: {out_channels: 5, kernel_size: 3, padding: 1}], [conv: {out_channels: 1, kernel_size: 9, padding: 4}]",
        "[conv: {out_channels: 2, kernel_size: 1}], [avg_pool: {kernel_size: 5, stride: 1, padding: 2}]",
        "[conv: {out_channels: 2, kernel_size: 1}], [max_pool: {kernel_size: 5, stride: 1, padding: 2}]",
        # Branches that look aside.
        "[conv: {out_channels: 2, kernel_size: 5, padding: [[4, 0]]}], [pad: [[-2, 2]]]",
        # A decoder of which every other unit sees nothing.
        (
            "[max_pool: {kernel_size: 1, stride: 2}, conv_transpose: {out_channels: 1, kernel_size: 1, stride: 2}, "
            "pad: [[0, 1]]], [conv: {out_channels: 1, kernel_size: 3, padding: 1}]"
        ),
    ],
)
def test_the_estimate_mixes_branches_by_their_energies(paths: str) -> None:
    analysis = analysed(f"""
        input: [2, 80]
        layers:
          - branches: {{merge: concat, paths: [{paths}], name: merge}}
          - conv: {{out_channels: 1, kernel_size: 1, name: last}}
    """)
    assert estimated(analysis, "last") == pytest.approx(exact(analysis, "last", [40]).deviation, rel=1e-6)


def test_branches_of_different_jumps_have_no_estimate() -> None:
    analysis = analysed("""
        input: [1, 20]
        layers:
          - max_pool: {kernel_size: 2, name: coarse}
          - crop: {cropping: [[5, 5]], from: input, name: fine}
          - add: {from: [coarse, fine], name: both}
          - relu: {name: last}
    """)
    deviations = estimated_deviations(analysis)
    assert (deviations["both"], deviations["last"]) == (None, None)
    assert exact(analysis, "last").energy.sum() == pytest.approx(1)


@pytest.mark.parametrize("norm", ["group_norm: 1", "layer_norm: all", "batch_norm", "layer_norm"])
def test_the_statistics_of_a_normalisation_are_left_out(norm: str) -> None:
    with_norm, without = (
        analysed(f"input: [2, 40]\nlayers: [conv: {{out_channels: 2, kernel_size: 5}}{more}, max_pool: 2]")
        for more in (f", {norm}", "")
    )
    assert estimated(with_norm, "max_pool1") == estimated(without, "max_pool1")
    assert (exact(with_norm, "max_pool1").energy == exact(without, "max_pool1").energy).all()


def test_the_gradient_of_a_norm_spreads_like_that_of_a_maximum() -> None:
    # xᵢ / ‖x‖: the squares sum to one.
    text = "input: [1, 40]\nlayers: [conv: {{out_channels: 1, kernel_size: 3}}, {}: 4, residual: {{body: [relu]}}]"
    lp, largest = (analysed(text.format(pool)) for pool in ("lp_pool", "max_pool"))
    assert exact(lp, "add1").energy == pytest.approx(exact(largest, "add1").energy)


def test_energy_can_be_followed_to_an_inner_layer() -> None:
    layers = "[max_pool: {kernel_size: 2, name: inner}, max_pool: {kernel_size: 4, name: outer}]"
    analysis = analysed(f"input: [1, 64]\nlayers: {layers}", origin="inner")
    assert exact(analysis, "outer").energy.shape == (32,)
    assert exact(analysis, "outer").deviation == pytest.approx([sqrt(15 / 12)])
    assert estimated(analysis, "outer") == pytest.approx([sqrt(15 / 12)])


# Many random networks


CASES: dict[str, Case] = {f"drawn {seed}": drawn(seed) for seed in range(30)}


def network(text: str, *unit: int) -> Callable[[Callable[[Draws, Floats], Floats]], Callable[[Draws, Floats], Floats]]:
    def add(backward: Callable[[Draws, Floats], Floats]) -> Callable[[Draws, Floats], Floats]:
        CASES[backward.__name__.replace("_", " ")] = Case(text, unit, backward)
        return backward

    return add


@network(
    """
    input: [2, 11, 10]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
      - conv: {out_channels: 2, kernel_size: [3, 2], stride: 2, padding: [1, 0]}
      - conv: {out_channels: 4, kernel_size: 2, dilation: 2}
    """,
    *(1, 2),
)
def strides_and_dilation(d: Draws, g: Floats) -> Floats:
    g = d.conv(g, (6, 5), 2, (2, 2), dilation=2)
    g = d.conv(g, (11, 10), 3, (3, 2), stride=2, padding=(1, 0))
    return d.conv(g, (11, 10), 2, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 8, 8]
    layers:
      - conv: {out_channels: 3, kernel_size: 5, padding: 2}
      - conv: {out_channels: 2, kernel_size: 3, padding: 1}
    """,
    *(0, 7),
)
def a_corner(d: Draws, g: Floats) -> Floats:
    return d.conv(d.conv(g, (8, 8), 3, (3, 3), padding=(1, 1)), (8, 8), 2, (5, 5), padding=(2, 2))


@network(
    """
    input: [3, 9, 9]
    layers: [repeat: {times: 2, layers: [residual: {body: [conv: {out_channels: 3, kernel_size: 3, padding: 1}]}]}]
    """,
    *(4, 3),
)
def residuals(d: Draws, g: Floats) -> Floats:
    g = g + d.conv(g, (9, 9), 3, (3, 3), padding=(1, 1))
    return g + d.conv(g, (9, 9), 3, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 9, 9]
    layers:
      - branches:
          merge: concat
          paths:
            - [conv: {out_channels: 3, kernel_size: [1, 7], padding: [0, 3]}]
            - [conv: {out_channels: 1, kernel_size: [7, 1], padding: [3, 0]}]
      - conv: {out_channels: 2, kernel_size: 1}
    """,
    *(4, 4),
)
def a_row_of_three_channels_beside_a_column_of_one(d: Draws, g: Floats) -> Floats:
    g = d.conv(g, (9, 9), 4, (1, 1))
    row, column = g[:, :3], g[:, 3:]
    return d.conv(row, (9, 9), 2, (1, 7), padding=(0, 3)) + d.conv(column, (9, 9), 2, (7, 1), padding=(3, 0))


@network(
    """
    input: [2, 9, 9]
    layers:
      - branches:
          merge: concat
          paths:
            - [conv: {out_channels: 1, kernel_size: 3, padding: 1}]
            - [conv: {out_channels: 2, kernel_size: 1}]
      - depthwise_conv: {kernel_size: 3, padding: 1}
    """,
    *(4, 4),
)
def channels_that_do_not_mix(d: Draws, g: Floats) -> Floats:
    g = d.depthwise(g, (9, 9), (3, 3), padding=(1, 1))
    return d.conv(g[:, :1], (9, 9), 2, (3, 3), padding=(1, 1)) + d.conv(g[:, 1:], (9, 9), 2, (1, 1))


@network(
    """
    input: [2, 5, 6]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
      - conv_transpose: {out_channels: 2, kernel_size: 4, stride: 2, padding: 1}
      - conv: {out_channels: 1, kernel_size: 3, padding: 1}
    """,
    *(5, 3),
)
def a_decoder(d: Draws, g: Floats) -> Floats:
    g = d.conv(g, (10, 12), 2, (3, 3), padding=(1, 1))
    g = d.conv_transpose(g, (5, 6), 3, (4, 4), stride=2, padding=(1, 1))
    return d.conv(g, (5, 6), 2, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 5, 6]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
      - upsample: 2
      - conv: {out_channels: 2, kernel_size: 3, padding: 1}
    """,
    *(5, 3),
)
def repeated_pixels(d: Draws, g: Floats) -> Floats:
    g = nearest(d.conv(g, (10, 12), 3, (3, 3), padding=(1, 1)))
    return d.conv(g, (5, 6), 2, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 5, 6]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
      - upsample: {scale_factor: 2, mode: bilinear}
      - conv: {out_channels: 2, kernel_size: 3, padding: 1}
    """,
    *(5, 2),
)
def interpolated_pixels(d: Draws, g: Floats) -> Floats:
    g = bilinear(d.conv(g, (10, 12), 3, (3, 3), padding=(1, 1)))
    return d.conv(g, (5, 6), 2, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 11, 11]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1}
      - max_pool: {kernel_size: 3, stride: 2}
      - conv: {out_channels: 2, kernel_size: 3, padding: 1}
    """,
    *(2, 3),
)
def the_largest_of_windows_that_overlap(d: Draws, g: Floats) -> Floats:
    g = d.max_pool(d.conv(g, (5, 5), 3, (3, 3), padding=(1, 1)), (11, 11), (3, 3), 2)
    return d.conv(g, (11, 11), 2, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 7, 7]
    layers:
      - conv: {out_channels: 3, kernel_size: 1}
      - avg_pool: {kernel_size: 3, stride: 1, padding: 1}
      - conv: {out_channels: 2, kernel_size: 3, padding: 1}
    """,
    *(0, 1),
)
def means_at_the_border(d: Draws, g: Floats) -> Floats:
    g = avg_pool(d.conv(g, (7, 7), 3, (3, 3), padding=(1, 1)), (7, 7), (3, 3), 1, (1, 1))
    return d.conv(g, (7, 7), 2, (1, 1))


@network(
    """
    input: [2, 7, 7]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, padding: 1, name: local}
      - global_avg_pool
      - conv: {out_channels: 3, kernel_size: 1, name: whole}
      - add: [local, whole]
    """,
    *(3, 3),
)
def a_global_branch(d: Draws, g: Floats) -> Floats:
    whole = d.conv(g.sum(axis=(2, 3), keepdims=True), (1, 1), 3, (1, 1)) / 49
    return d.conv(g + whole, (7, 7), 2, (3, 3), padding=(1, 1))


@network(
    """
    input: [3, 7, 7]
    layers:
      - conv: {out_channels: 1, kernel_size: 3, padding: 1, name: one}
      - conv: {out_channels: 1, kernel_size: 3, padding: 1, name: two}
      - add: [input, one, two]
    """,
    *(3, 3),
)
def one_channel_for_all(d: Draws, g: Floats) -> Floats:
    one = g.sum(axis=1, keepdims=True)
    one = one + d.conv(one, (7, 7), 1, (3, 3), padding=(1, 1))
    return g + d.conv(one, (7, 7), 3, (3, 3), padding=(1, 1))


@network(
    """
    input: [2, 5, 5]
    layers:
      - conv: {out_channels: 2, kernel_size: 3}
      - flatten
      - linear: 4
    """
)
def a_vector(d: Draws, g: Floats) -> Floats:
    g = np.einsum("dof,doc->dcf", g[..., 0], d.weights(len(g), 4, 18, 18))
    return d.conv(g.reshape(-1, 2, 3, 3), (5, 5), 2, (3, 3))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_map_is_the_mean_of_squared_gradients_of_random_networks(case: Case) -> None:
    draws = 3000
    random = np.random.default_rng(7)
    analysis = analysed(case.text)
    layer = analysis.layers[-1]
    channels, *sizes = layer.shape or ()
    gradient = np.zeros((draws, channels, *(sizes or (1, 1))))
    row, column = case.unit or (0, 0)
    gradient[np.arange(draws), random.integers(channels, size=draws), row, column] = 1
    energies = (case.backward(Draws(random), gradient) ** 2).sum(axis=1)

    energy = effective_field(analysis, layer, case.unit).energy
    assert energy.sum() == pytest.approx(1)
    assert ((energy > 0) == (energies > 0).any(axis=0)).all()
    misses = energies - energy * energies.sum(axis=(1, 2), keepdims=True)
    error = misses.std(axis=0) / sqrt(draws)
    rounding = 1e-6 * energies.mean()  # kernels have single precision
    assert (np.abs(misses.mean(axis=0)) <= 4.5 * error + rounding).all()
    assert error.max() < 0.04 * energies.mean(axis=0).max()  # or else it would prove nothing
