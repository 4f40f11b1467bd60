import {endLabels, niceTop} from "./layout.ts";
import {lineEnds, lineLayers, lineRows, type Series} from "./lines.ts";
import {type Chart, type ChartOptions, chartOf, frame, INK, requireSome} from "./theme.ts";
import {decimal, listed} from "./words.ts";

export type SignalData = {
  /** Months before churn, in any order. */
  readonly months: readonly number[];
  /** `values[i]` at `months[i]`, relative to the customer's normal, which is 1; null where it is not known. */
  readonly series: readonly Series[];
};

const PLOT = 190;

/** What customers did in the months before they churned, relative to their normal; churn is at the right. */
export function signalChart({months, series}: SignalData, {title}: ChartOptions = {}): Chart {
  requireSome("signalChart", "month", months);
  requireSome("signalChart", "series", series);
  const order = months.map((_, i) => i).sort((a, b) => months[b]! - months[a]!);
  const places = order.map(i => months[i]!);
  const lines = series.map(({name, values}) => ({name, values: order.map(i => values[i] ?? null)}));
  const top = niceTop(Math.max(1.1, ...lines.flatMap(s => s.values.map(v => (v ?? 0) * 1.05))));
  const labels = endLabels(
    lineEnds(lines).map(end => ({...end, text: `${decimal(end.value)} of normal`})),
    {domain: [0, top], plot: PLOT},
  );
  const x = {
    field: "place",
    type: "ordinal",
    scale: {domain: places, type: "point", padding: 0.3},
    axis: {title: "Months before churn", labelAngle: 0},
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain: [0, top]},
    axis: {title: null, values: ticks(top), labelExpr: "datum.value === 1 ? 'normal' : datum.label"},
  };
  const names = series.map(s => s.name);
  return chartOf({
    title: title ?? "What changes before customers churn",
    description: describe(places, lines),
    caption: "Activity relative to the customer's normal",
    table: {
      columns: [
        {name: "months", title: "Months before churn", format: "integer"},
        ...names.map((name, i) => ({name: `s${i}`, title: name, format: "decimal" as const, digits: 2})),
      ],
      rows: places.map((place, i) => [place, ...lines.map(s => s.values[i] ?? null)]),
    },
    spec: {
      ...frame(290),
      data: {values: lineRows(places, lines)},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.axis, strokeDash: [2, 3]},
          encoding: {y: {datum: 1}},
        },
        ...lineLayers(names, {x, y}),
        ...labels.layers,
      ],
    },
  });
}

// 1 is always among them.
function ticks(top: number): number[] {
  if (top > 8) return [0, 1, top / 2, top];
  const step = top > 3 ? 1 : 0.5;
  return Array.from({length: Math.floor(top / step) + 1}, (_, i) => i * step);
}

function describe(places: readonly number[], series: readonly Series[]): string {
  const parts = series.map(({name, values}) => {
    const known = values.flatMap((value, i) => (value === null ? [] : [{value, month: places[i]!}]));
    if (known.length === 0) return `${name} is not known`;
    const [first, last] = [known[0]!, known.at(-1)!];
    if (known.length === 1) return `${name} is ${decimal(first.value)} at month ${first.month}`;
    return `${name} goes from ${decimal(first.value)} at month ${first.month} to ${decimal(last.value)} at month ${last.month}`;
  });
  return `Activity in the months before churn, where 1 is the customer's normal: ${listed(parts)}.`;
}
