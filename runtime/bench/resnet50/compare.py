"""Compares the scores of a run with onnxruntime's: the ten highest, and the error.

    python compare.py FOLDER SCORES.npy
"""

import os
import sys

import numpy as np
from onnx import TensorProto, numpy_helper

with open(os.path.join(sys.argv[1], "test_data_set_0", "output_0.pb"), "rb") as f:
    want = numpy_helper.to_array(TensorProto.FromString(f.read()))[0]
got = np.load(sys.argv[2])[0]
top = {name: list(map(int, np.argsort(-x)[:10])) for name, x in (("onnxruntime", want), ("tfec", got))}
for name, classes in top.items():
    print(f"{name}: {classes}")
print(f"off by {np.abs(got - want).max():.5f} at most; the scores lie {-np.diff(-np.sort(-want)[:11]).max():.3f} apart or more")
sys.exit(top["onnxruntime"] != top["tfec"])
