"""What is known of one layer: of those that can run everything, of the others why not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, ClassVar, NamedTuple, TypeVar

from poolcalc.analysis.remainder import Remainder
from poolcalc.geometry.field import Field, Summary
from poolcalc.geometry.taps import Taps
from poolcalc.network.graph import Node
from poolcalc.network.op import Impossible, Shape

T = TypeVar("T")


class Read(NamedTuple):
    """One way in which a layer reads one of its inputs.

    taps: for every spatial axis, which input units feed which output unit; None where both are flat vectors, whose
    every value is taken to depend on every value.
    """

    source: str
    taps: tuple[Taps, ...] | None

    @property
    def is_global(self) -> bool:
        """Whether every unit reads the same."""
        return self.taps is not None and all(taps.step == 0 for taps in self.taps)


@dataclass(frozen=True)
class Sized:
    """A layer that can run, and what is known of it.

    shape: what comes out.
    params: learned values (weights, biases, the two vectors of a normalisation).
    macs: multiply-accumulates per image; one is two floating-point operations.
    reads: how it reads its inputs.
    remainders: what it leaves of each of its inputs along every axis; empty for flat vectors.
    fields: the receptive field along every axis of the network's input; empty where it does not see the origin.
    """

    node: Node
    input_shapes: tuple[Shape, ...]
    shape: Shape
    params: int
    macs: int
    reads: tuple[Read, ...]
    remainders: tuple[tuple[Remainder, ...], ...]
    fields: tuple[Field, ...]
    problem: ClassVar[None] = None

    @property
    def spatial(self) -> Shape:
        """The sizes of its map; none for flat vectors."""
        return self.shape[1:]

    @property
    def activations(self) -> int:
        """Values that come out, per image."""
        return prod(self.shape)

    @property
    def dropped(self) -> tuple[tuple[int, int], ...]:
        """Rows at both ends of its first input that it does not read, whoever else may, along every axis."""
        return tuple(
            (left.before, min(left.after, size - left.before))
            for axes, (_, *sizes) in zip(self.remainders[:1], self.input_shapes, strict=False)
            for left, size in zip(axes, sizes, strict=False)
        )

    @cached_property
    def receptive_field(self) -> tuple[Summary | None, ...]:
        """The figures to report, for every axis of the input; None where a field is too irregular to tell."""
        units = self.spatial or (1,) * len(self.fields)
        return by_axis(Field.summary, zip(self.fields, units, strict=True)) if self.fields else ()

    @property
    def sees_everything(self) -> bool:
        """Whether every unit depends on the whole map, through global pooling or the like."""
        return any(field.sees_everything for field in self.fields)

    @property
    def sees_both(self) -> bool:
        """Whether every unit sees the whole map by one path, and a place of its own by another, as behind a gate."""
        return any(field.local and field.sees_everything for field in self.fields)


@dataclass(frozen=True)
class Stopped:
    """A layer that cannot run, or that depends on one: it has no shape, and what rests on that is left blank.

    problem: why it cannot run; None where the reason lies before it.
    params: its learned values, where they are certain without the sizes; None where they are not.
    """

    node: Node
    input_shapes: tuple[Shape | None, ...]
    problem: Impossible | None = None
    params: int | None = None
    shape: ClassVar[None] = None
    spatial: ClassVar[Shape] = ()
    macs: ClassVar[None] = None
    activations: ClassVar[None] = None
    reads: ClassVar[tuple[Read, ...]] = ()
    fields: ClassVar[tuple[Field, ...]] = ()
    dropped: ClassVar[tuple[tuple[int, int], ...]] = ()
    receptive_field: ClassVar[tuple[Summary | None, ...]] = ()
    sees_everything: ClassVar[bool] = False
    sees_both: ClassVar[bool] = False


Layer = Sized | Stopped


def by_axis(work: Callable[..., T], axes: Iterable[tuple[Any, ...]]) -> tuple[T, ...]:
    """Return what the work gives for every axis, done once where an axis is like the one before it."""
    found: list[T] = []
    last = None
    for axis in axes:
        found.append(found[-1] if axis == last else work(*axis))
        last = axis
    return tuple(found)
