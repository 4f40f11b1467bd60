"""What XGBoost makes of exported models.

Reads from stdin {"cases": [{"model": path, "names": [...], "types": [...], "rows": [[...]]}]}, null is missing; each
model is saved again beside itself, as PATH.again.json. Writes JSON to stdout.
"""

import json
import sys

import numpy as np
import xgboost


def check(model, names, types, rows):
    booster = xgboost.Booster()
    booster.load_model(model)
    booster.save_model(model + ".again.json")
    table = np.array([[np.nan if v is None else v for v in row] for row in rows], np.float32)
    data = xgboost.DMatrix(table, feature_names=names, feature_types=types, enable_categorical=True)
    return {
        "predictions": booster.predict(data).tolist(),
        "margins": booster.predict(data, output_margin=True).tolist(),
        "contributions": booster.predict(data, pred_contribs=True).tolist(),
    }


cases = json.load(sys.stdin)["cases"]
json.dump({"version": xgboost.__version__, "results": [check(**case) for case in cases]}, sys.stdout)
