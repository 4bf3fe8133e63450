"""All size arithmetic: how many windows fit, in exact integers.

Everything is along one axis. A *window* is an effective kernel size, dilation included. The rules are PyTorch's
(``torch.nn.Conv2d``, ``MaxPool2d``, ``ConvTranspose2d``), which are also ONNX's from opset 22 on; `same` follows
TensorFlow's ``SAME`` and ONNX's ``SAME_UPPER`` / ``SAME_LOWER``.
"""

from fractions import Fraction


def effective_kernel_size(kernel_size: int, dilation: int) -> int:
    """Return the input pixels that a kernel spans.

    >>> effective_kernel_size(3, 1), effective_kernel_size(3, 2), effective_kernel_size(1, 9)
    (3, 5, 1)
    """
    return dilation * (kernel_size - 1) + 1


def floor_windows(padded: int, window: int, stride: int) -> int:
    """Return ⌊(padded − window) / stride⌋ + 1, or 0 where not even one window fits.

    >>> floor_windows(7, 2, 2), floor_windows(224 + 6, 7, 2), floor_windows(2, 3, 2)
    (3, 112, 0)
    """
    return (padded - window) // stride + 1 if padded >= window else 0


def ceil_windows(size: int, before: int, after: int, window: int, stride: int) -> int:
    """Return the number of windows in ceil mode.

    A window may hang over the end, but one that would start in the trailing padding, or beyond it, is left out.

    >>> ceil_windows(7, 0, 0, 2, 2), ceil_windows(6, 0, 0, 1, 2), ceil_windows(9, 2, 2, 4, 4)
    (4, 3, 3)
    """
    count = -((window - (before + size + after)) // stride) + 1
    if (count - 1) * stride >= size + before:
        count -= 1
    return max(count, 0)


def same_windows(size: int, stride: int) -> int:
    """Return ⌈size / stride⌉, the output size of `same` padding.

    >>> same_windows(224, 2), same_windows(321, 2)
    (112, 161)
    """
    return -(-size // stride)


def same_padding(size: int, window: int, stride: int, *, extra_before: bool = False) -> tuple[int, int]:
    """Return the padding (before, after) that `same` comes to; an odd pixel goes after unless `extra_before`.

    >>> same_padding(224, 3, 2), same_padding(321, 3, 2), same_padding(224, 3, 2, extra_before=True)
    ((0, 1), (1, 1), (1, 0))
    """
    total = max((same_windows(size, stride) - 1) * stride + window - size, 0)
    small, large = total // 2, total - total // 2
    return (large, small) if extra_before else (small, large)


def transposed_size(size: int, before: int, after: int, window: int, stride: int, output_padding: int) -> int:
    """Return the output size of a transposed convolution, 0 where padding crops everything away.

    >>> transposed_size(4, 1, 1, 4, 2, 0), transposed_size(1, 0, 0, 2, 2, 0), transposed_size(1, 2, 2, 2, 1, 0)
    (8, 2, 0)
    """
    return max((size - 1) * stride + window - before - after + output_padding, 0)


def scaled_size(size: int, factor: Fraction) -> int:
    """Return ⌊size · factor⌋, exactly.

    >>> scaled_size(5, Fraction(3, 2)), scaled_size(10, Fraction("0.7"))
    (7, 7)
    """
    return size * factor.numerator // factor.denominator
