"""Trains the vendor's model, digits.onnx, on the images of ../digits/data, and cuts
ten others for the client, client.npy.

    pip install numpy scikit-learn skl2onnx && python train.py
"""

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.neural_network import MLPClassifier

images, labels = np.load("../digits/data/train-images.npy"), np.load("../digits/data/train-labels.npy")
tests, answers = np.load("../digits/data/test-images.npy"), np.load("../digits/data/test-labels.npy")

network = MLPClassifier((32,), alpha=0.1, max_iter=300, random_state=0).fit(images / 255, labels)
network.coefs_[0] /= 255  # of bytes as they are
print(f"right: {(network.predict(tests) == answers).sum()} of {len(tests)}")

model = to_onnx(network, initial_types=[("image", FloatTensorType([None, 784]))], options={"zipmap": False})
with open("digits.onnx", "wb") as f:
    f.write(model.SerializeToString())
np.save("client.npy", tests[:10])
print("client:", answers[:10].tolist(), "told", network.predict(tests[:10]).tolist())
