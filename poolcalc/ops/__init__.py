"""Every operator, one file each; adding one touches its file and this tuple."""

from poolcalc.op import Op
from poolcalc.ops.adaptive_avg_pool import AdaptiveAvgPool
from poolcalc.ops.adaptive_max_pool import AdaptiveMaxPool
from poolcalc.ops.add import Add
from poolcalc.ops.avg_pool import AvgPool
from poolcalc.ops.batch_norm import BatchNorm
from poolcalc.ops.channel_shuffle import ChannelShuffle
from poolcalc.ops.channel_slice import ChannelSlice
from poolcalc.ops.concat import Concat
from poolcalc.ops.conv import Conv
from poolcalc.ops.conv_transpose import ConvTranspose
from poolcalc.ops.crop import Crop
from poolcalc.ops.depthwise_conv import DepthwiseConv
from poolcalc.ops.dropout import Dropout
from poolcalc.ops.elu import ELU
from poolcalc.ops.flatten import Flatten
from poolcalc.ops.gelu import GELU
from poolcalc.ops.global_avg_pool import GlobalAvgPool
from poolcalc.ops.global_max_pool import GlobalMaxPool
from poolcalc.ops.group_norm import GroupNorm
from poolcalc.ops.hardsigmoid import HardSigmoid
from poolcalc.ops.hardswish import HardSwish
from poolcalc.ops.identity import Identity
from poolcalc.ops.layer_norm import LayerNorm
from poolcalc.ops.leaky_relu import LeakyReLU
from poolcalc.ops.linear import Linear
from poolcalc.ops.local_response_norm import LocalResponseNorm
from poolcalc.ops.lp_pool import LPPool
from poolcalc.ops.max_pool import MaxPool
from poolcalc.ops.mish import Mish
from poolcalc.ops.multiply import Multiply
from poolcalc.ops.pad import Pad
from poolcalc.ops.pixel_shuffle import PixelShuffle
from poolcalc.ops.relu import ReLU
from poolcalc.ops.relu6 import ReLU6
from poolcalc.ops.sigmoid import Sigmoid
from poolcalc.ops.silu import SiLU
from poolcalc.ops.softmax import Softmax
from poolcalc.ops.tanh import Tanh
from poolcalc.ops.upsample import Upsample

OPERATORS: tuple[type[Op], ...] = (
    Conv,
    DepthwiseConv,
    ConvTranspose,
    MaxPool,
    AvgPool,
    LPPool,
    GlobalAvgPool,
    GlobalMaxPool,
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    Upsample,
    Pad,
    Crop,
    PixelShuffle,
    BatchNorm,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    ReLU,
    ReLU6,
    LeakyReLU,
    ELU,
    GELU,
    SiLU,
    Mish,
    Sigmoid,
    Tanh,
    HardSwish,
    HardSigmoid,
    Softmax,
    Dropout,
    Identity,
    ChannelShuffle,
    ChannelSlice,
    Flatten,
    Linear,
    Add,
    Multiply,
    Concat,
)

BY_NAME: dict[str, type[Op]] = {name: op for op in OPERATORS for name in (op.keyword, *op.aliases)}
"""Operators by their names in the file, aliases included."""
