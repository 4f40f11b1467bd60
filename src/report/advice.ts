import {briefPercent, whole} from "../figures.ts";
import type {Study} from "../study.ts";

/** What an advice rests on: one campaign, and the others that it could have been. */
export type AdviceFigures = {
  readonly fraction: number;
  readonly contacted: number;
  /** By the model, in the study's currency. */
  readonly model: {readonly value: number; readonly low: number; readonly high: number};
  /** Highest expected value of all shares above 0. */
  readonly best: number;
  /** Whether choosing at random is clearly worse. */
  readonly worse: boolean;
};

export type AdviceWords = ReturnType<typeof adviceWords>;

/**
 * The sentences of the advice; a name in braces stands for what is filled in. They are data because the page of the
 * card says them too, of figures that a reader tries.
 */
export const adviceWords = (model: string, {currency}: Study["economics"]) => ({
  who: "the {contacted} customers with the highest risk ({share}, {whose})",
  everybody: "all {contacted} customers ({share}, {whose}; every ranking contacts the same)",
  study: "the capacity set in the study",
  own: "your figure",
  gain: `is expected to gain ${currency} {amount}`,
  lose: `is expected to lose ${currency} {amount}`,
  contact: `Contact {who} in each campaign, ranked by: ${model.toLowerCase()}. Leave some of them alone, drawn at random, to learn whether contacting works; the value counts all as contacted.`,
  stop: "Do not run this campaign at these costs: contacting {who} {expected}, even with the model.",
  nobody:
    "Contact nobody at these costs: contacting {who} {expected}, and no share is expected to gain. If it is tried " +
    "all the same, then as an experiment with a random group left alone: it may also gain.",
  experiment:
    "Do not roll this campaign out yet. Contacting {who} {expected}, but may also {opposite} money{worse}. Run it as an " +
    "experiment with a random group left alone, and decide on its result.",
  worse: "; choosing at random would do worse",
});

/** What to do about a campaign of the study. */
export function adviceText(
  {fraction, contacted, model, best, worse}: AdviceFigures,
  words: AdviceWords,
): string {
  const gains = model.value >= 0;
  const who = filled(fraction === 1 ? words.everybody : words.who, {
    contacted: whole(contacted),
    share: briefPercent(fraction),
    whose: words.study,
  });
  const expected = filled(gains ? words.gain : words.lose, {amount: whole(Math.abs(model.value))});
  const sentence =
    model.low > 0 ? words.contact : model.high < 0 ? words.stop : best <= 0 ? words.nobody : words.experiment;
  return filled(sentence, {
    who,
    expected,
    opposite: gains ? "lose" : "gain",
    worse: worse ? words.worse : "",
  });
}

const filled = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
