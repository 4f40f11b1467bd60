import type {ExperimentEffectsData} from "../charts/experiment-effects.ts";
import {briefPercent} from "../figures.ts";
import {CONTROL, type GroupName} from "../uplift/experiment/design.ts";
import type {ReadOut, ReadOutResults} from "../uplift/experiment/readout.ts";
import {pText} from "./experiment-plan.ts";
import {type Table, textColumn} from "./words.ts";

/** Words for the four groups. */
const GROUP_WORDS: Readonly<Record<GroupName, string>> = {
  "target-treated": "Target group, contacted",
  "target-control": "Target group, left alone",
  "random-treated": "Others, contacted by lot",
  untouched: "Others, left alone",
};

type Read = ReadOut & {readonly results: ReadOutResults};

const unitOf = ({metric}: ReadOut) =>
  metric.kind === "proportion"
    ? ({format: "percent", digits: 1} as const)
    : ({format: "decimal", digits: 2} as const);

const bounds = (read: ReadOut, name: string, title: string) => [
  {name, title, ...unitOf(read)},
  {name: `${name}Low`, title: "low", ...unitOf(read)},
  {name: `${name}High`, title: "high", ...unitOf(read)},
];

type Bounds = {readonly value: number; readonly low: number; readonly high: number};
const cells = (of: Bounds | null) => (of === null ? [null, null, null] : [of.value, of.low, of.high]);

/** The groups with what became of them. */
export function experimentGroupsTable(read: Read): Table {
  return {
    kind: "table",
    caption: `Customers of each group and "${read.metric.name}" among those whose outcome is known; ${briefPercent(read.level)} intervals`,
    columns: [
      textColumn("group", "Group"),
      textColumn("arm", "Arm"),
      {name: "assigned", title: "Assigned", format: "integer"},
      {name: "known", title: "Outcome known", format: "integer"},
      ...bounds(read, "outcome", read.metric.name),
    ],
    rows: read.results.groups.map(({group, arm, assigned, known, outcome}) => [
      ...[GROUP_WORDS[group], arm, assigned, known],
      ...cells(outcome),
    ]),
  };
}

/** What each treatment changes, by every estimate of the plan, in the direction of the metric. */
export function experimentEffectsTable(read: Read): Table {
  const {effects, outside, targeting} = read.results;
  const rows = [...effects, ...outside].flatMap(effect => {
    const who = effect.where === "target" ? "Target group" : "Others";
    const estimates = [
      ["contacted less left alone", effect.difference],
      ["the same, CUPED", effect.cuped],
      ["the same, regression (Lin 2013)", effect.lin],
      ["on those who took it", effect.complier?.effect ?? null],
    ] as const;
    return estimates.flatMap(([name, own]) =>
      own === null
        ? []
        : [[effect.treatment, who, name, ...cells(own), own.p, own.n.treated, own.n.control, own.formula]],
    );
  });
  return {
    kind: "table",
    caption: `What each treatment changes of "${read.metric.name}", of which ${read.metric.better} is better; ${briefPercent(read.level)} intervals; p values before any adjustment`,
    columns: [
      textColumn("treatment", "Treatment"),
      textColumn("who", "Of whom"),
      textColumn("estimate", "Estimate"),
      ...bounds(read, "effect", "Effect"),
      {name: "p", title: "p", format: "decimal", digits: 4},
      {name: "treated", title: "Contacted", format: "integer"},
      {name: "control", title: "Left alone", format: "integer"},
      textColumn("formula", "How"),
    ],
    rows: [
      ...rows,
      ...targeting.map(({treatment, difference}) => [
        ...[treatment, "Target group less others", "contacted less left alone", ...cells(difference)],
        ...[difference.p, difference.n.treated, difference.n.control, difference.formula],
      ]),
    ],
  };
}

/** Covariates and strata of the arms of the target group. */
export function experimentBalanceTable({balance}: ReadOut): Table {
  return {
    kind: "table",
    caption:
      "What was known before, in the arms of the target group, of the customers whose outcome is known; the difference is in standard deviations, and above 0.1 it deserves a look",
    columns: [
      textColumn("treatment", "Treatment"),
      textColumn("name", "Known before"),
      {name: "treated", title: "Contacted", format: "decimal", digits: 3},
      {name: "control", title: "Left alone", format: "decimal", digits: 3},
      {name: "smd", title: "Standardised difference", format: "decimal", digits: 3},
    ],
    rows: balance.map(({treatment, name, treated, control, smd}) => [treatment, name, treated, control, smd]),
  };
}

/** Outcomes known in each arm against those to be expected. */
export function sampleRatioTable({sampleRatio: {cells: arms, p, formula}}: ReadOut): Table {
  return {
    kind: "table",
    caption: `Outcomes known in each arm against those to be expected, were they missing alike in all: ${pText(p)} (${formula})`,
    columns: [
      textColumn("group", "Group"),
      textColumn("arm", "Arm"),
      {name: "assigned", title: "Assigned", format: "integer"},
      {name: "known", title: "Known", format: "integer"},
      {name: "expected", title: "Expected", format: "decimal", digits: 1},
    ],
    rows: arms.map(({group, arm, assigned, known, expected}) => [
      ...[GROUP_WORDS[group], arm === CONTROL ? "none" : arm],
      ...[assigned, known, expected],
    ]),
  };
}

/** What must not get worse. */
export function guardrailsTable({results}: Read): Table {
  return {
    kind: "table",
    caption:
      "What must not get worse, in the target group: it holds when it is worse by less than allowed even at the bound",
    columns: [
      textColumn("name", "Must not get worse"),
      textColumn("treatment", "Treatment"),
      {name: "worsening", title: "Worse by", format: "decimal", digits: 4},
      {name: "most", title: "At most", format: "decimal", digits: 4},
      {name: "margin", title: "Allowed", format: "decimal", digits: 4},
      textColumn("verdict", "Verdict"),
    ],
    rows: results.guardrails.map(({name, treatment, worsening, most, margin, verdict}) => [
      ...[name, treatment, worsening, most, margin, verdict],
    ]),
  };
}

/** Effects by segment. */
export function experimentSegmentsTable(read: Read): Table {
  return {
    kind: "table",
    caption: `What each treatment changes of "${read.metric.name}" in each segment of the target group; ${briefPercent(read.level)} intervals of each alone, p values adjusted for all of them by Holm`,
    columns: [
      textColumn("segment", "Segment"),
      textColumn("value", "Value"),
      textColumn("treatment", "Treatment"),
      {name: "treated", title: "Contacted", format: "integer"},
      {name: "control", title: "Left alone", format: "integer"},
      ...bounds(read, "effect", "Effect"),
      {name: "p", title: "p, adjusted", format: "decimal", digits: 4},
    ],
    rows: read.results.segments.map(({segment, value, treatment, difference, pAdjusted}) => [
      ...[segment, value === "" ? "missing" : value, treatment],
      ...[difference?.n.treated ?? null, difference?.n.control ?? null],
      ...[...cells(difference), pAdjusted],
    ]),
  };
}

/** The gains of all treatments for `experimentEffectsChart`; those of whom too little is known are left out. */
export function experimentEffectsData(read: Read): ExperimentEffectsData {
  const {effects, outside} = read.results;
  return {
    effects: [...effects, ...outside].flatMap(({treatment, where, gain, crossed}) =>
      gain === null ? [] : [{treatment, where, gain, crossed}],
    ),
    metric: read.metric,
    level: read.level,
    settled: read.look !== null && !read.labels.includes("altered population"),
  };
}
