import {type CustomerTables, columnOf} from "../data/customer-table.ts";
import {CODE_KERNELS, HISTORY_KERNELS, latest, type OfCodes, type OfCutoff} from "./measures.ts";
import {isCalendar, type Plan, type PlannedFeature} from "./plan.ts";
import type {Rollup, Unit} from "./rollup.ts";
import type {Rows} from "./rows.ts";
import {SEASON} from "./season.ts";
import {
  EVERYTHING,
  type Frame,
  fillCodes,
  fillHistory,
  fillTable,
  isHidden,
  type Mark,
  newCodeHistory,
  newHistory,
  newTableHistory,
  placeMarks,
  type SeenBy,
  type Timeline,
} from "./timeline.ts";

/** Column-major: row i of feature j is at j * rows + i. */
export type Values = Float64Array | Float32Array;

export type SweepOptions = {
  readonly unit: Unit;
  /** By codes of the plan: number of values that the log has. */
  readonly codeValues: readonly number[];
  /** Level of each value of the log, by feature that gives categories; -1 where it is none of them. */
  readonly levels: Readonly<Record<string, Int32Array>>;
  readonly tables: CustomerTables;
};

/** Computes the features of the rows of a block's customers. */
export type Sweep = (rollup: Rollup, rows: Rows, out: Values) => void;

/** One measure, ready to write a frame. */
type Operation = {readonly column: number; readonly run: (frame: Frame, out: Float64Array) => void};

/**
 * Makes the sweep of a plan: each customer's entries are read once into running sums, the windows' edges of all rows
 * are found by walking both in time, and every value is a few subtractions.
 */
export function sweepOf(plan: Plan, options: SweepOptions): Sweep {
  const {unit, tables} = options;
  const timelines = {
    histories: plan.histories.map(newHistory),
    codes: options.codeValues.map(newCodeHistory),
    tables: plan.tables.map(newTableHistory),
  };
  const {marks, markOf} = markBook(unit);
  const operations = plan.features.flatMap((feature, column): Operation[] =>
    feature.reads === "cutoff" ? [] : [{column, run: kernelOf(feature, {timelines, markOf, options})}],
  );
  const frame: Frame = {unit, rows: 0, cutoff: new Float64Array(64), marks};
  let measured = new Float64Array(64);

  const fill = (rollup: Rollup, c: number, seenBy: SeenBy): void => {
    for (let h = 0; h < plan.histories.length; h++)
      fillHistory(timelines.histories[h]!, rollup, {c, h, plan: plan.histories[h]!, seenBy});
    for (let q = 0; q < plan.codes.length; q++) fillCodes(timelines.codes[q]!, rollup.codes[q]!, c, seenBy);
    for (let k = 0; k < plan.tables.length; k++) {
      const table = tables[plan.tables[k]!.table]!;
      const column = columnOf(table, plan.tables[k]!.column);
      fillTable(timelines.tables[k]!, table, column, rollup.first + c, unit);
    }
  };
  /** Measures the rows of `order` from `from` on, as many as the frame has. */
  const measure = (rows: Rows, from: number, out: Values): void => {
    placeMarks(frame);
    const {order} = rows;
    const {rows: n} = frame;
    for (const {column, run} of operations) {
      run(frame, measured);
      const base = column * rows.rows;
      if (order) for (let r = 0; r < n; r++) out[base + order[from + r]!] = measured[r]!;
      else for (let r = 0; r < n; r++) out[base + from + r] = measured[r]!;
    }
  };
  return (rollup, rows, out) => {
    const {starts, order, cutoff, cutoffs} = rows;
    for (let c = 0; c < rollup.customers; c++) {
      const from = starts[rollup.first + c]!;
      const n = starts[rollup.first + c + 1]! - from;
      if (n === 0) continue;
      if (frame.cutoff.length < n) {
        frame.cutoff = new Float64Array(2 * n);
        measured = new Float64Array(2 * n);
      }
      frame.rows = n;
      for (let r = 0; r < n; r++) frame.cutoff[r] = cutoffs[cutoff[order?.[from + r] ?? from + r]!]!;
      fill(rollup, c, EVERYTHING);
      measure(rows, from, out);
      if (rollup.known === undefined) continue;
      // Entries known late: rows at which one had happened and was not yet known are measured again without it.
      const asked = frame.cutoff.slice(0, n);
      for (let r = 0; r < n; r++) {
        if (!hidesSome(rollup, c, asked[r]!)) continue;
        frame.rows = 1;
        frame.cutoff[0] = asked[r]!;
        fill(rollup, c, asked[r]!);
        measure(rows, from + r, out);
      }
    }
  };
}

/** Whether an entry of a customer had happened before the cutoff and was known only after it. */
function hidesSome({offsets, time, known}: Rollup, c: number, cutoff: number): boolean {
  for (let i = offsets[c]!; i < offsets[c + 1]! && time[i]! < cutoff; i++)
    if (isHidden(known![i]!, cutoff)) return true;
  return false;
}

/** The calendar features: the same for every row of a cutoff. `cutoffs` are days. */
export function fillSeason(plan: Plan, rows: Rows, cutoffs: readonly number[], out: Values): void {
  for (const [j, {declaration}] of plan.features.entries()) {
    if (!isCalendar(declaration.measure)) continue;
    const values = Float64Array.from(cutoffs, SEASON[declaration.measure as OfCutoff]);
    for (let i = 0; i < rows.rows; i++) out[j * rows.rows + i] = values[rows.cutoff[i]!]!;
  }
}

/** Marks, one for each edge of a timeline. */
function markBook(unit: Unit): {marks: Mark[]; markOf: (timeline: Timeline, days: number) => Mark} {
  const marks: Mark[] = [];
  const markOf = (timeline: Timeline, days: number): Mark => {
    const units = days * unit;
    const known = marks.find(mark => mark.timeline === timeline && mark.units === units);
    if (known) return known;
    const mark: Mark = {timeline, units, at: new Int32Array(64)};
    marks.push(mark);
    return mark;
  };
  return {marks, markOf};
}

type Bindings = {
  readonly timelines: {
    readonly histories: readonly ReturnType<typeof newHistory>[];
    readonly codes: readonly ReturnType<typeof newCodeHistory>[];
    readonly tables: readonly ReturnType<typeof newTableHistory>[];
  };
  readonly markOf: (timeline: Timeline, days: number) => Mark;
  readonly options: SweepOptions;
};

function kernelOf(feature: PlannedFeature, {timelines, markOf, options}: Bindings): Operation["run"] {
  const {declaration, reads, source, edges} = feature;
  const marked = (timeline: Timeline) => edges.map(days => markOf(timeline, days));
  if (reads === "tables") {
    const history = timelines.tables[source]!;
    const operands = {history, edges: marked(history)};
    return (frame, out) => latest(operands, frame, out);
  }
  if (reads === "codes") {
    const history = timelines.codes[source]!;
    const levels = options.levels[declaration.name] ?? new Int32Array(0);
    const operands = {history, edges: marked(history), levels};
    const kernel = CODE_KERNELS[declaration.measure as OfCodes];
    return (frame, out) => kernel(operands, frame, out);
  }
  const history = timelines.histories[source]!;
  const against = feature.against < 0 ? undefined : timelines.histories[feature.against]!;
  const operands = {
    ...{history, edges: marked(history)},
    ...{against, againstEdges: against ? marked(against) : []},
  };
  const kernel = HISTORY_KERNELS[declaration.measure as keyof typeof HISTORY_KERNELS];
  return (frame, out) => kernel(operands, frame, out);
}
