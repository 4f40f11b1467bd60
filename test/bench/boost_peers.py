"""Trains another engine once in a fresh process, predicts, explains, and prints the figures as JSON.

The argument is a TrainTask as JSON (train-task.ts); without one, the versions of the engines are printed.
"""

import hashlib
import importlib
import json
import os
import resource
import sys
import time


def versions():
    found = {"python": sys.version.split()[0]}
    for name, module in (("lightgbm", "lightgbm"), ("xgboost", "xgboost"), ("scikit-learn", "sklearn")):
        try:
            found[name] = importlib.import_module(module).__version__
        except (ImportError, OSError):  # the latter where a library of the system is missing
            pass
    return found


def peak_megabytes():
    """Of this program alone: the peak of getrusage may be that of the process that started it."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except FileNotFoundError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


class Stopwatch:
    def __init__(self):
        self.cpu, self.wall = self._cpu(), time.perf_counter()

    def seconds(self):
        return self._cpu() - self.cpu, time.perf_counter() - self.wall

    @staticmethod
    def _cpu():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime


class LightGBM:
    def __init__(self, by_row):
        self.engine = importlib.import_module("lightgbm")
        self.by_row = by_row

    def fit(self, x, y, p, threads):
        self.threads = threads
        parameters = {
            "objective": "binary",
            "learning_rate": p["rate"],
            "num_leaves": 2 ** p["depth"],
            "max_depth": p["depth"],
            "num_threads": threads,
            "min_data_in_leaf": 1,
            "min_data_in_bin": 1,
            "min_sum_hessian_in_leaf": p["minChildWeight"],
            "lambda_l2": p["l2"],
            "max_bin": p["bins"],
            "verbose": -1,
            "seed": 1,
            "deterministic": True,
            "force_row_wise" if self.by_row else "force_col_wise": True,
        }
        data = self.engine.Dataset(x, y, params=parameters).construct()
        self.model = self.engine.train(parameters, data, p["trees"])

    def margins(self, x):
        return self.model.predict(x, raw_score=True, num_threads=self.threads)

    def shap(self, x):
        return self.model.predict(x, pred_contrib=True, num_threads=self.threads)

    def bytes(self):
        # What follows tells of the run, its number of threads too.
        return self.model.model_to_string().split("\nparameters:")[0].encode()


class XGBoost:
    def __init__(self, quantiles_first):
        self.engine = importlib.import_module("xgboost")
        self.quantiles_first = quantiles_first

    def fit(self, x, y, p, threads):
        self.threads = threads
        parameters = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "eta": p["rate"],
            "max_depth": p["depth"],
            "min_child_weight": p["minChildWeight"],
            "reg_lambda": p["l2"],
            "max_bin": p["bins"],
            "nthread": threads,
            "seed": 1,
        }
        if self.quantiles_first:
            data = self.engine.QuantileDMatrix(x, label=y, max_bin=p["bins"], nthread=threads)
        else:
            data = self.engine.DMatrix(x, label=y, nthread=threads)
        self.model = self.engine.train(parameters, data, p["trees"])

    def margins(self, x):
        return self.model.inplace_predict(x, predict_type="margin")

    def shap(self, x):
        return self.model.predict(self.engine.DMatrix(x, nthread=self.threads), pred_contribs=True)

    def bytes(self):
        return bytes(self.model.save_raw("json"))


class ScikitLearn:
    shap = None

    def __init__(self):
        self.engine = importlib.import_module("sklearn.ensemble")

    def fit(self, x, y, p, threads):
        self.model = self.engine.HistGradientBoostingClassifier(
            learning_rate=p["rate"],
            max_iter=p["trees"],
            max_depth=p["depth"],
            max_leaf_nodes=2 ** p["depth"],
            min_samples_leaf=1,
            l2_regularization=p["l2"],
            max_bins=p["bins"],
            early_stopping=False,
            random_state=1,
        ).fit(x, y)

    def margins(self, x):
        return self.model.decision_function(x)

    def bytes(self):
        return b"".join(tree.nodes.tobytes() for (tree,) in self.model._predictors)


ENGINES = {
    "LightGBM by row": lambda: LightGBM(by_row=True),
    "LightGBM by column": lambda: LightGBM(by_row=False),
    "XGBoost by DMatrix": lambda: XGBoost(quantiles_first=False),
    "XGBoost by QuantileDMatrix": lambda: XGBoost(quantiles_first=True),
    "scikit-learn": ScikitLearn,
}


def run(task):
    # scikit-learn has no parameter for it.
    os.environ["OMP_NUM_THREADS"] = str(task["threads"])
    import numpy as np

    engine = ENGINES[task["engine"]]()
    baseline = peak_megabytes()

    def read(name, count, width):
        path = os.path.join(task["folder"], name + ".f32")
        values = np.fromfile(path, np.float32, count * width)
        return values.reshape(count, width) if width > 1 else values

    x, y = read("train.rows", task["rows"], task["features"]), read("train.labels", task["rows"], 1)
    training = Stopwatch()
    engine.fit(x, y, task["parameters"], task["threads"])
    train_cpu, train_wall = training.seconds()
    peak = peak_megabytes()

    test = read("test.rows", task["testRows"], task["features"])
    predicting = Stopwatch()
    margins = engine.margins(test)
    predict_cpu, predict_wall = predicting.seconds()
    margins.astype(np.float32).tofile(task["margins"])
    per_second = error = None
    if task["shapRows"] > 0 and engine.shap:
        explaining = Stopwatch()
        shares = engine.shap(test[: task["shapRows"]])
        per_second = len(shares) / explaining.seconds()[0]
        error = float(np.abs(shares.sum(axis=1, dtype=np.float64) - margins[: len(shares)]).max())
    return {
        "trainCpuSeconds": train_cpu,
        "wallSeconds": train_wall,
        "peakMegabytes": peak,
        "baselineMegabytes": baseline,
        "predictCpuSeconds": predict_cpu,
        "predictWallSeconds": predict_wall,
        "shapRowsPerSecond": per_second,
        "shapSumError": error,
        "model": hashlib.sha256(engine.bytes()).hexdigest(),
    }


print(json.dumps(run(json.loads(sys.argv[1])) if len(sys.argv) > 1 else versions()))
