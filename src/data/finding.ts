import type {Place} from "../data-error.ts";

/** What one check of the contract found. */
export type Finding = {
  readonly check: string;
  /** `info` when there is nothing to act on; `error` stops a run. */
  readonly severity: "error" | "warning" | "info";
  /** Rows concerned; for the checks of daily volume, days. */
  readonly rows: number;
  /** Of all rows read, 0 to 1; for the checks of daily volume, of the days that were judged. */
  readonly share: number;
  /** One sentence. It stands on the card, so it quotes no cell and no row. */
  readonly message: string;
  /** Of a declared check that rows break, the first of them in the order of the files, at most three. */
  readonly places?: readonly Place[];
};
