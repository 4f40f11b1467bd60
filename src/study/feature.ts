import {z} from "zod";
import {name} from "./fields.ts";

/** The measures a feature may take of a customer's events. */
const MEASURES = [
  "count",
  "days",
  "sum",
  "mean",
  "recency",
  "first",
  "gapMean",
  "gapSd",
  "gapCv",
  "gapCount",
  "overdue",
  "change",
  "trend",
  "sumTrend",
  "ownShare",
  "ownZ",
  "ratio",
  "share",
  "distinct",
  "entropy",
  "last",
  "latest",
  "yearSine",
  "yearCosine",
  "monthSine",
  "monthCosine",
  "toMonthEnd",
  "toQuarterEnd",
  "toYearEnd",
] as const;

const OF_CUTOFF: ReadonlySet<string> = new Set(MEASURES.slice(MEASURES.indexOf("yearSine")));
const WITH_AGAINST: ReadonlySet<string> = new Set(["ratio", "share", "distinct", "entropy", "last"]);
const WITH_DAYS: ReadonlySet<string> = new Set(["change", "trend", "sumTrend", "ownShare", "ownZ"]);

const twiceIn = (levels: readonly string[] = []): string | undefined =>
  levels.find((level, k) => levels.indexOf(level) !== k);

export const feature = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]*$/, "a feature name is lower case letters, digits and _"),
    /** Business name, as a stakeholder reads it. */
    title: name,
    unit: z.string(),
    /**
     * Event type, or types, it reads; `*` is all of the log, `campaign:contact` a contact by a campaign and
     * `campaign:treated` one outside the control arm. `table:NAME` is a table of the study, `cutoff` the cutoff.
     */
    of: z.union([name, z.array(name).min(1)], "it is an event type, or a list of them"),
    /** What is measured of those events; each measure is defined in features/measures.ts. */
    measure: z.enum(MEASURES),
    /** Window in days before the cutoff; all history when absent. */
    days: z.int().min(1).max(3660).optional(),
    /** For `trend` and `sumTrend`: the days of which each count is taken, 7 or 30 say; they part `days`. */
    step: z.int().min(1).max(366).optional(),
    /**
     * For `ratio`: the event type of the denominator. For `share`: an attribute and its value, `channel=search`. For
     * `distinct`, `entropy` and `last`: an attribute.
     */
    against: name.optional(),
    /** For `latest`: the column of the table. */
    column: name.optional(),
    /**
     * For `last`: the levels from the lowest to the highest, "basic", "plus", "premium" say, which models then take as
     * 0, 1, 2. A level that it does not name counts as one never seen: it is missing.
     */
    order: z.array(name).min(2, "an order names two levels or more").optional(),
    /** Whether the business can influence it. */
    actionable: z.boolean().default(false),
    /**
     * Whether it hangs on where in the month or year the cutoff lies, so that a model knows only its own cadence; the
     * measures of "cutoff" always do.
     */
    calendar: z.boolean().optional(),
    /** Whether it tells something that people hold to be private, or that a decision should not rest on. */
    sensitive: z.boolean().optional(),
  })
  .refine(f => !WITH_DAYS.has(f.measure) || f.days !== undefined, {
    error: ({input}) => `the measure ${(input as {measure: string}).measure} requires days`,
  })
  .refine(
    f => WITH_AGAINST.has(f.measure) === (f.against !== undefined),
    'the measures ratio, share, distinct, entropy and last, and no others, require "against"',
  )
  .refine(
    f =>
      f.measure === "trend" || f.measure === "sumTrend"
        ? f.step !== undefined && f.days! % f.step === 0 && f.days! >= 2 * f.step
        : f.step === undefined,
    "the measures trend and sumTrend, and no others, require a step that goes into days twice or more",
  )
  .refine(
    f => OF_CUTOFF.has(f.measure) === (f.of === "cutoff") && !(f.of === "cutoff" && f.days !== undefined),
    'the measures of the calendar, and no others, are of "cutoff", without days',
  )
  .refine(
    f =>
      (f.measure === "latest") === [f.of].flat().some(of => of.startsWith("table:")) &&
      (f.measure === "latest") === (f.column !== undefined),
    'the measure latest, and no other, reads a column of a table: of "table:NAME", and column',
  )
  .refine(
    f => f.order === undefined || f.measure === "last",
    "the measure last, and no other, takes an order: the others give numbers",
  )
  .refine(f => twiceIn(f.order) === undefined, {
    error: ({input}) =>
      `the order has ${JSON.stringify(twiceIn((input as {order?: string[]}).order))} twice; name each level once`,
  });
