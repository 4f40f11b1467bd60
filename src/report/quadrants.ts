import type {QuadrantsData} from "../charts/quadrants.ts";
import type {Segment} from "../data/simulate-campaign.ts";
import {briefPercent, counted, percent, whole} from "../figures.ts";
import type {UpliftRecovery} from "../ledger/uplift-stages.ts";
import type {QuadrantBounds} from "../uplift/learn/quadrant-bounds.ts";
import {
  type BySegment,
  likeliestSegments,
  SEGMENTS,
  type SegmentEstimate,
} from "../uplift/learn/quadrants.ts";
import type {SegmentRecovery} from "../uplift/learn/recovery.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

const MEANING: Readonly<Record<Segment, {readonly means: string; readonly act: string}>> = {
  persuadable: {means: "stay if contacted, leave if not", act: "contact"},
  "sure thing": {means: "stay either way", act: "leave alone: no need"},
  "lost cause": {means: "leave either way", act: "leave alone: not by this offer"},
  "sleeping dog": {means: "leave if contacted, stay if not", act: "do not contact"},
};

/** The four quadrants with between how many and how many customers are in each. */
export function quadrantBoundsTable(
  bounds: BySegment<QuadrantBounds>,
  {rows}: {readonly rows: number},
): Table {
  const count = (share: number) => Math.round(rows * Math.min(1, Math.max(0, share)));
  return {
    kind: "table",
    caption:
      `How many of ${whole(rows)} rows are in each quadrant. Nobody lives both with the contact and without it, so that ` +
      "no trial, however large, tells more than between what the numbers lie: at least and at most are the limits " +
      "found, and the range says how far these may be off by chance " +
      `(${briefPercent(bounds.persuadable.least.level)} sure)`,
    columns: [
      textColumn("quadrant", "Quadrant"),
      textColumn("means", "What it means"),
      textColumn("act", "What to do"),
      {name: "least", title: "At least", format: "integer"},
      {name: "most", title: "At most", format: "integer"},
      textColumn("range", "By chance"),
    ],
    rows: SEGMENTS.map(segment => {
      const {least, most, low, high} = bounds[segment];
      const {means, act} = MEANING[segment];
      return [
        segment,
        ...[means, act, count(least.value), count(most.value)],
        `${whole(count(low))} to ${whole(count(high))}`,
      ];
    }),
  };
}

/** What the picture of the quadrants shows, and how sure one may be of a customer's. */
export function segmentsText(estimate: SegmentEstimate): Text {
  const rows = estimate.uplift.length;
  const sure = likeliestSegments(estimate).filter(
    (segment, i) => estimate.probability[segment][i]! >= 0.8,
  ).length;
  return text(
    "In the picture a customer stands where the expectation is, and is called persuadable if contacting is expected to " +
      "raise the probability of staying by 2 points or more, a sleeping dog if it lowers it by as much, and otherwise a " +
      "lost cause if the risk of leaving is 50% or more, or else a sure thing. That says whom to contact. The numbers " +
      "in the table are smaller, since they count what becomes of whom: of a hundred customers whose probability rises by 4 " +
      `points, four stay for the contact. For ${counted(sure, "row")} of ${whole(rows)} (${percent(sure / rows)}) the ` +
      "likeliest quadrant has 80% or more; this tells how far the luck of who was in the trial moves the answer, and not " +
      "what the features do not show. It is never a fact about one customer. Effects are causes only as far as the " +
      "contacts were drawn at random.",
  );
}

/** An error of the effects this much below that of the average effect says that they are told apart. */
const TELLING = 0.9;

/** Whether effects and quadrants were recovered where the truth is known, in words. */
export function recoveryText({
  rows,
  effects,
  persuadableInRiskiest,
  segments,
  lives,
  bounds,
}: UpliftRecovery): Text {
  const {pehe, constantPehe, persuadable, persuadableInTop} = effects;
  const better = pehe < TELLING * constantPehe;
  const held = SEGMENTS.filter(
    one => rows * bounds[one].low <= lives[one] && lives[one] <= rows * bounds[one].high,
  );
  return text(
    `This shop is a simulated one, so that the truth is known. With ${whole(rows)} contacts the estimated effects are ` +
      `wrong by ${points(pehe)} points a customer (root of the mean square), and giving everyone the true average by ` +
      `${points(constantPehe)}: ${better ? "the effects of customers are told apart" : "these are too few to tell how large the effect on each customer is"}. ` +
      `Of the tenth ranked highest by effect ${percent(persuadableInTop)} are truly persuadable by expectation, of the ` +
      `tenth at the highest risk ${percent(persuadableInRiskiest)}, of all ${percent(persuadable)}. The likeliest quadrant is the ` +
      `true one for ${percent(segments.right)}; naming the largest quadrant for everybody would be right for ` +
      `${percent(segments.largest)}. What became of whom, lived once with the contact and once without it: ` +
      `${SEGMENTS.map(one => `${one} ${whole(lives[one])}`).join(", ")}; ` +
      `${held.length === SEGMENTS.length ? "all of these are" : `${held.length} of these ${SEGMENTS.length} are`} within the limits that were found.`,
  );
}

const points = (share: number): string => (100 * share).toFixed(1);

/** True quadrants against the likeliest ones. */
export const confusionTable = ({confusion}: SegmentRecovery): Table => ({
  kind: "table",
  caption:
    "Rows by the quadrant that they are truly in, which only a simulation knows, and by the likeliest one",
  columns: [
    textColumn("true", "Truly"),
    ...SEGMENTS.map(segment => ({name: segment, title: `Likeliest: ${segment}`, format: "integer" as const})),
  ],
  rows: SEGMENTS.map(truth => [truth, ...SEGMENTS.map(likeliest => confusion[truth][likeliest])]),
});

/** Rows that a picture can show. */
const SHOWN = 300;

/** What the picture of the quadrants shows: rows at even steps of the estimated risk. */
export function segmentPoints(estimate: SegmentEstimate): QuadrantsData {
  const {risk, uplift, upliftSd} = estimate;
  const likeliest = likeliestSegments(estimate);
  const order = Int32Array.from(risk.keys()).sort((a, b) => risk[a]! - risk[b]! || a - b);
  const shown = Math.min(SHOWN, order.length);
  return {
    of: order.length,
    rows: Array.from({length: shown}, (_, k) => {
      const i = order[Math.floor(((k + 0.5) * order.length) / shown)]!;
      return {risk: risk[i]!, uplift: uplift[i]!, sd: upliftSd[i]!, segment: likeliest[i]!};
    }),
  };
}
