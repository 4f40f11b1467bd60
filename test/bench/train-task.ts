/** What a child process is to do: train once, predict, explain. */
export type TrainTask = {
  readonly engine: string;
  /** Of the rows written; the number of rows and test rows there decides where a column begins. */
  readonly folder: string;
  readonly rowsWritten: number;
  readonly testRows: number;
  readonly features: number;
  /** The first rows to train on. */
  readonly rows: number;
  readonly threads: number;
  readonly parameters: TrainParameters;
  /** Test rows to explain; 0: none. */
  readonly shapRows: number;
  /** File for the test rows' margins, single precision. */
  readonly margins: string;
  /** The folder of the compiled engine, as a URL that ends in a slash. */
  readonly compiled: string;
};

/** As our engine names them; the others' program has their names for the same. */
export type TrainParameters = {
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
  readonly l2: number;
  readonly minChildWeight: number;
  readonly bins: number;
};

/** What a child process prints. Seconds of CPU are those of all threads of the process. */
export type TrainFigures = {
  /** Binning and fitting, from data in memory to model. */
  readonly trainCpuSeconds: number;
  readonly wallSeconds: number;
  /** Highest resident memory until the model was there, and before the data was read. */
  readonly peakMegabytes: number;
  readonly baselineMegabytes: number;
  /** Of all test rows, their margins. */
  readonly predictCpuSeconds: number;
  readonly predictWallSeconds: number;
  /** Exact SHAP values of `shapRows` test rows by CPU time; null when not asked for or not offered. */
  readonly shapRowsPerSecond: number | null;
  /** The largest difference of a row's SHAP values, summed, to its margin. */
  readonly shapSumError: number | null;
  /** SHA-256 of the model. */
  readonly model: string;
};
