"""Makes expected.json out of the files that LightGBM and shap wrote: python make.py FOLDER > expected.json

FOLDER holds model.json and model_numeric.json (dump_model of LightGBM 4.7.0, 500 rows of input.csv, 12 trees of 6
leaves), input.csv, input_nonan.csv and expected.json (pred_contrib; interactions and interventional values of shap
0.51.0). LightGBM parts by double-precision x <= t: the threshold written here is the least value of the column above
t, in single precision, so that each row of the input takes the same way by x < threshold. A category on LightGBM's
left list goes right here, so the children change places; a missing category goes LightGBM's right way.
"""
import csv
import json
import struct
import sys

folder = sys.argv[1]


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def columns(name):
    with open(f"{folder}/{name}", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [float(row[key]) if row[key] else None for row in rows] for key in rows[0] if key != "y"}


def trees(model, table):
    names = model["feature_names"]
    out = []
    for info in model["tree_info"]:
        tree = {key: [] for key in ("feature", "threshold", "missingLeft", "left", "right", "value", "gain", "cover", "rows")}
        tree["categories"] = {}

        def visit(node):
            at = len(tree["feature"])
            leaf = "leaf_value" in node
            count = node["leaf_count"] if leaf else node["internal_count"]
            for key, value in (
                ("feature", -1), ("threshold", 0), ("missingLeft", 0), ("left", 0), ("right", 0),
                ("value", node.get("leaf_value", 0)), ("gain", node.get("split_gain", 0)), ("cover", count), ("rows", count),
            ):
                tree[key].append(value)
            if leaf:
                return at
            tree["feature"][at] = node["split_feature"]
            first, second = node["left_child"], node["right_child"]
            if node["decision_type"] == "==":
                tree["categories"][at] = sorted(int(code) for code in node["threshold"].split("||"))
                tree["missingLeft"][at] = 1
                first, second = second, first
            else:
                known = [x for x in table[names[node["split_feature"]]] if x is not None]
                above = single(min(x for x in known if x > node["threshold"]))
                assert all((single(x) < above) == (x <= node["threshold"]) for x in known)
                tree["threshold"][at] = above
                # Without missing values in training, LightGBM takes a missing one for 0.
                none = node["missing_type"] == "None"
                tree["missingLeft"][at] = int(0 <= node["threshold"] if none else node["default_left"])
            tree["left"][at] = visit(first)
            tree["right"][at] = visit(second)
            return at

        visit(info["tree_structure"])
        out.append(tree)
    return out


def part(model, table, rows, **expected):
    values = {name: column[:rows] for name, column in table.items()}
    with open(f"{folder}/{model}") as file:
        return {"x": values, "trees": trees(json.load(file), table), **expected}


with open(f"{folder}/expected.json") as file:
    golden = json.load(file)["expected"]
numeric = golden["numeric"]
table = columns("input.csv")
plain = {name: column for name, column in columns("input_nonan.csv").items() if name in numeric["features"]}
json.dump(
    {
        "case": "lightgbm_treeshap",
        "source": "LightGBM 4.7.0 dump_model and pred_contrib, shap 0.51.0, brought to this form by make.py",
        "tolerance": 1e-6,
        "expected": {
            "mixed": part("model.json", table, 50, contributions=golden["pred_contrib_first50"]),
            "numeric": part(
                "model_numeric.json", plain, 20,
                contributions=numeric["path_dependent_first15"],
                interactions=numeric["interaction_values_first10"],
                background=20,
                against=numeric["interventional_shap_first15"],
                againstBase=numeric["interventional_expected_value"],
            ),
        },
    },
    sys.stdout,
)
