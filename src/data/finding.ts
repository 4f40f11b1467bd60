/** What one check of the contract found. */
export type Finding = {
  readonly check: string;
  /** `info` when there is nothing to act on; `error` stops a run. */
  readonly severity: "error" | "warning" | "info";
  /** Rows concerned; for the checks of daily volume, days. */
  readonly rows: number;
  /** Of all rows read, 0 to 1; for the checks of daily volume, of the days from the first to the last event. */
  readonly share: number;
  /** One sentence. */
  readonly message: string;
};
