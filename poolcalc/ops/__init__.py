"""Every operator, one file each; adding one touches its file and this table.

A file is imported when its operator is first looked up, as a network has a few of them and a command should start at
once.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from poolcalc.op import Op

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


class _ByName(Mapping[str, type[Op]]):
    def __init__(self) -> None:
        self._found: dict[str, type[Op]] = {}

    def __getitem__(self, name: str) -> type[Op]:
        if name not in self._found:
            keyword = ALIASES.get(name, name)
            class_name = CLASSES[keyword]
            self._found[name] = getattr(import_module(f"{__name__}.{keyword}"), class_name)
        return self._found[name]

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
    return tuple(BY_NAME[keyword] for keyword in CLASSES)
