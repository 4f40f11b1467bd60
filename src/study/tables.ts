import {z} from "zod";
import {day, name} from "./fields.ts";

/** Paths or globs relative to the study file. */
const files = z.union([name, z.array(name).min(1)], "it is a path or glob, or a list of them");

const csv = z.strictObject({
  /** Field delimiter; sniffed when absent. */
  delimiter: z.string().min(1).max(4).optional(),
  /** Whether the first line names the columns; sniffed when absent. */
  header: z.boolean().optional(),
});

export const eventSource = z.strictObject({
  /** Path or glob, or several, relative to the study file: .csv, .txt, .tsv, each also .gz, or .parquet. */
  from: files,
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

export const campaigns = z.strictObject({
  from: files,
  customer: name,
  time: name,
  arm: name,
  /** Value of `arm` that marks the untreated. */
  control: name.default("control"),
  /**
   * How customers came into the arms: "random" by a lot, which a run checks; "chosen" by people or a rule. Of chosen
   * contacts no effect is learned: a run says what they show and how far that goes.
   */
  assignment: z.enum(["random", "chosen"]).default("random"),
});

export const subscriptions = z.strictObject({
  from: files,
  customer: name,
  /** Column with the first day that is covered. */
  start: name,
  /** Column with the first day that is not; blank when open. */
  end: name,
  plan: name.optional(),
  /** Column with the time at which a row became known: rows of one customer and start are versions of a contract. */
  known: name.optional(),
});

export const customerTable = z.strictObject({
  from: files,
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
export const dataCheck = z.discriminatedUnion(
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
