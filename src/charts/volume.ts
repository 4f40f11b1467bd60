import {niceTop, PLAIN_ZERO} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, INK, requireSome, WIDTH} from "./theme.ts";
import {periodAxis, periodText} from "./time-axis.ts";
import {counted, listed, whole} from "./words.ts";

export type VolumeData = {
  /** Weeks or months in rising order, by their first day, YYYY-MM-DD, or YYYY-MM. */
  readonly periods: readonly string[];
  /** `counts[i]` events in period i. */
  readonly series: readonly {readonly type: string; readonly counts: readonly number[]}[];
};

const AXIS = 46;
const PLOT = WIDTH - AXIS - 18;
const ROW = 58;

/** Events by period, a plot for each type with a scale of its own, since types differ in size. */
export function volumeChart({periods, series}: VolumeData, {title}: ChartOptions = {}): Chart {
  requireSome("volumeChart", "period", periods);
  requireSome("volumeChart", "series", series);
  return chartOf({
    title: title ?? "Events by period and type",
    description: describe(periods, series),
    caption: `Events a ${unitOf(periods)}`,
    table: {
      columns: [
        {name: "period", title: "From", format: "text"},
        ...series.map(({type}, i) => ({name: `type${i}`, title: type, format: "integer" as const})),
      ],
      rows: periods.map((period, i) => [period, ...series.map(s => s.counts[i] ?? null)]),
    },
    spec: {
      padding: {left: 2, top: 4, right: 14, bottom: 2},
      spacing: 14,
      vconcat: series.map((s, i) => plotOf(periods, s, i === series.length - 1)),
    },
  });
}

function plotOf(periods: readonly string[], {type, counts}: VolumeData["series"][number], last: boolean) {
  const top = niceTop(Math.max(0, ...counts) * 1.02);
  const few = periods.length < 8;
  const axis = periodAxis(periods, {width: PLOT});
  const scale = few
    ? {domain: periods, type: "band", paddingInner: 0.3, paddingOuter: 0.2}
    : {domain: periods, type: "point", padding: 0};
  return {
    width: PLOT,
    height: ROW,
    title: {text: type, color: INK.text, frame: "group", offset: 7},
    data: {values: periods.map((period, i) => ({period, events: counts[i] ?? 0}))},
    mark: few
      ? {type: "bar", color: COLOUR.blue, opacity: 0.8}
      : {type: "area", color: COLOUR.blue, opacity: 0.18, line: {color: COLOUR.blue, strokeWidth: 1.5}},
    encoding: {
      x: {
        field: "period",
        type: "ordinal",
        scale,
        axis: last ? axis : {...axis, labels: false, ticks: false},
      },
      y: {
        field: "events",
        type: "quantitative",
        scale: {domain: [0, top]},
        axis: {
          title: null,
          values: [0, top],
          format: "~s",
          labelExpr: PLAIN_ZERO,
          minExtent: AXIS,
          maxExtent: AXIS,
        },
      },
    },
  };
}

const unitOf = ([first]: readonly string[]): string =>
  first!.length === "YYYY-MM".length ? "month" : "week";

function describe(periods: readonly string[], series: VolumeData["series"]): string {
  const unit = unitOf(periods);
  const parts = series.map(({type, counts}) => {
    const total = counts.reduce((a, b) => a + b, 0);
    const empty = counts.filter(count => count === 0).length;
    const range = `${whole(Math.min(...counts))} to ${whole(Math.max(...counts))} a ${unit}`;
    return `${type} ${whole(total)} (${range}${empty > 0 ? `, ${whole(empty)} without any` : ""})`;
  });
  const from = periodText(periods[0]!);
  const span = periods.length === 1 ? `on ${from}` : `from ${from} to ${periodText(periods.at(-1)!)}`;
  return `Events in ${counted(periods.length, unit)}, beginning ${span}: ${listed(parts)}.`;
}
