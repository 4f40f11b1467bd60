import type {Interval} from "../evaluate/bootstrap.ts";
import {FEWEST, type Judged} from "../evaluate/fairness.ts";
import {type Part, partText, type SliceSearch, type WorstSlice} from "../evaluate/slices.ts";
import type {PartFigures, SeedFigures} from "../evaluate/stability.ts";
import {briefPercent, decimal, percent, whole} from "../figures.ts";
import type {FairnessOf, Stability} from "../ledger/scrutiny-stages.ts";
import type {Study} from "../study.ts";
import {interval, type Table, type Text, text, textColumn} from "./words.ts";

/** The name of a column as people read it. */
const titleIn = (name: string, {features, segments}: Study): string =>
  [...segments, ...features].find(column => column.name === name)?.title ?? name;

/** How the model does month by month and segment by segment. */
export function stabilityTable({byCutoff, bySegment}: Stability, study: Study): Table {
  const row = (
    of: string,
    {name, rows, customers, churners, observed, predicted, selected, auc}: PartFigures,
  ) => [
    of,
    name,
    rows,
    customers,
    churners,
    observed,
    predicted,
    selected,
    auc?.value ?? null,
    auc?.low ?? null,
    auc?.high ?? null,
  ];
  return {
    kind: "table",
    caption:
      `Test rows, each a customer at a cutoff, by cutoff${bySegment.length > 0 ? " and by segment" : ""}. A ranking is judged from ` +
      `${FEWEST.churners} churners and ${FEWEST.stayers} others on; shares are of rows, intervals are 95%`,
    columns: [
      textColumn("of", "By"),
      textColumn("part", "Part"),
      {name: "rows", title: "Rows", format: "integer"},
      {name: "customers", title: "Customers", format: "integer"},
      {name: "churners", title: "Churners", format: "integer"},
      {name: "observed", title: "Share that churned", format: "percent", digits: 1},
      {name: "predicted", title: "Share predicted", format: "percent", digits: 1},
      {name: "selected", title: "Share on the list", format: "percent", digits: 1},
      {name: "auc", title: "ROC AUC", format: "decimal", digits: 3},
      {name: "low", title: "low", format: "decimal", digits: 3},
      {name: "high", title: "high", format: "decimal", digits: 3},
    ],
    rows: [
      ...byCutoff.map(part => row("cutoff", part)),
      ...bySegment.flatMap(({segment, parts}) => parts.map(part => row(titleIn(segment, study), part))),
    ],
  };
}

/** What changes when nothing but the seed does. */
export function seedsText(figures: readonly SeedFigures[], {economics}: Study): Text {
  const [own, ...others] = figures;
  if (others.length === 0)
    return text("The model in use does not hang on a seed: fitted again, it is the same model.");
  const range = (values: readonly number[], say: (value: number) => string) =>
    `${say(Math.min(...values))} to ${say(Math.max(...values))}`;
  const aucs = range(
    figures.map(f => f.auc),
    v => decimal(v, 3),
  );
  const lifts = range(
    figures.map(f => f.lift),
    v => decimal(v, 2),
  );
  const same = range(
    others.map(f => f.sameList),
    v => percent(v, 0),
  );
  return text(
    `Searched and fitted again with ${others.length} other seeds, on the same rows, the ROC AUC on the test customers lies ` +
      `from ${aucs} (in use: ${decimal(own!.auc, 3)}) and the lift at ${briefPercent(economics.capacity)} from ${lifts} ` +
      `(${decimal(own!.lift, 2)}). Of the list of those to contact, ${same} stays the same: the rest is a toss-up ` +
      "between customers of nearly the same risk.",
  );
}

/** Parts of the customers for whom the predicted share is furthest off. */
export function slicesTable(search: SliceSearch, study: Study): Table {
  return {
    kind: "table",
    caption:
      `The parts of the test customers, of ${whole(search.looked)} looked at one by one and in pairs, whose churn is furthest from what ` +
      "was predicted, the level of all rows put right first. The last column is the chance that a model without fault would show a part as bad: many were looked at, so some look bad by luck",
    columns: [
      textColumn("part", "Part"),
      {name: "rows", title: "Rows", format: "integer"},
      {name: "customers", title: "Customers", format: "integer"},
      {name: "predicted", title: "Share predicted", format: "percent", digits: 1},
      {name: "observed", title: "Share that churned", format: "percent", digits: 1},
      {name: "p", title: "Chance by luck", format: "percent", digits: 1},
    ],
    rows: search.worst.map(slice => [
      sliceText(slice.parts, study),
      slice.rows.length,
      slice.customers,
      slice.predicted,
      slice.observed,
      slice.p,
    ]),
  };
}

/** Whether any part stands out beyond luck. */
export function slicesText({worst, looked, draws}: SliceSearch, study: Study): Text {
  const clear = worst.filter(({p}) => p <= 0.05);
  if (clear.length === 0)
    return text(
      `None of ${whole(looked)} parts of the test customers stands out beyond luck (${whole(draws)} draws, 5%). That is no proof that there is none: ` +
        "small parts are judged coarsely.",
    );
  const said = clear.map((slice: WorstSlice) => {
    const way = slice.z > 0 ? "more churn than predicted" : "less churn than predicted";
    return `${sliceText(slice.parts, study)}: ${way}, ${percent(slice.observed, 1)} for ${percent(slice.predicted, 1)}`;
  });
  return text(`Where the model is off beyond luck: ${said.join("; ")}.`);
}

const sliceText = (parts: readonly Part[], study: Study): string =>
  parts.map(part => `${titleIn(part.column, study)}: ${partText(part)}`).join("; and ");

/** Whom the decision takes, by group. */
export function fairnessTable(found: readonly FairnessOf[], study: Study): Table {
  const of = ({columns}: FairnessOf) => columns.map(name => titleIn(name, study)).join(" and ");
  return {
    kind: "table",
    caption:
      `Who is on the list of ${briefPercent(study.economics.capacity)} of the test rows, each a customer at a cutoff, by group, with ` +
      '95% intervals. Shares are of rows; whether they are of too few is told by the customers, each counted once. "Against all others" is ' +
      "the group's share on the list over that of everybody else: 1 is even. A figure from too few customers is not judged",
    columns: [
      textColumn("by", "By"),
      textColumn("group", "Group"),
      {name: "rows", title: "Rows", format: "integer"},
      {name: "customers", title: "Customers", format: "integer"},
      textColumn("selection", "Share on the list"),
      textColumn("ratio", "Against all others"),
      textColumn("reach", "Churners reached"),
      textColumn("false", "Of those who stay, on the list"),
      textColumn("precision", "Churners on the list"),
      textColumn("calibration", "Predicted less observed"),
    ],
    rows: found.flatMap(one =>
      one.groups.map(({name, rows, customers, rates, ratio}) => [
        of(one),
        name,
        rows,
        customers,
        share(rates.selection),
        judged(ratio.selection, value => interval(value, 2)),
        share(rates.truePositive),
        share(rates.falsePositive),
        share(rates.precision),
        share(rates.calibration),
      ]),
    ),
  };
}

const judged = (figure: Judged, say: (figure: Interval) => string): string =>
  "tooFew" in figure ? `too few: ${figure.tooFew}` : say(figure);

const share = (figure: Judged): string =>
  judged(figure, ({value, low, high}) => `${percent(value, 0)} (${percent(low, 0)} to ${percent(high, 0)})`);

/** Which groups the list treats otherwise, and what even treatment would cost. */
export function fairnessText(found: readonly FairnessOf[], study: Study): Text {
  if (found.length === 0)
    return text("The study names no sensitive attribute, so nobody has looked whom the list leaves out.");
  const {currency} = study.economics;
  const comparedOf = ({groups}: FairnessOf) => groups.filter(({ratio}) => !("tooFew" in ratio.selection));
  const alone = found.filter(({columns}) => columns.length === 1);
  const said = alone.map(one => {
    const {columns, groups, equal} = one;
    const compared = comparedOf(one);
    const uneven = compared.flatMap(({name, ratio, uneven: way}) =>
      way && !("tooFew" in ratio.selection)
        ? [`${name} ${way} often (${interval(ratio.selection, 2)} times)`]
        : [],
    );
    const title = titleIn(columns[0]!, study);
    if (groups.length === 1) return `${title}: there is one group only, so there is nothing to compare.`;
    if (compared.length < 2) return `${title}: too few customers to compare groups.`;
    const which =
      uneven.length === 0
        ? `none of ${compared.length} groups is clearly on the list more or less often than all others`
        : `on the list, compared with all others: ${uneven.join(", ")}`;
    const costs = equal.map(({alike, cost, moved}) => {
      const what =
        alike === "selection"
          ? "the same share of each group"
          : "the same share of each group's expected churners";
      return `contacting ${what} would change ${percent(moved, 0)} of the list and cost ${currency} ${whole(cost.value)} (${whole(cost.low)} to ${whole(cost.high)})`;
    });
    return `${title}: ${which}; ${costs.join("; ")}.`;
  });
  if (!alone.some(one => comparedOf(one).length >= 2)) return text(said.join(" "));
  return text(
    `${said.join(" ")} Where groups differ in how many churn, even lists and even reach cannot both be had; which is fair is for people to decide.`,
  );
}
