import type {EventLog} from "../../data/event-log.ts";
import {typeCode} from "../../target/churn.ts";
import {buildCohort, type Cohort} from "../../target/cohort.ts";
import {type ContactOptions, type ContactTrial, takeCohort} from "../contacts.ts";
import type {ObservedContacts} from "./targeting.ts";

/**
 * The contacts moved `days` back: the rows of those customers who were active then, with what was known then, and as
 * outcome how many events of the study's activity lie in [day − days, day). A contact cannot have changed that, so an
 * effect on it is what the covariates leave over of how contacts were chosen (a negative-control outcome; Lipsitch,
 * Tchetgen Tchetgen and Cohen 2010).
 * @param days at least 1. @returns rows by day, then customer; none where nobody was active.
 */
export async function earlierContacts(
  log: EventLog,
  {trial, day}: Pick<ContactTrial, "trial" | "day">,
  {
    days,
    churn,
    activity,
    minimumTenureDays = 0,
    features,
  }: Pick<ContactOptions, "churn" | "activity" | "minimumTenureDays" | "features"> & {readonly days: number},
): Promise<ObservedContacts> {
  const armOf = new Map<string, number>();
  trial.customer.forEach((c, i) => {
    armOf.set(`${day[i]! - days} ${c}`, trial.treated[i]!);
  });
  const cutoffs = [...new Set(day.map(d => d - days))].sort((a, b) => a - b);
  const whole = buildCohort(log, {churn, cutoffs, activity, minimumTenureDays});
  const arm = (i: number) => armOf.get(`${cutoffs[whole.cutoff[i]!]} ${whole.customer[i]}`);
  const cohort = takeCohort(whole, i => arm(i) !== undefined);
  const from = (i: number) => cutoffs[cohort.cutoff[i]!]!;
  return {
    x: await features(cohort),
    outcome: countEvents(log, cohort, {activity, from, days}),
    treated: Uint8Array.from(cohort.customer, (c, i) => armOf.get(`${from(i)} ${c}`)!),
    customer: cohort.customer,
    ids: log.customers,
  };
}

function countEvents(
  log: EventLog,
  {customer}: Cohort,
  {
    activity,
    from,
    days,
  }: {readonly activity: string; readonly from: (row: number) => number; readonly days: number},
): Float64Array {
  const code = typeCode(log, activity, "activity");
  return Float64Array.from(customer, (c, row) => {
    let n = 0;
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++)
      if (log.type[i] === code && log.day[i]! >= from(row) && log.day[i]! < from(row) + days) n += 1;
    return n;
  });
}
