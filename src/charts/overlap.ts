import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {percent} from "./words.ts";

export type OverlapData = {
  /** Bins of the chance to be contacted, side by side; shares are of the arm. */
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly treated: number;
    readonly control: number;
  }[];
  /** What is kept when rows are trimmed; outside it the picture is shaded. */
  readonly kept: {readonly low: number; readonly high: number};
  /** Share of all rows outside it. */
  readonly trimmed: number;
  /** Share of the contacted who have nobody like them among the others, in [0, 1]. */
  readonly unlike: number;
};

/** From which share on those without a like are the finding. */
const MANY = 0.1;

/** How likely a contact was, among those contacted (up) and among the others (down): where one is absent, nothing compares. */
export function overlapChart({bins, kept, trimmed, unlike}: OverlapData, {title}: ChartOptions = {}): Chart {
  requireSome("overlapChart", "bin", bins);
  // Room for the names of the groups beyond the highest bar.
  const top = 1.22 * Math.max(...bins.flatMap(bin => [bin.treated, bin.control]));
  const x = {
    field: "from",
    type: "quantitative",
    scale: {domain: [0, 1], nice: false},
    axis: {title: "Chance to be contacted, by what was known", format: ".0%", tickCount: 5},
  };
  const y = {
    field: "share",
    type: "quantitative",
    scale: {domain: [-top, top], nice: false},
    axis: {title: null, tickCount: 5, format: ".0%", labelExpr: "format(abs(datum.value), '.0%')"},
  };
  const data = bins.flatMap(({from, to, treated, control}) => [
    {from, to, share: treated, arm: "contacted"},
    {from, to, share: 0 - control, arm: "not contacted"},
  ]);
  const bars = (arm: string, color: string) => ({
    transform: [{filter: `datum.arm === '${arm}'`}],
    mark: {type: "bar", color, stroke: "#ffffff", strokeWidth: 0.75},
    encoding: {x, x2: {field: "to"}, y, y2: {datum: 0}},
  });
  const shade = (from: number, to: number) => ({
    data: {values: [{from, to}]},
    mark: {type: "rect", color: INK.quiet, opacity: 0.6},
    encoding: {x: {...x, field: "from"}, x2: {field: "to"}},
  });
  const label = (text: string, at: number, color: string) => ({
    data: {values: [{}]},
    mark: {
      type: "text",
      text,
      color,
      fontWeight: 600,
      baseline: at > 0 ? "top" : "bottom",
      dy: at > 0 ? 4 : -4,
    },
    encoding: {x: {datum: 0.5}, y: {datum: at}},
  });
  return chartOf({
    title:
      title ??
      (unlike > MANY
        ? `${percent(unlike)} of those contacted have nobody like them among the others`
        : "Those contacted have others like them to be compared with"),
    caption: `Share of each group; shaded: less than ${percent(kept.low)} or more than ${percent(kept.high)}, where hardly anything compares`,
    description: describe({bins, kept, trimmed, unlike}),
    table: {
      columns: [
        {name: "from", title: "Chance from", format: "percent", digits: 0},
        {name: "to", title: "to", format: "percent", digits: 0},
        {name: "treated", title: "Of those contacted", format: "percent", digits: 1},
        {name: "control", title: "Of the others", format: "percent", digits: 1},
      ],
      rows: bins.map(({from, to, treated, control}) => [from, to, treated, control]),
    },
    spec: {
      ...frame(300),
      data: {values: data},
      layer: [
        shade(0, kept.low),
        shade(kept.high, 1),
        bars("contacted", COLOUR.blue),
        bars("not contacted", COLOUR.vermillion),
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.text, strokeWidth: 1.25},
          encoding: {y: {datum: 0}},
        },
        label("contacted", top, COLOUR.blue),
        label("not contacted", -top, COLOUR.vermillion),
      ],
    },
  });
}

function describe({bins, kept, trimmed, unlike}: OverlapData): string {
  const most = (arm: "treated" | "control") => {
    const bin = bins.reduce((best, next) => (next[arm] > best[arm] ? next : best));
    return `${percent(bin[arm])} between ${percent(bin.from)} and ${percent(bin.to)}`;
  };
  return (
    `Chance to be contacted, by what was known, in two groups. Of those contacted most, ${most("treated")}; of the others ` +
    `most, ${most("control")}. ${percent(trimmed)} of all lie below ${percent(kept.low)} or above ${percent(kept.high)}, and ` +
    `${percent(unlike)} of those contacted have nobody like them among the others.`
  );
}
