import {endLabels} from "./layout.ts";
import {lineEnds, lineLayers, lineRows, type Series} from "./lines.ts";
import {type Chart, type ChartOptions, chartOf, frame, INK, requireSome} from "./theme.ts";
import {decimal, listed} from "./words.ts";

export type InteractionData = {
  readonly first: string;
  readonly second: string;
  /** Parts of the first signal, in order. */
  readonly places: readonly string[];
  /** A line for each part of the second: what the two add together beyond the sum of each, null without rows. */
  readonly series: readonly Series[];
};

const PLOT = 180;

/** What two signals add to the score together that neither adds by itself. */
export function interactionChart(
  {first, second, places, series}: InteractionData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("interactionChart", "part", places);
  requireSome("interactionChart", "series", series);
  const known = series.flatMap(({values}) => values.flatMap(value => (value === null ? [] : [value])));
  const reach = 1.15 * Math.max(1e-9, ...known.map(Math.abs));
  const domain: [number, number] = [-reach, reach];
  const labels = endLabels(
    lineEnds(series).map(end => ({...end, text: decimal(end.value)})),
    {domain, plot: PLOT},
  );
  const x = {
    field: "place",
    type: "ordinal",
    scale: {domain: places, type: "point", padding: 0.3},
    axis: {title: first, titleLimit: 420, labelAngle: 0},
  };
  const y = {field: "value", type: "quantitative", scale: {domain}, axis: {title: null}};
  return chartOf({
    title: title ?? `${first} means more, or less, with ${second}`,
    description: describe(first, second, {places, series}),
    caption: "Added to the score by the two together, beyond what each adds",
    table: {
      columns: [
        {name: "place", title: first, format: "text"},
        ...series.map(({name}, i) => ({
          ...{name: `s${i}`, title: `${second}: ${name}`, digits: 3},
          format: "decimal" as const,
        })),
      ],
      rows: places.map((place, k) => [place, ...series.map(({values}) => values[k] ?? null)]),
    },
    spec: {
      ...frame(270),
      data: {values: lineRows(places, series)},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.axis, strokeDash: [2, 3]},
          encoding: {y: {datum: 0}},
        },
        ...lineLayers(
          series.map(({name}) => name),
          {x, y},
        ),
        ...labels.layers,
      ],
    },
  });
}

function describe(
  first: string,
  second: string,
  {places, series}: Pick<InteractionData, "places" | "series">,
): string {
  const parts = series.map(({name, values}) => {
    const known = values.flatMap((value, k) => (value === null ? [] : [{value, place: places[k]!}]));
    if (known.length === 0) return `${name}: no rows`;
    const [from, to] = [known[0]!, known.at(-1)!];
    return `${name}: ${decimal(from.value)} at ${from.place}, ${decimal(to.value)} at ${to.place}`;
  });
  return `What ${first} and ${second} add to the score together, by ${second}: ${listed(parts)}. Association, not cause.`;
}
