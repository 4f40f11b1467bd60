import {clusterBootstrap} from "../evaluate/bootstrap.ts";
import {rankRows} from "../evaluate/ranking.ts";
import {aucStatistic} from "../evaluate/statistic.ts";
import {aliveCatalogue} from "../features/alive.ts";
import {type CatalogueEntry, FAMILIES, featureCatalogue} from "../features/catalogue.ts";
import {declaredOrder} from "../features/levels.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {rfmCatalogue} from "../features/rfm.ts";
import {counted, percent} from "../figures.ts";
import type {Run} from "../ledger/run.ts";
import {rowsOf} from "../split/rows.ts";
import type {Study} from "../study.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

/** All columns of `x` in business words and in their order: the declared features, then those fitted on the log. */
const catalogueOf = ({features, economics}: Study, x: Matrix): CatalogueEntry[] => [
  ...featureCatalogue(features, x),
  ...aliveCatalogue(x, economics.currency),
  ...rfmCatalogue(x),
];

/** The features in business words, by family. */
export function catalogueTable(study: Study, x: Matrix): Table {
  const entries = catalogueOf(study, x);
  const sorted = FAMILIES.flatMap(family => entries.filter(entry => entry.family === family));
  return {
    kind: "table",
    caption: "The features by family, each read from what was known before the cutoff",
    columns: [
      textColumn("family", "Family"),
      textColumn("title", "Feature"),
      textColumn("meaning", "What it is"),
      textColumn("unit", "Unit"),
      {name: "missing", title: "Missing", format: "percent", digits: 1},
      textColumn("notes", "Note"),
      textColumn("name", "Name in the data"),
    ],
    rows: sorted.map(e => [e.family, e.title, e.meaning, e.unit, e.missingShare, notesOf(e), e.name]),
  };
}

/** What to know of a feature before using it, in a few words. */
const notesOf = ({actionable, sensitive, calendar}: CatalogueEntry): string =>
  [
    ...(actionable ? ["can be influenced"] : []),
    ...(sensitive ? ["sensitive"] : []),
    ...(calendar ? ["calendar"] : []),
  ].join(", ");

/** Why the features tell nothing of the time after the cutoff, and which depend on the cutoff's date. */
export function lookAheadText(study: Study, x: Matrix): Text {
  const calendar = catalogueOf(study, x)
    .filter(entry => entry.calendar)
    .map(entry => entry.name);
  return text(
    `All ${x.names.length} features read only what had happened, and was known, before the cutoff: their windows end there, and ` +
      "an event at the cutoff itself counts as outcome. " +
      (calendar.length === 0
        ? "Their windows roll along with the cutoff, so none depends on the day of the month."
        : `${counted(calendar.length, "feature")} (${calendar.join(", ")}) ${calendar.length === 1 ? "depends" : "depend"} on the cutoff's ` +
          "date: a model with them is to be asked at the cutoffs that it was trained on, and at no other.") +
      fittedText(x),
  );
}

/** What the columns that are fitted on the log learn, and from when; empty without them. */
function fittedText(x: Matrix): string {
  const [alive, rfm] = [aliveCatalogue(x), rfmCatalogue(x)];
  const names = (entries: readonly CatalogueEntry[]) => entries.map(({name}) => name).join(", ");
  const learned = [
    ...(alive.length > 0
      ? [
          `the ${alive.length} that rest on a model of buying (${names(alive)}) have its few parameters from purchases of ` +
            "training customers before the last cutoff whose outcomes are learned from",
        ]
      : []),
    ...(rfm.length > 0
      ? [
          `the ${rfm.length} RFM scores (${names(rfm)}) have the bounds of their fifths from the training rows`,
        ]
      : []),
  ];
  return learned.length === 0
    ? ""
    : ` Some are fitted: ${learned.join("; ")}. No customer of the other sets and no day of the test has a part in it.`;
}

/** Where values are missing, and what that means. */
export function missingText(study: Study, x: Matrix): Text {
  const entries = catalogueOf(study, x).filter(entry => entry.missingShare > 0);
  if (entries.length === 0) return text("No feature is missing in any row.");
  const most = [...entries].sort((a, b) => b.missingShare - a.missingShare).slice(0, 3);
  return text(
    `${counted(entries.length, "feature")} of ${x.names.length} ${entries.length === 1 ? "is" : "are"} missing in some rows, most often ` +
      `${most.map(({title, missingShare}) => `"${title}" (${percent(missingShare)})`).join(", ")}. A value is missing where ` +
      `there is nothing to measure: without an event of type "${study.activity}" there is no usual amount, and with one only ` +
      "there is no gap. That is information, and not an error.",
  );
}

/** Rows to learn from, their labels and customers. */
async function learning(run: Run): Promise<{x: Matrix; y: Uint8Array; cluster: Int32Array; n: number}> {
  const rows = rowsOf(run.split(), "train");
  const labels = run.labels();
  return {
    x: takeRows(await run.features(), rows),
    y: Uint8Array.from(rows, i => labels[i]!),
    cluster: rows.map(i => run.cohort().customer[i]!),
    n: run.log.customers.length,
  };
}

/** A feature as a ranking by itself; `value` is its ROC AUC. */
export type SignalAlone = {
  /** Its title. */
  readonly name: string;
  /** Its name in the data. */
  readonly feature: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly chosen: boolean;
};

/**
 * ROC AUC of each feature alone on the training rows where it is known, those farthest from 1/2 first: above, more of
 * it goes with more churn, below with less. A category ranks by the order that the study declares; without one it is
 * left out, since its codes have no order. 95% intervals by bootstrap over customers.
 */
export async function signalsAlone(
  run: Run,
  {top = 12}: {readonly top?: number} = {},
): Promise<SignalAlone[]> {
  const {x, y, cluster, n} = await learning(run);
  const found: SignalAlone[] = [];
  for (const {name: feature, title, values} of await inOrder(run, x)) {
    const known = Int32Array.from(y.keys()).filter(i => !Number.isNaN(values[i]!));
    const positives = known.reduce((sum, i) => sum + y[i]!, 0);
    if (positives === 0 || positives === known.length) continue;
    const ranking = rankRows(
      Float64Array.from(known, i => values[i]!),
      Uint8Array.from(known, i => y[i]!),
    );
    const clusters = {cluster: known.map(i => cluster[i]!), n};
    const {auc} = clusterBootstrap(
      clusters,
      {auc: aucStatistic(ranking)},
      {draws: 100, seed: run.study.seed},
    );
    found.push({name: title, feature, value: auc.value, low: auc.low, high: auc.high, chosen: false});
  }
  return found.sort((a, b) => Math.abs(b.value - 0.5) - Math.abs(a.value - 0.5)).slice(0, top);
}

/** The columns whose values have an order: numbers, and categories by their place in the order of the study. */
async function inOrder(run: Run, x: Matrix): Promise<{name: string; title: string; values: Float64Array}[]> {
  const {levels} = await run.fitted();
  const orders = declaredOrder(run.study.features);
  return catalogueOf(run.study, x).flatMap(({name, title}, j) => {
    const values = x.values.slice(j * x.rows, (j + 1) * x.rows);
    const texts = levels[name];
    if (!texts) return [{name, title, values}];
    const order = orders[name];
    if (!order) return [];
    const place = (code: number) => (Number.isNaN(code) ? -1 : order.indexOf(texts[code]!));
    return [{name, title, values: values.map(code => (place(code) < 0 ? Number.NaN : place(code)))}];
  });
}

/**
 * The rate of the target by fifths of features, on the training rows. Fifth k holds the values up to the one in place
 * n k / 5, so equal values stand in the lowest fifth that they reach, and fifths may be empty.
 * @param names of features with an order, as {@link signalsAlone} gives them.
 * @throws RangeError for another name.
 */
export async function fifthsTable(run: Run, names: readonly string[]): Promise<Table> {
  const {x, y} = await learning(run);
  const columns = new Map((await inOrder(run, x)).map(found => [found.name, found]));
  const rows = names.map((name): (string | number | null)[] => {
    const found = columns.get(name);
    if (!found) throw new RangeError(`fifthsTable requires features with an order, got ${name}`);
    const {title, values} = found;
    const sorted = values.filter(value => !Number.isNaN(value)).sort();
    const edges = [1, 2, 3, 4].map(k => sorted[Math.ceil((sorted.length * k) / 5) - 1]!);
    // Fifths 0 to 4; the last place is for missing values.
    const [n, positives] = [new Float64Array(6), new Float64Array(6)];
    for (let i = 0; i < x.rows; i++) {
      const place = Number.isNaN(values[i]!) ? 5 : edges.filter(edge => values[i]! > edge).length;
      n[place]! += 1;
      positives[place]! += y[i]!;
    }
    return [title, ...Array.from(n, (count, place) => (count === 0 ? null : positives[place]! / count))];
  });
  const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  return {
    kind: "table",
    caption:
      "Share of churners by fifths of a feature, training customers; equal values share the lowest fifth that they reach, " +
      "so that others may be empty",
    columns: [
      textColumn("title", "Feature"),
      ...["Lowest fifth", "Second", "Third", "Fourth", "Highest fifth"].map((title, k) =>
        share(`fifth${k + 1}`, title),
      ),
      share("missing", "Where missing"),
    ],
    rows,
  };
}
