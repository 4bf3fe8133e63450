"""Random operators, drawn from the declarations of their parameters, and inputs to match.

Most configurations can run; the others have to be refused by both sides.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from poolcalc.families.pooling import Pooling
from poolcalc.network.kind import Amounts, Kind, Number, OneOf, PerAxis, Truth, Whole
from poolcalc.network.op import Op, Shape
from poolcalc.network.parameter import Same, parameters
from poolcalc.ops import BY_NAME
from poolcalc.ops.upsample import LINEAR
from support.agreement import Case

NUMBERS = [Fraction(text) for text in ("-1.5", "0.1", "0.25", "0.3", "0.5", "0.7", "1", "1.5", "2", "3")]

Strategies = Mapping[str, SearchStrategy[Any]]


@st.composite
def cases(draw: DrawFn, /, keyword: str, rank: int, narrower: Strategies | None = None, *, wild: bool = True) -> Case:
    """Draw a case for that many spatial axes.

    narrower: parameters for which less is drawn than the declarations allow.
    wild: whether to let parameters contradict each other now and then.
    """
    operator = BY_NAME[keyword]
    tame = not wild or draw(st.integers(0, 7)) > 0
    strategies = {p.name: values(p.kind, rank, p.default) for p in parameters(operator)} | dict(narrower or {})
    chosen = {name: draw(strategy) for name, strategy in strategies.items()}
    chosen |= {p.name: p.among(chosen) for p in parameters(operator)}
    if tame:
        _tame(operator, chosen, rank)
    op = operator(**chosen)
    if op.takes == "vectors" or (op.takes == "either" and draw(st.integers(0, 4)) == 0):
        rank = 0
    channels = draw(st.integers(1, 3)) * (_unit(op, rank) if tame else 1)
    shape = (channels, *(draw(_size(op, axis, rank, tame=tame)) for axis in range(rank)))
    shapes = tuple(draw(_companion(op, shape)) for _ in range(draw(st.integers(2, 4)))) if op.merges else (shape,)
    return Case(op, shapes, draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([1 << 20, 200, 1])))


def values(kind: Kind, rank: int, default: Any = 0) -> SearchStrategy[Any]:
    """Draw values of a kind, as an operator for that many axes holds them."""
    if default is None or isinstance(default, Same):
        return st.none() | values(kind, rank)
    match kind:
        case Whole(least=least):
            return st.integers(least, least + 3)
        case Number(least=low, most=high, above=above):
            return st.sampled_from([n for n in NUMBERS if low <= n <= high and not (above and n == low)])
        case Truth():
            return st.booleans()
        case OneOf(words=words):
            return st.sampled_from(words)
        case PerAxis(each=each, null=null):
            entry = values(each, rank, None if null else 0)
        case Amounts(least=least):
            entry = st.tuples(*[st.integers(max(least, -3), 3)] * 2)
        case _:
            raise TypeError(kind)
    return st.tuples(*[entry] * rank)


def _tame(operator: type[Op], chosen: dict[str, Any], rank: int) -> None:
    """Bring parameters that restrict each other within their limits."""
    if issubclass(operator, Pooling) and isinstance(padding := chosen.get("padding"), tuple):
        limits = [kernel_size // 2 for kernel_size in chosen["kernel_size"]]
        chosen["padding"] = tuple((min(a, most), min(b, most)) for (a, b), most in zip(padding, limits, strict=True))
    if "output_padding" in chosen:
        limits = [max(pair) - 1 for pair in zip(chosen["stride"], chosen["dilation"], strict=True)]
        chosen["output_padding"] = tuple(map(min, chosen["output_padding"], limits))
    if "out_channels" in chosen:
        chosen["out_channels"] *= chosen["groups"]
    if "align_corners" in chosen:
        chosen["mode"] = "nearest" if chosen["mode"] == "nearest" else LINEAR[rank]
        chosen["align_corners"] &= chosen["mode"] != "nearest"
        if (chosen["scale_factor"] is None) == (chosen["size"] is None):
            chosen |= {"scale_factor": chosen["scale_factor"] or (Fraction(2),) * rank, "size": None}


def _unit(op: Any, rank: int) -> int:
    """Return what the number of channels has to be a multiple of."""
    units = {
        "conv": lambda: op.groups,
        "conv_transpose": lambda: op.groups,
        "channel_shuffle": lambda: op.groups,
        "group_norm": lambda: op.num_groups,
        "channel_slice": lambda: op.stop,
        "pixel_shuffle": lambda: op.upscale_factor**rank,
    }
    return int(units.get(op.keyword, lambda: 1)())


def _size(op: Any, axis: int, rank: int, *, tame: bool) -> SearchStrategy[int]:
    """Draw a size from the smallest that can run on, from one less where it may be refused."""
    least = 1
    if op.window:
        padding = 0 if isinstance(op.window.padding, str) else sum(op.window.padding[axis])
        least = op.window.span(axis) - padding
    elif op.keyword == "conv_transpose":
        least = sum(op.padding[axis]) + 1
    elif op.keyword == "crop":
        least = sum(op.cropping[axis]) + 1
    elif op.keyword == "pad":
        least = 7
    least = max(1, least - (not tame))
    return st.integers(least, least + 12 // rank)


def _companion(op: Op, shape: Shape) -> SearchStrategy[Shape]:
    """Draw the shape of one of the inputs of a merge: mostly the same, or 1 where that is repeated."""
    if op.keyword == "concat":
        return st.tuples(st.integers(1, 4), *(st.sampled_from([size] * 40 + [2]) for size in shape[1:]))
    return st.tuples(*(st.sampled_from([size] * 30 + [1] * 4 + [2]) for size in shape))
