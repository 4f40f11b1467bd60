import {byCodeUnit} from "../data/event-log.ts";

export type GlossaryEntry = {readonly term: string; readonly meaning: string};

/** Words that every card uses. */
const WORDS: Readonly<Record<string, string>> = {
  AUC: "The chance that the model ranks a random customer who leaves above a random one who stays: 0.5 is a coin toss, 1 is perfect.",
  Calibration:
    "Turning scores into probabilities that hold: of the customers given 20%, about 20 in 100 should leave.",
  Ceiling: "The best that any ranking could reach on the same customers, knowing afterwards who left.",
  Churn: "A customer's leaving, as the card defines it under “What counts as churn”.",
  Cohort: "The customers who are active at a cutoff, and so can still leave.",
  Cutoff:
    "The day a prediction is made. The model sees only what happened before it; what it predicts happens on it or after it.",
  Embargo:
    "Cutoffs left unused between training and test, so that no outcome the model learned from lies in the test period.",
  Horizon: "The time after the cutoff that a prediction is about.",
  "IN the last month": "Leaves for the first time in the last month of the horizon.",
  Interval:
    "The range in which the true value plausibly lies, given how many customers were measured. A 95% interval misses it about once in 20.",
  Lift: "How many times more leavers are among the customers the model picks than among as many picked at random.",
  Seed: "The number that fixes every random choice, so that a second run gives the same card.",
  SILENT: "Shows none of the activity within the horizon.",
  Snapshot: "The copy of the data that the card rests on, named by a digest of its rows.",
  WITHIN: "Leaves at some time within the horizon.",
};

/**
 * The glossary of a card: the words every card uses and the study's own, sorted; the study's meaning of a word
 * replaces the common one, however it is capitalised.
 */
export function glossaryOf(own: Readonly<Record<string, string>>): GlossaryEntry[] {
  const entries = new Map<string, GlossaryEntry>();
  for (const [term, meaning] of [...Object.entries(WORDS), ...Object.entries(own)])
    entries.set(term.toLowerCase(), {term, meaning});
  return [...entries].sort(([a], [b]) => byCodeUnit(a, b)).map(([, entry]) => entry);
}
