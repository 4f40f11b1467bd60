import {aroundPlace, rowAxis} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {counted, decimal, listed, wrap} from "./words.ts";

export type ForestData = {
  /** What is estimated, with its unit: "Kept by contact, percentage points". */
  readonly effect: string;
  /** In the order to be shown; `low` and `high` bound the interval. */
  readonly rows: readonly {
    readonly name: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
    /** The estimate that is told. */
    readonly told: boolean;
  }[];
  /** What an experiment found, where it is known. */
  readonly experiment?: {readonly name: string; readonly value: number} | undefined;
  readonly digits?: number;
};

/** The same effect by several methods, each with its interval. */
export function forestChart(
  {effect, rows, experiment, digits = 1}: ForestData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("forestChart", "estimate", rows);
  // One estimate without end would leave no room for the others.
  const shown = rows.filter(row => row.high - row.low <= WIDE * medianWidth(rows));
  const ends = [0, ...shown.flatMap(row => [row.low, row.high]), experiment?.value ?? 0];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = (high - low || 1) * 0.05;
  const say = ({value, low, high}: ForestData["rows"][number]) =>
    `${decimal(value, digits)} (${decimal(low, digits)} to ${decimal(high, digits)})`;
  const names = Object.fromEntries(rows.map(({name}, i) => [String(i), wrap(name, {ems: 12, lines: 2})]));
  // Under each name its numbers: beside the interval there is no room for them.
  const data = rows.map((row, i) => ({...row, row: i, words: say(row)}));
  const tall = rows.flatMap((_, i) => (names[String(i)]!.length > 1 ? [i] : []));
  const height = 46;
  const x = {
    field: "value",
    type: "quantitative",
    scale: {domain: [low - margin, high + margin], nice: false, zero: false},
    axis: {
      ...{title: null, tickCount: 5, grid: true, domain: false, ticks: false},
      labelExpr: "replace(datum.label, /,/g, '\u2009')",
    },
  };
  const told = rows.flatMap((row, i) => (row.told ? [i] : []));
  const y = {
    field: "row",
    type: "ordinal",
    sort: null,
    scale: {domain: rows.map((_, i) => i)},
    axis: {
      ...rowAxis(names),
      labelFontWeight: {
        condition: {test: `indexof(${JSON.stringify(told)}, datum.value) >= 0`, value: 600},
        value: 400,
      },
      labelOffset: aroundPlace(tall),
    },
  };
  // From the left edge on, but not across the line at 0 where that is near it.
  const [from, to] = x.scale.domain as [number, number];
  const words = from < 0 && -from < (to - from) / 4 ? {datum: 0} : {value: 0};
  const color = {condition: {test: "datum.told", value: COLOUR.blue}, value: COLOUR.grey};
  const line = (value: number, mark: object) => ({
    data: {values: [{}]},
    mark: {type: "rule", ...mark},
    encoding: {x: {datum: value}},
  });
  return chartOf({
    title: title ?? titleOf(rows, shown, experiment),
    caption: [
      `${effect}, with intervals`,
      ...(experiment ? [`dashed: ${experiment.name}, ${decimal(experiment.value, digits)}`] : []),
      ...(shown.length < rows.length ? ["what goes on beyond the picture is told in numbers"] : []),
    ].join("; "),
    description: describe({effect, rows, experiment, digits}, say),
    table: {
      columns: [
        {name: "method", title: "Method", format: "text"},
        {name: "value", title: effect, format: "decimal", digits},
        {name: "low", title: "Low", format: "decimal", digits},
        {name: "high", title: "High", format: "decimal", digits},
      ],
      rows: rows.map(row => [row.name, row.value, row.low, row.high]),
    },
    spec: {
      ...frame(60 + height * rows.length),
      data: {values: data},
      layer: [
        line(0, {color: INK.text, strokeWidth: 1.25}),
        ...(experiment
          ? [line(experiment.value, {color: COLOUR.vermillion, strokeDash: [6, 3], strokeWidth: 2})]
          : []),
        {
          mark: {type: "rule", strokeWidth: 2, yOffset: -9, clip: true},
          encoding: {x: {...x, field: "low"}, x2: {field: "high"}, y, color},
        },
        {
          mark: {type: "point", filled: true, size: 80, opacity: 1, yOffset: -9, clip: true},
          encoding: {
            x,
            y,
            color,
            shape: {condition: {test: "datum.told", value: "circle"}, value: "diamond"},
          },
        },
        // Over an outline, since a line may run through it.
        ...[{stroke: "#ffffff", strokeWidth: 4}, {}].map(outline => ({
          mark: {
            type: "text",
            align: "left",
            baseline: "middle",
            dy: 11,
            dx: 4,
            color: INK.muted,
            ...outline,
          },
          encoding: {x: words, y, text: {field: "words", type: "nominal"}},
        })),
      ],
    },
  });
}

/** An interval of more than so many times the usual width is cut at the edge of the picture. */
const WIDE = 8;

const medianWidth = (rows: ForestData["rows"]): number =>
  rows.map(row => row.high - row.low).sort((a, b) => a - b)[Math.floor(rows.length / 2)]!;

const holds = ({low, high}: ForestData["rows"][number], value: number): boolean =>
  low <= value && value <= high;

function titleOf(
  rows: ForestData["rows"],
  shown: ForestData["rows"],
  experiment: ForestData["experiment"],
): string {
  const n = rows.length;
  if (experiment) {
    // An interval that holds everything agrees with nothing.
    const found = shown.filter(row => holds(row, experiment.value)).length;
    return `${found === 0 ? "No method agrees" : `${found} of ${n} methods agree`} with ${experiment.name}`;
  }
  const [above, below] = [rows.filter(row => row.low > 0).length, rows.filter(row => row.high < 0).length];
  if (above === n) return "By all methods contact raises the outcome";
  if (below === n) return "By all methods contact lowers the outcome";
  if (above + below === 0) return "No method tells the effect from none";
  if (above > 0 && below > 0) return "The methods contradict each other";
  return `${above + below} of ${n} methods tell the effect from none`;
}

function describe(
  {effect, rows, experiment, digits}: ForestData,
  say: (row: ForestData["rows"][number]) => string,
): string {
  const parts = rows.map(row => `${row.name}${row.told ? ", which is told," : ""} ${say(row)}`);
  const beside = experiment ? ` ${experiment.name}: ${decimal(experiment.value, digits)}.` : "";
  return `${effect}, by ${counted(rows.length, "method")}, with intervals: ${listed(parts)}.${beside} Without an experiment it is association, not cause.`;
}
