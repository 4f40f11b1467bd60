import {aroundPlace, legendColumns, niceTop, rowAxis} from "./layout.ts";
import {
  type Chart,
  type ChartOptions,
  COLOUR,
  chartOf,
  FONT_SIZE,
  frame,
  INK,
  requireSome,
  shapeOf,
} from "./theme.ts";
import {counted, decimal, listed, wrap} from "./words.ts";

export type LoveData = {
  /** Ways to make the arms alike, the first as they were before: "as they were", "weighted". */
  readonly methods: readonly string[];
  /** In the order to be shown. */
  readonly rows: readonly {
    /** The feature, for people. */
    readonly name: string;
    /** Standardised mean differences, one a method; infinite where an arm does not vary, null where not known. */
    readonly smd: readonly (number | null)[];
  }[];
  /** Features in all, where not all are shown. */
  readonly of?: number | undefined;
};

/** Differences beyond which arms count as different (Austin 2009), and as very different (Rubin 2001). */
const LINES = [0.1, 0.25] as const;
const COLOURS = [COLOUR.grey, COLOUR.blue, COLOUR.vermillion, COLOUR.green, COLOUR.purple];

/** How unlike the arms are in each feature, before and after: a love plot (after T. E. Love). */
export function loveChart({methods, rows, of}: LoveData, {title}: ChartOptions = {}): Chart {
  requireSome("loveChart", "feature", rows);
  requireSome("loveChart", "method", methods);
  const sizes = rows.map(row => row.smd.map(smd => (smd === null ? null : Math.abs(smd))));
  const finite = sizes.flat().filter(size => size !== null && Number.isFinite(size)) as number[];
  const top = niceTop(Math.max(0.3, ...finite) * 1.02);
  const names = Object.fromEntries(rows.map(({name}, i) => [String(i), wrap(name, {ems: 15, lines: 2})]));
  const tall = rows.flatMap((_, i) => (names[String(i)]!.length > 1 ? [i] : []));
  const height = tall.length > 0 ? 42 : 29;
  const x = {
    field: "size",
    type: "quantitative",
    scale: {domain: [0, top], nice: false},
    axis: {title: "Difference in standard deviations", tickCount: 5, grid: false},
  };
  const y = {
    field: "row",
    type: "ordinal",
    sort: null,
    scale: {domain: rows.map((_, i) => i)},
    axis: {
      ...rowAxis(names),
      grid: true,
      labelOffset: aroundPlace(tall),
      labelLimit: 15 * FONT_SIZE * 1.2,
    },
  };
  const by = (range: readonly unknown[]) => ({
    field: "method",
    type: "nominal",
    scale: {domain: methods, range},
    legend: {columns: legendColumns(methods), symbolSize: 90, symbolStrokeWidth: 0, symbolOpacity: 1},
  });
  const beyond = worstOf(sizes, methods);
  return chartOf({
    title: title ?? titleOf(beyond),
    description: describe({methods, rows, of}, beyond),
    caption:
      "How unlike those contacted and those not are in each feature; beyond the lines at 0.1 and 0.25 they are different and very different",
    table: {
      columns: [
        {name: "feature", title: "Feature", format: "text"},
        ...methods.map(
          (method, i) => ({name: `m${i}`, title: method, format: "decimal", digits: 3}) as const,
        ),
      ],
      rows: rows.map(({name, smd}) => [
        name,
        ...methods.map((_, i) => {
          const value = smd[i] ?? null;
          return value !== null && Number.isFinite(value) ? value + 0 : null;
        }),
      ]),
    },
    spec: {
      ...frame(110 + height * rows.length),
      data: {
        values: sizes.flatMap((row, i) =>
          row.flatMap((size, k) =>
            // An infinite difference stands at the end of the axis.
            size === null ? [] : [{row: i, method: methods[k], size: Math.min(size, top)}],
          ),
        ),
      },
      layer: [
        ...LINES.map(at => ({
          data: {values: [{}]},
          mark: {type: "rule", color: INK.muted, strokeDash: at === LINES[0] ? [3, 3] : [8, 4]},
          encoding: {x: {datum: at}},
        })),
        {
          mark: {type: "point", filled: true, size: 70, opacity: 0.9},
          encoding: {
            x,
            y,
            color: by(methods.map((_, i) => COLOURS[i % COLOURS.length])),
            shape: by(methods.map((_, i) => shapeOf(i))),
          },
        },
      ],
    },
  });
}

type Beyond = readonly {readonly method: string; readonly count: number; readonly most: number}[];

const worstOf = (sizes: readonly (readonly (number | null)[])[], methods: readonly string[]): Beyond =>
  methods.map((method, k) => {
    const of = sizes.flatMap(row => row[k] ?? []);
    return {method, count: of.filter(size => size > LINES[0]).length, most: Math.max(0, ...of)};
  });

function titleOf(beyond: Beyond): string {
  const [before, ...after] = beyond;
  const left = Math.min(...after.map(({count}) => count));
  if (after.length === 0 || before!.count === 0)
    return before!.count === 0
      ? "Those contacted were like those not contacted"
      : "Those contacted were unlike those not contacted";
  return left === 0
    ? "Made alike in what is known, those contacted can be compared"
    : "Those contacted stay unlike those not contacted";
}

function describe({methods, rows, of}: LoveData, beyond: Beyond): string {
  const parts = beyond.map(
    ({method, count, most}) =>
      `${method}: ${counted(count, "feature")} differ by more than ${LINES[0]}, the most by ${Number.isFinite(most) ? decimal(most) : "more than can be told"}`,
  );
  const shown = of !== undefined && of > rows.length ? ` of ${of}, the most unlike` : "";
  return (
    `Differences between those contacted and those not, in standard deviations, of ${counted(rows.length, "feature")}${shown}, ` +
    `by ${counted(methods.length, "way")}. ${listed(parts)}.`
  );
}
