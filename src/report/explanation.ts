import {
  type Chart,
  curvesChart,
  type EffectsData,
  effectsChart,
  interactionChart,
  shapSummaryChart,
} from "../charts/index.ts";
import {directionText} from "../charts/shap-summary.ts";
import {type FeatureEffects, PARTED} from "../explain/effects.ts";
import {GROUP_CUT} from "../explain/feature-groups.ts";
import {type Interaction, tableOf} from "../explain/interactions.ts";
import type {GroupImportance} from "../explain/permutation.ts";
import {type FeatureSummary, stripOf, summariseExplanation} from "../explain/summary.ts";
import {aliveCatalogue} from "../features/alive.ts";
import {type CatalogueEntry, featureCatalogue} from "../features/catalogue.ts";
import type {Matrix} from "../features/matrix.ts";
import {rfmCatalogue} from "../features/rfm.ts";
import {counted, decimal, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {ExplainedRows} from "../ledger/explanation-stages.ts";
import type {Study} from "../study.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

/** Signals named on a page. */
const NAMED = 12;
const STEPS = 30;
const PARTS: readonly [number, number] = [5, 3];

/** What is known of a feature in business words. */
export type SignalWords = Pick<CatalogueEntry, "title" | "unit" | "actionable" | "missingShare">;

/** The features of a study in business words, by name; `x` has their columns. One of no catalogue goes by its name. */
export function signalWords(study: Study, x: Matrix): (name: string) => SignalWords {
  const entries = [...featureCatalogue(study.features, x), ...aliveCatalogue(x), ...rfmCatalogue(x)];
  const byName = new Map(entries.map(entry => [entry.name, entry]));
  return name => byName.get(name) ?? {title: name, unit: "", actionable: false, missingShare: 0};
}

/** The evidence, made only where there is something to explain: where any signal moves a score of the test rows. */
export const whereScoresDiffer = <E extends EvidenceValue>(
  {explanation}: ExplainedRows,
  evidence: () => E,
): E | ReturnType<typeof notApplicable> =>
  explanation.values.some(value => value !== 0)
    ? evidence()
    : notApplicable("The model in use gives everybody the same risk, so there is nothing to explain.");

/** What the ranking of the test rows relies on, and what that does not mean. */
export function signalsEvidence(
  importance: readonly GroupImportance[],
  {x, explanation}: ExplainedRows,
  study: Study,
): {table: Table; caution: Text} {
  const words = signalWords(study, x);
  const summary = summariseExplanation(explanation, x);
  const place = new Map(summary.map(({feature}, k) => [feature, k]));
  const top = importance
    .filter(({drop}) => drop > 0)
    .toSorted((a, b) => b.drop - a.drop || place.get(a.features[0]!)! - place.get(b.features[0]!)!)
    .slice(0, NAMED);
  return {
    table: {
      kind: "table",
      caption:
        "What the ranking relies on most: the fall in ROC AUC when the values of a signal are shuffled among the " +
        `${whole(x.rows)} test rows. Signals that go together (a rank correlation of about ${decimal(1 - GROUP_CUT, 1)} or ` +
        "more) are shuffled together, since each could stand in for the other. Association, not cause",
      columns: [
        textColumn("title", "Signal, and what goes with it"),
        {name: "drop", title: "Fall in ROC AUC", format: "decimal", digits: 4},
        {name: "deviation", title: "Spread between shuffles", format: "decimal", digits: 4},
        textColumn("direction", "Riskier (of the first named)"),
        textColumn("actionable", "Can be influenced"),
      ],
      rows: top.map(({features, drop, deviation}) => {
        const ordered = features.toSorted((a, b) => place.get(a)! - place.get(b)!);
        const lead = summary[place.get(ordered[0]!)!]!;
        return [
          ordered.map(name => words(name).title).join("; "),
          drop,
          deviation,
          directionText(lead.correlation),
          actionableText(ordered.map(name => words(name).actionable)),
        ];
      }),
    },
    caution: text(
      "Association, not cause. These are correlations in past behaviour. A signal shows who is at risk, not why, and " +
        "changing it need not change the risk: activity often falls before a customer leaves, and pushing it up again may " +
        "keep nobody. Whether contacting a customer changes anything can be learned only by an experiment with a random " +
        "group left alone.",
    ),
  };
}

const actionableText = (each: readonly boolean[]): string =>
  each.every(one => one) ? "yes" : each.some(one => one) ? "in part" : "no";

/** What each signal adds to the scores of the test rows. */
export function shapChart({x, explanation}: ExplainedRows, study: Study): Chart {
  const words = signalWords(study, x);
  const top = summariseExplanation(explanation, x).slice(0, NAMED);
  const reach = explanation.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  return shapSummaryChart(
    {
      rows: x.rows,
      signals: top.map(({feature, meanAbsolute, correlation}) => ({
        ...{title: words(feature).title, meanAbsolute, direction: signOf(correlation)},
        cells: stripOf(explanation, x, {feature, range: [-reach, reach], steps: 2 * STEPS}).map(
          ({low, high, rows, level}) => ({value: (low + high) / 2, rows, level}),
        ),
      })),
    },
    {title: top[0] && `What moves the scores most: ${words(top[0].feature).title}`},
  );
}

/** A correlation that is hardly one points nowhere. */
const signOf = (correlation: FeatureSummary["correlation"]): -1 | 0 | 1 =>
  Math.abs(correlation) < 0.1 ? 0 : correlation > 0 ? 1 : -1;

/** The way of the score along the strongest signals. */
export function effectsEvidence(
  effects: readonly FeatureEffects[],
  x: Matrix,
  study: Study,
): EvidenceValue & {kind: "chart" | "not-applicable"} {
  if (effects.length === 0)
    return notApplicable(
      "No signal that is a number moves the scores of the model in use, so no way along one is drawn.",
    );
  const words = signalWords(study, x);
  const signals: EffectsData["signals"] = effects.map(({local, partial}) => ({
    ...{title: words(local.feature).title, unit: words(local.feature).unit},
    ...{edges: local.edges, local: local.effect, partial},
  }));
  return effectsChart({signals});
}

/** Where the two ways of drawing an effect part, and which to believe. */
export function partingText(effects: readonly FeatureEffects[], x: Matrix, study: Study): Text {
  if (effects.length === 0)
    return text("There are no lines to compare: no signal that is a number moves the scores.");
  const words = signalWords(study, x);
  const parted = effects.filter(({gap}) => gap > PARTED);
  if (parted.length === 0)
    return text(
      "Both lines tell the same story for all of these signals: they lie closer than a quarter of what the signal moves. " +
        "Association, not cause.",
    );
  return text(
    `The lines part for ${parted.map(({local}) => `"${words(local.feature).title}"`).join(", ")}: by more than a quarter of ` +
      "what the signal moves among like rows. The dashed line sets the signal alone and so asks about customers who hardly " +
      "exist, such as one with many orders in the last month and none in the last year; the solid line compares rows that " +
      "are alike. Believe the solid one. Association, not cause.",
  );
}

/** How single rows answer to the strongest signal; undefined where there is none. */
export function curvesEvidence(
  effects: readonly FeatureEffects[],
  x: Matrix,
  study: Study,
): Chart | undefined {
  const strongest = effects[0];
  if (!strongest) return undefined;
  const {title, unit} = signalWords(study, x)(strongest.local.feature);
  return curvesChart({signal: title, unit, edges: strongest.local.edges, curves: strongest.curves});
}

/** The strongest pairs of signals, and the first of them drawn. */
export function interactionEvidence(
  found: {readonly x: Matrix; readonly pairs: readonly Interaction[]} | undefined,
  study: Study,
): {readonly table: EvidenceValue; readonly chart?: Chart} {
  const pairs = found?.pairs.filter(({meanAbsolute}) => meanAbsolute > 0) ?? [];
  if (!found || pairs.length === 0)
    return {
      table: notApplicable(
        "The model in use adds up what each signal says by itself, or is an average of models: no two signals act together in it.",
      ),
    };
  const words = signalWords(study, found.x);
  const table: Table = {
    kind: "table",
    caption:
      `What two signals add to a score together, beyond what each adds by itself: mean distance over ${counted(found.x.rows, "test row")}. ` +
      "Association, not cause",
    columns: [
      textColumn("first", "Signal"),
      textColumn("second", "And"),
      {name: "mean", title: "Move a score together by", format: "decimal", digits: 3},
    ],
    rows: pairs.map(({features: [a, b], meanAbsolute}) => [words(a).title, words(b).title, meanAbsolute]),
  };
  const drawn = pairs.find(({features}) => features.every(name => !found.x.categories?.[name]));
  return drawn ? {table, chart: pairChart(drawn, found.x, words)} : {table};
}

function pairChart(pair: Interaction, x: Matrix, words: ReturnType<typeof signalWords>): Chart {
  const {edges, cells} = tableOf(pair, x, {parts: PARTS});
  const [first, second] = pair.features.map(words) as [SignalWords, SignalWords];
  return interactionChart({
    ...{first: first.title, second: second.title},
    places: rangesOf(edges[0]),
    series: rangesOf(edges[1]).map((name, b) => ({name, values: cells.map(row => row[b]!.mean)})),
  });
}

/** Parts as text: "up to 3", "3 to 7", "above 7"; one part alone is its two ends. */
function rangesOf(edges: readonly number[]): string[] {
  const digits = edges.every(edge => Number.isInteger(edge) || Math.abs(edge) >= 10) ? 0 : 1;
  const show = (edge: number): string => decimal(edge, digits);
  if (edges.length === 2) return [`${show(edges[0]!)} to ${show(edges[1]!)}`];
  const parts = edges.slice(1).map((edge, k) => {
    if (k === 0) return `up to ${show(edge)}`;
    return k === edges.length - 2 ? `above ${show(edges[k]!)}` : `${show(edges[k]!)} to ${show(edge)}`;
  });
  // Two ends that look the same after rounding must not make one place of two.
  return parts.map((part, k) => (parts.indexOf(part) === k ? part : `${part} (${k + 1})`));
}

export const notApplicable = (reason: string): Extract<EvidenceValue, {kind: "not-applicable"}> => ({
  kind: "not-applicable",
  reason,
  by: "churnbook",
});
