"""What PyTorch lacks, against onnxruntime: `same` with a stride, `same_lower`, pools padded differently on each side.

The graphs use opset 22, the first whose ceil mode leaves out a window that would start in the padding, as PyTorch does.
onnxruntime is the more lenient of the two, so only what can run is compared.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray
from support.agreement import Array, Case, assert_agreement
from support.configurations import cases

from poolcalc.network.op import Op

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

pytestmark = [pytest.mark.oracle, pytest.mark.parametrize("rank", [1, 2, 3])]


def attributes(op: Any, inputs: Sequence[Array]) -> tuple[str, dict[str, Any]]:
    """Return the ONNX operator and its attributes."""
    given: dict[str, Any] = {"kernel_shape": op.kernel_size, "strides": op.stride}
    if isinstance(op.padding, str):
        given |= {"auto_pad": {"same": "SAME_UPPER", "same_lower": "SAME_LOWER"}[op.padding]}
    else:
        given |= {"pads": [*chain.from_iterable(zip(*op.padding, strict=True))]}
    if op.keyword == "max_pool":
        return "MaxPool", given | {"dilations": op.dilation, "ceil_mode": int(op.ceil_mode)}
    if op.keyword == "avg_pool":
        more = {"ceil_mode": int(op.ceil_mode), "count_include_pad": int(op.count_include_pad)}
        return "AveragePool", given | more
    if op.keyword == "conv_transpose":
        more = {"dilations": op.dilation, "group": op.groups, "output_padding": op.output_padding}
        return "ConvTranspose", given | more
    return "Conv", given | {"kernel_shape": spans(op), "group": op.filters(len(inputs[0]))[1]}


def spans(op: Any) -> list[int]:
    return [dilation * (size - 1) + 1 for size, dilation in zip(op.kernel_size, op.window.dilation, strict=True)]


def spread(op: Any, weight: Array) -> Array:
    """Put zeros between the taps of a kernel: onnxruntime takes no dilation beside `auto_pad`."""
    kernel = np.zeros((*weight.shape[:2], *spans(op)), np.float32)
    taps: tuple[Any, ...] = (..., *(slice(None, None, dilation) for dilation in op.dilation))
    kernel[taps] = weight
    return kernel


def run(op: Op, weights: dict[str, Array], inputs: Sequence[Array]) -> NDArray[Any]:
    """Run a graph of one node."""
    kind, given = attributes(op, inputs)
    tensors = {"x": inputs[0][None]} | weights
    if kind == "Conv":
        tensors["weight"] = spread(op, weights["weight"])
    make, float32 = onnx.helper, onnx.TensorProto.FLOAT
    graph = make.make_graph(
        [make.make_node(kind, [*tensors], ["y"], **given)],
        kind,
        [make.make_tensor_value_info(name, float32, tensor.shape) for name, tensor in tensors.items()],
        [make.make_tensor_value_info("y", float32, None)],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 22)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    result: NDArray[Any] = session.run(None, tensors)[0][0]
    # Its largest of no values is the lowest float.
    return np.where(result == np.finfo(np.float32).min, -np.inf, result) if kind == "MaxPool" else result


def windows_touch(case: Case) -> bool:
    """Whether no pixels lie between the windows. Where some do, the `same` of ONNX crops, ours is no padding."""
    op: Any = case.op
    return all(stride <= span for stride, span in zip(op.stride, spans(op), strict=True))


def output_padding_is_small(case: Case) -> bool:
    """Whether it stays below the stride; onnxruntime does not take PyTorch's "or below the dilation"."""
    op: Any = case.op
    return all(extra < stride for extra, stride in zip(op.output_padding, op.stride, strict=True))


@pytest.mark.parametrize("keyword", ["conv", "depthwise_conv", "max_pool", "avg_pool"])
@given(data=st.data())
def test_same_padding_is_that_of_onnx(keyword: str, rank: int, data: st.DataObject) -> None:
    same: dict[str, SearchStrategy[Any]] = {"padding": st.sampled_from(["same", "same_lower"])}
    if keyword == "max_pool":  # for which onnxruntime takes dilation and forgets it in the padding
        same["dilation"] = st.just((1,) * rank)
    assert_agreement(data.draw(cases(keyword, rank, same, wild=False).filter(windows_touch)), run)


@pytest.mark.parametrize("keyword", ["max_pool", "avg_pool"])
@given(data=st.data())
def test_a_pool_may_be_padded_differently_on_each_side(keyword: str, rank: int, data: st.DataObject) -> None:
    assert_agreement(data.draw(cases(keyword, rank, wild=False)), run)


@given(data=st.data())
def test_a_transposed_convolution_may_be_cut_differently_on_each_side(rank: int, data: st.DataObject) -> None:
    case = data.draw(cases("conv_transpose", rank, wild=False).filter(output_padding_is_small))
    assert_agreement(case, run)
