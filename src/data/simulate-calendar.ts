import {dayOf, monthStarts} from "./calendar.ts";
import type {Day} from "./event-log.ts";

/** First day of the log. */
export const FIRST_DAY: Day = dayOf("2024-01-01");
/** Last fully observed day: two weeks past the last outcome, so that its grace period is over. */
export const LAST_DAY: Day = dayOf("2026-07-14");
/** First days of the months of the log, and of one month more. */
export const MONTHS: readonly Day[] = monthStarts("2024-01", "2026-08");
/** Monthly cutoffs whose outcomes are fully observed after a year of history. */
export const CUTOFFS: readonly Day[] = monthStarts("2025-01", "2026-04");
/** Months of the outcome after a cutoff. */
export const HORIZON_MONTHS = 3;
/** Days after an end in which a payment undoes it. */
export const GRACE_DAYS = 14;
/** The promotion runs on [start, end); the dip after it lasts until `dipEnd`, exclusive. */
export const PROMOTION = {
  start: dayOf("2025-06-01"),
  end: dayOf("2025-06-22"),
  dipEnd: dayOf("2025-07-20"),
} as const;
/** Day of the retention campaign: a random half of those who are members then is treated. */
export const CAMPAIGN_DAY: Day = dayOf("2025-09-01");

/** January to December. */
const SHOPPING = [0.85, 0.9, 0.97, 1, 1.02, 0.97, 0.8, 0.76, 0.98, 1.06, 1.36, 1.48];
const LEAVING = [1.14, 1.03, 1, 0.98, 0.98, 1, 1.06, 1.06, 1.02, 0.98, 0.88, 0.86];
/** How many more than usual join at the launch, and after how many days it is a third of that. */
const LAUNCH_WEIGHT = 15;
const LAUNCH_DAYS = 40;
/** Monday to Sunday. */
const WEEKDAYS = [1.02, 0.96, 0.94, 0.98, 1.04, 0.86, 1.2];

const monthIndex = Uint8Array.from({length: MONTHS.at(-1)! - FIRST_DAY}, (_, i) => {
  let month = 0;
  while (MONTHS[month + 1]! <= FIRST_DAY + i) month += 1;
  return month;
});

/** Index into {@link MONTHS} of the month of a day of the log. */
export const monthOf = (day: Day): number => monthIndex[day - FIRST_DAY]!;

/** How readily members lose interest and leave in a month, about 1. */
export const leavingSeason = (month: number): number => LEAVING[month % 12]!;

/** Monday 0 … Sunday 6. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): number => (day + 3) % 7;

/** Whether the promotion runs on a day. */
export const inPromotion = (day: Day): boolean => day >= PROMOTION.start && day < PROMOTION.end;

/** Newsletters go out every fourth Thursday, and every Thursday of the promotion. */
export const isMailDay = (day: Day): boolean => day % 28 === 0 || (inPromotion(day) && weekdayOf(day) === 3);

const daily = (weight: (day: Day) => number): Float64Array =>
  Float64Array.from({length: LAST_DAY + 1 - FIRST_DAY}, (_, i) => weight(FIRST_DAY + i));

const shopping = daily(day => {
  const promotion = inPromotion(day) ? 2.3 : day >= PROMOTION.end && day < PROMOTION.dipEnd ? 0.6 : 1;
  return SHOPPING[monthOf(day) % 12]! * WEEKDAYS[weekdayOf(day)]! * promotion;
});
const visiting = shopping.map(Math.sqrt);

/** How much is bought on a day against an average one: season, weekday, promotion and the dip after it. */
export const shoppingWeight = (day: Day): number => shopping[day - FIRST_DAY]!;

/** How much is looked at on a day against an average one: as for buying, but milder. */
export const visitWeight = (day: Day): number => visiting[day - FIRST_DAY]!;

/** How many join on a day: many at the launch, then a steady flow with the seasons, and more in the promotion. */
export function joinWeight(day: Day): number {
  const launch = LAUNCH_WEIGHT * Math.exp(-(day - FIRST_DAY) / LAUNCH_DAYS);
  const promotion = inPromotion(day) ? 1.6 : 1;
  return WEEKDAYS[weekdayOf(day)]! * (launch + Math.sqrt(SHOPPING[monthOf(day) % 12]!) * promotion);
}
