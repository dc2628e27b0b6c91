"""Writes learning.json: what scikit-learn makes of the red wines.

    pip install numpy scikit-learn && python learning.py
"""

import csv
import json

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

with open("winequality-red.csv") as f:
    table = np.array([[float(x) for x in row] for row in list(csv.reader(f))[1:]])
ROWS = 300
measures, quality = table[:ROWS, :11], table[:ROWS, 11]
# As numbers of fixed(27, 14), so that both sides have the same.
x = np.round((measures - measures.mean(0)) / measures.std(0) * 2**14) / 2**14
good = (quality >= 6).astype(int)
cuts = np.quantile(measures, [0.25, 0.5, 0.75], axis=0)
asked = np.concatenate([measures <= c for c in cuts], axis=1).astype(int)

CENTERS, PASSES = 3, 10
means = KMeans(CENTERS, init=x[:CENTERS], n_init=1, max_iter=PASSES, tol=0, algorithm="lloyd").fit(x)
axes = PCA(3, svd_solver="full").fit(x)
near = KNeighborsClassifier(5, algorithm="brute").fit(x[:200], good[:200])
tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(asked, good)
boost = GradientBoostingRegressor(n_estimators=4, learning_rate=0.5, max_depth=2, random_state=0).fit(asked, quality)
odds = HistGradientBoostingClassifier(max_iter=4, learning_rate=0.5, max_depth=2, min_samples_leaf=1, early_stopping=False).fit(asked, good)


def array(a):
    a = np.asarray(a)
    return {"shape": list(a.shape), "data": a.astype(float).ravel().tolist()}


def output(value, error):
    value = np.asarray(value, float).ravel()
    return {"value": value.tolist(), "error": [error] * len(value)}


classes = np.eye(2)[good]
cases = [
    {"computation": "heaps", "inputs": {"x": array(x), "first": array(x[:CENTERS])},
     "outputs": {"centers": output(means.cluster_centers_, 0.002), "of": output(means.labels_, 0)}},
    {"computation": "axes", "inputs": {"x": array(x)},
     "outputs": {"axes": output(axes.components_, 0.01), "variances": output(axes.explained_variance_ * (ROWS - 1) / ROWS, 0.01)}},
    {"computation": "neighbours", "inputs": {"q": array(x[200:220]), "x": array(x[:200]), "class": array(classes[:200])},
     "outputs": {"class_": output(near.predict(x[200:220]), 0)}},
    {"computation": "told", "inputs": {"asked": array(asked), "class": array(classes)},
     "outputs": {"probability": output(tree.predict_proba(asked), 0.001)}},
    {"computation": "boost", "inputs": {"asked": array(asked), "quality": array(quality)},
     "outputs": {"told": output(boost.predict(asked), 0.002)}},
    {"computation": "odds", "inputs": {"asked": array(asked), "good": array(good)},
     "outputs": {"told": output(odds.predict_proba(asked)[:, 1], 0.002)}},
]
with open("learning.json", "w") as f:
    json.dump({"columns": {}, "cases": cases}, f, separators=(",", ":"))
    f.write("\n")
