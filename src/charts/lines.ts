import {coloursOf, dashOf, type Spec, shapeOf} from "./theme.ts";

/** Lines over the same places; `values[i]` is at place i, null where it is not known. */
export type Series = {readonly name: string; readonly values: readonly (number | null)[]};

export type LineRow = {
  readonly name: string;
  readonly place: string | number;
  readonly value: number;
  /** Number of the stretch without gaps: a gap in what is known is a gap in the line. */
  readonly run: number;
};

/** Known values as rows, series after series. */
export function lineRows(places: readonly (string | number)[], series: readonly Series[]): LineRow[] {
  return series.flatMap(({name, values}) => {
    let run = 0;
    return places.flatMap((place, i) => {
      const value = values[i] ?? null;
      if (value === null) {
        run += 1;
        return [];
      }
      return [{name, place, value, run}];
    });
  });
}

/** The last known value of each series that has one. */
export function lineEnds(
  series: readonly Series[],
): {readonly name: string; readonly value: number; readonly colour: string}[] {
  const colours = coloursOf(series.map(s => s.name));
  return series.flatMap(({name, values}, i) => {
    const value = values.findLast(v => v !== null);
    return value === undefined || value === null ? [] : [{name, value, colour: colours[i]!}];
  });
}

/** Layers that draw {@link lineRows}: lines that differ in colour and dash, points that differ in shape. */
export function lineLayers(names: readonly string[], {x, y}: {readonly x: Spec; readonly y: Spec}): Spec[] {
  const by = (range: readonly unknown[]) => ({
    field: "name",
    type: "nominal",
    scale: {domain: names, range},
    legend: null,
  });
  const color = by(coloursOf(names));
  return [
    {
      mark: {type: "line"},
      encoding: {x, y, color, strokeDash: by(names.map((_, i) => dashOf(i))), detail: {field: "run"}},
    },
    {
      mark: {type: "point", filled: true, size: 40, opacity: 1},
      encoding: {x, y, color, shape: by(names.map((_, i) => shapeOf(i)))},
    },
  ];
}
