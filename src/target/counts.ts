import type {Instant} from "../data/instant.ts";
import type {Cohort} from "./cohort.ts";
import type {Targets} from "./targets.ts";

/** What the targets of a cohort come to. Positives, agreements and structural zeros count mature rows. */
export type TargetCounts = {
  readonly rows: number;
  readonly mature: number;
  /** Rows without a label: their window, or its grace period, is not yet fully observed. */
  readonly immature: number;
  /** Positives. */
  readonly within: number;
  readonly in: number;
  readonly silent: number;
  /** Rows where WITHIN and SILENT say the same. */
  readonly agree: number;
  /** WITHIN positives with an activity event inside the window. */
  readonly withinButActive: number;
  /** SILENT positives that are not WITHIN positives. */
  readonly silentNotWithin: number;
  readonly structuralZero: number;
  /**
   * Rows whose customer had left before the cutoff, which became known only on it or later, and that are no WITHIN
   * positives for it: the churn day lies before the window.
   */
  readonly goneBefore: number;
};

export type TargetCountTable = {
  /** In the order of the cohort's cutoffs. */
  readonly byCutoff: readonly (TargetCounts & {readonly cutoff: Instant})[];
  readonly overall: TargetCounts;
};

/** Counts a cohort's targets by cutoff and over all cutoffs. */
export function targetCounts(cohort: Cohort, targets: Targets): TargetCountTable {
  const {cutoffs, rows, cutoff} = cohort;
  const {within, silent, structuralZero, goneBefore} = targets;
  const byCutoff = cutoffs.map(day => ({cutoff: day, ...noCounts()}));
  for (let i = 0; i < rows; i++) {
    const counts = byCutoff[cutoff[i]!]!;
    counts.rows++;
    if (within[i] === -1) {
      counts.immature++;
      continue;
    }
    const [w, s] = [within[i]!, silent[i]!];
    counts.mature++;
    counts.within += w;
    counts.in += targets.in[i]!;
    counts.silent += s;
    counts.structuralZero += structuralZero[i]!;
    if (goneBefore[i] === 1 && w === 0) counts.goneBefore++;
    if (w === s) counts.agree++;
    else if (w === 1) counts.withinButActive++;
    else counts.silentNotWithin++;
  }
  const overall = noCounts();
  for (const counts of byCutoff)
    for (const key of Object.keys(overall) as (keyof TargetCounts)[]) overall[key] += counts[key];
  return {byCutoff, overall};
}

const noCounts = (): {-readonly [K in keyof TargetCounts]: number} => ({
  rows: 0,
  mature: 0,
  immature: 0,
  within: 0,
  in: 0,
  silent: 0,
  agree: 0,
  withinButActive: 0,
  silentNotWithin: 0,
  structuralZero: 0,
  goneBefore: 0,
});
