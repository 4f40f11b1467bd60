import {endLabels, niceTop} from "./layout.ts";
import {lineEnds, lineLayers, lineRows} from "./lines.ts";
import {type Chart, type ChartOptions, chartOf, frame, requireSome} from "./theme.ts";
import {periodAxis, periodText} from "./time-axis.ts";
import {counted, listed, percent} from "./words.ts";

export type BaseRateData = {
  /** Cutoffs in rising order, written YYYY-MM or YYYY-MM-DD. */
  readonly cutoffs: readonly string[];
  /** `rates[i]` is the share of the cohort that is positive at cutoff i; null where it is not known. */
  readonly series: readonly {readonly name: string; readonly rates: readonly (number | null)[]}[];
  /** How many cutoffs the months of `cutoffs` hold, where a month holds more than one. */
  readonly merged?: number | undefined;
  /** Places without a point since they have fewer than this number of rows; absent when there are none. */
  readonly fewerThan?: number | undefined;
};

/** Height of the plot within the picture in pixels, about. */
const PLOT = 190;

/** Share of positives by cutoff, one line a target, named at its end. */
export function baseRateChart(
  {cutoffs, series, merged, fewerThan}: BaseRateData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("baseRateChart", "cutoff", cutoffs);
  requireSome("baseRateChart", "series", series);
  const lines = series.map(({name, rates}) => ({name, values: rates}));
  const top = niceTop(Math.max(0, ...series.flatMap(s => s.rates.map(rate => rate ?? 0))) * 1.08, 1);
  const ends = lineEnds(lines).map(end => ({...end, text: percent(end.value)}));
  const labels = endLabels(ends, {domain: [0, top], plot: PLOT});
  const x = {
    field: "place",
    type: "ordinal",
    scale: {domain: cutoffs, type: "point", padding: 0.3},
    axis: periodAxis(cutoffs, {width: 430 - labels.right}),
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain: [0, top]},
    axis: {title: null, format: ".1~%"},
  };
  const names = series.map(s => s.name);
  return chartOf({
    title: title ?? `Share of positives by ${merged === undefined ? "cutoff" : "month of the cutoff"}`,
    description: describe({cutoffs, series, merged}),
    caption: captionOf({merged, fewerThan}),
    table: {
      columns: [
        {name: "cutoff", title: merged === undefined ? "Cutoff" : "Month of the cutoff", format: "text"},
        ...names.map((name, i) => ({name: `rate${i}`, title: name, format: "percent" as const, digits: 1})),
      ],
      rows: cutoffs.map((cutoff, i) => [periodText(cutoff), ...series.map(s => s.rates[i] ?? null)]),
    },
    spec: {
      ...frame(270),
      data: {values: lineRows(cutoffs, lines)},
      layer: [...lineLayers(names, {x, y}), ...labels.layers],
    },
  });
}

function captionOf({merged, fewerThan}: Pick<BaseRateData, "merged" | "fewerThan">): string {
  const by = merged === undefined ? "" : `, by month of ${counted(merged, "cutoff")}`;
  const left =
    fewerThan === undefined
      ? ""
      : `; not shown where ${merged === undefined ? "a cutoff" : "a month"} has fewer than ${fewerThan} rows`;
  return `Share of positives${by}${left}`;
}

function describe({cutoffs, series, merged}: Omit<BaseRateData, "fewerThan">): string {
  const parts = series.map(({name, rates}) => {
    const known = rates.flatMap(rate => (rate === null ? [] : [rate]));
    if (known.length === 0) return `${name} is not known at any cutoff`;
    const [low, high] = [percent(Math.min(...known)), percent(Math.max(...known))];
    if (low === high) return `${name} is ${low}`;
    const [first, last] = [percent(known[0]!), percent(known.at(-1)!)];
    return `${name} goes from ${first} to ${last} and stays between ${low} and ${high}`;
  });
  const span =
    cutoffs.length === 1
      ? `in ${periodText(cutoffs[0]!)}`
      : `at ${counted(merged ?? cutoffs.length, "cutoff")} from ${periodText(cutoffs[0]!)} to ${periodText(cutoffs.at(-1)!)}`;
  return `Share of positives ${span}: ${listed(parts)}.`;
}
