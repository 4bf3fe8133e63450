"""Every operator against PyTorch: what it refuses, its sizes, its values and, with a NaN, what it reads.

PyTorch computes in float64, so that every difference is ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import chain
from operator import add, mul
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.agreement import Array, Case, Reference, assert_agreement
from support.configurations import cases

from poolcalc.network.op import Op, make
from poolcalc.ops import BY_NAME, operators

torch = pytest.importorskip("torch")
nn, functional = torch.nn, torch.nn.functional

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths"),
]

Tensor: TypeAlias = Any
Weights = dict[str, Tensor]
Pairs = Sequence[tuple[int, int]]


# PyTorch's version of every operator, on a batch.


def by_rank(name: str, x: Tensor, where: Any = functional) -> Any:
    return getattr(where, name.format(x.dim() - 2))


def padded(x: Tensor, pairs: Pairs, mode: str = "constant", value: float | None = None) -> Tensor:
    return functional.pad(x, [*chain.from_iterable(reversed(pairs))], mode, value)


def loaded(module: Any, weights: Weights) -> Any:
    """Give a module our weights, whose names and shapes have to be its own."""
    module.double().eval()
    if weights:
        module.load_state_dict(weights)
    return module


def module(make_module: Callable[[Any, Tensor], Any]) -> Callable[[Any, Weights, Tensor], Tensor]:
    return lambda op, weights, x: loaded(make_module(op, x), weights)(x)


def convolution(op: Any, weights: Weights, x: Tensor) -> Tensor:
    out_channels, groups = op.filters(x.shape[1])
    same = isinstance(op.padding, str)
    conv = by_rank("Conv{}d", x, nn)(
        x.shape[1],
        out_channels,
        op.kernel_size,
        stride=op.stride,
        padding=op.padding if same else 0,
        dilation=op.dilation,
        groups=groups,
        bias=op.bias,
    )
    return loaded(conv, weights)(x if same else padded(x, op.padding))


def transposed_convolution(op: Any, weights: Weights, x: Tensor) -> Tensor:
    conv = by_rank("ConvTranspose{}d", x, nn)(
        x.shape[1],
        op.out_channels,
        op.kernel_size,
        stride=op.stride,
        padding=[min(pair) for pair in op.padding],
        output_padding=op.output_padding,
        groups=op.groups,
        bias=op.bias,
        dilation=op.dilation,
    )
    rest = [(min(before, after) - before, min(before, after) - after) for before, after in op.padding]
    return padded(loaded(conv, weights)(x), rest)


def evened(op: Any, x: Tensor, value: float) -> tuple[Tensor, list[int]]:
    """Pad so far that the rest is the same on both sides, as PyTorch's pools want it; return that rest too."""
    if any(max(pair) > kernel_size // 2 for pair, kernel_size in zip(op.padding, op.kernel_size, strict=True)):
        return x, [max(pair) for pair in op.padding]  # which PyTorch refuses
    rest = [min(pair) for pair in op.padding]
    extra = [(before - same, after - same) for (before, after), same in zip(op.padding, rest, strict=True)]
    return padded(x, extra, value=value), rest


def max_pool(op: Any, _: Weights, x: Tensor) -> Tensor:
    x, padding = evened(op, x, -torch.inf)
    return by_rank("max_pool{}d", x)(x, op.kernel_size, op.stride, padding, op.dilation, op.ceil_mode)


def avg_pool(op: Any, _: Weights, x: Tensor) -> Tensor:
    pool = by_rank("avg_pool{}d", x)
    if all(before == after for before, after in op.padding):
        amounts = [before for before, _ in op.padding]
        return pool(x, op.kernel_size, op.stride, amounts, op.ceil_mode, op.count_include_pad)

    def mean(x: Tensor) -> Tensor:
        x, padding = evened(op, x, 0)
        return pool(x, op.kernel_size, op.stride, padding, op.ceil_mode, count_include_pad=True)

    return mean(x) if op.count_include_pad else mean(x) / mean(torch.ones_like(x))


def lp_pool(op: Any, _: Weights, x: Tensor) -> Tensor:
    """Pool absolute values: PyTorch leaves out the bars of |x|ᴾ, so that a root may be NaN."""
    kernel_size = op.kernel_size if x.dim() > 3 else op.kernel_size[0]
    return by_rank("lp_pool{}d", x)(x.abs(), float(op.norm_type), kernel_size, op.stride, op.ceil_mode)


def adaptive_pool(op: Any, _: Weights, x: Tensor) -> Tensor:
    sizes = [given or size for given, size in zip(op.output_size, x.shape[2:], strict=True)]
    return by_rank(op.keyword + "{}d", x)(x, sizes)


def upsample(op: Any, _: Weights, x: Tensor) -> Tensor:
    factors = op.scale_factor and [float(factor) for factor in op.scale_factor]
    sizes = op.size and [given or size for given, size in zip(op.size, x.shape[2:], strict=True)]
    align_corners = op.align_corners or (None if op.mode == "nearest" else False)
    return functional.interpolate(x, sizes, factors, op.mode, align_corners)


def pad(op: Any, _: Weights, x: Tensor) -> Tensor:
    """Crop before padding; in one go, PyTorch would reflect pixels that are cropped away."""
    cropped = padded(x, [(min(before, 0), min(after, 0)) for before, after in op.padding])
    amounts = [(max(before, 0), max(after, 0)) for before, after in op.padding]
    value = float(op.value) if op.mode == "constant" else None
    return padded(cropped, amounts, op.mode, value) if cropped.numel() else cropped


def pixel_shuffle(op: Any, _: Weights, x: Tensor) -> Tensor:
    """Scatter the channels of a group to their places, as PyTorch's own function wants two axes."""
    factor, axes = op.upscale_factor, x.dim() - 2
    if axes == 2:
        return functional.pixel_shuffle(x, factor)
    places = torch.eye(factor**axes, dtype=x.dtype).reshape(-1, 1, *[factor] * axes)
    groups = -(-x.shape[1] // len(places))
    return by_rank("conv_transpose{}d", x)(x, places.repeat(groups, *[1] * (axes + 1)), stride=factor, groups=groups)


def layer_norm(op: Any, weights: Weights, x: Tensor) -> Tensor:
    norm = loaded(nn.LayerNorm(x.shape[1 : None if op.over == "all" else 2], float(op.eps), op.affine), weights)
    return norm(x) if op.over == "all" else norm(x.movedim(1, -1)).movedim(-1, 1)


def softmax(op: Any, _: Weights, x: Tensor) -> Tensor:
    return x.softmax(1) if op.over == "channels" else x.reshape(*x.shape[:2], -1).softmax(2).reshape(x.shape)


REFERENCES: dict[str, Callable[..., Tensor]] = {
    "conv": convolution,
    "depthwise_conv": convolution,
    "conv_transpose": transposed_convolution,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "lp_pool": lp_pool,
    "global_avg_pool": lambda _, __, x: x.mean([*range(2, x.dim())], keepdim=True),
    "global_max_pool": lambda _, __, x: x.amax([*range(2, x.dim())], keepdim=True),
    "adaptive_avg_pool": adaptive_pool,
    "adaptive_max_pool": adaptive_pool,
    "upsample": upsample,
    "pad": pad,
    "crop": lambda op, _, x: padded(x, [(-before, -after) for before, after in op.cropping]),
    "pixel_shuffle": pixel_shuffle,
    "batch_norm": module(
        lambda op, x: (nn.BatchNorm1d if x.dim() == 2 else by_rank("BatchNorm{}d", x, nn))(
            x.shape[1], float(op.eps), affine=op.affine
        )
    ),
    "group_norm": module(lambda op, x: nn.GroupNorm(op.num_groups, x.shape[1], float(op.eps), op.affine)),
    "layer_norm": layer_norm,
    "local_response_norm": module(
        lambda op, _: nn.LocalResponseNorm(op.size, float(op.alpha), float(op.beta), float(op.k))
    ),
    "relu": module(lambda *_: nn.ReLU()),
    "relu6": module(lambda *_: nn.ReLU6()),
    "leaky_relu": module(lambda op, _: nn.LeakyReLU(float(op.negative_slope))),
    "elu": module(lambda op, _: nn.ELU(float(op.alpha))),
    "gelu": module(lambda op, _: nn.GELU(op.approximate)),
    "silu": module(lambda *_: nn.SiLU()),
    "mish": module(lambda *_: nn.Mish()),
    "sigmoid": module(lambda *_: nn.Sigmoid()),
    "tanh": module(lambda *_: nn.Tanh()),
    "hardswish": module(lambda *_: nn.Hardswish()),
    "hardsigmoid": module(lambda *_: nn.Hardsigmoid()),
    "softmax": softmax,
    "dropout": module(lambda op, _: nn.Dropout(float(op.p))),
    "identity": module(lambda *_: nn.Identity()),
    "channel_shuffle": module(lambda op, _: nn.ChannelShuffle(op.groups)),
    "channel_slice": lambda op, _, x: x.narrow(1, op.start, op.stop - op.start),
    "flatten": module(lambda *_: nn.Flatten()),
    "linear": module(lambda op, x: nn.Linear(x.shape[1], op.out_features, bias=op.bias)),
    "add": lambda _, __, *inputs: reduce(add, inputs),
    "multiply": lambda _, __, *inputs: reduce(mul, inputs),
    "concat": lambda _, __, *inputs: torch.cat(inputs, 1),
}


def pytorch(op: Op, weights: dict[str, Array], inputs: Sequence[Array]) -> NDArray[Any] | None:
    """Run PyTorch; an empty result, which it lets pass, counts as a refusal.

    The batch holds the image twice, because group norm refuses a batch with one value per group.
    """
    tensors = {name: torch.from_numpy(weight).double() for name, weight in weights.items()}
    batches = [torch.from_numpy(np.stack([x, x])).double() for x in inputs]
    with torch.inference_mode():
        try:
            result = REFERENCES[op.keyword](op, tensors, *batches)
        except (RuntimeError, ValueError, IndexError):
            return None
    image: NDArray[Any] = result[0].numpy()
    return image if image.size else None


# The comparisons.

NARROWER = {"lp_pool": {"norm_type": st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2), Fraction(3)])}}
"""Without exponents whose roots are astronomic."""

ranks = pytest.mark.parametrize("rank", [1, 2, 3])


def is_pytorchs(case: Case) -> bool:
    """Whether PyTorch has this at all.

    Its pools have one amount of padding per axis, and in ceil mode the number of windows depends on how the two sides
    share it. Its means over three axes want a kernel that fits even without padding. Its circular padding beside
    cropping reads beyond the array, where ours is refused.
    """
    op: Any = case.op
    if op.keyword == "pad" and op.mode == "circular" and any(min(pair) < 0 < max(pair) for pair in op.padding):
        return False
    if op.keyword in ("max_pool", "avg_pool") and op.ceil_mode and any(before < after for before, after in op.padding):
        return False
    if op.keyword in ("avg_pool", "lp_pool") and len(op.kernel_size) == 3:
        return all(size >= kernel for size, kernel in zip(case.shapes[0][1:], op.kernel_size, strict=True))
    return True


@ranks
@pytest.mark.parametrize("keyword", REFERENCES)
@given(data=st.data())
def test_an_operator_does_what_pytorch_does(keyword: str, rank: int, data: st.DataObject) -> None:
    case = data.draw(cases(keyword, rank, NARROWER.get(keyword)).filter(is_pytorchs))
    event(assert_agreement(case, pytorch))


@ranks
@pytest.mark.parametrize("keyword", ["conv", "depthwise_conv"])
@given(data=st.data())
def test_same_padding_is_pytorchs_at_stride_1(keyword: str, rank: int, data: st.DataObject) -> None:
    case = data.draw(cases(keyword, rank, {"padding": st.just("same"), "stride": st.just((1,) * rank)}))
    event(assert_agreement(case, pytorch))


@ranks
@pytest.mark.parametrize("keyword", ["conv", "depthwise_conv", "max_pool", "avg_pool"])
@given(data=st.data())
def test_same_padding_is_none_for_kernels_of_one_pixel(keyword: str, rank: int, data: st.DataObject) -> None:
    same = {"padding": st.sampled_from(["same", "same_lower"]), "kernel_size": st.just((1,) * rank)}

    def unpadded(op: Any, weights: dict[str, Array], inputs: Sequence[Array]) -> NDArray[Any] | None:
        return pytorch(replace(op, padding=((0, 0),) * rank), weights, inputs)

    event(assert_agreement(data.draw(cases(keyword, rank, same)), unpadded))


def test_every_operator_is_compared() -> None:
    assert set(REFERENCES) == {operator.keyword for operator in operators()}


# The comparisons compared.

CROP = Case(make(BY_NAME["crop"], 1, cropping=((1, 0),)), ((1, 2),))


@pytest.mark.parametrize(
    ("case", "wrong"),
    [
        (CROP, lambda _, __, inputs: inputs[0][:, 1:] + np.float32(1e-3)),
        (CROP, lambda _, __, inputs: inputs[0][:, 1:] * np.nan),
        (CROP, lambda _, __, inputs: inputs[0]),
        (CROP, lambda *_: None),
        (Case(CROP.op, ((1, 1),)), lambda _, __, inputs: inputs[0]),
    ],
    ids=["another value", "NaN", "another shape", "refused by the reference", "refused by the operator"],
)
def test_a_comparison_can_fail(case: Case, wrong: Reference) -> None:
    with pytest.raises(AssertionError):
        assert_agreement(case, wrong)


def test_a_comparison_fails_on_wrong_taps(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_agreement(CROP, pytorch)
    monkeypatch.setattr(BY_NAME["crop"], "taps", Op.taps)
    with pytest.raises(AssertionError, match="units that read"):
        assert_agreement(CROP, pytorch)
