"""Writes the models of TestModels: those of scikit-learn as skl2onnx exports them, and
networks with the nodes that the exporters of PyTorch and Keras write, each with an
input and with what onnxruntime makes of it, in the form of ONNX's own test sets.

    pip install numpy onnx onnxruntime scikit-learn skl2onnx    # tested with 2.4, 1.23, 1.32, 1.9, 1.20
    python models.py                                            # writes models/
"""

import os
import shutil
import warnings

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.cluster import KMeans
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
rng = np.random.default_rng(7)


def save(name, model, *inputs):
    """A model, its inputs, and its outputs on them."""
    folder = os.path.join(FOLDER, name)
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data)
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    outputs = session.run(None, {i.name: x for i, x in zip(session.get_inputs(), inputs)})
    for kind, arrays in (("input", inputs), ("output", outputs)):
        for k, x in enumerate(arrays):
            if isinstance(x, list):  # ZipMap: a dictionary for each row
                x = np.array([list(row.values()) for row in x], dtype=np.float32)
            if x.dtype.kind in "OU":  # the places of labels
                labels = sorted(set(LABELS))
                x = np.array([labels.index(s) for s in x], dtype=np.int64)
            with open(os.path.join(data, f"{kind}_{k}.pb"), "wb") as f:
                f.write(numpy_helper.from_array(x).SerializeToString())


LABELS = ["setosa", "versicolor", "virginica"]


def classical():
    iris, kind = load_iris(return_X_y=True)
    iris = iris.astype(np.float32)
    names = np.array(LABELS)[kind]
    sugar, progress = load_diabetes(return_X_y=True)
    sugar = (20 * sugar).astype(np.float32)
    some, few = iris[::17], sugar[:9]
    for name, model, x, y, rows in [
        ("sklearn_logistic", make_pipeline(StandardScaler(), LogisticRegression()), iris, names, some),
        ("sklearn_logistic_two", LogisticRegression(), iris, 3 * (kind > 0), some),
        ("sklearn_linear", LinearRegression(), sugar, progress / 100, few),
        ("sklearn_ridge", make_pipeline(MinMaxScaler(), Ridge()), sugar, np.stack([progress, -progress], 1) / 100, few),
        ("sklearn_normalizer", make_pipeline(Normalizer("l2"), LogisticRegression(C=10)), iris, kind, some),
        ("sklearn_tree", DecisionTreeClassifier(max_depth=4, random_state=1), iris, names, some),
        ("sklearn_tree_two", DecisionTreeClassifier(max_depth=3, random_state=1), iris, kind == 1, some),
        ("sklearn_forest", RandomForestClassifier(6, max_depth=5, random_state=1), iris, kind, some),
        ("sklearn_forest_number", RandomForestRegressor(4, max_depth=4, random_state=1), sugar, progress / 100, few),
        ("sklearn_boosting", GradientBoostingClassifier(n_estimators=5, random_state=1), iris, kind, some),
        ("sklearn_boosting_two", GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=1), iris, kind > 0, some),
        ("sklearn_boosting_number", GradientBoostingRegressor(n_estimators=6, random_state=1), sugar, progress / 100, few),
        ("sklearn_network", MLPClassifier((8,), random_state=1), iris, kind, some),
        ("sklearn_network_two", MLPClassifier((6, 6), activation="tanh", random_state=1), iris, kind == 1, some),
        ("sklearn_network_number", MLPRegressor(hidden_layer_sizes=(8,), activation="logistic", random_state=1), sugar, progress / 100, few),
    ]:
        save(name, to_onnx(model.fit(x, y), x[:1]), rows)


def ties():
    # Trees that were trained on every second of values with one decimal, so that bounds
    # equal values or are a step beside; with the questions of scikit-learn, and of others.
    x = np.arange(1, 80, 2).reshape(-1, 1) / 10
    rows = (np.arange(1, 80).reshape(-1, 1) / 10).astype(np.float32)
    for name, modes in ("sklearn_tree_ties", ["BRANCH_LEQ", "BRANCH_GT"]), ("trees_ties", ["BRANCH_LT", "BRANCH_GTE"]):
        model = to_onnx(DecisionTreeRegressor(random_state=1).fit(x, np.arange(len(x)) / 8), rows[:1])
        for a in model.graph.node[0].attribute:
            if a.name == "nodes_modes":
                a.strings[:] = [s if s == b"LEAF" else modes[k % 2].encode() for k, s in enumerate(a.strings)]
            if a.name == "nodes_values" and name == "trees_ties":  # less than the next is at most this
                a.floats[:] = np.nextafter(np.array(a.floats, dtype=np.float32), np.float32(np.inf))
        save(name, model, rows)


def deep():
    # Trees as they grow if nothing is said, deeper than a complete one could be; of values
    # with one decimal, so that some equal bounds.
    sugar, progress = load_diabetes(return_X_y=True)
    sugar = np.round(20 * sugar, 1).astype(np.float32)
    for name, model, y in [
        ("sklearn_tree_deep", DecisionTreeRegressor(random_state=1), progress / 100),
        ("sklearn_forest_deep", RandomForestClassifier(8, random_state=1), np.digitize(progress, [100, 200])),
    ]:
        model.fit(sugar, y)
        assert max(tree.tree_.max_depth for tree in getattr(model, "estimators_", [model])) > 12
        save(name, to_onnx(model, sugar[:1]), sugar[::37])


class Graph:
    """Nodes and weights in the order in which they are computed."""

    def __init__(self):
        self.nodes, self.weights, self.count = [], [], 0

    def weight(self, name, x):
        self.weights.append(numpy_helper.from_array(np.asarray(x), name))
        return name

    def normal(self, name, *shape, scale=None):
        scale = scale or 1 / np.sqrt(max(1, int(np.prod(shape[1:]))))
        return self.weight(name, (scale * rng.standard_normal(shape)).astype(np.float32))

    def constant(self, x):
        return self("Constant", value=numpy_helper.from_array(np.asarray(x)))

    def __call__(self, op, *inputs, outputs=1, **attributes):
        names = [f"/{op}_{self.count + k}_output_{k}" for k in range(outputs)]
        self.count += 1
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"/{op}_{self.count}", **attributes))
        return names[0] if outputs == 1 else names

    def norm(self, x, name, channels):
        self.weight(name + ".weight", rng.uniform(0.5, 1.5, channels).astype(np.float32))
        self.weight(name + ".bias", rng.uniform(-0.5, 0.5, channels).astype(np.float32))
        self.weight(name + ".running_mean", rng.uniform(-0.5, 0.5, channels).astype(np.float32))
        self.weight(name + ".running_var", rng.uniform(0.2, 2, channels).astype(np.float32))
        return self("BatchNormalization", x, *(name + part for part in (".weight", ".bias", ".running_mean", ".running_var")), epsilon=1e-5)

    def save(self, name, producer, x, result, shape, batch="batch_size", opset=17):
        sizes = [batch, *x.shape[1:]]
        graph = helper.make_graph(
            [*self.nodes, helper.make_node("Identity", [result], ["output"])], name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, sizes)],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)], self.weights)
        model = helper.make_model(graph, producer_name=producer, opset_imports=[helper.make_opsetid("", opset)])
        model.ir_version = 8
        save(name, model, x)


def batch(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def pytorch():
    # nn.Sequential(Linear, ReLU, Dropout, Linear, LeakyReLU, Linear, LogSoftmax)
    g = Graph()
    y = g("Gemm", "input", g.normal("0.weight", 8, 6), g.normal("0.bias", 8), alpha=1.0, beta=1.0, transB=1)
    y = g("Dropout", g("Relu", y))
    y = g("Gemm", y, g.normal("3.weight", 8, 8), g.normal("3.bias", 8), transB=1)
    y = g("LeakyRelu", y, alpha=0.01)
    y = g("Gemm", y, g.normal("5.weight", 4, 8, scale=1), g.normal("5.bias", 4), transB=1)
    g.save("pytorch_dense", "pytorch", batch(5, 6), g("LogSoftmax", y, axis=1), ["batch_size", 4])

    # A feed-forward block of a transformer: LayerNorm, Linear, GELU as Erf, Linear, and
    # the sum with what came in; the norm is one node, and another is written out.
    g = Graph()
    y = g("LayerNormalization", "input", g.normal("norm.weight", 8, scale=1), g.normal("norm.bias", 8), axis=-1, epsilon=1e-5)
    y = g("Add", g("MatMul", y, g.normal("onnx::MatMul_1", 8, 16)), g.normal("up.bias", 16))
    half = g("Mul", y, g("Add", g("Erf", g("Div", y, g.constant(np.float32(np.sqrt(2))))), g.constant(np.float32(1))))
    y = g("Mul", half, g.constant(np.float32(0.5)))
    y = g("Add", "input", g("Add", g("MatMul", y, g.normal("onnx::MatMul_2", 16, 8)), g.normal("down.bias", 8)))
    off = g("Sub", y, g("ReduceMean", y, axes=[-1]))
    square = g("Pow", off, g.constant(np.float32(2)))
    y = g("Div", off, g("Sqrt", g("Add", g("ReduceMean", square, axes=[-1]), g.constant(np.float32(1e-3)))))
    g.save("pytorch_block", "pytorch", batch(2, 3, 8), g("Tanh", y), ["batch_size", 3, 8])


    # A small network of images: convolution, norm, pool with padding, a residual block
    # with groups and dilation, squeeze and excitation, depthwise convolution, and view.
    g = Graph()

    def conv(x, name, outs, ins, side, pad, group=1, stride=1, dilation=1, bias=()):
        w = g.normal(name + ".weight", outs, ins // group, side, side)
        return g("Conv", x, w, *bias, dilations=[dilation] * 2, group=group, kernel_shape=[side] * 2, pads=[pad] * 4, strides=[stride] * 2)

    y = g("Relu", g.norm(conv("input", "stem", 4, 2, 3, 1), "bn", 4))
    y = g("MaxPool", y, ceil_mode=0, dilations=[1, 1], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2])
    z = g("PRelu", conv(y, "grouped", 6, 4, 3, 1, group=2, bias=(g.normal("grouped.bias", 6),)), g.normal("slope", 6, 1, 1))
    z = conv(z, "dilated", 4, 6, 3, 2, dilation=2)
    y = g("Add", y, g.norm(z, "bn2", 4))
    gate = g("HardSigmoid", conv(g("GlobalAveragePool", y), "gate", 4, 4, 1, 0, bias=(g.normal("gate.bias", 4),)), alpha=1 / 6, beta=0.5)
    y = g("Mul", y, gate)
    y = g("Clip", g.norm(conv(y, "depthwise", 4, 4, 3, 1, group=4), "bn3", 4), g.constant(np.float32(0)), g.constant(np.float32(6)))
    y = g("Concat", y, g("HardSwish", y), axis=1)
    y = g("Relu", g.norm(y, "before", 8))
    y = g("AveragePool", y, ceil_mode=0, kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4)
    size = g("Unsqueeze", g("Gather", g("Shape", y), g.constant(np.int64(0)), axis=0), g.constant(np.array([0])))
    y = g("Reshape", y, g("Concat", size, g.constant(np.array([-1])), axis=0))
    y = g("Gemm", y, g.normal("fc.weight", 5, 72), g.normal("fc.bias", 5), transB=1)
    g.save("pytorch_images", "pytorch", batch(2, 2, 12, 12), g("Softmax", y, axis=1), ["batch_size", 5])

    # Lines: convolutions of one dimension, and their pools.
    g = Graph()
    y = g("Conv", "input", g.normal("0.weight", 4, 2, 5), g.normal("0.bias", 4), dilations=[1], group=1, kernel_shape=[5], pads=[2, 2], strides=[2])
    y = g("MaxPool", g("Tanh", y), kernel_shape=[2], strides=[2], pads=[0, 0])
    y = g("Conv", y, g.normal("1.weight", 4, 4, 3), dilations=[2], group=1, kernel_shape=[3], pads=[2, 2], strides=[1])
    y = g("Softplus", g.norm(y, "2", 4))
    y = g("Squeeze", g("GlobalMaxPool", y), g.constant(np.array([2])))
    g.save("pytorch_lines", "pytorch", batch(3, 2, 20), g("Gemm", y, g.normal("3.weight", 2, 4), g.normal("3.bias", 2), transB=1), ["batch_size", 2])

    # The operators of later versions; a channel shuffle.
    g = Graph()
    y = g("Gelu", "input", approximate="none")
    y = g("Reshape", y, g.constant(np.array([0, 2, 3, 4])))
    y = g("Reshape", g("Transpose", y, perm=[0, 2, 1, 3]), g.constant(np.array([0, -1])))
    y = g("Gelu", g("MatMul", y, g.normal("w", 24, 6)), approximate="tanh")
    first, second = g("Split", y, g.constant(np.array([2, 4])), axis=1, outputs=2)
    y = g("Max", g("ReduceSum", g("Slice", second, g.constant(np.array([1])), g.constant(np.array([4])), g.constant(np.array([1]))), g.constant(np.array([1]))), first)
    g.save("pytorch_moves", "pytorch", batch(3, 24), g("Mul", y, g.weight("scale", np.float32(2) * np.ones(1, np.float32))), ["batch_size", 2], opset=20)


def keras():
    # Conv2D(4, 3, 2, "same"), MaxPool2D, DepthwiseConv2D, Flatten, Dense: height, width
    # and channels are the input's last dimensions.
    g = Graph()
    y = g("Transpose", "input", perm=[0, 3, 1, 2])
    y = g("Conv", y, g.normal("conv2d/Conv2D/ReadVariableOp:0", 4, 2, 3, 3), g.normal("conv2d/BiasAdd/ReadVariableOp:0", 4), auto_pad="SAME_UPPER", kernel_shape=[3, 3], strides=[2, 2])
    y = g("MaxPool", g("Selu", y), auto_pad="SAME_UPPER", kernel_shape=[2, 2], strides=[1, 1])
    y = g("Conv", y, g.normal("depthwise/ReadVariableOp:0", 4, 1, 3, 2), group=4, auto_pad="VALID", kernel_shape=[3, 2], strides=[1, 1])
    y = g("AveragePool", g("Relu", y), kernel_shape=[2, 1], strides=[1, 1], auto_pad="VALID")
    y = g("Reshape", g("Transpose", y, perm=[0, 2, 3, 1]), g.weight("shape", np.array([-1, 32])))
    y = g("Add", g("MatMul", y, g.normal("dense/MatMul/ReadVariableOp:0", 32, 3)), g.normal("dense/BiasAdd/ReadVariableOp:0", 3))
    g.save("keras_images", "tf2onnx", batch(2, 10, 10, 2), g("Softmax", y), ["unk__9", 3], batch="unk__8", opset=15)

    # Dense(8, "sigmoid"), Dense(8, "elu"), BatchNormalization, Dense(3, "softmax")
    g = Graph()
    y = g("MatMul", "input", g.normal("sequential/dense/MatMul/ReadVariableOp:0", 6, 8, scale=1))
    y = g("Sigmoid", g("Add", y, g.normal("sequential/dense/BiasAdd/ReadVariableOp:0", 8)))
    y = g("MatMul", y, g.normal("sequential/dense_1/MatMul/ReadVariableOp:0", 8, 8, scale=1))
    y = g("Elu", g("Add", y, g.normal("sequential/dense_1/BiasAdd/ReadVariableOp:0", 8)))
    y = g("Mul", y, g.weight("sequential/norm/mul:0", rng.uniform(0.5, 2, 8).astype(np.float32)))
    y = g("Add", y, g.weight("sequential/norm/sub:0", rng.uniform(-1, 1, 8).astype(np.float32)))
    y = g("MatMul", y, g.normal("sequential/dense_2/MatMul/ReadVariableOp:0", 8, 3, scale=1))
    y = g("Add", y, g.normal("sequential/dense_2/BiasAdd/ReadVariableOp:0", 3))
    g.save("keras_dense", "tf2onnx", batch(5, 6), g("Softmax", y), ["unk__7", 3], batch="unk__6", opset=15)


def more():
    # Classical models whose operators are those of networks.
    iris, kind = load_iris(return_X_y=True)
    iris = iris.astype(np.float32)
    wine, color = load_wine(return_X_y=True)
    wine = wine.astype(np.float32)
    for name, model, x, y in [
        ("sklearn_sgd", SGDClassifier(loss="log_loss", alpha=0.001, random_state=1), iris, kind),
        ("sklearn_ovr", OneVsRestClassifier(LogisticRegression()), iris, kind),
        ("sklearn_bayes", GaussianNB(), iris, kind),
        ("sklearn_means", KMeans(3, random_state=1), iris, None),
        ("sklearn_normalizer_large", make_pipeline(Normalizer("l2"), LogisticRegression()), 30 * wine, color),
    ]:
        model.fit(x, y)
        far = model.transform(x).min(axis=1) > 0.3 if name == "sklearn_means" else slice(None)
        save(name, to_onnx(model, x[:1]), x[far][::17])

    # Layer normalisation as Keras writes it, of rows of several sizes.
    own = np.random.default_rng(8)
    rows = (own.standard_normal((4, 8)) * np.array([[3], [1], [0.7], [0.5]])).astype(np.float32)
    g = Graph()
    middle = g("ReduceMean", "input", axes=[1], keepdims=1)
    off = g("Sub", "input", middle)
    variance = g("ReduceMean", g("Mul", off, off), axes=[1], keepdims=1)
    root = g("Sqrt", g("Add", variance, g.weight("epsilon", np.float32(1e-3))))
    factor = g("Mul", g("Reciprocal", root), g.weight("gamma", own.uniform(0.5, 2, (1, 8)).astype(np.float32)))
    y = g("Add", g("Mul", "input", factor), g("Mul", g("Neg", middle), factor))
    g.save("keras_norm", "tf2onnx", rows, g("Add", y, g.weight("beta", own.uniform(-1, 1, 8).astype(np.float32))), ["unk__3", 8], batch="unk__2", opset=15)

    # Layer normalisation as one node, of rows that hardly differ in themselves.
    g = Graph()
    y = g("LayerNormalization", "input", g.weight("gamma", np.float32([1, 0.5, -1, 0.1])), axis=-1, epsilon=1e-5)
    rows = (own.standard_normal((4, 4)) * np.array([[1], [0.6], [0.4], [0.3]])).astype(np.float32)
    g.save("pytorch_norm", "pytorch", rows, y, ["batch_size", 4])

    # Arrays that are stretched to one another, and weights in half precision.
    g = Graph()
    x = own.standard_normal((2, 3, 4)).astype(np.float32)
    half = g("Cast", g.weight("half", np.array([1.5, -2, 2.0**-15, 65504 / 2**15, 0.1], np.float16)), to=TensorProto.FLOAT)
    columns, lines = g("ReduceMax", "input", axes=[2]), g("ReduceMin", "input", axes=[1])
    y = g("Sub", g("Mul", columns, lines), g.weight("large", own.standard_normal((5, 1, 3, 4)).astype(np.float32)))
    y = g("Add", y, g.weight("middle", own.standard_normal((5, 1, 1, 4)).astype(np.float32)))
    y = g("Mul", g("ReduceMean", y, axes=[3]), g("Unsqueeze", half, g.constant(np.array([0]))))
    g.save("pytorch_stretched", "pytorch", x, y, [5, "batch_size", 3, 5])


def unsupported():
    # What docs/importing.md shows: nodes that are listed.
    g = Graph()
    y = g("LSTM", "input", g.normal("w", 1, 8, 4), g.normal("r", 1, 8, 2), outputs=3, hidden_size=2)[0]
    y = g("Pad", y, g.weight("ends", np.array([0, 0, 0, 1, 0, 0, 0, 1])), mode="reflect")
    g.nodes[0].name, g.nodes[1].name = "/rnn/LSTM", "/pad/Pad"
    square = g("Pad", "input", g.weight("sides", np.array([0, 0, 1, 0, 0, 1])), mode="reflect")
    g.nodes[2].name = "/pad/Pad"
    graph = helper.make_graph(
        g.nodes, "unsupported", [helper.make_tensor_value_info("input", TensorProto.FLOAT, [5, 1, 4])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in (y, square)], g.weights)
    model = helper.make_model(graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, os.path.join(FOLDER, "..", "unsupported.onnx"))


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    shutil.rmtree(FOLDER, ignore_errors=True)
    classical()
    ties()
    deep()
    pytorch()
    keras()
    more()
    unsupported()
