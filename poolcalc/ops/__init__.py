"""Every operator, one file each; adding one touches its file and this table.

A file is imported when its operator is first looked up, as a network has a few of them and a command should start at
once.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from poolcalc.network.op import Op

CLASSES = {
    "conv": "Conv",
    "depthwise_conv": "DepthwiseConv",
    "conv_transpose": "ConvTranspose",
    "max_pool": "MaxPool",
    "avg_pool": "AvgPool",
    "lp_pool": "LPPool",
    "global_avg_pool": "GlobalAvgPool",
    "global_max_pool": "GlobalMaxPool",
    "adaptive_avg_pool": "AdaptiveAvgPool",
    "adaptive_max_pool": "AdaptiveMaxPool",
    "upsample": "Upsample",
    "pad": "Pad",
    "crop": "Crop",
    "pixel_shuffle": "PixelShuffle",
    "batch_norm": "BatchNorm",
    "group_norm": "GroupNorm",
    "layer_norm": "LayerNorm",
    "local_response_norm": "LocalResponseNorm",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "hardswish": "HardSwish",
    "hardsigmoid": "HardSigmoid",
    "softmax": "Softmax",
    "dropout": "Dropout",
    "identity": "Identity",
    "channel_shuffle": "ChannelShuffle",
    "channel_slice": "ChannelSlice",
    "flatten": "Flatten",
    "linear": "Linear",
    "add": "Add",
    "multiply": "Multiply",
    "concat": "Concat",
}
"""The class of every operator, by its keyword, which also names its file."""

ALIASES = {"gap": "global_avg_pool"}
"""Other names that keywords have in a file."""


@cache
def _operator(keyword: str) -> type[Op]:
    name = CLASSES[keyword]
    operator: type[Op] = getattr(import_module(f"{__name__}.{keyword}"), name)
    return operator


class _ByName(Mapping[str, type[Op]]):
    def __getitem__(self, name: str) -> type[Op]:
        return _operator(ALIASES.get(name, name))

    def __contains__(self, name: object) -> bool:
        return name in CLASSES or name in ALIASES

    def __iter__(self) -> Iterator[str]:
        yield from CLASSES
        yield from ALIASES

    def __len__(self) -> int:
        return len(CLASSES) + len(ALIASES)


BY_NAME = _ByName()
"""Operators by their names in the file, aliases included."""


def operators() -> tuple[type[Op], ...]:
    """Return all operators, the most common kinds first."""
    return tuple(map(_operator, CLASSES))
