import {
  type Chart,
  type ChartOptions,
  chartOf,
  FONT_SIZE,
  frame,
  INK,
  requireSome,
  type Spec,
  WIDTH,
} from "./theme.ts";
import {counted, decimal, listed, whole, wrap} from "./words.ts";

export type ShapSummaryData = {
  /** Rows behind it. */
  readonly rows: number;
  /** Signals, the one that moves scores most first. */
  readonly signals: readonly {
    readonly title: string;
    /** Mean distance by which it moves a score, up or down, in log-odds or what else the score is in. */
    readonly meanAbsolute: number;
    /** Sign of the rank correlation of the signal and what it adds. */
    readonly direction: -1 | 0 | 1;
    /** Steps of what it adds to the score: their middle, the rows in them, and their mean level in [0, 1] or null. */
    readonly cells: readonly {readonly value: number; readonly rows: number; readonly level: number | null}[];
  }[];
};

const ROW = 46;
/** Light to dark, so that they differ in print too; no level at all is grey. */
const LEVELS = [
  {name: "low value", colour: "#a9cfe8"},
  {name: "middle value", colour: "#3d8fc4"},
  {name: "high value", colour: "#00395f"},
  {name: "no order", colour: INK.axis},
] as const;

/** What each signal adds to the scores of the rows: a dot is a group of rows, the larger the more. */
export function shapSummaryChart({rows, signals}: ShapSummaryData, {title}: ChartOptions = {}): Chart {
  requireSome("shapSummaryChart", "signal", signals);
  const dots = signals.flatMap(({cells}, i) =>
    cells.map(({value, rows: n, level}) => ({value, rows: n, level: levelOf(level), place: i + 0.68})),
  );
  const present = LEVELS.filter(({name}) => dots.some(dot => dot.level === name));
  const heads = signals.map((signal, i) => ({
    place: i + 0.24,
    text: wrap(`${signal.title}: ${decimal(signal.meanAbsolute)} on average`, {
      ems: (WIDTH - 30) / FONT_SIZE,
      lines: 1,
    })[0]!,
  }));
  const y = {
    field: "place",
    type: "quantitative",
    scale: {domain: [0, signals.length], reverse: true, nice: false},
    axis: null,
  };
  // Without any effect the axis still needs a length.
  const widest = Math.max(...dots.map(({value}) => Math.abs(value))) || 1;
  return chartOf({
    title: title ?? "What moves the scores most",
    description: describe(rows, signals),
    caption: "What a signal adds to the score of each row; right of the line is riskier",
    table: {
      columns: [
        {name: "signal", title: "Signal", format: "text"},
        {name: "mean", title: "Moves a score by", format: "decimal", digits: 3},
        {name: "direction", title: "Riskier", format: "text"},
      ],
      rows: signals.map(signal => [signal.title, signal.meanAbsolute, directionText(signal.direction)]),
    },
    spec: {
      ...frame(ROW * signals.length + 76),
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.quiet},
          encoding: {x: {datum: 0, type: "quantitative"}},
        },
        {
          data: {values: dots},
          mark: {type: "circle", opacity: 0.9},
          encoding: {
            x: {
              field: "value",
              type: "quantitative",
              scale: {domain: [-1.04 * widest, 1.04 * widest], nice: false},
              axis: {title: "Added to the score", tickCount: 7},
            },
            y,
            size: {field: "rows", type: "quantitative", scale: {range: [8, 300]}, legend: null},
            color: {
              field: "level",
              type: "nominal",
              scale: {domain: present.map(({name}) => name), range: present.map(({colour}) => colour)},
              legend: {symbolSize: 120, symbolType: "circle", symbolStrokeWidth: 0} as Spec,
            },
          },
        },
        {
          data: {values: heads},
          mark: {type: "text", align: "left", baseline: "middle"},
          encoding: {x: {value: 0}, y, text: {field: "text", type: "nominal"}},
        },
      ],
    },
  });
}

const levelOf = (level: number | null): string =>
  level === null ? LEVELS[3].name : LEVELS[Math.min(2, Math.floor(3 * level))]!.name;

/** Which values of a signal go with more risk. */
export const directionText = (direction: number): string =>
  direction > 0 ? "the higher" : direction < 0 ? "the lower" : "no clear direction";

function describe(rows: number, signals: ShapSummaryData["signals"]): string {
  const parts = signals
    .slice(0, 5)
    .map(
      ({title, meanAbsolute, direction}) =>
        `${title} by ${decimal(meanAbsolute)}${direction === 0 ? "" : `, riskier ${directionText(direction)}`}`,
    );
  return (
    `How far ${counted(signals.length, "signal")} move the scores of ${whole(rows)} rows, up or down on average: ` +
    `${listed(parts)}${signals.length > 5 ? ", and others less" : ""}. Association, not cause.`
  );
}
