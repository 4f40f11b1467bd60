import {dateOf, momentText} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import type {CadenceCost} from "../evaluate/cadence.ts";
import {isCalendar} from "../features/plan.ts";
import {decimal} from "../figures.ts";
import type {Study} from "../study.ts";
import {isCutoff} from "../target/cutoffs.ts";

/** When a model may be asked, and what it costs to ask it on another day. */
export type Cadence = {
  /** "moment" is any instant; "day" is 00:00 of any day. */
  readonly every: Study["cutoffs"]["every"];
  /** Features that mean something else on another day. */
  readonly calendarFeatures: readonly string[];
  /**
   * Measured on the tuning customers, on cutoffs and half-way between; null where the model may be asked on any day, or
   * there was nothing to measure it on.
   */
  readonly offCadence: CadenceCost | null;
};

export const cadenceOf = (
  {cutoffs, features}: Pick<Study, "cutoffs" | "features">,
  offCadence: CadenceCost | undefined,
): Cadence => ({
  every: cutoffs.every,
  calendarFeatures: features
    .filter(({calendar, measure}) => calendar || isCalendar(measure))
    .map(({name}) => name),
  offCadence: offCadence ?? null,
});

/** The cutoffs that a model was trained on, in words that follow "trained on". */
export const CADENCE_WORDS: Readonly<Record<Cadence["every"], string>> = {
  month: "the first day of each month",
  week: "each Monday",
  day: "every day",
  moment: "moments drawn at random for each customer",
};

/**
 * Whether a model may be asked at a time, 00:00 of a day or an instant within one. Off cadence it is refused when it has a calendar feature, and otherwise
 * needs leave, and the rows of its answer are to be marked.
 * @throws DataError when it may not be asked.
 */
export function checkCadence(
  {cadence}: {readonly cadence: Cadence},
  t: Instant,
  {offCadence = false}: {readonly offCadence?: boolean} = {},
): {readonly onCadence: boolean} {
  if (isCutoff(cadence, t)) return {onCadence: true};
  const refused = `the model was trained on ${CADENCE_WORDS[cadence.every]}, and ${momentText(t)} is none`;
  const day = Math.floor(t);
  const instead = `ask it on ${dateOf(cutoffUntil(cadence, day))} or ${dateOf(cutoffAfter(cadence, day))}`;
  if (cadence.calendarFeatures.length > 0)
    throw new DataError(
      `${refused}; it cannot be asked there, since ${cadence.calendarFeatures.join(", ")} would mean something else; ${instead}`,
    );
  if (!offCadence) throw new DataError(`${refused}${costText(cadence)}; ${instead}, or use --off-cadence`);
  return {onCadence: false};
}

/** The last day up to and with `day` on which a model may be asked. */
export function cutoffUntil(cadence: Pick<Cadence, "every">, day: Day): Day {
  if (isCutoff(cadence, day)) return day;
  let t = Math.floor(day);
  while (!isCutoff(cadence, t)) t -= 1;
  return t;
}

/** The first day after `day` on which a model may be asked. */
function cutoffAfter(cadence: Pick<Cadence, "every">, day: Day): Day {
  let t = Math.floor(day) + 1;
  while (!isCutoff(cadence, t)) t += 1;
  return t;
}

const costText = ({offCadence}: Cadence): string =>
  offCadence === null
    ? ""
    : ` (ROC AUC on tuning customers ${decimal(offCadence.onAuc.value, 3)} on cadence, ` +
      `${decimal(offCadence.offAuc.value, 3)} half-way between)`;
