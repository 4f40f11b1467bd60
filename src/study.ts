import {z} from "zod";
import {DataError} from "./data-error.ts";

/** A length of time: whole calendar months (the day clamped to the month's end) or whole days. */
export type Span = {readonly months: number} | {readonly days: number};

/** @returns a span of `n` calendar months, n ≥ 1. */
export const months = (n: number): Span => ({months: n});

/** @returns a span of `n` days, n ≥ 1. */
export const days = (n: number): Span => ({days: n});

/** Churn as the end of a contract without renewal within the grace period. Build it with {@link contract}. */
export type ContractChurn = {
  readonly kind: "contract";
  /** Event type that starts a contract. */
  readonly start: string;
  /** Event type that extends it by `term`, from the end of the paid time. */
  readonly renew: string;
  /** Event type that ends it; the churn day is the day of this event. */
  readonly end: string;
  /** A start or renewal on one of the `graceDays` days after the end undoes it. */
  readonly graceDays: number;
  /** What a start or a renewal pays for; without it a contract runs until its end event. */
  readonly term?: Span | undefined;
};

/** Churn as `days` days without an event of type `of`. Build it with {@link inactivity}. */
export type InactivityChurn = {
  readonly kind: "inactivity";
  readonly days: number;
  /** The qualifying event type. */
  readonly of: string;
};

/**
 * Churn as a pause that is long for the customer: longer than the `quantile` of the pauses to be expected of them.
 * Build it with {@link regularity}.
 */
export type RegularityChurn = {
  readonly kind: "regularity";
  /** The qualifying event type. */
  readonly of: string;
  /** Share of a customer's pauses that are not to count as churn, in (0.5, 1). */
  readonly quantile: number;
  /** Bounds of the days of silence that are allowed, whatever the customer's rhythm. */
  readonly leastDays: number;
  readonly mostDays: number;
};

/**
 * Churn as the end of a contract of the subscriptions table without a new one within the grace period. Build it with
 * {@link subscription}.
 */
export type SubscriptionChurn = {
  readonly kind: "subscription";
  /** A contract that starts on one of the `graceDays` days after the end undoes it. */
  readonly graceDays: number;
};

export type Churn = ContractChurn | InactivityChurn | RegularityChurn | SubscriptionChurn;

/** The three targets of definitions: some churn in the horizon, first churn in its last month, no event in it. */
export type TargetName = "within" | "in" | "silent";

export const contract = (options: Omit<ContractChurn, "kind">): ContractChurn => ({
  kind: "contract",
  ...options,
});

export const inactivity = (options: Omit<InactivityChurn, "kind">): InactivityChurn => ({
  kind: "inactivity",
  ...options,
});

export const regularity = ({
  of,
  quantile = 0.9,
  leastDays = 14,
  mostDays = 180,
}: Pick<RegularityChurn, "of"> & Partial<RegularityChurn>): RegularityChurn => ({
  kind: "regularity",
  of,
  quantile,
  leastDays,
  mostDays,
});

export const subscription = (options: Omit<SubscriptionChurn, "kind">): SubscriptionChurn => ({
  kind: "subscription",
  ...options,
});

/** A triangular distribution: lowest, most likely and highest value. */
export type Triangular = {readonly low: number; readonly mode: number; readonly high: number};

export const triangular = (low: number, mode: number, high: number): Triangular => ({low, mode, high});

/** The first and the last that count, both included: months written `YYYY-MM`, or days written `YYYY-MM-DD`. */
export type DateRange = {readonly from: string; readonly to: string};

/**
 * Cutoffs for a model that is asked in batches: on the first day of each month of a range of months, or on each Monday
 * or each day of a range of days.
 */
export const every = <Unit extends "month" | "week" | "day">(
  unit: Unit,
  range: DateRange,
): DateRange & {readonly every: Unit} => ({every: unit, ...range});

/**
 * Cutoffs for a model that is asked at any moment: `perCustomer` days drawn for each customer of their own, from a
 * range of days. Two draws on one day are one cutoff.
 */
export const atRandom = (
  options: DateRange & {readonly perCustomer: number; readonly seed: number},
): DateRange & {readonly every: "moment"; readonly perCustomer: number; readonly seed: number} => ({
  every: "moment",
  ...options,
});

const name = z.string().min(1);
const span = z.union([
  z.strictObject({months: z.int().min(1).max(60)}),
  z.strictObject({days: z.int().min(1).max(1830)}),
]);
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "a month is written YYYY-MM");
const day = z.iso.date();

const csv = z.strictObject({
  /** Field delimiter; sniffed when absent. */
  delimiter: z.string().min(1).max(4).optional(),
  /** Whether the first line names the columns; sniffed when absent. */
  header: z.boolean().optional(),
});

const eventSource = z.strictObject({
  /** Path or glob, or several, relative to the study file: .csv, .txt, .tsv, each also .gz, or .parquet. */
  from: z.union([name, z.array(name).min(1)]),
  csv: csv.prefault({}),
  /** Column with the customer id; its text form is part of the contract. */
  customer: name,
  /** Column with the time of the event. */
  time: name,
  /** strptime format of a text time, `%Y%m%d` say; ISO 8601 when absent. */
  timeFormat: name.optional(),
  /** IANA zone that times without an offset are in. */
  timeZone: name.default("UTC"),
  /** Column with the time at which the event became known, its load time say; read as `time` is. */
  known: name.optional(),
  /**
   * Column with the identity of an event: rows with one id are versions of it, and the one known last (without
   * `known`, the one that happened last), of equals the later row, is valid. A row without an id is an event of its own.
   */
  id: name.optional(),
  /** SQL expression over the columns for the event type; `'purchase'`, a quoted text, makes all rows one type. */
  type: name.default("'purchase'"),
  /** SQL expression over the columns for the amount; no amounts when absent. */
  amount: name.optional(),
  /** Further columns to keep, as text. */
  attributes: z.array(name).default([]),
  /** What becomes of rows with a negative amount: kept under the type `cancellation`, or left out and counted. */
  negativeAmounts: z.enum(["cancellation", "exclude"]).default("cancellation"),
  /** What becomes of exact duplicate rows: kept (they may be two purchases), or quarantined. */
  duplicates: z.enum(["keep", "quarantine"]).default("keep"),
  /** Last fully observed day, YYYY-MM-DD; the day of the last event when absent. */
  lastDay: day.optional(),
  /** Share of bad rows over which a run stops. */
  maxBadShare: z.number().min(0).max(1).default(0.01),
});

const campaigns = z.strictObject({
  from: z.union([name, z.array(name).min(1)]),
  customer: name,
  time: name,
  arm: name,
  /** Value of `arm` that marks the untreated. */
  control: name.default("control"),
});

const subscriptions = z.strictObject({
  from: z.union([name, z.array(name).min(1)]),
  customer: name,
  /** Column with the first day that is covered. */
  start: name,
  /** Column with the first day that is not; blank when open. */
  end: name,
  plan: name.optional(),
  /** Column with the time at which a row became known: rows of one customer and start are versions of a contract. */
  known: name.optional(),
});

const customerTable = z.strictObject({
  from: z.union([name, z.array(name).min(1)]),
  customer: name,
  /** Column with the time at which a row became known: at a cutoff the last row known before it counts. */
  known: name,
  /** Columns of numbers. */
  columns: z
    .array(name)
    .min(1)
    .refine(names => new Set(names).size === names.length, "a column is named twice"),
});

const column = name;
const severity = z.enum(["error", "warning"]).default("error");
const BOUND = "a bound is a number, or a date written YYYY-MM-DD";
const bound = z.union([z.number(), z.iso.date(BOUND)], BOUND);

/** A check of a table's contract, on the columns of the user's files; data/declared-rows.ts defines each. */
const dataCheck = z.discriminatedUnion(
  "check",
  [
    z.strictObject({
      check: z.literal("type"),
      column,
      type: z.enum(["integer", "number", "date", "boolean", "text"]),
      severity,
    }),
    /** Both ends are included, `most` with all times of its day. */
    z
      .strictObject({
        ...{check: z.literal("range"), column, severity},
        ...{least: bound.optional(), most: bound.optional()},
      })
      .refine(({least, most}) => (least ?? most) !== undefined, 'a range requires "least", "most" or both')
      .refine(
        ({least, most}) =>
          least === undefined || most === undefined || (typeof least === typeof most && least <= most),
        '"least" and "most" of a range are two numbers or two dates, the smaller one first',
      ),
    z.strictObject({check: z.literal("values"), column, of: z.array(name).min(1), severity}),
    z.strictObject({check: z.literal("unique"), columns: z.array(column).min(1), severity}),
    z.strictObject({check: z.literal("missing"), column, maxShare: z.number().min(0).max(1), severity}),
    /** The newest time is at most so many days old. */
    z.strictObject({check: z.literal("fresh"), column, withinDays: z.int().min(0), severity}),
    /** Rows of each day are within this factor of what is usual on its weekday. */
    z.strictObject({check: z.literal("volume"), column, factor: z.number().gt(1), severity}),
    z.strictObject({
      ...{check: z.literal("references"), column, severity},
      to: z.string().regex(/^[^.]+\../, 'another column is written "table.column"'),
    }),
  ],
  "a check is one of type, range, values, unique, missing, fresh, volume and references",
);

const churn = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("contract"),
    start: name,
    renew: name,
    end: name,
    graceDays: z.int().min(0).max(365),
    term: span.optional(),
  }),
  z.strictObject({kind: z.literal("inactivity"), days: z.int().min(1).max(1830), of: name}),
  z
    .strictObject({
      kind: z.literal("regularity"),
      of: name,
      quantile: z.number().gt(0.5).lt(1),
      leastDays: z.int().min(1).max(1830),
      mostDays: z.int().min(1).max(1830),
    })
    .refine(({leastDays, mostDays}) => leastDays <= mostDays, "leastDays is greater than mostDays"),
  z.strictObject({kind: z.literal("subscription"), graceDays: z.int().min(0).max(365)}),
]);

const ordered = ({from, to}: DateRange): boolean => from <= to;
const dates = {from: day, to: day};
const cutoffs = z.discriminatedUnion("every", [
  z
    .strictObject({every: z.literal("month"), from: month, to: month})
    .refine(ordered, "the first month is after the last"),
  z.strictObject({every: z.literal("week"), ...dates}).refine(ordered, "the first day is after the last"),
  z.strictObject({every: z.literal("day"), ...dates}).refine(ordered, "the first day is after the last"),
  z
    .strictObject({
      every: z.literal("moment"),
      ...dates,
      perCustomer: z.int().min(1).max(1000),
      seed: z.int().min(0),
    })
    .refine(ordered, "the first day is after the last"),
]);

const tri = z
  .strictObject({low: z.number(), mode: z.number(), high: z.number()})
  .refine(t => t.low <= t.mode && t.mode <= t.high, "a triangular needs low <= mode <= high");

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

/** Kinds of models, from the simplest to the most flexible. */
export const MODEL_KINDS = ["dummy", "recency", "alive", "logistic", "ml-xgboost", "boost"] as const;

/** Those that fit any study; "alive" asks for an activity that is bought again and again. */
const USUAL_KINDS = MODEL_KINDS.filter(kind => kind !== "alive");

/** Findings of the audit that a study may allow for a reason; the others have none. */
export const ALLOWABLE = [
  "feature-alone",
  "known-late",
  "outcome-event",
  "duplicate-people",
  "id-tells-target",
] as const;

/** The second engine of boosted trees: it checks the first, and is never put to use. */
export const CROSS_CHECK = "ml-xgboost";

const unique =
  <Key extends string>(key: Key) =>
  (items: readonly Readonly<Record<Key, unknown>>[]): boolean =>
    new Set(items.map(item => item[key])).size === items.length;

const feature = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]*$/, "a feature name is lower case letters, digits and _"),
    /** Business name, as a stakeholder reads it. */
    title: name,
    unit: z.string(),
    /**
     * Event type, or types, it reads; `*` is all of the log, `campaign:contact` a contact by a campaign and
     * `campaign:treated` one outside the control arm. `table:NAME` is a table of the study, `cutoff` the cutoff.
     */
    of: z.union([name, z.array(name).min(1)]),
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
  );

/** What is done to the train rows before a model learns; all other rows stay as they are. */
const sampling = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("none")}),
  /** Leaves out active customers' rows, down to `ratio` for each churner's row. */
  z.strictObject({kind: z.literal("undersample"), ratio: z.number().gt(0).default(1)}),
  /** Makes up churners' rows between real ones, up to `ratio` for each other row. */
  z.strictObject({
    kind: z.literal("smote"),
    ratio: z.number().gt(0).default(1),
    /** Nearest churners to choose from. */
    neighbours: z.int().min(1).max(20).default(5),
  }),
  /** Weighs rows by half for every `halfLifeDays` that their cutoff is older than the newest. */
  z.strictObject({kind: z.literal("decay"), halfLifeDays: z.number().gt(0)}),
  /** One random row of each customer. */
  z.strictObject({kind: z.literal("one-cutoff")}),
  /** A model of each cutoff, their margins averaged. */
  z.strictObject({kind: z.literal("per-cutoff")}),
]);

const schema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "a study name is lower case letters, digits and -"),
  title: name,
  events: eventSource,
  campaigns: campaigns.optional(),
  /** Contracts, one row a contract or a version of it. */
  subscriptions: subscriptions.optional(),
  /** Tables of the study's own by name, joined as of the time that their rows were known. */
  tables: z
    .record(
      z
        .string()
        .regex(
          /^(?!(?:events|campaigns|subscriptions)$)[a-z][a-z0-9_]*$/,
          "a table name is lower case letters, digits and _, and not that of another table of the study",
        ),
      customerTable,
    )
    .optional(),
  /** By table, what its files promise: an error stops a run, a warning stands on the card. */
  contract: z.record(name, z.array(dataCheck)).default({}),
  churn,
  /** Customers with less history than this at a cutoff are left out of the cohort. */
  minimumTenureDays: z.int().min(0).default(0),
  cutoffs,
  horizon: span,
  target: z.enum(["within", "in", "silent"]),
  /** Event type whose silence SILENT means, and whose recency is the heuristic. */
  activity: name,
  split: z.strictObject({
    salt: name,
    train: z.number().gt(0).lt(1).default(0.7),
    validation: z.number().gt(0).lt(1).default(0.85),
    /** First test cutoff, a month. */
    testFrom: month,
    /** Attribute of the events by whose value customers stay together, a household say; each alone when absent. */
    group: name.optional(),
  }),
  audit: z
    .strictObject({
      /** What the audit may find without failing the study. */
      allow: z
        .array(
          z.strictObject({
            finding: z.enum(ALLOWABLE),
            /** The feature, where the finding names one. */
            feature: name.optional(),
            reason: name,
          }),
        )
        .default([]),
    })
    .prefault({}),
  features: z.array(feature).min(1).refine(unique("name"), "two features have one name"),
  /** Features to score from 1 to 5 by the fifths of the training customers; the scores join the features. */
  rfm: z.strictObject({recency: name, frequency: name, monetary: name}).optional(),
  sampling: sampling.default({kind: "none"}),
  /**
   * Models to try; "ml-xgboost" only checks "boost" and is never put to use. With "alive", the model of buying until
   * leaving (BG/NBD) is fitted on the activity, and what it says of each customer joins the features.
   */
  models: z
    .array(z.enum(MODEL_KINDS))
    .min(1)
    .refine(kinds => new Set(kinds).size === kinds.length, "a kind of model is named twice")
    .refine(
      kinds => kinds.some(kind => kind !== CROSS_CHECK),
      '"ml-xgboost" only checks "boost" and is never put to use; name another model beside it',
    )
    .default(USUAL_KINDS),
  /** How the settings of "boost" are searched. */
  search: z
    .strictObject({
      /** Settings to try on the tuning customers; 1 is the default setting alone. */
      candidates: z.int().min(1).max(20).default(20),
    })
    .prefault({}),
  seed: z.int().min(0).default(1),
  economics: z.strictObject({
    currency: name.default("EUR"),
    contactCost: z.number().min(0),
    offerCost: z.number().min(0),
    customerValue: tri.refine(t => t.low >= 0, "a customer's value is at least 0"),
    /** Share of would-be churners that the offer keeps. An assumption until an experiment measures it. */
    offerWorks: tri.refine(t => t.low >= 0 && t.high <= 1, "a share lies in 0 to 1: write 0.2 for 20 %"),
    /** Share of the cohort that a campaign can contact. */
    capacity: z.number().gt(0).max(1),
  }),
  framing: z.strictObject({
    /** The business goal, which no model predicts directly. */
    goal: name,
    /** Who decides on whom to contact, and who acts. */
    decides: name,
    acts: name,
    /** What counts as success, and when the project is to be stopped. */
    success: name,
    stop: name,
    /** What the data cannot say. */
    limits: z.array(name).min(1),
  }),
  card: z.strictObject({
    owner: name,
    contact: name,
    purpose: name,
    /** Uses that the card warns against. */
    notFor: z.array(name).min(1),
    /** How the model is run and looked after: cadence, monitoring, who retrains. */
    operation: name,
    /** Words of the study and what they mean. */
    glossary: z.record(name, name).default({}),
  }),
});

/** One use case, validated and frozen: what every stage, notebook and card reads. */
// An interface, so that a notebook's inferred types can name it without naming zod.
export interface Study extends z.output<typeof schema> {}
/** What an author writes: {@link Study} before defaults are filled in. */
export type StudyInput = z.input<typeof schema>;
export type FeatureDeclaration = Study["features"][number];
export type DataCheck = Study["contract"][string][number];

/**
 * Validates a description of a use case and fills in the defaults.
 * @throws DataError naming the field, with what was wrong with it.
 */
export function defineStudy(input: StudyInput): Study {
  const result = schema.safeParse(input);
  if (!result.success) {
    // A misspelled field is missing, too: the spelling is what to say.
    const unknown = result.error.issues.find(found => found.code === "unrecognized_keys");
    if (unknown)
      throw new DataError(
        `study: ${[...unknown.path, unknown.keys[0]].join(".")} is no field of a study; correct its name in the study file`,
      );
    const issue = result.error.issues[0]!;
    throw new DataError(
      `study: ${issue.path.join(".") || "(top)"} is not valid: ${issue.message}; correct it in the study file`,
    );
  }
  const study = result.data;
  if (study.split.validation <= study.split.train)
    throw new DataError("study: split.validation must be greater than split.train");
  const {group} = study.split;
  if (group !== undefined && !study.events.attributes.includes(group))
    throw new DataError(
      `study: split.group is ${JSON.stringify(group)}, which events.attributes does not name; add it there`,
    );
  if (study.models.includes("recency")) recencyFeature(study);
  for (const [part, named] of Object.entries(study.rfm ?? {}))
    if (!study.features.some(({name}) => name === named))
      throw new DataError(
        `study: rfm.${part} names ${JSON.stringify(named)}, which is no feature; correct it in the study file`,
      );
  requireTables(study);
  return deepFreeze(study);
}

/** What a table of a study says of its files. */
export type TableSource = Pick<Study["events"], "from"> &
  Partial<Pick<Study["events"], "csv" | "customer" | "time" | "timeFormat" | "timeZone">>;

/** The tables that a study reads, by the names that its contract calls them. */
export const tablesOf = ({
  events,
  campaigns,
  subscriptions,
  tables,
}: Pick<Study, "events" | "campaigns" | "subscriptions" | "tables">): Readonly<
  Record<string, TableSource>
> => ({
  ...tables,
  events,
  ...(campaigns && {campaigns}),
  ...(subscriptions && {subscriptions: {...subscriptions, time: subscriptions.start}}),
});

/** @throws DataError when the contract is about a table that the study does not read. */
function requireTables(study: Study): void {
  const tables = Object.keys(tablesOf(study));
  const demand = (table: string, field: string) => {
    if (!tables.includes(table))
      throw new DataError(
        `study: ${field} names ${JSON.stringify(table)}, which is no table of the study (${tables.join(", ")}); correct its name`,
      );
  };
  for (const [table, checks] of Object.entries(study.contract)) {
    demand(table, "contract");
    for (const [i, check] of checks.entries())
      if (check.check === "references") demand(check.to.split(".")[0]!, `contract.${table}.${i}.to`);
  }
}

/**
 * Name of the feature that the rule of thumb ranks by: days since the last activity, over all history.
 * @throws DataError when the study declares no such feature.
 */
export function recencyFeature({features, activity}: Pick<Study, "features" | "activity">): string {
  const feature = features.find(f => f.measure === "recency" && f.of === activity && f.days === undefined);
  if (!feature)
    throw new DataError(
      `study: the model "recency" requires a feature with measure "recency" of "${activity}" without days; ` +
        `declare one, or leave "recency" out of models`,
    );
  return feature.name;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
