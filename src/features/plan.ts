import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTables} from "../data/customer-table.ts";
import {byCodeUnit, type EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {FeatureDeclaration} from "../study.ts";
import {CODE_KERNELS, type Measure} from "./measures.ts";
import {SEASON} from "./season.ts";

/** The names that declarations are resolved against; no events. */
export type LogShape = {
  /** Event types of the log. */
  readonly types: readonly string[];
  /** Values of each attribute, in code-unit order. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Whether there are campaign contacts. */
  readonly campaigns: boolean;
  /** Columns of each table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
};

/** Types that stand for campaign contacts beside the types of the log. */
export const CONTACT_TYPES = ["campaign:control", "campaign:treated"] as const;

/** Events of some types, of one value of an attribute where it says so: a column of counts in the roll-up. */
export type HistoryPlan = {
  readonly types: readonly string[];
  readonly where?: {readonly attribute: string; readonly value: string} | undefined;
  /** Whether a feature reads their amounts, or the gaps between their days. */
  readonly amounts: boolean;
  readonly gaps: boolean;
};

/** Events of some types that have an attribute, told apart by its value. */
export type CodesPlan = {readonly types: readonly string[]; readonly attribute: string};

export type TablePlan = {readonly table: string; readonly column: string};

/** A declaration, and what it reads. */
export type PlannedFeature = {
  readonly declaration: FeatureDeclaration;
  /** Which list of the plan `source` is a position in; the cutoff alone reads none. */
  readonly reads: "histories" | "codes" | "tables" | "cutoff";
  readonly source: number;
  /** History of the denominator of `ratio` and `share`, else -1. */
  readonly against: number;
  /** Days before the cutoff, ascending from 0: window i is [t - edges[i + 1], t - edges[i]). Infinity is all history. */
  readonly edges: readonly number[];
};

/** What both back ends compute: declarations over shared sources. */
export type Plan = {
  readonly histories: readonly HistoryPlan[];
  readonly codes: readonly CodesPlan[];
  readonly tables: readonly TablePlan[];
  readonly features: readonly PlannedFeature[];
};

/** Earlier windows that the measures of the customer's own past look at, at most. */
export const PAST_WINDOWS = 6;

const OF_AMOUNTS: ReadonlySet<Measure> = new Set<Measure>(["sum", "mean", "sumTrend"]);
const OF_GAPS: ReadonlySet<Measure> = new Set<Measure>(["gapSd", "gapCv"]);
/** Whether a measure reads the calendar: such a feature is not to be asked for off the cadence it was trained on. */
export const isCalendar = (measure: Measure): boolean => Object.hasOwn(SEASON, measure);

/** Whether a measure is a code into a dictionary. */
export const isCategory = (measure: Measure): boolean => measure === "last";

/**
 * Resolves declarations to the sources they read, each once.
 * @throws DataError when one reads an event type, attribute, value, table or column that is not there.
 */
export function planFeatures(features: readonly FeatureDeclaration[], shape: LogShape): Plan {
  const histories = keyed<{-readonly [K in keyof HistoryPlan]: HistoryPlan[K]}>();
  const codes = keyed<CodesPlan>();
  const tables = keyed<TablePlan>();
  const planned = features.map((declaration): PlannedFeature => {
    const {measure} = declaration;
    const edges = edgesOf(declaration);
    const plain = {declaration, against: -1, edges};
    if (isCalendar(measure)) return {...plain, reads: "cutoff", source: -1};
    if (measure === "latest") {
      const read = tableColumn(declaration, shape);
      return {...plain, reads: "tables", source: tables.use(`${read.table}\0${read.column}`, () => read)};
    }
    const types = typesOf(declaration, [declaration.of].flat(), shape);
    if (Object.hasOwn(CODE_KERNELS, measure)) {
      const attribute = attributeOf(declaration, declaration.against ?? "", shape);
      const key = [...types, attribute].join("\0");
      return {...plain, reads: "codes", source: codes.use(key, () => ({types, attribute}))};
    }
    const ofTypes = (names: readonly string[]) =>
      histories.use(names.join("\0"), () => ({types: names, amounts: false, gaps: false}));
    if (measure === "share") {
      const where = attributeValue(declaration, shape);
      const part = histories.use([...types, "\u0001", where.attribute, where.value].join("\0"), () => ({
        ...{types, where, amounts: false, gaps: false},
      }));
      return {...plain, reads: "histories", source: part, against: ofTypes(types)};
    }
    const source = ofTypes(types);
    const history = histories.all[source]!;
    history.amounts ||= OF_AMOUNTS.has(measure);
    history.gaps ||= OF_GAPS.has(measure);
    const against =
      measure === "ratio" ? ofTypes(typesOf(declaration, [declaration.against ?? ""], shape)) : -1;
    return {...plain, reads: "histories", source, against};
  });
  return {histories: histories.all, codes: codes.all, tables: tables.all, features: planned};
}

/** The shape of a log in memory and what goes with it. */
export const shapeOf = (
  log: Pick<EventLog, "types" | "attributes">,
  {campaigns, tables = {}}: {campaigns?: Campaigns | undefined; tables?: CustomerTables | undefined} = {},
): LogShape => ({
  types: log.types,
  attributes: Object.fromEntries(Object.entries(log.attributes).map(([name, {values}]) => [name, values])),
  campaigns: campaigns !== undefined,
  tables: Object.fromEntries(Object.entries(tables).map(([name, {columns}]) => [name, columns])),
});

/** A list whose items are made once a key. */
function keyed<T>(): {all: T[]; use: (key: string, make: () => T) => number} {
  const all: T[] = [];
  const index = new Map<string, number>();
  return {
    all,
    use: (key, make) => {
      const known = index.get(key);
      if (known !== undefined) return known;
      index.set(key, all.length);
      return all.push(make()) - 1;
    },
  };
}

function edgesOf({measure, days = Number.POSITIVE_INFINITY, step}: FeatureDeclaration): number[] {
  const upTo = (windows: number, length: number) => Array.from({length: windows + 1}, (_, i) => i * length);
  if (step !== undefined) return upTo(days / step, step);
  if (measure === "change") return upTo(2, days);
  if (measure === "ownShare" || measure === "ownZ") return upTo(1 + PAST_WINDOWS, days);
  return [0, days];
}

function typesOf({name}: FeatureDeclaration, of: readonly string[], shape: LogShape): string[] {
  const types = new Set<string>();
  for (const type of of) {
    if (type === "*") for (const any of shape.types) types.add(any);
    else if (type === "campaign:contact" || type === "campaign:treated") {
      if (!shape.campaigns)
        throw new DataError(
          `feature ${name} reads campaign contacts, and the study names no campaigns; name them, or leave the feature out`,
        );
      types.add("campaign:treated");
      if (type === "campaign:contact") types.add("campaign:control");
    } else if (shape.types.includes(type)) types.add(type);
    else
      throw new DataError(
        `feature ${name} reads events of type "${type}", which the log does not have; it has ${shape.types.join(", ")}`,
      );
  }
  return [...types].sort(byCodeUnit);
}

function attributeOf({name, measure}: FeatureDeclaration, attribute: string, {attributes}: LogShape): string {
  if (Object.hasOwn(attributes, attribute)) return attribute;
  const form = measure === "share" ? "attribute=value with an attribute" : "an attribute";
  throw new DataError(
    `feature ${name}: measure ${measure} requires "against" as ${form} of the log` +
      ` (${Object.keys(attributes).join(", ") || "it has none"}), got ${JSON.stringify(attribute)}`,
  );
}

function attributeValue(
  declaration: FeatureDeclaration,
  shape: LogShape,
): {attribute: string; value: string} {
  const {name, against = ""} = declaration;
  const at = against.indexOf("=");
  const attribute = attributeOf(declaration, at < 0 ? against : against.slice(0, at), shape);
  const value = against.slice(at + 1);
  const values = shape.attributes[attribute]!;
  if (at < 0 || !values.includes(value))
    throw new DataError(`feature ${name}: no event has ${against}; values are ${values.join(", ")}`);
  return {attribute, value};
}

function tableColumn({name, of, column = ""}: FeatureDeclaration, {tables}: LogShape): TablePlan {
  const table = [of].flat()[0]!.replace(/^table:/, "");
  const columns = Object.hasOwn(tables, table) ? tables[table] : undefined;
  if (!columns)
    throw new DataError(
      `feature ${name} reads the table "${table}", which the study does not have; it has ${Object.keys(tables).join(", ") || "none"}`,
    );
  if (!columns.includes(column))
    throw new DataError(
      `feature ${name} reads the column "${column}" of ${table}, which it does not have; it has ${columns.join(", ")}`,
    );
  return {table, column};
}
