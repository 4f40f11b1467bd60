import {type Chart, type ChartOptions, chartOf, FONT_SIZE, INK, requireSome, WIDTH} from "./theme.ts";
import {counted, decimal, percent} from "./words.ts";

export type AlternativesData = {
  /**
   * One row an inactivity window: its days, the share of positives, the share of the cohort that cannot be
   * positive whatever it does, and the AUC of recency alone; null where it is not defined.
   */
  readonly rows: readonly {
    readonly days: number;
    readonly baseRate: number;
    readonly structuralZeros: number;
    readonly recencyAuc: number | null;
  }[];
};

const ROW = 34;
const LABELS = 66;
const GAP = 22;
const PANEL = (WIDTH - LABELS - 2 * GAP - 8) / 3;

/** What each definition of inactivity does to the target, side by side. */
export function alternativesChart({rows}: AlternativesData, {title}: ChartOptions = {}): Chart {
  requireSome("alternativesChart", "row", rows);
  const names = rows.map(row => counted(row.days, "day"));
  const panel = (
    i: number,
    heading: readonly string[],
    values: readonly (number | null)[],
    flagged: readonly boolean[],
    show: (value: number) => string,
  ) => panelOf(names, heading, {values, flagged, show, first: i === 0});
  return chartOf({
    title: title ?? "What the inactivity window does to the target",
    description: describe(rows),
    table: {
      columns: [
        {name: "days", title: "Inactivity", unit: "days", format: "integer"},
        {name: "baseRate", title: "Positive", format: "percent", digits: 1},
        {name: "structuralZeros", title: "Cannot churn", format: "percent", digits: 1},
        {name: "recencyAuc", title: "AUC of recency alone", format: "decimal", digits: 2},
      ],
      rows: rows.map(row => [row.days, row.baseRate, row.structuralZeros, row.recencyAuc]),
    },
    spec: {
      padding: {left: 2, top: 4, right: 4, bottom: 4},
      spacing: GAP,
      hconcat: [
        panel(
          0,
          ["Positive"],
          rows.map(r => r.baseRate),
          rows.map(r => r.baseRate < 0.05 || r.baseRate > 0.95),
          percent,
        ),
        panel(
          1,
          ["Cannot churn"],
          rows.map(r => r.structuralZeros),
          rows.map(r => r.structuralZeros > 0),
          percent,
        ),
        panel(
          2,
          ["AUC of recency"],
          rows.map(r => r.recencyAuc),
          rows.map(r => r.recencyAuc !== null && r.recencyAuc < 0.5),
          value => decimal(value),
        ),
      ],
    },
  });
}

// What makes a window a trap is drawn in the colour of warning, and has a mark behind its number.
function panelOf(
  names: readonly string[],
  heading: readonly string[],
  {
    values,
    flagged,
    show,
    first,
  }: {
    readonly values: readonly (number | null)[];
    readonly flagged: readonly boolean[];
    readonly show: (value: number) => string;
    readonly first: boolean;
  },
) {
  const data = names.map((name, i) => {
    const value = values[i] ?? null;
    const text = value === null ? "not defined" : `${show(value)}${flagged[i] ? " !" : ""}`;
    return {window: name, value: value ?? 0, full: 1, text, flagged: flagged[i] ?? false};
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
    width: PANEL,
    height: ROW * names.length,
    title: {text: heading, color: INK.text, fontWeight: 600, frame: "group", offset: 8},
    data: {values: data},
    layer: [
      {mark: {type: "bar", color: INK.faint}, encoding: {x: {...x, field: "full"}, y}},
      {
        mark: {type: "bar"},
        encoding: {
          x,
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

function describe(rows: AlternativesData["rows"]): string {
  const parts = rows.map(row => {
    const auc = row.recencyAuc === null ? "not defined" : decimal(row.recencyAuc);
    return (
      `${counted(row.days, "day")}: ${percent(row.baseRate)} positive, ${percent(row.structuralZeros)} cannot ` +
      `churn, AUC of recency alone ${auc}`
    );
  });
  return `${counted(rows.length, "inactivity window")} side by side. ${parts.join("; ")}.`;
}
