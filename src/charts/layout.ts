import {FONT_SIZE, INK, LINE_HEIGHT, type Spec, WIDTH} from "./theme.ts";
import {roughEms, wrap} from "./words.ts";

/**
 * Moves positions apart until neighbours are `gap` from each other, within [low, high], each as near to where it
 * was as that allows; their order stays. Too many for the room share it evenly.
 */
export function spread(
  positions: readonly number[],
  {gap, low, high}: {gap: number; low: number; high: number},
): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]! || a - b);
  const room = order.length > 1 ? Math.min(gap, (high - low) / (order.length - 1)) : gap;
  // Pool adjacent violators: blocks of labels that touch stand around the mean of where they belong.
  const blocks: {sum: number; count: number}[] = [];
  order.forEach((index, rank) => {
    blocks.push({sum: positions[index]! - rank * room, count: 1});
    while (blocks.length > 1) {
      const last = blocks.at(-1)!;
      const before = blocks.at(-2)!;
      if (before.sum / before.count <= last.sum / last.count) break;
      blocks.splice(-2, 2, {sum: before.sum + last.sum, count: before.count + last.count});
    }
  });
  const out = new Array<number>(positions.length);
  const top = high - room * (order.length - 1);
  let rank = 0;
  for (const {sum, count} of blocks)
    for (let i = 0; i < count; i++, rank++)
      out[order[rank]!] = Math.max(low, Math.min(top, sum / count)) + rank * room;
  return out;
}

/**
 * The upper end of an axis that starts at 0 and holds `value`: a round number not above `limit`.
 */
export function niceTop(value: number, limit = Number.POSITIVE_INFINITY): number {
  if (!(value > 0)) return Math.min(1, limit);
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step =
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10].find(s => value <= s * magnitude * (1 + 1e-9)) ?? 10;
  return Math.min(limit, Number((step * magnitude).toPrecision(3)));
}

/** Labels an axis of thousands: `0` where the number format says `0k`. */
export const PLAIN_ZERO = "datum.value === 0 ? '0' : datum.label";

/** Columns of a legend above the plot, so that it stays within the picture. */
export function legendColumns(names: readonly string[]): number {
  const widths = names.map(name => roughEms(name) * FONT_SIZE + 50);
  if (widths.reduce((a, b) => a + b, 0) <= WIDTH) return names.length;
  const most = Math.max(1, Math.floor(WIDTH / Math.max(...widths)));
  // As even as the rows allow: two and two rather than three and one.
  return Math.ceil(names.length / Math.ceil(names.length / most));
}

/**
 * A layer with one text at `x` and `y` in data units, moved by the pixels in `mark`; without x it stands at the right
 * end of the plot, with `side: "left"` at the left end.
 */
export function note(
  text: readonly string[],
  at: {readonly x?: number | string; readonly y: number; readonly side?: "left" | "right"},
  mark: Spec = {},
): Spec {
  const end = {value: at.side === "left" ? 0 : "width"};
  return {
    data: {values: [{}]},
    mark: {type: "text", align: "left", baseline: "middle", text, ...mark},
    encoding: {x: at.x === undefined ? end : {datum: at.x}, y: {datum: at.y}},
  };
}

/** A layer with one line across the plot, at the x or the y in data units of `encoding`. */
export const rule = (encoding: Spec, mark: Spec): Spec => ({
  data: {values: [{}]},
  mark: {type: "rule", ...mark},
  encoding,
});

/** A layer with the area between the fields `low` and `high`, and the line of zero over it. */
export const bandOverZero = (colour: string, {x, y}: {readonly x: Spec; readonly y: Spec}): Spec[] => [
  {
    mark: {type: "area", color: colour, opacity: 0.14},
    encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
  },
  rule({y: {datum: 0}}, {color: INK.text, strokeWidth: 1.25}),
];

/** What stands at the right end of a line. */
export type End = {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly colour: string;
};

/**
 * Layers that name lines at their right ends, the last value under the name, moved apart where lines end close
 * together; and about the room in pixels that they take.
 * @param domain lower and upper end of the vertical axis. `plot`: its length in pixels, about.
 */
export function endLabels(
  ends: readonly End[],
  {domain: [low, high], plot}: {domain: readonly [number, number]; plot: number},
): {readonly layers: readonly Spec[]; readonly right: number} {
  const lines = ends.map(end => [...wrap(end.name, {ems: 11}), end.text]);
  const unit = (high - low) / plot;
  const tallest = Math.max(1, ...lines.map(l => l.length));
  const half = ((tallest * LINE_HEIGHT) / 2) * unit;
  const places = spread(
    ends.map(end => end.value),
    {gap: 2 * half + 5 * unit, low: low + half - 14 * unit, high: high - half + 10 * unit},
  );
  return {
    layers: ends.map((end, i) =>
      note(
        lines[i]!,
        {y: places[i]!},
        {
          dx: 10,
          dy: (-(lines[i]!.length - 1) * LINE_HEIGHT) / 2,
          color: end.colour,
          fontWeight: 600,
        },
      ),
    ),
    right: Math.max(16, ...lines.flat().map(line => roughEms(line) * 1.06 * FONT_SIZE + 14)),
  };
}

/** Axis of rows by number that reads their names. @param names lines of words by row number, as of `wrap`. */
export const rowAxis = (names: object) => ({
  ...{title: null, grid: false},
  labelExpr: `${JSON.stringify(names)}[toString(datum.value)]`,
  labelColor: INK.text,
  labelLineHeight: 16,
  labelLimit: 200,
});

/** Vega sets the first line of a label at its place; labels of two lines stand around it. @param tall such rows. */
export const aroundPlace = (tall: readonly number[]) => ({
  condition: {test: `indexof(${JSON.stringify(tall)}, datum.value) >= 0`, value: -8},
  value: 0,
});
