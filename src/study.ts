import {z} from "zod";
import {DataError} from "./data-error.ts";
import {faultText, requirement} from "./study/faults.ts";
import {feature} from "./study/feature.ts";
import {month, name, span, unique} from "./study/fields.ts";
import {checkMessages} from "./study/messages.ts";
import {churn, cutoffs} from "./study/question.ts";
import {campaigns, customerTable, dataCheck, eventSource, subscriptions} from "./study/tables.ts";

export {
  atRandom,
  type Churn,
  type ContractChurn,
  contract,
  type DateRange,
  days,
  every,
  type InactivityChurn,
  inactivity,
  months,
  type RegularityChurn,
  regularity,
  type Span,
  type SubscriptionChurn,
  subscription,
  type TargetName,
  type Triangular,
  triangular,
} from "./study/question.ts";

const tri = z
  .strictObject(
    {low: z.number(), mode: z.number(), high: z.number()},
    "it requires triangular(low, mode, high)",
  )
  .refine(t => t.low <= t.mode && t.mode <= t.high, "a triangular needs low <= mode <= high");

/** Money that an assumption spreads out: a triangular, or a figure that is sure. */
const cost = z.union(
  [z.number().min(0), tri.refine(t => t.low >= 0, "a cost is at least 0")],
  "a cost is a number or triangular(low, mode, high)",
);

/** Kinds of models, from the simplest to the most flexible. */
export const MODEL_KINDS = ["dummy", "recency", "alive", "logistic", "ml-xgboost", "boost"] as const;

/**
 * The kind that a study has to ask for: an activity that is bought again and again suits it. Where it cannot be
 * fitted, the others go on without it.
 */
export const OPT_IN = "alive";

/** Those that fit any study. */
const USUAL_KINDS = MODEL_KINDS.filter(kind => kind !== OPT_IN);

/** Unit of an amount where the currency is not known; a study puts its own in its place. */
export const MONEY = "money";

/** What the fields begin with that a new study leaves to its author. */
export const UNSETTLED = "Not settled yet";

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
  /**
   * Columns that the model does not see and is judged by: how it does in each part, and, where a segment is sensitive,
   * whom the decision leaves out. Numbers are cut at quartiles.
   */
  segments: z.array(feature).default([]).refine(unique("name"), "two segments have one name"),
  /**
   * For simulated data alone: a column of a table with the true probability of the target, in a row for each customer
   * and cutoff, known on its day. No model sees it; it says how good a model could be.
   */
  truth: z.strictObject({table: name, column: name}).optional(),
  /**
   * The model that is in use today: path of the model.json of an earlier run of this study, relative to the study. The
   * new one is judged beside it, on test customers and cutoffs from which neither learned.
   */
  champion: name.optional(),
  /** Features to score from 1 to 5 by the fifths of the training customers; the scores join the features. */
  rfm: z.strictObject({recency: name, frequency: name, monetary: name}).optional(),
  sampling: sampling.default({kind: "none"}),
  /**
   * Models to try; "ml-xgboost" only checks "boost" and is never put to use. With "alive", the model of buying until
   * leaving (BG/NBD) is fitted on the activity, and what it says of each customer joins the features; where it cannot
   * be fitted, the card says why, and the others go on.
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
    /** Of everybody contacted. */
    contactCost: cost,
    /** Of the incentive, which everybody contacted gets. */
    offerCost: cost,
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
  /**
   * Texts of messages to customers by name of an actionable feature, or "general": plain mustache, see
   * study/messages.ts for the fields. Those that are not given have defaults.
   */
  messages: z.record(name, name).optional(),
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
  const result = schema.safeParse(input, {error: requirement, reportInput: true});
  if (!result.success) {
    // A misspelled field is missing, too: the spelling is what to say.
    const unknown = result.error.issues.find(found => found.code === "unrecognized_keys");
    if (unknown)
      throw new DataError(
        `study: ${[...unknown.path, unknown.keys[0]].join(".")} is no field of a study; correct its name in the study file`,
      );
    throw new DataError(`study: ${faultText(result.error.issues[0]!)}`);
  }
  const study = withCurrency(result.data);
  if (study.split.validation <= study.split.train)
    throw new DataError("study: split.validation must be greater than split.train");
  const {group} = study.split;
  if (group !== undefined && !study.events.attributes.includes(group))
    throw new DataError(
      `study: split.group is ${JSON.stringify(group)}, which events.attributes does not name; add it there`,
    );
  if (study.models.includes("recency")) recencyFeature(study);
  if (study.churn.kind === "subscription" && !study.subscriptions)
    throw new DataError('study: churn "subscription" requires the table subscriptions; name its file');
  if (study.churn.kind !== "subscription" && study.subscriptions)
    throw new DataError(
      'study: subscriptions is read by churn "subscription" alone; leave it out, or use it',
    );
  if (
    study.cutoffs.every === "moment" &&
    "term" in study.churn &&
    study.churn.term &&
    study.churn.graceDays < 1
  )
    throw new DataError(
      "study: churn.graceDays must be at least 1 with a term and cutoffs at moments, since a payment some hours after " +
        "the paid time would else be a new contract",
    );
  const fitted = study.features.find(({name}) => FITTED_NAMES.test(name));
  if (fitted)
    throw new DataError(
      `study: the feature name ${fitted.name} is that of a fitted column; give it another name`,
    );
  if (study.truth && !study.tables?.[study.truth.table]?.columns.includes(study.truth.column))
    throw new DataError(
      `study: truth names ${study.truth.table}.${study.truth.column}, which is no column of a table of the study; correct it`,
    );
  const both = study.segments.find(({name}) => study.features.some(feature => feature.name === name));
  if (both)
    throw new DataError(
      `study: the segment ${both.name} has the name of a feature; mark the feature as sensitive, or give the segment another name`,
    );
  for (const [part, named] of Object.entries(study.rfm ?? {}))
    if (!study.features.some(({name}) => name === named))
      throw new DataError(
        `study: rfm.${part} names ${JSON.stringify(named)}, which is no feature; correct it in the study file`,
      );
  requireTables(study);
  if (study.messages) checkMessages(study.messages, study.features);
  return deepFreeze(study);
}

/** The study with the unit "money" of its features and segments in its currency. */
function withCurrency(study: Study): Study {
  const named = (feature: FeatureDeclaration) =>
    feature.unit === MONEY ? {...feature, unit: study.economics.currency} : feature;
  return {...study, features: study.features.map(named), segments: study.segments.map(named)};
}

/** What a table of a study says of its files. */
export type TableSource = Pick<Study["events"], "from"> &
  Partial<Pick<Study["events"], "csv" | "customer" | "time" | "timeFormat" | "timeZone">> & {
    /** Columns with times: a row was known before a day when none of them is of that day or later. */
    readonly since: readonly string[];
  };

/** The tables that a study reads, by the names that its contract calls them. */
export const tablesOf = ({
  events,
  campaigns,
  subscriptions,
  tables,
}: Pick<Study, "events" | "campaigns" | "subscriptions" | "tables">): Readonly<
  Record<string, TableSource>
> => ({
  ...Object.fromEntries(
    Object.entries(tables ?? {}).map(([name, table]) => [name, {...table, since: [table.known]}]),
  ),
  events: {...events, since: events.known === undefined ? [events.time] : [events.time, events.known]},
  ...(campaigns && {campaigns: {...campaigns, since: [campaigns.time]}}),
  ...(subscriptions && {
    subscriptions: {
      ...{...subscriptions, time: subscriptions.start},
      since: [subscriptions.known ?? subscriptions.start],
    },
  }),
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

/** Columns that the model of buying and the RFM scores add to the features. */
const FITTED_NAMES = /^(p_alive|p_silent|expected_(purchases|spend|value)|rfm_(recency|frequency|monetary))$/;

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
