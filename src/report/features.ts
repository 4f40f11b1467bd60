import {clusterBootstrap} from "../evaluate/bootstrap.ts";
import {rankRows} from "../evaluate/ranking.ts";
import {aucStatistic} from "../evaluate/statistic.ts";
import {aliveCatalogue} from "../features/alive.ts";
import {type CatalogueEntry, FAMILIES, featureCatalogue} from "../features/catalogue.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {rfmCatalogue} from "../features/rfm.ts";
import {counted, percent} from "../figures.ts";
import type {Run} from "../ledger/run.ts";
import {rowsOf} from "../split/rows.ts";
import type {Study} from "../study.ts";
import {type Table, type Text, text} from "./words.ts";

const column = (name: string, title: string) => ({name, title, format: "text" as const});

/** The features in business words, by family. */
export function catalogueTable(study: Study, x: Matrix): Table {
  const entries = [
    ...featureCatalogue(study.features, x),
    ...aliveCatalogue(x, study.economics.currency),
    ...rfmCatalogue(x),
  ];
  const sorted = FAMILIES.flatMap(family => entries.filter(entry => entry.family === family));
  return {
    kind: "table",
    caption: "The features by family, each read from what was known before the cutoff",
    columns: [
      column("family", "Family"),
      column("title", "Feature"),
      column("meaning", "What it is"),
      column("unit", "Unit"),
      {name: "missing", title: "Missing", format: "percent", digits: 1},
      column("notes", "Note"),
      column("name", "Name in the data"),
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
export function lookAheadText({features}: Study): Text {
  const entries = featureCatalogue(features, {names: [], rows: 0, values: new Float64Array(0)});
  const calendar = entries.filter(entry => entry.calendar).map(entry => entry.name);
  return text(
    `All ${features.length} features read only what had happened, and was known, before the cutoff: their windows end there, and ` +
      "an event at the cutoff itself counts as outcome. " +
      (calendar.length === 0
        ? "Their windows roll along with the cutoff, so none depends on the day of the month."
        : `${counted(calendar.length, "feature")} (${calendar.join(", ")}) ${calendar.length === 1 ? "depends" : "depend"} on the cutoff's ` +
          "date: a model with them is to be asked at the cutoffs that it was trained on, and at no other."),
  );
}

/** Where values are missing, and what that means. */
export function missingText(study: Study, x: Matrix): Text {
  const entries = featureCatalogue(study.features, x).filter(entry => entry.missingShare > 0);
  if (entries.length === 0) return text("No feature is missing in any row.");
  const most = [...entries].sort((a, b) => b.missingShare - a.missingShare).slice(0, 3);
  return text(
    `${counted(entries.length, "feature")} of ${x.names.length} ${entries.length === 1 ? "is" : "are"} missing in some rows, most often ` +
      `${most.map(({title, missingShare}) => `"${title}" (${percent(missingShare)})`).join(", ")}. A value is missing where ` +
      "there is nothing to measure: no order has no usual size, and one order has no gap. That is information, and not an error.",
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
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly chosen: boolean;
};

/**
 * ROC AUC of each feature alone on the training rows where it is known, those farthest from 1/2 first: above, more of
 * it goes with more churn, below with less. 95% intervals by bootstrap over customers.
 */
export async function signalsAlone(
  run: Run,
  {top = 12}: {readonly top?: number} = {},
): Promise<SignalAlone[]> {
  const {x, y, cluster, n} = await learning(run);
  const found: SignalAlone[] = [];
  for (const [j, {title}] of run.study.features.entries()) {
    const known = Int32Array.from(y.keys()).filter(i => !Number.isNaN(x.values[j * x.rows + i]!));
    const positives = known.reduce((sum, i) => sum + y[i]!, 0);
    if (positives === 0 || positives === known.length) continue;
    const ranking = rankRows(
      Float64Array.from(known, i => x.values[j * x.rows + i]!),
      Uint8Array.from(known, i => y[i]!),
    );
    const clusters = {cluster: known.map(i => cluster[i]!), n};
    const {auc} = clusterBootstrap(
      clusters,
      {auc: aucStatistic(ranking)},
      {draws: 100, seed: run.study.seed},
    );
    found.push({name: title, value: auc.value, low: auc.low, high: auc.high, chosen: false});
  }
  return found.sort((a, b) => Math.abs(b.value - 0.5) - Math.abs(a.value - 0.5)).slice(0, top);
}

/** The rate of the target by fifths of the features that tell most, on the training rows. */
export async function fifthsTable(run: Run, titles: readonly string[]): Promise<Table> {
  const {x, y} = await learning(run);
  const rows = titles.map((title): (string | number | null)[] => {
    const j = run.study.features.findIndex(feature => feature.title === title);
    const values = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    const sorted = values.filter(value => !Number.isNaN(value)).sort();
    const edges = [1, 2, 3, 4].map(k => sorted[Math.floor((sorted.length * k) / 5)]!);
    // Fifths 0 to 4; equal values share one, so some may be empty. The last place is for missing values.
    const [n, positives] = [new Float64Array(6), new Float64Array(6)];
    for (let i = 0; i < x.rows; i++) {
      const place = Number.isNaN(values[i]!) ? 5 : edges.filter(edge => values[i]! >= edge).length;
      n[place]! += 1;
      positives[place]! += y[i]!;
    }
    return [title, ...Array.from(n, (count, place) => (count === 0 ? null : positives[place]! / count))];
  });
  const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  return {
    kind: "table",
    caption: "Share of churners by fifths of a feature, training customers; equal values share a fifth",
    columns: [
      column("title", "Feature"),
      ...["Lowest fifth", "Second", "Third", "Fourth", "Highest fifth"].map((title, k) =>
        share(`fifth${k + 1}`, title),
      ),
      share("missing", "Where missing"),
    ],
    rows,
  };
}
