import {endLabels, note} from "./layout.ts";
import {lineEnds, lineLayers, lineRows, type Series} from "./lines.ts";
import {type Chart, type ChartOptions, chartOf, frame, INK, requireSome} from "./theme.ts";
import {decimal, listed} from "./words.ts";

export type TowardsChurnData = {
  /** Months until churn, in any order. */
  readonly months: readonly number[];
  /** Churners behind each month. */
  readonly churners: readonly number[];
  /** `values[i]` is the ROC AUC at `months[i]`, those who churn then against those who stay; null where not known. */
  readonly series: readonly Series[];
  /** What else to know to read it, a sentence without its full stop; shown under what is measured. */
  readonly remark?: string | undefined;
};

const PLOT = 190;

/** How well scores tell those who will churn from those who stay, by months until churn; churn is at the right. */
export function towardsChurnChart(
  {months, churners, series, remark}: TowardsChurnData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("towardsChurnChart", "month", months);
  requireSome("towardsChurnChart", "series", series);
  const order = months.map((_, i) => i).sort((a, b) => months[b]! - months[a]!);
  const places = order.map(i => months[i]!);
  const lines = series.map(({name, values}) => ({name, values: order.map(i => values[i] ?? null)}));
  const known = lines.flatMap(s => s.values.flatMap(v => (v === null ? [] : [v])));
  const low = Math.max(0, Math.floor(Math.min(0.42, ...known) * 10) / 10);
  const domain: [number, number] = [low, 1];
  const labels = endLabels(
    lineEnds(lines).map(end => ({...end, text: decimal(end.value, 2)})),
    {domain, plot: PLOT},
  );
  const x = {
    field: "place",
    type: "ordinal",
    scale: {domain: places, type: "point", padding: 0.3},
    axis: {title: "Months until churn", labelAngle: 0},
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain, zero: false},
    axis: {title: null, format: ".1f"},
  };
  const names = series.map(s => s.name);
  return chartOf({
    title: title ?? "Signal by months until churn",
    description: `${describe(places, lines)}${remark ? ` ${remark}.` : ""}`,
    caption: `ROC AUC: those who churn then against those who stay${remark ? `\n${remark}` : ""}`,
    table: {
      columns: [
        {name: "months", title: "Months until churn", format: "integer"},
        {name: "churners", title: "Churners", format: "integer"},
        ...names.map((name, i) => ({name: `s${i}`, title: name, format: "decimal" as const, digits: 2})),
      ],
      rows: places.map((place, i) => [
        place,
        churners[order[i]!] ?? null,
        ...lines.map(s => s.values[i] ?? null),
      ]),
    },
    spec: {
      ...frame(280),
      data: {values: lineRows(places, lines)},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.muted, strokeDash: [2, 3]},
          encoding: {y: {datum: 0.5}},
        },
        note(["chance"], {y: 0.5, side: "left"}, {dx: 4, dy: 10, color: INK.muted}),
        ...lineLayers(names, {x, y}),
        ...labels.layers,
      ],
    },
  });
}

function describe(places: readonly number[], series: readonly Series[]): string {
  const parts = series.map(({name, values}) => {
    const known = values.flatMap((value, i) => (value === null ? [] : [{value, month: places[i]!}]));
    if (known.length === 0) return `${name} is not known`;
    const [first, last] = [known[0]!, known.at(-1)!];
    if (known.length === 1) return `${name} has ${decimal(first.value, 2)} at month ${first.month}`;
    return `${name} goes from ${decimal(first.value, 2)} at month ${first.month} to ${decimal(last.value, 2)} at month ${last.month}`;
  });
  return `ROC AUC of the scores by months until churn, where 0.5 tells nobody apart: ${listed(parts)}.`;
}
