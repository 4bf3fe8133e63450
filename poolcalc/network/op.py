"""What an operator is.

Everything the tool knows about one operator stands in its own file in `ops/`, in this order: its parameters, the shape
it gives, the input units that it reads (its taps), what it costs, and a NumPy kernel. The kernel is a second witness:
it finds its output size by running and never uses the shape rule, so that a wrong rule cannot confirm itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from poolcalc.errors import InvalidParameter
from poolcalc.geometry.taps import IDENTITY, Meetings, Taps
from poolcalc.network.kind import Wrong
from poolcalc.network.parameter import Parameter, parameters
from poolcalc.network.window import Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Self

Array: TypeAlias = "NDArray[np.float32]"
"""Values in single precision; a text, so that annotations need no NumPy when a module is imported."""

Shape = tuple[int, ...]
"""Channels, then the spatial axes, without batch; a flat vector is (features,)."""

Gradient = Literal["learned", "chosen", "averaged", "copied"]
"""See `Op.gradient`."""


T = TypeVar("T")


class Impossible(Exception):  # noqa: N818 - not an error of the program: a fact about the network
    """This layer cannot run on this input.

    Carries the message, facts in `notes`, and in `help` the smallest change that works.
    """

    def __init__(self, message: str, *notes: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message, self.notes, self.help = message, notes, help


class Contradiction(NamedTuple):
    """Two parameters of one operator that exclude each other, whatever the input.

    parameter: the name of the one to blame. notes: facts. help: the smallest change that works.
    """

    parameter: str
    message: str
    notes: tuple[str, ...] = ()
    help: str | None = None


class Change(NamedTuple):
    """An operator with other parameters, and in words which they are."""

    words: str
    op: "Op"


class Weight(NamedTuple):
    """One tensor of values that a layer brings along, and the mean and deviation of the values to draw.

    learned: counted as parameters; running statistics are not.
    """

    shape: Shape
    mean: float = 0.0
    deviation: float = 0.0
    learned: bool = True

    @property
    def size(self) -> int:
        """How many values it holds."""
        return prod(self.shape)


class Weights(Protocol):
    """The values of a layer's weights, as a kernel gets them."""

    def __getitem__(self, name: str) -> Array:
        """Return one tensor whole."""

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield one tensor in blocks along its first axis, so that a large matrix need never exist as a whole."""


@dataclass(frozen=True)
class Op(ABC):
    """An operator with its parameters; subclasses are frozen dataclasses.

    keyword: its name in the architecture's file. The first line of the docstring describes it in the schema.
    main: the parameter that a bare value stands for.
    example: what stands behind the keyword in a layer that runs on a map of 4 channels and 9 × 8 positions, or on its
        values as a vector; merges read layers called `map` and, of size 1, `gate`. Tests and documentation use it.
    takes: whether its inputs are maps with spatial axes, flat vectors, or either.
    merges: whether it takes several inputs.
    neutral: whether it leaves sizes and fields alone, so that a table may fold it into the row above.
    gradient: how a unit passes its gradient on to what it reads: by learned weights, to the one value that was chosen,
        to all in equal parts, or unchanged.

    The others say how the operator differs from most:

    is_view: whether it gives a window on its input instead of a copy.
    effort: seconds for a value, where that takes much longer than to write it.
    streams_weights: whether it takes its weights in blocks, so that they never exist as a whole.
    has_fixed_weights: whether it weights what it reads, with weights that are not learned.
    flattens: whether it makes one vector of a map.
    repeats_ones: whether it combines several inputs value by value, and repeats what has size 1.
    cuts: whether it leaves rows out because the file says so, whatever the size is.
    enlarges: whether it is there to make maps larger.
    keeps_shape: whether it gives out what it takes in, whatever that is.
    """

    __slots__ = ()
    keyword: ClassVar[str]
    main: ClassVar[str | None] = None
    example: ClassVar[str] = ""
    takes: ClassVar[Literal["maps", "vectors", "either"]] = "maps"
    merges: ClassVar[bool] = False
    neutral: ClassVar[bool] = False
    gradient: ClassVar[Gradient] = "copied"
    is_view: ClassVar[bool] = False
    effort: ClassVar[float] = 0.56e-9
    streams_weights: ClassVar[bool] = False
    has_fixed_weights: ClassVar[bool] = False
    flattens: ClassVar[bool] = False
    repeats_ones: ClassVar[bool] = False
    cuts: ClassVar[bool] = False
    enlarges: ClassVar[bool] = False
    keeps_shape: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse values that operators do not hold; raises InvalidParameter."""
        rank = self.rank or 1
        for p in parameters(type(self)):
            value = getattr(self, p.name)
            if not p.holds(value, rank):
                held = _checked(type(self), p, value, rank)
                raise InvalidParameter(self.keyword, p.name, f"operators hold {held!r}, found {value!r}")

    @property
    def rank(self) -> int | None:
        """How many spatial axes its parameters are for; None where none of them has axes."""
        along = (getattr(self, p.name) for p in parameters(type(self)) if p.kind.has_axes)
        return next((len(value) for value in along if isinstance(value, tuple)), None)

    def with_(self, **values: Any) -> "Self":
        """Return the operator with other values for some parameters."""
        return replace(self, **values) if values else self

    def on_axes(self, axes: Sequence[int | None]) -> "Self":
        """Return a copy for as many axes as `axes` has: on each it does what this does on the axis named there.

        None stands for an axis that is left alone.
        """
        return self.with_(**{p.name: p.kind.on_axes(getattr(self, p.name), axes) for p in parameters(type(self))})

    def with_channels(self, given: int, most: int) -> "Self":
        """Return a copy for an input of `given` channels from which at most `most` come out; the geometry stays."""
        return self.with_(**{p.name: p.kind.few(getattr(self, p.name), given, most) for p in parameters(type(self))})

    def contradiction(self) -> Contradiction | None:
        """Return the first two parameters that exclude each other, None where none do."""
        return None

    @abstractmethod
    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        """Return the shape that comes out, or raise `Impossible`."""

    @property
    def window(self) -> Window | None:
        """The window that slides over the input; None for operators that work in another way."""
        return None

    def resized(self, found: Sequence[int], wanted: Sequence[int]) -> Change | None:
        """Return the operator with another output size on the same input, None where no parameter sets it.

        found, wanted: spatial sizes of the output. Whether the change can run remains to be seen.
        """
        return None

    @property
    def is_dense(self) -> bool:
        """Whether learned weights join every value of a vector with every other."""
        return self.takes == "vectors" and self.gradient == "learned"

    @property
    def pools(self) -> bool:
        """Whether it makes one value of several of the same channel, without weights."""
        return self.gradient in ("averaged", "chosen")

    @property
    def cuts_patches(self) -> bool:
        """Whether it has learned windows side by side, as patch embeddings do: every pixel belongs to one unit."""
        window = self.window
        return self.gradient == "learned" and window is not None and window.kernel_size == window.stride

    def elsewhere(self) -> Change | None:
        """Return the operator with what another framework means by a parameter of the same name; None if that is clear.

        The words say whose meaning that is.
        """
        return None

    def with_window(self, **values: Any) -> "Self | None":
        """Return the operator with other entries of its window, None where it has no parameters for them."""
        return self.with_(**values) if values.keys() <= {p.name for p in parameters(type(self))} else None

    def unevenness(self, axis: int, size: int) -> str | None:
        """Say why units read unequal numbers of `size` inputs along an axis; None where that lies in its nature."""
        return None

    def evened(self, spatial: Sequence[int]) -> Iterator[Change]:
        """Yield the operator with parameters by which all its units read equally many inputs, of maps of that size."""
        yield from ()

    def taps(self, axis: int, sizes: Sequence[int]) -> Sequence[Taps]:
        """Return which units of each input feed each output unit along a spatial axis.

        sizes: the inputs' sizes along that axis. By default unit i reads window i, or unit i where there is no window.
        """
        return (self.window.taps(axis, sizes[0]),) if self.window else (IDENTITY,) * len(sizes)

    def meetings(self, spatial: Sequence[int], output: Sequence[int]) -> tuple[Meetings, ...]:
        """Return how often the taps of a learned kernel meet the map along every axis; nothing where there is none.

        spatial, output: sizes of the map that is read, and of what comes out.
        """
        return ()

    def tightened(self, spatial: Sequence[int], output: Sequence[int]) -> Iterator[Change]:
        """Yield the operator with a kernel that reaches less far beyond the map, and gives the same sizes."""
        yield from ()

    @property
    def reads_whole_map(self) -> bool:
        """Whether every unit also depends on all others, by statistics taken over the map."""
        return False

    def channel_groups(self, in_channels: int) -> int:
        """Return the number of groups of channels that weights do not mix."""
        return 1

    def rearranged(self, channels: Sequence[Sequence[T]]) -> Sequence[T] | None:
        """Return the channels that come out, of those of every input, where nothing else is done to them."""
        return None

    def fewest_channels(self, axes: int) -> int:
        """Return how many channels the operator needs at least, on a map with that many axes."""
        return 1

    def workspace(self, inputs: Sequence[Shape], output: Shape, threads: int) -> int:
        """Return how many values exist at most beside inputs, output and weights, while it runs in so many threads."""
        return 0

    def weights(self, inputs: Sequence[Shape]) -> dict[str, Weight]:
        """Return the weights by their PyTorch names."""
        return {}

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Return multiply-accumulates with weights; biases, pooling and activations count as none."""
        return 0

    def channels_backward(self, values: Any, place: int, inputs: Sequence[Shape]) -> Any:
        """Hand values of the output channels back to the channels of input `place` that they come from.

        values: an array of (channels, …). Operators that pass their channels on in order leave it as it is.
        """
        return values

    @abstractmethod
    def forward(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Compute the output for one image; inputs and output have the shapes of `output_shape`."""

    def notation(self) -> str:
        """Return the main parameters in a compact notation, for tables."""
        return self.window.notation() if self.window else ""


def _checked(operator: type[Op], declared: Parameter, value: Any, rank: int) -> Any:
    """Return a plain value as operators hold it."""
    try:
        return declared.check(value, rank)
    except Wrong as wrong:
        raise InvalidParameter(operator.keyword, declared.name, f"expected {wrong}, found {value!r}") from None


AnyOp = TypeVar("AnyOp", bound=Op)


def make(operator: type[AnyOp], rank: int, **values: Any) -> AnyOp:
    """Build an operator from plain values: an int stands for all `rank` axes, what is left out has its default.

    Raises InvalidParameter where a value is missing, unknown or wrong, or contradicts another.
    """
    declared = parameters(operator)
    if unknown := values.keys() - {p.name for p in declared}:
        raise InvalidParameter(operator.keyword, min(unknown), "there is no such parameter")
    for p in declared:
        if p.required and p.name not in values:
            raise InvalidParameter(operator.keyword, p.name, "it has no default, and must be given")
        values[p.name] = _checked(operator, p, p.among(values), rank)
    op = operator(**values)
    if found := op.contradiction():
        raise InvalidParameter(operator.keyword, found.parameter, found.message, found.help)
    return op
