"""Writes a ResNet-50 (He, Zhang, Ren, Sun 2015; strides in the 3 x 3 convolutions, as
PyTorch has them) with the nodes and names of PyTorch's exporter, an input, and what
onnxruntime makes of it, in the form of ONNX's test sets. The weights are random: those
of the convolutions as for a training (He initialization), means and variances of the
batch normalizations as two images give them, so that activations keep their size. The
input is the one among some whose eleven highest scores lie furthest apart.

    pip install numpy onnx onnxruntime
    python model.py FOLDER              # model.onnx, 102 MB, input.npy
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(50)
nodes, weights = [], []


def photo():
    """An image of 224 x 224 with structure of every size, normalized as ImageNet's are."""
    x = np.zeros((3, 224, 224))
    for side in (4, 8, 16, 32, 64, 128, 256):
        patch = rng.standard_normal((3, side, side)) * side**-0.5 * 2
        x += np.kron(patch, np.ones((256 // side, 256 // side)))[:, :224, :224]
    return np.clip(x + rng.normal(0, 0.3, (3, 1, 1)), -2.1, 2.6).astype(np.float32)


def weight(name, x):
    weights.append(numpy_helper.from_array(x.astype(np.float32), name))
    return x.astype(np.float32)


def convolved(x, kernels, stride, pad):
    """The convolution of a batch, as a product of matrices."""
    k, c, side, _ = kernels.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(2, 3))[:, :, ::stride, ::stride]
    n, _, h, w = windows.shape[:4]
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * side * side)
    return (rows @ kernels.reshape(k, -1).T).reshape(n, h, w, k).transpose(0, 3, 1, 2)


def layer(x, name, conv, norm, channels, side, stride=1, low=0.5, high=1.5):
    """A convolution and its normalization: the node that comes out, and the values."""
    value, inputs = x[1], x[1].shape[1]
    kernels = weight(f"{conv}.weight", rng.standard_normal((channels, inputs, side, side)) * np.sqrt(2 / (inputs * side * side)))
    value = convolved(value, kernels, stride, side // 2)
    mean = weight(f"{norm}.running_mean", value.mean(axis=(0, 2, 3)))
    variance = weight(f"{norm}.running_var", value.var(axis=(0, 2, 3)) + 1e-3)
    gamma = weight(f"{norm}.weight", rng.uniform(low, high, channels))
    beta = weight(f"{norm}.bias", rng.normal(0, 0.2, channels))
    factor = gamma / np.sqrt(variance + 1e-5)
    value = value * factor[:, None, None] + (beta - mean * factor)[:, None, None]
    pad = side // 2
    path = "/" + name.replace(".", "/")
    nodes.append(helper.make_node(
        "Conv", [x[0], f"{conv}.weight"], [f"{path}/Conv_output_0"], name=f"{path}/Conv", dilations=[1, 1], group=1,
        kernel_shape=[side, side], pads=[pad] * 4, strides=[stride] * 2))
    nodes.append(helper.make_node(
        "BatchNormalization", [f"{path}/Conv_output_0"] + [f"{norm}.{part}" for part in ("weight", "bias", "running_mean", "running_var")],
        [f"{path}/bn_output_0"], name=f"{path}/bn", epsilon=1e-5, momentum=0.9))
    return f"{path}/bn_output_0", value


def relu(x):
    nodes.append(helper.make_node("Relu", [x[0]], [x[0] + "/relu"], name=x[0] + "/Relu"))
    return x[0] + "/relu", np.maximum(x[1], 0)


def block(x, name, width, stride, first):
    y = relu(layer(x, f"{name}.conv1", f"{name}.conv1", f"{name}.bn1", width, 1))
    y = relu(layer(y, f"{name}.conv2", f"{name}.conv2", f"{name}.bn2", width, 3, stride))
    y = layer(y, f"{name}.conv3", f"{name}.conv3", f"{name}.bn3", 4 * width, 1, low=0.2, high=0.6)
    if first:
        x = layer(x, f"{name}.downsample", f"{name}.downsample.0", f"{name}.downsample.1", 4 * width, 1, stride)
    out = "/" + name.replace(".", "/") + "/Add_output_0"
    nodes.append(helper.make_node("Add", [y[0], x[0]], [out], name=out.replace("_output_0", "")))
    return relu((out, y[1] + x[1]))


def network():
    x = relu(layer(("input", np.stack([photo(), photo()])), "conv1", "conv1", "bn1", 64, 7, 2))
    nodes.append(helper.make_node(
        "MaxPool", [x[0]], ["/maxpool/MaxPool_output_0"], name="/maxpool/MaxPool", ceil_mode=0, dilations=[1, 1],
        kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]))
    around = np.pad(x[1], ((0, 0), (0, 0), (1, 1), (1, 1)))
    pooled = np.lib.stride_tricks.sliding_window_view(around, (3, 3), axis=(2, 3))[:, :, ::2, ::2].max(axis=(4, 5))
    x = ("/maxpool/MaxPool_output_0", pooled)
    for stage, (blocks, width) in enumerate(zip((3, 4, 6, 3), (64, 128, 256, 512)), 1):
        for k in range(blocks):
            x = block(x, f"layer{stage}.{k}", width, 2 if stage > 1 and k == 0 else 1, k == 0)
    nodes.append(helper.make_node("GlobalAveragePool", [x[0]], ["/avgpool/out"], name="/avgpool/GlobalAveragePool"))
    nodes.append(helper.make_node("Flatten", ["/avgpool/out"], ["/Flatten_output_0"], name="/Flatten", axis=1))
    weight("fc.weight", rng.standard_normal((1000, 2048)) * 0.15)
    weight("fc.bias", rng.standard_normal(1000) * 0.1)
    nodes.append(helper.make_node("Gemm", ["/Flatten_output_0", "fc.weight", "fc.bias"], ["output"], name="/fc/Gemm", alpha=1.0, beta=1.0, transB=1))


def main(folder):
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    network()
    graph = helper.make_graph(
        nodes, "resnet50", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch_size", 3, 224, 224])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", 1000])], weights)
    model = helper.make_model(graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"))
    gap, best = 0, None
    for _ in range(24):
        x = photo()[None]
        scores = session.run(None, {"input": x})[0]
        top = np.sort(scores[0])[::-1][:11]
        if (top[:-1] - top[1:]).min() > gap:
            gap, best = (top[:-1] - top[1:]).min(), (x, scores)
    for kind, x in zip(("input", "output"), best):
        with open(os.path.join(data, f"{kind}_0.pb"), "wb") as f:
            f.write(numpy_helper.from_array(x).SerializeToString())
    np.save(os.path.join(folder, "input.npy"), best[0])
    order = np.argsort(-best[1][0])[:11]
    print(f"the eleven highest of {len(best[1][0])} scores lie {gap:.3f} apart or more:")
    print("\n".join(f"{k} {best[1][0][k]:.3f}" for k in order))


if __name__ == "__main__":
    main(sys.argv[1])
