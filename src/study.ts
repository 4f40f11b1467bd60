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

export type Churn = ContractChurn | InactivityChurn;

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

/** A triangular distribution: lowest, most likely and highest value. */
export type Triangular = {readonly low: number; readonly mode: number; readonly high: number};

export const triangular = (low: number, mode: number, high: number): Triangular => ({low, mode, high});

/** Cutoffs on the first day of each month, both months included, written `YYYY-MM`. */
export const every = (
  unit: "month",
  range: {readonly from: string; readonly to: string},
): {readonly every: "month"; readonly from: string; readonly to: string} => ({every: unit, ...range});

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
  "overdue",
  "change",
  "ratio",
  "share",
] as const;

/** Kinds of models, from the simplest to the most flexible. */
export const MODEL_KINDS = ["dummy", "recency", "logistic", "ml-xgboost", "boost"] as const;

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
    /** Event type, or types, it reads. */
    of: z.union([name, z.array(name).min(1)]),
    /** What is measured of those events; each measure is defined in features/measures.ts. */
    measure: z.enum(MEASURES),
    /** Window in days before the cutoff; all history when absent. */
    days: z.int().min(1).max(3660).optional(),
    /** For `ratio`: the event type of the denominator. For `share`: an attribute and its value, `channel=search`. */
    against: name.optional(),
    /** Whether the business can influence it. */
    actionable: z.boolean().default(false),
  })
  .refine(f => f.measure !== "change" || f.days !== undefined, "the measure change requires days")
  .refine(
    f => (f.measure === "ratio" || f.measure === "share") === (f.against !== undefined),
    'the measures ratio and share, and no others, require "against"',
  );

const schema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "a study name is lower case letters, digits and -"),
  title: name,
  events: eventSource,
  campaigns: campaigns.optional(),
  churn,
  /** Customers with less history than this at a cutoff are left out of the cohort. */
  minimumTenureDays: z.int().min(0).default(0),
  cutoffs: z
    .strictObject({every: z.literal("month"), from: month, to: month})
    .refine(({from, to}) => from <= to, "the first month is after the last"),
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
  /** Models to try; "ml-xgboost" only checks "boost" and is never put to use. */
  models: z
    .array(z.enum(MODEL_KINDS))
    .min(1)
    .refine(kinds => new Set(kinds).size === kinds.length, "a kind of model is named twice")
    .refine(
      kinds => kinds.some(kind => kind !== CROSS_CHECK),
      '"ml-xgboost" only checks "boost" and is never put to use; name another model beside it',
    )
    .default([...MODEL_KINDS]),
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
  return deepFreeze(study);
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
