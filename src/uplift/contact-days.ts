import type {ContactTrial} from "./contacts.ts";
import {chiSquareAbove} from "./experiment/distributions.ts";
import {rowsWhere, takeUplift} from "./uplift-data.ts";

/** Below this, days whose shares of treated differ are days of different lots. */
const ALPHA = 0.001;

/**
 * Contacts with the chance of treatment of their own day, where days were drawn by different lots: with one chance for
 * all, what differs between the days would be taken for an effect. Days differ when a chi-square test of the same share on
 * all of them says so at 0.1%; then each row's propensity is the share of its day, and days with one arm only, which
 * compare with nothing, are left out. Else the contacts are as they were.
 * @returns the contacts, none where no day has both arms, and the rows left out.
 */
export function byDayOfContact(data: ContactTrial): {
  readonly data: ContactTrial | undefined;
  readonly oneArmed: number;
} {
  const {trial, day} = data;
  const rows = new Map<number, {n: number; treated: number}>();
  day.forEach((on, i) => {
    const own = rows.get(on) ?? {n: 0, treated: 0};
    rows.set(on, {n: own.n + 1, treated: own.treated + trial.treated[i]!});
  });
  const share = trial.treated.reduce((sum, one) => sum + one, 0) / day.length;
  const days = [...rows.values()];
  // For each day both arms: (observed - expected)² / expected adds up to this.
  const statistic = days.reduce(
    (sum, {n, treated}) => sum + (treated - n * share) ** 2 / (n * share * (1 - share)),
    0,
  );
  if (days.length < 2 || chiSquareAbove(statistic, days.length - 1) >= ALPHA) return {data, oneArmed: 0};
  const shareOn = (on: number) => rows.get(on)!.treated / rows.get(on)!.n;
  const kept = rowsWhere(day, on => shareOn(on) > 0 && shareOn(on) < 1);
  if (kept.length === 0) return {data: undefined, oneArmed: day.length};
  const own = Int32Array.from(kept, i => day[i]!);
  const {trial: taken, ...rest} = takeUplift(data, kept);
  return {
    data: {
      ...{...data, ...rest},
      day: own,
      trial: {...taken, propensity: Float64Array.from(own, shareOn)},
    },
    oneArmed: day.length - kept.length,
  };
}
