"""The forward pass as a whole: seeds, threads, batches, thin passes, memory, and what it refuses."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.analysis import analysed
from support.command import in_process
from support.examples import network_of

import poolcalc
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.api import architectures, load
from poolcalc.errors import DoesNotFit
from poolcalc.execution import estimate, memory
from poolcalc.execution.run import run
from poolcalc.execution.weights import Noise
from poolcalc.kernels import Array
from poolcalc.network.op import Op
from poolcalc.ops import BY_NAME, operators
from poolcalc.ops.linear import Linear
from poolcalc.wish import Wish

NETWORKS = ("lenet5", "mobilenet_v2", "shufflenet_v2_x1_0", "tcn")
LARGE = ("densenet121", "dcgan_generator", "efficientnet_b0", "resnet18", "vgg11")


def analysis_of(name: str, input_shape: tuple[int, ...] | None = None) -> Analysis:
    return analyse(load(name, input_shape=input_shape).graph)


def outputs(monkeypatch: pytest.MonkeyPatch, analysis: Analysis, **options: Any) -> list[bytes]:
    """Return what every linear layer gave."""
    given: list[bytes] = []
    forward = Linear.forward

    def recording(self: Linear, inputs: Any, weights: Any) -> Array:
        y = forward(self, inputs, weights)
        assert np.isfinite(y).all()
        assert y.std() > 1e-3
        given.append(y.tobytes())
        return y

    with monkeypatch.context() as patch:
        patch.setattr(Linear, "forward", recording)
        run(analysis, **options)
    return given


@pytest.mark.parametrize("name", [*NETWORKS, "resnet18"])
def test_values_depend_on_the_seed_and_not_on_the_threads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = analysis_of(name, (3, 96, 96) if name == "resnet18" else None)
    one = outputs(monkeypatch, analysis, seed=1, threads=1)
    assert one
    assert one == outputs(monkeypatch, analysis, seed=1, threads=3)
    assert one != outputs(monkeypatch, analysis, seed=2, threads=1)


def test_a_batch_runs_image_by_image_with_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = analysis_of("lenet5")
    layers = len([layer for layer in analysis.layers if layer.node.op.keyword == "linear"])
    drawn: list[tuple[str, bytes]] = []
    rows = Noise.drawn

    def recording(self: Noise, declared: Any) -> Any:
        weights = rows(self, declared)
        drawn.extend((name, weights[name].tobytes()) for name in declared)
        return weights

    alone = outputs(monkeypatch, analysis, batch=1)
    monkeypatch.setattr(Noise, "drawn", recording)
    three = outputs(monkeypatch, analysis, batch=3)
    assert three[:layers] == alone
    assert len({*three}) == len(three) == 3 * layers
    assert drawn == drawn[: len(drawn) // 3] * 3
    assert run(analysis, batch=3).batch == 3


@pytest.mark.parametrize("name", architectures())
@pytest.mark.parametrize("channels", [1, 2])
def test_a_thin_pass_confirms_every_layer(name: str, channels: int) -> None:
    small = {"unet": (1, 220, 220), "fpn_resnet50": (3, 128, 160)}.get(name)
    analysis = analysis_of(name, small)
    confirmation = run(analysis, channels=channels)
    assert confirmation.channels == channels
    assert [layer.node.name for layer in analysis.layers if layer.shape and not confirmation.confirms(layer)] == []


@pytest.mark.parametrize(
    ("keyword", "place"), [("conv", 0), ("conv", 1), ("max_pool", 0), ("max_pool", 1), ("linear", 0)]
)
def test_a_thin_pass_does_not_confirm_a_wrong_rule(keyword: str, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Any = next(parent for parent in BY_NAME[keyword].__mro__ if "output_shape" in vars(parent))
    right = home.output_shape

    def wrong(self: Any, inputs: Any) -> tuple[int, ...]:
        shape = [*right(self, inputs)]
        shape[place] += 1
        return tuple(shape)

    monkeypatch.setattr(home, "output_shape", wrong)
    analysis = analysis_of("lenet5" if keyword == "linear" else "alexnet")
    first = next(layer for layer in analysis.layers if layer.node.op.keyword == keyword)
    assert run(analysis, channels=2).confirms(first) is False


def test_a_thin_pass_takes_as_many_channels_as_operators_need() -> None:
    graph = poolcalc.loads(
        """
        input: [16, 8, 8]
        layers:
          - conv: {out_channels: 32, kernel_size: 3, padding: 1, groups: 8, name: grouped}
          - group_norm: 8
          - channel_shuffle: 4
          - pixel_shuffle: 4
          - conv: {out_channels: 8, kernel_size: 1}
          - branches: {merge: concat, paths: [[identity], [relu]]}
          - residual: {body: [{conv: {out_channels: 16, kernel_size: 1}}]}
          - channel_slice: {start: 3, stop: 9}
          - depthwise_conv: {kernel_size: 3, channel_multiplier: 4}
          - global_avg_pool
          - flatten
          - residual: {body: [{linear: 24}]}
          - linear: 5
        """
    )
    report = poolcalc.confirm(graph, channels=2)
    assert [layer.node.name for layer in report.layers if not report.confirmed(layer)] == []


LARGE_MAP = (16, 513, 768)
MORE = [
    ("conv", "{out_channels: 4, kernel_size: 5}"),
    ("conv_transpose", "{out_channels: 64, kernel_size: 3, padding: 1}"),
    ("max_pool", "{kernel_size: 3, stride: 1, padding: 1}"),
    ("lp_pool", "{kernel_size: 3, stride: 1}"),
    ("adaptive_avg_pool", "256"),
    ("adaptive_max_pool", "256"),
    ("adaptive_max_pool", "1024"),
    ("upsample", "2"),
    ("upsample", "{scale_factor: 0.5, mode: bilinear}"),
    ("upsample", "{size: [512, 1024], mode: bilinear}"),
    ("layer_norm", "{over: all}"),
    ("gelu", "none"),
    ("local_response_norm", "9"),
    ("linear", "{out_features: 64, bias: false}"),
]
"""Operators whose need depends on their parameters."""


@pytest.mark.parametrize(
    ("operator", "example"),
    [*((operator, None) for operator in operators()), *((BY_NAME[keyword], example) for keyword, example in MORE)],
    ids=lambda part: getattr(part, "keyword", part),
)
def test_the_memory_that_an_operator_takes_on_a_large_map_is_known_before(
    operator: type[Op], example: str | None
) -> None:
    """Where this fails for a new operator, its `workspace` (or `intermediates`) does not say what it needs."""
    analysis = analysed(network_of(operator, example, shape=LARGE_MAP))
    assert analysis.layers[-1].shape
    predicted, traced = estimate.memory(analysis) - estimate.FIXED, traced_memory(analysis)
    assert predicted == pytest.approx(traced, rel=0.05)


def traced_memory(analysis: Analysis) -> int:
    """Return the most bytes that were allocated at once in a run."""
    run(analysis, channels=1, threads=1)  # what is imported now does not count later
    tracemalloc.start()
    try:
        run(analysis, threads=1)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", [*NETWORKS, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)])
def test_the_memory_that_a_pass_takes_is_known_before(name: str) -> None:
    analysis = analysis_of(name)
    peak = traced_memory(analysis)
    predicted = estimate.memory(analysis) - estimate.FIXED
    assert 0.95 * peak - 2**18 <= predicted <= 1.05 * peak + 2**21


def test_large_maps_take_little_more_than_input_and_output_of_the_largest_layer() -> None:
    analysis = analysis_of("vgg16", (3, 384, 384))
    input_and_output = 4 * 2 * 64 * 384**2
    assert estimate.memory(analysis) <= 1.1 * input_and_output + 12 * 2**20


def test_every_layer_has_its_share_of_the_time() -> None:
    shares: list[float] = []
    analysis = analysis_of("mini_cnn")
    run(analysis, batch=2, progress=shares.append)
    assert len(shares) == 2 * len(analysis.layers)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    costly = estimate.seconds(analysis_of("vgg16"))
    assert all(second >= 0 for second in costly)
    assert costly.index(max(costly)) == [layer.node.name for layer in analysis_of("vgg16").layers].index("block1.conv2")


@pytest.mark.parametrize("channels", [None, 2])
def test_what_does_not_fit_is_refused_before_anything_is_allocated(
    channels: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        pytest.fail("something was drawn")

    monkeypatch.setattr(Noise, "__init__", never)
    monkeypatch.setattr(memory, "available", lambda: 8 * 2**20)
    with pytest.raises(DoesNotFit, match="MiB are available") as refusal:
        run(analysis_of("vgg16", (3, 512, 512)), channels=channels)
    assert (Wish.FEWER_CHANNELS in refusal.value.wishes) is (channels is None)
    assert Wish.LESS_WORK in refusal.value.wishes


def test_a_thin_pass_fits_where_a_full_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = analysis_of("vgg16", (3, 256, 256))
    monkeypatch.setattr(memory, "available", lambda: 20 * 2**20)
    with pytest.raises(DoesNotFit):
        run(analysis)
    assert all(map(run(analysis, channels=2).confirms, analysis.layers))


def test_the_command_says_with_how_many_channels(tmp_path: Path) -> None:
    thin = in_process("shapes", "lenet5", "--thin", "--threads", "2", cwd=tmp_path)
    assert thin.code == 0
    assert "NumPy forward pass confirmed 12 of 12 shapes with 2 channels" in thin.out
    assert "channels" not in in_process("shapes", "lenet5", cwd=tmp_path).out.splitlines()[-1]
    assert in_process("shapes", "lenet5", "--threads", "0", cwd=tmp_path).code == 2
