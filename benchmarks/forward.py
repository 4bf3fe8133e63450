"""The forward pass beside bare matrix products, window views, PyTorch, onnxruntime and ONNX's reference evaluator.

    pip install torch onnx onnxruntime
    python benchmarks/forward.py

Peers that are not installed are left out. All run on one thread, in float32, on the bundled networks.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from math import prod
from typing import Any

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1"))

import numpy as np
from measuring import medians, missing, ms, table, times

from poolcalc import load
from poolcalc.analysis.layer import Layer
from poolcalc.analysis.layers import Analysis, analyse
from poolcalc.execution import estimate
from poolcalc.execution.run import run
from poolcalc.execution.weights import DrawnWeights, Noise
from poolcalc.kernels import Array
from poolcalc.network.op import Weight, make
from poolcalc.ops import BY_NAME

NETWORKS = ("vgg16", "resnet50")
ROUNDS = 7
NOISE = Noise(0)


class Prepared(DrawnWeights):
    """Weights that are made before the time is taken."""

    def __init__(self, declared: dict[str, Weight]) -> None:
        super().__init__(NOISE, declared, 1)
        self.blocks = {name: list(super(Prepared, self).rows(name)) for name in declared}

    def rows(self, name: str) -> Iterator[tuple[slice, Array]]:
        """Yield the blocks that are there."""
        return iter(self.blocks[name])


def convolutions(name: str) -> list[list[str]]:
    """Time every convolution of a network, the matrix products of the same sizes, and making the weights."""
    ours = bare = drawing = 0.0
    known: dict[object, list[float]] = {}
    for layer in analyse(load(name).graph).layers:
        if layer.node.op.keyword == "conv" and layer.shape and layer.input_shapes[0]:
            key = (layer.node.op, layer.input_shapes)
            known[key] = known.get(key) or _convolution(layer)
            ours, bare, drawing = (a + b for a, b in zip((ours, bare, drawing), known[key], strict=True))
    return [
        [f"convolutions of {name}", "bare matrix products", ms(ours), ms(bare), times(ours / bare)],
        [f"making their weights, {name}", "the convolutions", ms(drawing), ms(ours), times(drawing / ours)],
    ]


def _convolution(layer: Layer) -> list[float]:
    op, given, shape = layer.node.op, layer.input_shapes[0] or (), layer.shape or ()
    x, declared = NOISE.image(given), op.weights([given])
    m, n, k = shape[0], prod(shape[1:]), prod(declared["weight"].shape[1:])
    a, b = NOISE.image((m, k)), NOISE.image((k, n))
    out, weights = np.empty((m, n), np.float32), Prepared(declared)
    return medians(
        ROUNDS, lambda: op.forward([x], weights), lambda: np.matmul(a, b, out=out), lambda: Prepared(declared)
    )


def pooling(keyword: str, kernel: int, stride: int) -> list[str]:
    """Time pooling beside the maximum of NumPy's window views."""
    x = NOISE.image((64, 112, 112))
    op = make(BY_NAME[keyword], 2, kernel_size=kernel, stride=stride)
    views = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), (1, 2))[:, ::stride, ::stride]
    ours, theirs = medians(ROUNDS, lambda: op.forward([x], NOISE.drawn({})), lambda: views.max(axis=(3, 4)))
    what = f"{keyword} {kernel}×{kernel}/{stride} of 64×112×112"
    return [what, "maximum of window views", ms(ours), ms(theirs), times(ours / theirs)]


def whole(name: str, peer: str, other: Callable[[], object], rounds: int = ROUNDS) -> list[str]:
    """Time a whole network beside a peer."""
    analysis = analyse(load(name).graph)
    ours, theirs = medians(rounds, lambda: run(analysis, threads=1), other)
    return [name, peer, ms(ours), ms(theirs), times(ours / theirs)]


def threads(name: str) -> list[str]:
    """Time a network on two threads beside one."""
    analysis = analyse(load(name).graph)
    two, one = medians(3 * ROUNDS, lambda: run(analysis, threads=2), lambda: run(analysis, threads=1))
    return [f"{name} on two threads", "on one", ms(two), ms(one), times(two / one)]


def beside_a_neighbour(name: str) -> list[str]:
    """Time a network on two threads beside one while another process keeps a processor busy."""
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        what, *figures = threads(name)
    finally:
        neighbour.kill()
        neighbour.wait()
    return [f"{what}, beside a busy process", *figures]


def products_on_two_threads() -> list[str]:
    """Time bare products on two threads beside one: as much as the machine gives at present."""
    a, b = NOISE.image((512, 1024)), NOISE.image((1024, 1024))
    outs = [np.empty((512, 1024), np.float32) for _ in range(2)]

    def multiply(out: Any, often: int) -> None:
        for _ in range(often):
            np.matmul(a, b, out=out)

    with ThreadPoolExecutor(1) as pool:

        def on_two() -> None:
            half = pool.submit(multiply, outs[1], 8)
            multiply(outs[0], 8)
            half.result()

        two, one = medians(3 * ROUNDS, on_two, lambda: multiply(outs[0], 16))
    return ["bare matrix products on two threads", "on one", ms(two), ms(one), times(two / one)]


def estimated(name: str) -> list[str]:
    """Compare the time that is foretold with the time that is taken."""
    analysis = analyse(load(name).graph)
    foretold = sum(estimate.seconds(analysis))
    (taken,) = medians(ROUNDS, lambda: run(analysis, threads=1))
    return [f"{name}, foretold", "taken", ms(foretold), ms(taken), times(foretold / taken)]


def in_torch(analysis: Analysis) -> Callable[[], object]:
    """Return the network in PyTorch, with the same weights, as a call."""
    import torch
    from torch.nn import functional as f

    torch.set_num_threads(1)
    noise = Noise(0)
    x = torch.from_numpy(noise.image(analysis.graph.input)[None])
    steps: list[tuple[Layer, dict[str, Any]]] = []
    for layer in analysis.layers:
        declared = layer.node.op.weights([shape or () for shape in layer.input_shapes])
        drawn = noise.drawn(declared)
        steps.append((layer, {name: torch.from_numpy(drawn[name].copy()) for name in declared}))

    def forward(layer: Layer, inputs: list[Any], weights: dict[str, Any]) -> Any:
        op: Any = layer.node.op
        weight: Any = weights.get("weight")
        bias: Any = weights.get("bias")
        padding = tuple(before for before, _ in getattr(op, "padding", ()))
        steps: dict[str, Callable[[], Any]] = {
            "conv": lambda: f.conv2d(inputs[0], weight, bias, op.stride, padding, op.dilation, op.groups),
            "batch_norm": lambda: f.batch_norm(
                inputs[0], weights["running_mean"], weights["running_var"], weight, bias, eps=float(op.eps)
            ),
            "relu": lambda: f.relu(inputs[0]),
            "max_pool": lambda: f.max_pool2d(inputs[0], op.kernel_size, op.stride, padding),
            "adaptive_avg_pool": lambda: f.adaptive_avg_pool2d(inputs[0], op.output_size),
            "global_avg_pool": lambda: f.adaptive_avg_pool2d(inputs[0], 1),
            "add": lambda: inputs[0] + inputs[1],
            "flatten": lambda: inputs[0].flatten(1),
            "linear": lambda: f.linear(inputs[0], weight, bias),
            "dropout": lambda: inputs[0],
        }
        return steps[op.keyword]()

    def call() -> object:
        with torch.inference_mode():
            tensors = {"input": x}
            for (layer, weights), expiring in zip(steps, analysis.graph.expiring, strict=True):
                inputs = [tensors[name] for name in layer.node.inputs]
                tensors[layer.node.name] = forward(layer, inputs, weights)
                for unused in expiring:
                    del tensors[unused]
            return tensors

    return call


def in_onnx(analysis: Analysis) -> bytes:
    """Return the network as an ONNX model, with the same weights."""
    from onnx import TensorProto, helper, numpy_helper

    noise = Noise(0)
    noise.image(analysis.graph.input)
    nodes, tensors = [], []
    kinds = {
        "conv": "Conv",
        "batch_norm": "BatchNormalization",
        "relu": "Relu",
        "max_pool": "MaxPool",
        "add": "Add",
        "global_avg_pool": "GlobalAveragePool",
        "adaptive_avg_pool": "Identity",  # 7×7 of 7×7
        "flatten": "Flatten",
        "linear": "Gemm",
        "dropout": "Identity",
    }
    for layer in analysis.layers:
        op: Any = layer.node.op
        declared = op.weights([shape or () for shape in layer.input_shapes])
        drawn = noise.drawn(declared)
        tensors += [numpy_helper.from_array(drawn[key].copy(), f"{layer.node.name}.{key}") for key in declared]
        attributes: dict[str, Any] = {"transB": 1} if op.keyword == "linear" else {}
        if op.keyword in ("conv", "max_pool"):
            befores, afters = zip(*op.padding, strict=True)
            attributes = {"kernel_shape": op.kernel_size, "strides": op.stride, "pads": [*befores, *afters]}
        inputs = [*layer.node.inputs, *(f"{layer.node.name}.{key}" for key in declared)]
        nodes.append(helper.make_node(kinds[op.keyword], inputs, [layer.node.name], **attributes))
    sizes = [(1, *analysis.graph.input), (1, *(analysis.layers[-1].shape or ()))]
    values = [
        helper.make_tensor_value_info(key, TensorProto.FLOAT, size)
        for key, size in zip(("input", analysis.graph.outputs[0]), sizes, strict=True)
    ]
    graph = helper.make_graph(nodes, "network", values[:1], values[1:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def beside_onnx(name: str) -> list[list[str]]:
    """Time a network beside what runs ONNX models."""
    analysis = analyse(load(name).graph)
    model, feed = in_onnx(analysis), {"input": NOISE.image((1, *analysis.graph.input))}
    rows = []
    if find_spec("onnxruntime"):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        rows.append(whole(name, "onnxruntime", lambda: session.run(None, feed)))
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(model)
    return [*rows, whole(name, "ONNX's reference evaluator", lambda: evaluator.run(None, feed), rounds=1)]


def main() -> None:
    """Print Markdown."""
    rows = [row for name in NETWORKS for row in convolutions(name)]
    rows += [pooling(keyword, *window) for keyword in ("max_pool", "avg_pool") for window in ((2, 2), (3, 2), (3, 1))]
    rows += [estimated(name) for name in NETWORKS]
    rows += [products_on_two_threads(), *map(threads, NETWORKS), *map(beside_a_neighbour, NETWORKS)]
    if find_spec("torch"):
        rows += [whole(name, "PyTorch", in_torch(analyse(load(name).graph))) for name in NETWORKS]
    else:
        missing("PyTorch")
    if find_spec("onnx"):
        rows += [row for name in NETWORKS for row in beside_onnx(name)]
    else:
        missing("onnx")
    table("## Forward pass", ("what", "beside", "poolcalc", "peer", "ratio"), rows)


if __name__ == "__main__":
    main()
