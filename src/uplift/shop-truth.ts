import {dateOf} from "../data/calendar.ts";
import type {EventLog} from "../data/event-log.ts";
import {knownShop} from "../data/known-shop.ts";
import {simulateShop} from "../data/simulate.ts";
import type {ContactTrial} from "./contacts.ts";
import type {UpliftTruth} from "./learn/recovery.ts";

/** What is true of the rows of a simulated shop's contacts. */
export type ShopTruth = UpliftTruth & {
  /** Of each row, whether the customer is kept in the life with the contact, and in that without. */
  readonly kept: readonly {readonly treated: boolean; readonly control: boolean}[];
};

/**
 * The truth of each row of a trial of contacts, where its log is that of the simulated shop, which is lived again for it.
 * @returns undefined for the log of a real shop, or where a row is not of the shop's campaign.
 */
export function shopTruth(
  log: EventLog,
  {trial, day}: Pick<ContactTrial, "trial" | "day">,
): ShopTruth | undefined {
  const shop = knownShop(log);
  if (!shop) return undefined;
  const {truth, campaigns} = simulateShop({customers: shop.customers, seed: shop.seed});
  const effects = new Map(
    truth.effects.map((effect, i) => [`${effect.customer} ${campaigns[i]!.time.slice(0, 10)}`, effect]),
  );
  const own = Array.from(trial.customer, (c, i) => effects.get(`${log.customers[c]!} ${dateOf(day[i]!)}`));
  const known = own.filter(effect => effect !== undefined);
  if (known.length < own.length) return undefined;
  return {
    uplift: Float64Array.from(known, ({effect}) => -effect),
    segment: known.map(({segment}) => segment),
    kept: known.map(({leaves}) => ({treated: !leaves.treated, control: !leaves.untreated})),
  };
}
