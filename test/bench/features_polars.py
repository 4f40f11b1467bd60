"""Computes the 33 comparable features by polars from a given roll-up, and prints the figures as JSON.

The arguments are the engine, the roll-up in Parquet, the cutoffs as JSON, and the number of threads; without
arguments the versions are printed. The roll-up is in memory before the clock starts.
"""

import json
import os
import resource
import sys
import time

TYPES = ["view", "cart", "purchase", "email_open", "support", "return"]
WINDOWS = [7, 30, 90, 180, 365]
CHANNELS = ["app", "phone", "store", "web"]


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


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


def sums_of_windows(pl, cutoff):
    """Aggregations of the entries of a customer before the cutoff, a literal or a column."""
    age = cutoff - pl.col("day")

    def within(column, newer, older):
        inside = (age <= older) if newer == 0 else (age <= older) & (age > newer)
        return pl.when(inside).then(pl.col(column)).otherwise(0).sum()

    return (
        [pl.when(pl.col(t) > 0).then(pl.col("day")).max().alias(f"last_{t}") for t in TYPES]
        + [pl.col("day").min().alias("first")]
        + [within("purchase", 0, w).alias(f"orders_{w}") for w in WINDOWS]
        + [(within("purchase_sum", 0, w) / 10000).alias(f"amount_{w}") for w in WINDOWS]
        + [within("any", 0, w).alias(f"events_{w}") for w in WINDOWS]
        + [pl.col("gap").count().alias("gapcount"), pl.col("gap").sum().alias("gap_sum")]
        + [(pl.col("gap") * pl.col("gap")).sum().alias("gap_squares")]
        + [within(f, 30 * i, 30 * (i + 1)).alias(f"{f}_{i}") for f in ("purchase", "purchase_sum") for i in range(6)]
        + [within(channel, 0, 365).alias(f"all_{channel}") for channel in CHANNELS]
    )


def features_of(pl, frame, cutoff):
    n = pl.col("gapcount")
    mean = pl.when(n > 0).then(pl.col("gap_sum") / n)
    spread = n * pl.col("gap_squares") - pl.col("gap_sum") * pl.col("gap_sum")
    sd = pl.when(n > 1).then((spread / (n * (n - 1))).sqrt())

    def trend(of, scale):
        return sum((5 - 2 * i) * pl.col(f"{of}_{i}") for i in range(6)) / 35 / scale

    outputs = (
        [(cutoff - pl.col(f"last_{t}")).alias(f"since_{t}") for t in TYPES]
        + [(cutoff - pl.col("first")).alias("tenure")]
        + [pl.col(f"{of}_{w}") for w in WINDOWS for of in ("orders", "amount", "events")]
        + [n, mean.alias("gapmean"), sd.alias("gapsd"), (sd / mean).alias("gapcv")]
        + [((cutoff - pl.col("last_purchase")) / mean).alias("overdue")]
        + [trend("purchase", 1).alias("trend"), trend("purchase_sum", 10000).alias("amount_trend")]
        + [
            pl.when(pl.col("events_365") > 0).then(pl.col(f"all_{c}") / pl.col("events_365")).alias(f"share_{c}")
            for c in CHANNELS
        ]
    )
    return frame.select([o.cast(pl.Float32) for o in outputs])


def pass_a_cutoff(pl, rollup, cutoffs):
    """A pass over the entries before each cutoff."""
    parts = []
    for t in cutoffs:
        cutoff = pl.lit(t, pl.Int32)
        grouped = rollup.lazy().filter(pl.col("day") < t).group_by("c").agg(sums_of_windows(pl, cutoff))
        parts.append(features_of(pl, grouped, cutoff).collect())
    return pl.concat(parts)


def cross_join(pl, rollup, cutoffs):
    """All entries with all cutoffs, streamed."""
    asked = pl.LazyFrame({"cutoff": cutoffs}, schema={"cutoff": pl.Int32})
    pairs = rollup.lazy().join(asked, how="cross").filter(pl.col("day") < pl.col("cutoff"))
    grouped = pairs.group_by("c", "cutoff").agg(sums_of_windows(pl, pl.col("cutoff")))
    return features_of(pl, grouped, pl.col("cutoff")).collect(engine="streaming")


ENGINES = {"polars, a pass a cutoff": pass_a_cutoff, "polars, cross join": cross_join}


def run(engine, path, cutoffs, threads):
    os.environ["POLARS_MAX_THREADS"] = threads
    import polars as pl

    rollup = pl.read_parquet(path)
    cpu, wall = cpu_seconds(), time.perf_counter()
    bought = rollup.filter(pl.col("purchase") > 0).select("c", "day")
    gaps = bought.with_columns(pl.col("day").diff().over("c").cast(pl.Int64).alias("gap"))
    rollup = rollup.join(gaps, on=["c", "day"], how="left", maintain_order="left")
    found = ENGINES[engine](pl, rollup, json.loads(cutoffs))
    figures = {
        "rollupCpuSeconds": None,
        "rollupWallSeconds": None,
        "featureCpuSeconds": cpu_seconds() - cpu,
        "cpuSeconds": cpu_seconds() - cpu,
        "wallSeconds": time.perf_counter() - wall,
        "peakMegabytes": peak_megabytes(),
        "rows": found.height,
    }
    sums = found.select(pl.all().cast(pl.Float64).fill_nan(None).sum()).row(0)
    return figures | {"sums": list(sums)}


def versions():
    import polars

    return {"python": sys.version.split()[0], "polars": polars.__version__}


print(json.dumps(run(*sys.argv[1:]) if len(sys.argv) > 1 else versions()))
