"""Writes input.csv and expected.json: what scikit-learn's preprocessing makes of the same rows.

python make.py   (scikit-learn 1.9.1, numpy 2.4.6; numpy.random.default_rng(9))

One row a customer, so that a level's customers are its rows, as scikit-learn counts. Rows 300 to 359 are later ones:
they take no part in fitting, and hold levels and values that training has not. In the CSV an empty cell is missing.

- TargetEncoder(smooth=20).encodings_ and transform: the m-estimate of all rows. Its fit_transform is not used: it shrinks
  towards the prior of the other folds, churnbook towards that of all.
- OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20): levels of fewer rows together; categories
  ascending, the column of the infrequent last.
- OrdinalEncoder: unknown and missing are NaN.
- SimpleImputer(strategy="median", add_indicator=True), then StandardScaler.
- numpy.quantile(method="inverted_cdf"), type 1 of Hyndman and Fan: the lower bound at 5 %; the upper one is minus that
  of minus the values.
"""
import json

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

r = np.random.default_rng(9)
n, train = 360, 300
city = np.array([f"city {int(60 * u * u)}" for u in r.random(n)], dtype=object)
plan = np.array(["basic", "plus", "family"], dtype=object)[r.integers(0, 3, n)]
source = np.array(["web" if u < 0.6 else "shop" if u < 0.9 else f"partner {int(100 * u) % 7}" for u in r.random(n)], dtype=object)
size = np.array(["small", "middle", "large"], dtype=object)[r.integers(0, 3, n)]
spend = np.round(r.gamma(2, 50, n), 2)
spend[r.random(n) < 0.15] = np.nan
y = (r.random(n) < 0.35).astype(int)
city[train] = "city of nobody"
source[train + 1] = "partner of nobody"
size[r.random(n) < 0.1] = None
with open("input.csv", "w") as f:
    f.write("city,plan,source,size,spend,y\n")
    for i in range(n):
        f.write(f"{city[i]},{plan[i]},{source[i]},{size[i] or ''},{'' if np.isnan(spend[i]) else spend[i]},{y[i]}\n")

col = lambda a: a.reshape(-1, 1)
target = TargetEncoder(smooth=20.0, target_type="binary").fit(col(city[:train]), y[:train])
onehot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20, sparse_output=False).fit(col(source[:train]))
plain = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(col(plan[:train]))
ordinal = OrdinalEncoder(categories=[["small", "middle", "large"]], handle_unknown="use_encoded_value", unknown_value=np.nan,
                         encoded_missing_value=np.nan)
known = np.array([v is not None for v in size])
ordinal.fit(col(size[:train][known[:train]]))
codes = np.full(n, np.nan)
codes[known] = ordinal.transform(col(size[known]))[:, 0]
imputer = SimpleImputer(strategy="median", add_indicator=True).fit(col(spend[:train]))
scaler = StandardScaler().fit(imputer.transform(col(spend[:train])))
seen = spend[:train][~np.isnan(spend[:train])]
numbers = lambda a: [None if np.isnan(v) else float(v) for v in np.ravel(a)]
json.dump({
    "case": "sklearn_encoders",
    "source": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, by make.py",
    "tolerance": 1e-12,
    "tolerance_reason": "sums of 300 doubles in another order",
    "expected": {
        "train": train,
        "target": numbers(target.transform(col(city))),
        "oneHotPlan": [numbers(c) for c in plain.transform(col(plan)).T],
        "oneHotSource": [numbers(c) for c in onehot.transform(col(source)).T],
        "oneHotSourceNames": [str(v) for v in onehot.get_feature_names_out(["source"])],
        "ordinal": numbers(codes),
        "imputedScaled": [numbers(c) for c in scaler.transform(imputer.transform(col(spend))).T],
        "bounds": [float(np.quantile(seen, 0.05, method="inverted_cdf")), float(-np.quantile(-seen, 0.05, method="inverted_cdf"))],
    },
}, open("expected.json", "w"), indent=1)
