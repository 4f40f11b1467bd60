/** What a process of its own is to do, as JSON on its command line. */
export type FeatureTask = {
  /** Write the log, compute the features, or read a table. */
  readonly what: "write" | "compute" | "read";
  /** Existing folder for what does not fit in memory. */
  readonly folder: string;
  /** The log, and where its roll-up goes for other engines. */
  readonly log: string;
  readonly rollup?: string;
  readonly events: number;
  readonly threads: number;
  /** What DuckDB may use, `"1GB"` say. */
  readonly memory: string;
};

export type FeatureFigures = {
  /** Of DuckDB, from the events to the roll-up; null where the roll-up was given. */
  readonly rollupCpuSeconds: number | null;
  readonly rollupWallSeconds: number | null;
  /** From the roll-up to the features. */
  readonly featureCpuSeconds: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  readonly rows: number;
  /** By feature, over the rows that have it. */
  readonly sums: readonly number[];
};

export type ReadFigures = {
  readonly rows: number;
  readonly columns: number;
  readonly readCpuSeconds: number;
  readonly readWallSeconds: number;
};
