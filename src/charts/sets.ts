import {
  type Chart,
  type ChartOptions,
  COLOUR,
  chartOf,
  FONT_SIZE,
  frame,
  INK,
  requireSome,
  type Spec,
  WIDTH,
} from "./theme.ts";
import {periodLabels, periodText} from "./time-axis.ts";
import {counted, listed, percent, roughEms} from "./words.ts";

export type SetsData = {
  /** Sets of customers in the order of the hash; shares sum to 1. The last one is the test set. */
  readonly sets: readonly {readonly name: string; readonly share: number}[];
  /** Cutoffs in rising order, YYYY-MM or YYYY-MM-DD. */
  readonly cutoffs: readonly {readonly cutoff: string; readonly role: CutoffRole}[];
  /** First test cutoff. */
  readonly testFrom: string;
  /** How many cutoffs there are where an entry of `cutoffs` is a month that holds several. */
  readonly merged?: Readonly<Record<CutoffRole, number>> | undefined;
  /** What customers are kept together by, and hashed by in place of their id; absent when there is none. */
  readonly group?: string | undefined;
};

/** What a cutoff is for; `open` when the outcomes of its window are not yet known. */
export type CutoffRole = "train" | "embargo" | "test" | "open";

type Block = {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
  readonly use: string;
};

const UNUSED = "not used";
const LATER = "later";
const OPEN = "not yet known";
const FILL: Readonly<Record<string, string>> = {
  train: "#9cc3e0",
  tune: "#e3b48d",
  calibrate: "#c9a3bd",
  test: COLOUR.green,
  [LATER]: "#bfded3",
  [OPEN]: INK.grid,
  [UNUSED]: INK.faint,
};
/** Width of the plot within the picture in pixels, and its height, about. */
const PLOT = {width: WIDTH - 50, height: 240};

/** Which customers at which cutoffs the model learned from, and which it was judged on. */
export function setsChart(data: SetsData, {title}: ChartOptions = {}): Chart {
  const {sets, cutoffs, merged, group} = data;
  requireSome("setsChart", "set", sets);
  requireSome("setsChart", "cutoff", cutoffs);
  const total = sets.reduce((sum, set) => sum + set.share, 0);
  if (Math.abs(total - 1) > 1e-6)
    throw new RangeError(`setsChart requires shares that sum to 1, got ${total} over ${sets.length} sets`);
  const blocks = blocksOf(sets, cutoffs);
  const n = cutoffs.length;
  const labels = periodLabels(
    cutoffs.map(c => c.cutoff),
    {width: PLOT.width},
  );
  const lines = Object.fromEntries(labels.map(({index, lines}) => [String(index + 0.5), lines]));
  const x = {
    field: "x",
    type: "quantitative",
    scale: {domain: [0, n], nice: false},
    axis: {
      title: merged ? "Month of the cutoff" : "Cutoff",
      values: labels.map(({index}) => index + 0.5),
      labelExpr: `${JSON.stringify(lines)}[toString(datum.value)]`,
      labelOverlap: false,
      labelLineHeight: 16,
      domain: false,
    },
  };
  const y = {
    field: "y",
    type: "quantitative",
    scale: {domain: [0, 1], reverse: true},
    axis: {
      title: null,
      values: [0, ...blocks.bounds],
      // As the text says them: equal shares read alike, 85% and 70.3% do not.
      format: blocks.bounds.every(isWholePercent) ? ".0%" : ".1%",
      labelExpr: "datum.value === 0 ? '0%' : datum.value === 1 ? '100%' : datum.label",
      grid: false,
      labelOverlap: false,
      offset: 4,
    },
  };
  return chartOf({
    title: title ?? "Which customers at which cutoffs are used for what",
    description: describe(data),
    caption: `Customers, in the order of the hash of their ${group ?? "id"}`,
    table: {
      columns: [
        {name: "set", title: "Customers", format: "text"},
        {name: "share", title: "Share", format: "percent", digits: 1},
        ...blocks.spans.map(({role}, i) => ({
          name: `span${i}`,
          title: SPAN_TITLE[role],
          format: "text" as const,
        })),
      ],
      rows: sets.map((set, i) => [
        set.name,
        set.share,
        ...blocks.spans.map(({role}) => useOf(set.name, role, i === sets.length - 1)),
      ]),
    },
    spec: {
      ...frame(330),
      data: {values: blocks.rows},
      layer: [
        {
          mark: {type: "rect", stroke: "#ffffff", strokeWidth: 2},
          encoding: {
            x,
            x2: {field: "x2"},
            y,
            y2: {field: "y2"},
            color: {
              field: "use",
              type: "nominal",
              legend: null,
              scale: {domain: Object.keys(FILL), range: Object.values(FILL)},
            },
          },
        },
        ...blocks.rows.flatMap(block => blockLabel(block, n)),
        ...testRule(cutoffs),
      ],
    },
  });
}

const isWholePercent = (share: number): boolean => Math.abs(share * 100 - Math.round(share * 100)) < 0.05;

const SPAN_TITLE: Readonly<Record<CutoffRole, string>> = {
  train: "Cutoffs to learn from",
  embargo: "Embargo",
  test: "Test cutoffs",
  open: "Not yet known",
};

function useOf(set: string, role: CutoffRole, isTest: boolean): string {
  if (role === "embargo") return UNUSED;
  if (role === "open") return OPEN;
  if (role === "test") return isTest ? "test" : LATER;
  return isTest ? UNUSED : set;
}

// Neighbouring cells of one use are one block: within a set over time, and over sets where nothing differs.
function blocksOf(sets: SetsData["sets"], cutoffs: SetsData["cutoffs"]) {
  const spans: {role: CutoffRole; from: number; to: number}[] = [];
  cutoffs.forEach(({role}, i) => {
    const last = spans.at(-1);
    if (last?.role === role) last.to = i + 1;
    else spans.push({role, from: i, to: i + 1});
  });
  let below = 0;
  const bounds = sets.map(set => {
    below += set.share;
    return Number(below.toFixed(6));
  });
  const rows = spans.flatMap(({role, from, to}) => {
    const column: {x: number; x2: number; y: number; y2: number; use: string}[] = [];
    sets.forEach(({name}, i) => {
      const use = useOf(name, role, i === sets.length - 1);
      const last = column.at(-1);
      if (last?.use === use) last.y2 = bounds[i]!;
      else column.push({x: from, x2: to, y: bounds[i - 1] ?? 0, y2: bounds[i]!, use});
    });
    return column;
  });
  return {rows, bounds, spans};
}

// A name stands level where it fits, upright where only that fits, and nowhere else.
function blockLabel({x, x2, y, y2, use}: Block, n: number): Spec[] {
  const length = roughEms(use) * FONT_SIZE + 8;
  const [width, height] = [((x2 - x) / n) * PLOT.width, (y2 - y) * PLOT.height];
  const level = length <= width && height >= FONT_SIZE;
  if (!level && !(length <= height && width >= FONT_SIZE)) return [];
  return [
    {
      data: {values: [{}]},
      mark: {
        type: "text",
        align: "center",
        baseline: "middle",
        text: use,
        angle: level ? 0 : 270,
        color: use === "test" ? "#ffffff" : use === UNUSED || use === OPEN ? INK.muted : INK.text,
        fontWeight: use === "test" ? 600 : 400,
      },
      encoding: {x: {datum: (x + x2) / 2}, y: {datum: (y + y2) / 2}},
    },
  ];
}

function testRule(cutoffs: SetsData["cutoffs"]): Spec[] {
  const first = cutoffs.findIndex(c => c.role === "test");
  if (first <= 0) return [];
  return [
    {
      data: {values: [{}]},
      mark: {type: "rule", color: INK.text, strokeWidth: 1.5, strokeDash: [3, 3]},
      encoding: {x: {datum: first}},
    },
  ];
}

function describe({sets, cutoffs, testFrom, merged, group}: SetsData): string {
  const count = (role: CutoffRole) => merged?.[role] ?? cutoffs.filter(c => c.role === role).length;
  const are = (n: number) => `${counted(n, "cutoff")} ${n === 1 ? "is" : "are"}`;
  const learn = sets.slice(0, -1).map(set => `${set.name} ${percent(set.share)}`);
  const test = sets.at(-1)!;
  const [embargo, open] = [count("embargo"), count("open")];
  const hashed = group === undefined ? "their id" : `their ${group}, or of their id where there is none,`;
  return [
    `Customers are cut by a hash of ${hashed} into ${listed([...learn, `${test.name} ${percent(test.share)}`])}.`,
    `The model learns at ${counted(count("train"), "cutoff")}${embargo > 0 ? `, ${are(embargo)} left out as an embargo,` : ""}`,
    `and is judged on ${test.name} customers at ${counted(count("test"), "cutoff")} from ${periodText(testFrom)}.`,
    ...(open > 0 ? [`The outcomes of ${counted(open, "cutoff")} are not yet known.`] : []),
  ].join(" ");
}
