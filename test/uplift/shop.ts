// The simulated shop's campaign as a trial, with the truth of each row beside it.
import {study} from "../../notebooks/study.ts";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, eventLogOf} from "../../src/data/event-log.ts";
import {simulateShop} from "../../src/data/simulate.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import {type ContactTrial, contactTrial} from "../../src/uplift/contacts.ts";
import type {UpliftTruth} from "../../src/uplift/learn/recovery.ts";
import type {UpliftData} from "../../src/uplift/uplift-data.ts";

const FEATURES = [...study.features, ...study.segments];

/** A day by which the outcomes of the campaign of 2025-09-01 are known: three months and the grace period. */
const KNOWN = "2026-01-01";

const days = new Map<string, number>();

/** Day of a date; of eleven million events hardly a thousand differ. */
function dayBy(date: string): number {
  const known = days.get(date);
  if (known !== undefined) return known;
  const day = dayOf(date);
  days.set(date, day);
  return day;
}

export type ShopTrial = {
  readonly data: UpliftData;
  readonly truth: UpliftTruth & {
    /** Of each row, whether the customer is kept in the life with the treatment, and in that without. */
    readonly kept: readonly {readonly treated: boolean; readonly control: boolean}[];
  };
  readonly found: ContactTrial["counts"];
};

/** A shop's campaign: fewer rows than customers, since most are no members on its day. */
export async function shopTrial({customers, seed}: {customers: number; seed: number}): Promise<ShopTrial> {
  const shop = simulateShop({customers, seed});
  // Of those contacted alone, and until their outcomes are known: the rest is not looked at.
  const contacted = new Set(shop.campaigns.map(({customer}) => customer));
  const log: EventLog = eventLogOf(
    shop.events
      .filter(({customer, time}) => contacted.has(customer) && time < KNOWN)
      .map(({customer, time, type, amount, attributes}) => ({
        customer,
        day: dayBy(time.slice(0, 10)),
        type,
        amount,
        attributes,
      })),
    {lastDay: dayOf(KNOWN)},
  );
  const index = new Map(log.customers.map((id, c) => [id, c]));
  const {x, trial, ids, counts} = await contactTrial(
    log,
    {
      customer: Int32Array.from(shop.campaigns, ({customer}) => index.get(customer) ?? -1),
      day: Int32Array.from(shop.campaigns, ({time}) => dayOf(time.slice(0, 10))),
      treated: Uint8Array.from(shop.campaigns, ({arm}) => (arm === "treated" ? 1 : 0)),
      unknownCustomers: 0,
    },
    {
      churn: {
        kind: "contract",
        start: "join",
        renew: "renewal",
        end: "cancel",
        graceDays: 14,
        term: {months: 1},
      },
      ...{horizon: {months: 3}, activity: "purchase", propensity: 0.5},
      features: cohort => computeFeatures(log, cohort, {features: FEATURES}),
    },
  );
  const effects = new Map(shop.truth.effects.map(one => [one.customer, one]));
  const own = Array.from(trial.customer, c => effects.get(log.customers[c]!)!);
  return {
    data: {x, trial, ids: ids.map(id => `${seed}-${id}`)},
    truth: {
      uplift: Float64Array.from(own, ({effect}) => -effect),
      segment: own.map(({segment}) => segment),
      kept: own.map(({leaves}) => ({treated: !leaves.treated, control: !leaves.untreated})),
    },
    found: counts,
  };
}

/** Several shops as one, with customers of their own. */
export async function shopsTrial(shops: readonly {customers: number; seed: number}[]): Promise<ShopTrial> {
  const parts: ShopTrial[] = [];
  for (const shop of shops) parts.push(await shopTrial(shop));
  return parts.reduce(joined);
}

export function joined(a: ShopTrial, b: ShopTrial): ShopTrial {
  const [n, m] = [a.data.x.rows, b.data.x.rows];
  const values = new Float64Array((n + m) * a.data.x.names.length);
  a.data.x.names.forEach((_, j) => {
    values.set(a.data.x.values.subarray(j * n, (j + 1) * n), j * (n + m));
    values.set(b.data.x.values.subarray(j * m, (j + 1) * m), j * (n + m) + n);
  });
  const both = (of: (trial: UpliftData["trial"]) => Float64Array) =>
    Float64Array.from([...of(a.data.trial), ...of(b.data.trial)]);
  const x: Matrix = {...a.data.x, rows: n + m, values};
  return {
    found: b.found,
    data: {
      x,
      trial: {
        outcome: both(t => t.outcome),
        propensity: both(t => t.propensity),
        treated: Uint8Array.from([...a.data.trial.treated, ...b.data.trial.treated]),
        customer: Int32Array.from([
          ...a.data.trial.customer,
          ...b.data.trial.customer.map(c => c + a.data.ids.length),
        ]),
      },
      ids: [...a.data.ids, ...b.data.ids],
    },
    truth: {
      uplift: Float64Array.from([...Array.from(a.truth.uplift), ...Array.from(b.truth.uplift)]),
      segment: [...a.truth.segment, ...b.truth.segment],
      kept: [...a.truth.kept, ...b.truth.kept],
    },
  };
}
