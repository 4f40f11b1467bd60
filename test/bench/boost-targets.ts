import type {BoostRow} from "./boost.ts";

/** What the engine is to reach against another engine, by name of a case. */
export type Target = {
  readonly title: string;
  /** Start of the names of the engines compared with; empty: all. */
  readonly against: string;
  readonly threads: number;
  readonly figure: Figure;
  /** "ratio": ours to theirs; "difference": how far ours is from theirs. */
  readonly as: "ratio" | "difference";
  /** Which of their variants counts: the best in this figure. */
  readonly rival: Figure;
  readonly most?: {readonly [caseName: string]: number};
  readonly least?: {readonly [caseName: string]: number};
};

type Figure =
  | "trainCpuSeconds"
  | "wallSeconds"
  | "peakMegabytes"
  | "predictCpuSeconds"
  | "shapRowsPerSecond"
  | "auc";

/** More is better in these. */
const RISING: readonly Figure[] = ["shapRowsPerSecond", "auc"];

const oneThread = {threads: 1, figure: "trainCpuSeconds", as: "ratio", rival: "trainCpuSeconds"} as const;
const twoThreads = {threads: 2, figure: "wallSeconds", as: "ratio", rival: "wallSeconds"} as const;
const lightGbm = {against: "LightGBM"} as const;
const xgBoost = {against: "XGBoost", most: {"10k": 0.5, "100k": 0.7, "1M": 0.7}} as const;
const memory = {figure: "peakMegabytes", most: {"10k": 1, "100k": 1, "1M": 1}} as const;

export const TARGETS: readonly Target[] = [
  {
    title: "train, 1 thread, CPU time against LightGBM",
    ...lightGbm,
    ...oneThread,
    most: {"10k": 0.7, "100k": 0.9, "1M": 1},
  },
  {
    title: "train, 2 threads, wall against LightGBM",
    ...lightGbm,
    ...twoThreads,
    most: {"10k": 0.7, "100k": 1, "1M": 1},
  },
  {title: "train, 1 thread, CPU time against XGBoost hist", ...oneThread, ...xgBoost},
  {title: "train, 2 threads, wall against XGBoost hist", ...twoThreads, ...xgBoost},
  {title: "peak memory, 1 thread, against LightGBM", ...lightGbm, ...oneThread, ...memory},
  {title: "peak memory, 2 threads, against LightGBM", ...lightGbm, ...twoThreads, ...memory},
  {
    title: "predict, 1 thread, CPU time against the fastest",
    against: "",
    threads: 1,
    figure: "predictCpuSeconds",
    as: "ratio",
    rival: "predictCpuSeconds",
    most: {"100k": 0.7},
  },
  {
    title: "exact SHAP rows a second against LightGBM",
    ...lightGbm,
    threads: 1,
    figure: "shapRowsPerSecond",
    as: "ratio",
    rival: "shapRowsPerSecond",
    least: {"100k": 8},
  },
  {
    title: "AUC against LightGBM, difference",
    ...lightGbm,
    ...oneThread,
    figure: "auc",
    as: "difference",
    most: {"100k": 0.001, "1M": 0.001},
  },
];

export type Verdict = {
  readonly target: string;
  readonly case: string;
  /** Nothing where an engine or its figure is absent. */
  readonly value: number | null;
  readonly rival: string | null;
  readonly most?: number;
  readonly least?: number;
  readonly met: boolean | null;
};

/** Whether each target is met in each case that it is set for and that was measured. */
export function verdictsOn(rows: readonly BoostRow[], own: string, targets = TARGETS): Verdict[] {
  return targets.flatMap(target =>
    Object.entries(target.most ?? target.least ?? {}).flatMap(([name, limit]) => {
      if (!rows.some(row => row.case === name)) return [];
      const of = rows.filter(row => row.case === name && row.threads === target.threads);
      const ours = of.find(({engine}) => engine === own)?.[target.figure] ?? null;
      const rival = best(
        of.filter(({engine}) => engine !== own && engine.startsWith(target.against)),
        target.rival,
      );
      const theirs = rival?.[target.figure] ?? null;
      const value =
        ours === null || theirs === null ? null : target.as === "ratio" ? ours / theirs : ours - theirs;
      const met = value === null ? null : target.most ? Math.abs(value) <= limit : value >= limit;
      return {
        target: target.title,
        case: name,
        value,
        rival: rival?.engine ?? null,
        ...(target.most ? {most: limit} : {least: limit}),
        met,
      };
    }),
  );
}

function best(rows: readonly BoostRow[], figure: Figure): BoostRow | undefined {
  const sign = RISING.includes(figure) ? -1 : 1;
  const known = rows.filter(row => row[figure] !== null);
  return known.toSorted((a, b) => sign * (a[figure]! - b[figure]!))[0];
}
