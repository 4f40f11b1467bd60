import {rowAxis} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {decimal, listed, wrap} from "./words.ts";

export type ModelsData = {
  /** What is compared, with its population: "AUC, test customers". */
  readonly metric: string;
  /** In the order to be shown; `low` and `high` bound the interval. */
  readonly rows: readonly {
    readonly name: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly chosen: boolean;
  }[];
  /** A value to compare with, such as random or the highest possible. */
  readonly reference?: {readonly name: string; readonly value: number} | undefined;
  /** What it means to lie at either end, in few words. */
  readonly ends?: {readonly low: string; readonly high: string} | undefined;
};

/** The models that were tried, each as a dot with its interval; the one in use stands out. */
export function modelsChart({metric, rows, reference, ends}: ModelsData, {title}: ChartOptions = {}): Chart {
  requireSome("modelsChart", "row", rows);
  const values = [
    ...rows.flatMap(row => [row.low, row.high, row.value]),
    ...(reference ? [reference.value] : []),
  ];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || Math.abs(high) || 1) * 0.06;
  const digits = digitsOf(rows, high - low < 1 && high < 10 ? 2 : 1);
  const text = (row: ModelsData["rows"][number]) =>
    row.low === row.high
      ? decimal(row.value, digits)
      : `${decimal(row.value, digits)} (${decimal(row.low, digits)} to ${decimal(row.high, digits)})`;
  // Two models may share a name, so rows are told apart by place.
  const data = rows.map((row, i) => ({
    row: i,
    name: row.name,
    value: row.value,
    low: row.low,
    high: row.high,
    text: text(row),
    chosen: row.chosen,
  }));
  const names = Object.fromEntries(rows.map((row, i) => [String(i), wrap(row.name, {ems: 13.5, lines: 3})]));
  const height = 12 + 16 * Math.max(1, ...Object.values(names).map(lines => lines.length));
  const x = {
    field: "value",
    type: "quantitative",
    scale: {domain: [low - margin, high + margin], zero: false, nice: false},
    axis: {
      title: ends ? `left: ${ends.low}; right: ${ends.high}` : null,
      ...{tickCount: high - low < 0.05 ? 6 : 4, grid: true, domain: false, ticks: false},
    },
  };
  const y = {
    field: "row",
    type: "ordinal",
    sort: null,
    scale: {domain: data.map(row => row.row)},
    axis: {
      ...rowAxis(names),
      labelFontWeight: {condition: {test: chosenTest(rows), value: 600}, value: 400},
    },
  };
  const color = {condition: {test: "datum.chosen", value: COLOUR.blue}, value: COLOUR.grey};
  return chartOf({
    title: title ?? "How the models compare",
    description: describe(metric, rows, reference, text),
    caption: metric,
    table: {
      columns: [
        {name: "model", title: "Model", format: "text"},
        {name: "value", title: metric, format: "decimal", digits: 3},
        {name: "low", title: "Low", format: "decimal", digits: 3},
        {name: "high", title: "High", format: "decimal", digits: 3},
        {name: "chosen", title: "In use", format: "text"},
      ],
      rows: rows.map(row => [row.name, row.value, row.low, row.high, row.chosen ? "yes" : ""]),
    },
    spec: {
      ...frame(90 + height * rows.length),
      data: {values: data},
      layer: [
        ...(reference
          ? [
              {
                data: {values: [{}]},
                mark: {type: "rule", color: INK.muted, strokeDash: [3, 3]},
                encoding: {x: {datum: reference.value}},
              },
              {
                data: {values: [{}]},
                mark: {
                  type: "text",
                  baseline: "bottom",
                  dy: -4,
                  color: INK.muted,
                  text: `${reference.name} ${decimal(reference.value, digits)}`,
                  align: reference.value > (low + high) / 2 ? "right" : "left",
                },
                encoding: {x: {datum: reference.value}, y: {value: 0}},
              },
            ]
          : []),
        {
          mark: {type: "rule", strokeWidth: 2},
          encoding: {x: {...x, field: "low"}, x2: {field: "high"}, y, color},
        },
        {
          mark: {type: "point", filled: true, size: 90, opacity: 1},
          encoding: {
            x,
            y,
            color,
            shape: {condition: {test: "datum.chosen", value: "circle"}, value: "diamond"},
          },
        },
        {
          mark: {type: "text", align: "left", baseline: "middle", dx: 10},
          encoding: {
            x: {value: "width"},
            y,
            text: {field: "text", type: "nominal"},
            color: {condition: {test: "datum.chosen", value: COLOUR.blue}, value: INK.text},
          },
        },
      ],
    },
  });
}

// One more digit where an interval is narrow, and as many as keep its two bounds apart.
function digitsOf(rows: ModelsData["rows"], least: number): number {
  const real = rows.filter(row => row.low < row.high);
  let digits = real.some(row => row.high - row.low < 0.02) ? Math.max(3, least) : least;
  while (digits < 5 && real.some(row => row.low.toFixed(digits) === row.high.toFixed(digits))) digits += 1;
  return digits;
}

// An axis sees the row's number only.
const chosenTest = (rows: ModelsData["rows"]): string => {
  const chosen = rows.flatMap((row, i) => (row.chosen ? [i] : []));
  return `indexof(${JSON.stringify(chosen)}, datum.value) >= 0`;
};

function describe(
  metric: string,
  rows: ModelsData["rows"],
  reference: ModelsData["reference"],
  text: (row: ModelsData["rows"][number]) => string,
): string {
  const parts = rows.map(row => `${row.name}${row.chosen ? ", the model in use," : ""} ${text(row)}`);
  const beside = reference ? ` For comparison, ${reference.name}: ${decimal(reference.value)}.` : "";
  return `${metric}, with intervals: ${listed(parts)}.${beside}`;
}
