"""Writes input.csv and expected.json: margins of models that Python's XGBoost trains (tree_method hist, one thread).

python make.py   (numpy 2, xgboost 3.2.0; numpy.random.default_rng(5))

Every feature has fewer than 256 distinct values, so both engines have the same candidate cuts, and the rows are few
enough that no two splits are nearly equal. The gradients of the engine under test are rounded to whole numbers,
those of XGBoost are single precision: margins agree to about 1e-6.
"""
import json
import numpy as np
import xgboost as xgb

r = np.random.default_rng(5)
n = 800
X = np.round(r.standard_normal((n, 6)) * 8)
X[:, 3] = r.poisson(2, n)
X[:, 4] = np.where(r.random(n) < 0.2, np.nan, X[:, 4])
X[:, 5] = np.where(r.random(n) < 0.1, np.nan, r.integers(0, 5, n))
z = np.sin(X[:, 0] / 8) + 0.05 * X[:, 1] * (X[:, 3] > 2) + np.where(np.isnan(X[:, 4]), 0.8, 0.05 * np.nan_to_num(X[:, 4]))
y = (r.random(n) < 1 / (1 + np.exp(-z))).astype(np.float32)
w = r.integers(1, 4, n).astype(np.float32)
names = [f"f{j}" for j in range(6)]
with open("input.csv", "w") as f:
    f.write(",".join(names + ["label", "weight"]) + "\n")
    for i in range(n):
        cells = ["" if np.isnan(v) else str(int(v)) for v in X[i]]
        f.write(",".join(cells + [str(int(y[i])), str(int(w[i]))]) + "\n")

base = dict(objective="binary:logistic", max_depth=4, eta=0.1, tree_method="hist", max_bin=256, min_child_weight=1, reg_lambda=1, nthread=1)
# Our options beside XGBoost's: the two say the same.
cases = {
    "plain": ({}, {}, False),
    "penalties": ({"l1": 0.5, "l2": 2.5, "minGain": 0.3, "minChildWeight": 5}, {"reg_alpha": 0.5, "reg_lambda": 2.5, "gamma": 0.3, "min_child_weight": 5}, True),
    "monotone": ({"monotone": {"f0": 1, "f1": -1}}, {"monotone_constraints": "(1,-1,0,0,0,0)"}, False),
    "leaf-wise": ({"growth": "leaf", "leaves": 9, "depth": 12, "positiveWeight": 3}, {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 12, "scale_pos_weight": 3}, False),
    "squared": ({"objective": "squared"}, {"objective": "reg:squarederror"}, False),
}
expected = {}
for name, (ours, theirs, weighted) in cases.items():
    p = {**base, **theirs}
    weight = w if weighted else None
    effective = (w if weighted else np.ones(n)) * np.where(y == 1, p.get("scale_pos_weight", 1), 1)
    p["base_score"] = float((effective * y).sum() / effective.sum())
    d = xgb.DMatrix(X.astype(np.float32), y, weight=weight, feature_names=names)
    booster = xgb.train(p, d, 20)
    margins = booster.predict(d, output_margin=True)
    expected[name] = {"options": {"trees": 20, "depth": 4, **ours}, "weighted": weighted, "margins": [round(float(m), 7) for m in margins]}
json.dump({"case": "xgboost_training", "source": f"xgboost {xgb.__version__}, trained by make.py", "tolerance": 5e-6, "expected": expected}, open("expected.json", "w"))
