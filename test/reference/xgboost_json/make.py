"""Trains three small models with the XGBoost at hand and writes them and what they predict.

python make.py FOLDER: writes NAME-VERSION.json, as save_model does, and expected-VERSION.json.
"""

import json
import sys
from pathlib import Path

import numpy as np
import xgboost

SEED = 20261123
NAMES = ["recency", "spend", "visits", "plan"]
TYPES = ["float", "float", "float", "c"]
COMMON = {"max_depth": 3, "tree_method": "hist", "nthread": 1, "seed": SEED, "learning_rate": 0.5}


def table(random, rows, plans):
    x = random.normal(size=(rows, 4)).astype(np.float32)
    x[:, 2] = random.integers(0, 4, rows)
    x[:, 3] = random.integers(0, plans, rows)
    # What is missing is a third of one column, and tells something: splits learn a side for it.
    x[random.random(rows) < 0.33, 0] = np.nan
    x[random.random(rows) < 0.1, 3] = np.nan
    return x


def short(values):
    return [short(v) for v in values] if np.ndim(values) else None if np.isnan(values) else float(f"{values:.9g}")


def main(folder):
    random = np.random.default_rng(SEED)
    x = table(random, 400, 8)
    score = np.isnan(x[:, 0]) - 0.7 * x[:, 1] + np.isin(x[:, 3], [1, 4, 6]) * 1.5 - 2
    y = (score + random.logistic(size=400) > 0).astype(np.float32)
    # Categories that training did not see, and values on the thresholds, are among what is predicted.
    rows = table(random, 24, 12)
    known = {
        "numeric": ({**COMMON, "objective": "binary:logistic", "scale_pos_weight": 2.0}, 3, 3),
        "categorical": ({**COMMON, "objective": "binary:logistic", "max_cat_to_onehot": 1, "base_score": 0.2}, 4, 3),
        "forest": ({**COMMON, "objective": "reg:squarederror", "num_parallel_tree": 2, "subsample": 0.6}, 4, 2),
    }
    version = xgboost.__version__
    expected = {}
    for name, (parameters, columns, rounds) in known.items():
        named = {"feature_names": NAMES[:columns], "feature_types": TYPES[:columns]} if columns == 4 else {}
        data = xgboost.DMatrix(x[:, :columns], label=y, enable_categorical=True, **named)
        booster = xgboost.train(parameters, data, rounds)
        booster.save_model(Path(folder) / f"{name}-{version}.json")
        given = rows[:, :columns].copy()
        first = json.loads(booster.get_dump(dump_format="json")[0])
        if not isinstance(first["split_condition"], list) and first["split"] not in ("plan", "f3"):
            column = booster.feature_names.index(first["split"]) if named else int(first["split"][1:])
            given[0, column] = first["split_condition"]
        given_data = xgboost.DMatrix(given, enable_categorical=True, **named)
        expected[name] = {
            "rows": short(given),
            "predictions": short(booster.predict(given_data)),
            "margins": short(booster.predict(given_data, output_margin=True)),
            "contributions": short(booster.predict(given_data, pred_contribs=True)),
        }
    (Path(folder) / f"expected-{version}.json").write_text(
        json.dumps(
            {
                "case": "xgboost_json",
                "source": f"XGBoost {version}, NumPy {np.__version__}, make.py, seed {SEED}",
                "notes": "contributions are pred_contribs, the bias last; null is missing",
                "tolerance": 1e-06,
                "inputs": [f"{name}-{version}.json" for name in known],
                "expected": expected,
            }
        ).replace("], [", "],\n[")
        + "\n"
    )


main(sys.argv[1])
