"""All size arithmetic: how many windows fit, in exact integers.

Everything is along one axis. The rules are PyTorch's (``torch.nn.Conv2d``, ``MaxPool2d``, ``ConvTranspose2d``), which
are also ONNX's from opset 22 on; `same` follows TensorFlow's ``SAME`` and ONNX's ``SAME_UPPER`` / ``SAME_LOWER``.

Each formula is written once, to be counted with and to be printed: what it returns is `Worked`. A size below 1 means
that nothing comes out.
"""

from functools import reduce
from operator import add, mul

from poolcalc.geometry.worked import ceil_div, exact_div, largest, least, scaled, worked


def effective_kernel_size(kernel_size: int, dilation: int) -> int:
    """Return the input pixels that a kernel spans.

    >>> effective_kernel_size(3, 1), effective_kernel_size(3, 2), effective_kernel_size(1, 9)
    (3, 5, 1)
    """
    # Without the first case, a formula would say 1·(3 − 1) + 1 where 3 is meant.
    return kernel_size if 1 in (dilation, kernel_size) else dilation * (kernel_size - 1) + 1


@worked
def floor_windows(size: int, before: int, after: int, kernel_size: int, dilation: int, stride: int) -> int:
    """Return the number of windows that fit into the padded input.

    >>> floor_windows(7, 0, 0, 2, 1, 2), floor_windows(224, 3, 3, 7, 1, 2), floor_windows(2, 0, 0, 3, 1, 2)
    (3, 112, 0)
    >>> floor_windows(224, 3, 3, 7, 1, 2).formula
    '⌊(224 + 3 + 3 − 7)/2⌋ + 1'
    """
    return (size + before + after - effective_kernel_size(kernel_size, dilation)) // stride + 1


@worked
def ceil_windows(size: int, before: int, after: int, kernel_size: int, dilation: int, stride: int) -> int:
    """Return the number of windows in ceil mode, where the last may hang over the end.

    One that would start in the padding behind, or beyond it, is left out.

    >>> ceil_windows(7, 0, 0, 2, 1, 2), ceil_windows(6, 0, 0, 1, 1, 2), ceil_windows(9, 2, 2, 4, 1, 4)
    (4, 3, 3)
    """
    count = ceil_div(size + before + after - effective_kernel_size(kernel_size, dilation), stride) + 1
    starts = ceil_div(size + before, stride)
    return count if count <= starts else least(count, starts)  # the formula names the second where it decides


@worked
def same_windows(size: int, stride: int) -> int:
    """Return ⌈size / stride⌉, the output size of `same` padding.

    >>> same_windows(224, 2), same_windows(321, 2)
    (112, 161)
    """
    return ceil_div(size, stride)


def same_padding(size: int, window: int, stride: int, *, extra_before: bool = False) -> tuple[int, int]:
    """Return the padding (before, after) that `same` comes to; an odd pixel goes after unless `extra_before`.

    window: an effective kernel size.

    >>> same_padding(224, 3, 2), same_padding(321, 3, 2), same_padding(224, 3, 2, extra_before=True)
    ((0, 1), (1, 1), (1, 0))
    """
    total = max((same_windows(size, stride) - 1) * stride + window - size, 0)
    small, large = total // 2, total - total // 2
    return (large, small) if extra_before else (small, large)


@worked
def transposed_size(
    size: int, before: int, after: int, kernel_size: int, dilation: int, stride: int, output_padding: int
) -> int:
    """Return the output size of a transposed convolution.

    >>> transposed_size(4, 1, 1, 4, 1, 2, 0), transposed_size(1, 0, 0, 2, 1, 2, 0), transposed_size(1, 1, 1, 2, 1, 1, 0)
    (8, 2, 0)
    """
    return (size - 1) * stride + effective_kernel_size(kernel_size, dilation) - before - after + output_padding


@worked
def scaled_size(size: int, numerator: int, denominator: int) -> int:
    """Return ⌊size · numerator / denominator⌋, of the product of doubles as PyTorch works it out.

    >>> scaled_size(5, 3, 2), scaled_size(10, 7, 10), scaled_size(90, 7, 10)
    (7, 7, 62)
    """
    return scaled(size, numerator, denominator)


@worked
def total(*numbers: int) -> int:
    """Return the sum: of a size and what is added to it or taken away, or of channels.

    >>> total(5, 1, -2, 0).formula
    '5 + 1 − 2'
    """
    return reduce(add, numbers)


@worked
def product(*numbers: int) -> int:
    """Return the product, as of the sizes of a map that is flattened."""
    return reduce(mul, numbers)


@worked
def shared(channels: int, *factors: int) -> int:
    """Return the channels divided by each of the factors, as they are by the sides of a pixel that is taken apart.

    >>> shared(8, 2, 2), shared(8, 2, 2).formula
    (2, '8/(2·2)')
    """
    return exact_div(channels, reduce(mul, factors))


@worked
def broadcast_size(*sizes: int) -> int:
    """Return the largest size, to which those that are 1 are repeated."""
    return largest(*sizes)
