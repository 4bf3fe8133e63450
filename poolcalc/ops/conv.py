"""Convolution, `torch.nn.Conv1d` … `Conv3d` (cross-correlation, zeros as padding)."""

from dataclasses import dataclass

from poolcalc.families.convolution import Convolution
from poolcalc.families.groups import uneven_groups
from poolcalc.network.kind import Amounts, Channels, Groups, PerAxis, Truth, Whole
from poolcalc.network.op import Contradiction
from poolcalc.network.parameter import parameter
from poolcalc.network.window import Padding


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv(Convolution):
    """Convolution."""

    keyword = "conv"
    main = "out_channels"
    example = "{out_channels: 6, kernel_size: 3, stride: 2, padding: same, groups: 2}"

    out_channels: int = parameter(Channels(1), "number of filters")
    kernel_size: tuple[int, ...] = parameter(PerAxis(Whole(1)), "size of the kernel")
    stride: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from window to window", default=1)
    padding: Padding = parameter(
        Amounts(words=("same", "same_lower", "valid")), "zeros around the input, or same, same_lower, valid", default=0
    )
    dilation: tuple[int, ...] = parameter(PerAxis(Whole(1)), "step from tap to tap inside the kernel", default=1)
    groups: int = parameter(Groups(1), "groups of channels that do not mix", default=1)
    bias: bool = parameter(Truth(), "whether to add a learned value per filter", default=True)

    def filters(self, in_channels: int) -> tuple[int, int]:
        """Return (out_channels, groups)."""
        return self.out_channels, self.groups

    def contradiction(self) -> Contradiction | None:
        """Refuse uneven groups."""
        return uneven_groups(self.groups, self.out_channels)

    def notation(self) -> str:
        """Return kernel/stride pPadding dDilation gGroups."""
        return self.window.notation() + (f" g{self.groups}" if self.groups > 1 else "")
