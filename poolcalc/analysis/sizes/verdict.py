"""What one input size comes to, along one axis."""

from typing import NamedTuple


class Mismatch(NamedTuple):
    """A layer that cannot run, and the sizes of its inputs."""

    layer: str
    merges: bool
    sizes: tuple[int, ...]


class Unrestored(NamedTuple):
    """A layer that enlarges a map to another size than the map had that layer `before` began to make coarser."""

    layer: str
    size: int
    before: str
    wanted: int


class Verdict(NamedTuple):
    """What one input size comes to, along one axis.

    outputs: sizes of the layers of `Sizes.watched`, None where they do not come to be.
    lost: layers whose floor loses rows of their input, and how many; empty where the size is not legal.
    mismatches: layers that cannot run.
    unrestored: layers that do not restore the size that they are to restore; empty where the size is not legal.
    """

    size: int
    outputs: tuple[int | None, ...]
    lost: tuple[tuple[str, int], ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    unrestored: tuple[Unrestored, ...] = ()

    @property
    def legal(self) -> bool:
        """Whether every layer can run."""
        return not self.mismatches

    @property
    def rows(self) -> int | None:
        """How many rows are lost in all, each counted in its own tensor; None where the size is not legal."""
        return None if self.mismatches else sum(rows for _, rows in self.lost)

    @property
    def clean(self) -> bool:
        """Whether the size is legal, loses nothing, and restores what is to be restored."""
        return not self.mismatches and not self.lost and not self.unrestored
