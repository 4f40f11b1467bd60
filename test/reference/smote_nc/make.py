"""Makes input.csv and expected.json beside this file: imbalanced-learn's SMOTE and SMOTENC on made-up churners.

pip install imbalanced-learn==0.14.2 (scikit-learn 1.9.1); python make.py
"""

import csv
import json
from pathlib import Path

import imblearn
import numpy as np
import sklearn
from imblearn.over_sampling import SMOTE, SMOTENC
from sklearn.neighbors import NearestNeighbors

here = Path(__file__).parent
random = np.random.default_rng(5)
CHURNERS, OTHERS, MADE_UP = 150, 400, 20_000

plan = random.choice(4, CHURNERS, p=[0.5, 0.25, 0.15, 0.1])
numbers = np.column_stack([
    random.gamma(2, 30, CHURNERS) + 20 * plan,
    random.normal(0, 1, CHURNERS) - 0.5 * plan,
    random.uniform(0, 300, CHURNERS),
])
# In standard deviations of the churners, so that both programs measure alike.
numbers = np.round((numbers - numbers.mean(axis=0)) / numbers.std(axis=0), 6)
others = np.column_stack([np.round(random.normal(0, 1, (OTHERS, 3)), 6), random.choice(4, OTHERS)])
rows = np.vstack([np.column_stack([numbers, plan]), others])
y = np.r_[np.ones(CHURNERS), np.zeros(OTHERS)].astype(int)

with open(here / "input.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["y", "spend", "trend", "tenure", "plan"])
    for label, row in zip(y, rows):
        out.writerow([label, *row[:3], int(row[3])])


def summary(made):
    kept = {"mean": made[:, :3].mean(axis=0).tolist(), "sd": made[:, :3].std(axis=0).tolist()}
    kept["correlation"] = np.corrcoef(made[:, :3].T)[np.triu_indices(3, 1)].tolist()
    if made.shape[1] == 4:
        kept["plans"] = [float((made[:, 3] == level).mean()) for level in range(4)]
        kept["meanByPlan"] = [made[made[:, 3] == level, :3].mean(axis=0).tolist() for level in range(4)]
    return kept


strategy = {1: CHURNERS + MADE_UP}
options = {"sampling_strategy": strategy, "k_neighbors": 5, "random_state": 1}
plain, _ = SMOTE(**options).fit_resample(rows[:, :3], y)
mixed, _ = SMOTENC(categorical_features=[3], **options).fit_resample(rows, y)
scaled = numbers / numbers.std(axis=0)
near = NearestNeighbors(n_neighbors=6).fit(scaled).kneighbors(scaled, return_distance=False)[:, 1:]

expected = {
    "case": "smote_nc",
    "source": f"imbalanced-learn {imblearn.__version__} SMOTE and SMOTENC, scikit-learn {sklearn.__version__} NearestNeighbors",
    "notes": "the first 150 rows are the churners; SMOTENC gives a differing category half of the squared distance "
    "that Chawla et al. give it",
    "expected": {
        "neighbours": near.tolist(),
        "smote": summary(plain[len(y):]),
        "smoteNc": summary(mixed[len(y):]),
    },
}
(here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
