import {type Chart, type ChartOptions, chartOf, FONT_SIZE, INK, requireSome, WIDTH} from "./theme.ts";
import {counted, decimal, percent} from "./words.ts";

export type AlternativesData = {
  /** The target that the positives are of: "WITHIN". */
  readonly target: string;
  /**
   * One row an inactivity window: its days, the share of positives, the share of the cohort that cannot be
   * positive whatever it does, null where the target has no such share, and the ROC AUC of recency alone, null where
   * it is not defined.
   */
  readonly rows: readonly {
    readonly days: number;
    readonly baseRate: number;
    readonly structuralZeros: number | null;
    readonly recencyAuc: number | null;
  }[];
};

const ROW = 34;
const LABELS = 66;
const GAP = 22;
/** Share of customers who cannot churn from which on a window is a trap. */
const MANY = 0.01;

/** What each definition of inactivity does to the target, side by side. */
export function alternativesChart({target, rows}: AlternativesData, {title}: ChartOptions = {}): Chart {
  requireSome("alternativesChart", "row", rows);
  const names = rows.map(row => counted(row.days, "day"));
  const panels: Panel[] = [
    {
      heading: [target, "positives"],
      values: rows.map(r => r.baseRate),
      flagged: rows.map(r => r.baseRate < 0.05 || r.baseRate > 0.95),
      show: percent,
      from: 0,
    },
    {
      heading: ["Cannot churn", "in the horizon"],
      values: rows.map(r => r.structuralZeros),
      flagged: rows.map(r => r.structuralZeros !== null && r.structuralZeros >= MANY),
      show: percent,
      from: 0,
    },
    {
      heading: ["ROC AUC of", "recency alone"],
      values: rows.map(r => r.recencyAuc),
      flagged: rows.map(r => r.recencyAuc !== null && r.recencyAuc < 0.5),
      show: (value: number) => decimal(value),
      from: 0.5,
    },
  ].filter((_, i) => i !== 1 || rows.some(r => r.structuralZeros !== null));
  const width = (WIDTH - LABELS - (panels.length - 1) * GAP - 8) / panels.length;
  const isTrap = panels.some(({flagged}) => flagged.includes(true));
  return chartOf({
    title: title ?? "What the inactivity window does to the target",
    description: describe(target, rows),
    ...(isTrap && {
      caption:
        "! = a trap: hardly any or nearly all are positive, many cannot churn, or recency ranks the wrong way; bars of ROC AUC " +
        "start at 0.5, chance",
    }),
    table: {
      columns: [
        {name: "days", title: "Inactivity", unit: "days", format: "integer"},
        {name: "baseRate", title: `${target} positives`, format: "percent", digits: 1},
        {name: "structuralZeros", title: "Cannot churn in the horizon", format: "percent", digits: 1},
        {name: "recencyAuc", title: "ROC AUC of recency alone", format: "decimal", digits: 2},
      ],
      rows: rows.map(row => [row.days, row.baseRate, row.structuralZeros, row.recencyAuc]),
    },
    spec: {
      padding: {left: 2, top: 4, right: 4, bottom: 4},
      spacing: GAP,
      hconcat: panels.map((panel, i) => panelOf(names, panel, {width, first: i === 0})),
    },
  });
}

type Panel = {
  readonly heading: readonly string[];
  readonly values: readonly (number | null)[];
  readonly flagged: readonly boolean[];
  readonly show: (value: number) => string;
  /** Where its bars start. */
  readonly from: number;
};

// What makes a window a trap is drawn in the colour of warning, and has a mark behind its number.
function panelOf(
  names: readonly string[],
  {heading, values, flagged, show, from}: Panel,
  {width, first}: {readonly width: number; readonly first: boolean},
) {
  const data = names.map((name, i) => {
    const value = values[i] ?? null;
    const text = value === null ? "not defined" : `${show(value)}${flagged[i] ? " !" : ""}`;
    return {window: name, value: value ?? from, from, full: 1, text, flagged: flagged[i] ?? false};
  });
  const y = {
    field: "window",
    type: "ordinal",
    sort: null,
    scale: {domain: names, paddingInner: 0.42, paddingOuter: 0.2},
    axis: first
      ? {title: null, grid: false, labelColor: INK.text, minExtent: LABELS, maxExtent: LABELS}
      : {title: null, grid: false, labels: false},
  };
  const x = {field: "value", type: "quantitative", scale: {domain: [0, 1]}, axis: null};
  return {
    width,
    height: ROW * names.length,
    title: {text: heading, color: INK.text, fontWeight: 600, frame: "group", offset: 8},
    data: {values: data},
    layer: [
      {mark: {type: "bar", color: INK.faint}, encoding: {x: {...x, field: "full"}, y}},
      {
        mark: {type: "bar"},
        encoding: {
          x,
          x2: {field: "from"},
          y,
          color: {condition: {test: "datum.flagged", value: "#e0a07a"}, value: "#9cc3e0"},
        },
      },
      {
        mark: {type: "text", align: "left", baseline: "middle", dx: 6, fontSize: FONT_SIZE},
        encoding: {x: {value: 0}, y, text: {field: "text", type: "nominal"}},
      },
    ],
  };
}

function describe(target: string, rows: AlternativesData["rows"]): string {
  const parts = rows.map(({days, baseRate, structuralZeros, recencyAuc}) => {
    const auc = recencyAuc === null ? "not defined" : decimal(recencyAuc);
    const cannot =
      structuralZeros === null ? "" : ` ${percent(structuralZeros)} cannot churn in the horizon,`;
    return `${counted(days, "day")}: ${percent(baseRate)} ${target} positives,${cannot} ROC AUC of recency alone ${auc}`;
  });
  return `${counted(rows.length, "inactivity window")} side by side. ${parts.join("; ")}.`;
}
