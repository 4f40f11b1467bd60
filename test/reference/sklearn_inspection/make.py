# Writes model.json: the model that the cases in expected.json were computed with. scikit-learn 1.9.1.
import json
import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingClassifier

table = np.loadtxt("input.csv", delimiter=",", skiprows=1)
x, y = table[:, :4], table[:, 4]
settings = dict(n_estimators=10, max_depth=3, learning_rate=0.2, min_samples_leaf=10, random_state=0)
model = GradientBoostingClassifier(**settings).fit(x, y)
trees = []
for estimator in model.estimators_[:, 0]:
    t = estimator.tree_
    trees.append({
        "feature": [int(max(f, -1)) for f in t.feature],
        "threshold": [float(v) if t.feature[i] >= 0 else 0.0 for i, v in enumerate(t.threshold)],
        "left": [int(max(0, v)) for v in t.children_left],
        "right": [int(max(0, v)) for v in t.children_right],
        "value": [float(v) for v in t.value[:, 0, 0]],
    })
prior = y.mean()
json.dump({
    "source": f"scikit-learn {sklearn.__version__}: GradientBoostingClassifier({settings}) on input.csv",
    "notes": "margin = base + rate * sum of leaf values; a row goes left when the feature, in single precision, is <= threshold",
    "base": float(np.log(prior / (1 - prior))),
    "rate": settings["learning_rate"],
    "trees": trees,
    "margins_first5": [float(v) for v in model.decision_function(x)[:5]],
}, open("model.json", "w"))
