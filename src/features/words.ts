import type {FeatureDeclaration} from "../study.ts";
import type {Measure} from "./measures.ts";
import {PAST_WINDOWS} from "./plan.ts";

/** What the sentences are made of. */
type Words = {
  /** "purchase", "purchases": the events as a noun. */
  readonly one: string;
  readonly many: string;
  /** The denominator's. */
  readonly againstMany: string;
  /** "in the 90 days before the cutoff". */
  readonly when: string;
  readonly days: number | undefined;
  readonly step: number | undefined;
  readonly attribute: string;
  readonly value: string;
  readonly column: string;
  readonly table: string;
};

const CONTACTS = "campaign contact";

/** An event type as a noun: "email_open" is "email open". */
export function nounOf(type: string): string {
  if (type === "*") return "event of any kind";
  if (type === "campaign:contact") return CONTACTS;
  if (type === "campaign:treated") return `${CONTACTS} outside the control group`;
  return type.replace(/[_-]+/g, " ");
}

export function pluralOf(type: string): string {
  if (type === "*") return "events of any kind";
  if (type.startsWith("campaign:")) return nounOf(type).replace(CONTACTS, `${CONTACTS}s`);
  const noun = nounOf(type);
  // "email sent" is "emails sent", not "email sents".
  const [, what, done] = /^(.+) (sent|\w+[^e]ed)$/i.exec(noun) ?? [];
  if (what && done) return `${pluralOf(what)} ${done}`;
  if (/[^aeiou]y$/i.test(noun)) return noun.replace(/y$/i, "ies");
  return /(s|x|z|ch|sh)$/i.test(noun) ? `${noun}es` : `${noun}s`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "a", "a or b", "a, b or c". */
export const either = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

function wordsOf({of, days, step, against = "", column = ""}: FeatureDeclaration): Words {
  const types = [of].flat();
  const at = against.indexOf("=");
  const span = days === undefined ? "" : days === 1 ? "on the day" : `in the ${days} days`;
  return {
    one: either(types.map(nounOf)),
    many: either(types.map(pluralOf)),
    againstMany: pluralOf(against),
    when: `${span === "" ? "at any time" : span} before the cutoff`,
    ...{days, step, column},
    attribute: at < 0 ? against : against.slice(0, at),
    value: against.slice(at + 1),
    table: (types[0] ?? "").replace(/^table:/, ""),
  };
}

const ownPast = ({days}: Words): string =>
  `up to ${PAST_WINDOWS} stretches of ${days} days before, since their first one`;
const angle = (part: "sine" | "cosine", period: "year" | "month"): string =>
  `Where in the ${period} the cutoff lies, as the ${part} of an angle that goes round once a ${period}.`;

const SENTENCES: Readonly<Record<Measure, (words: Words) => string>> = {
  count: ({many, when}) => `Number of ${many} ${when}.`,
  days: ({many, when}) => `Number of days with ${many} ${when}.`,
  sum: ({many, when}) => `Total amount of ${many} ${when}.`,
  mean: ({many, when}) => `Mean amount of ${many} ${when}; missing without an amount.`,
  recency: ({one, days}) =>
    `Days from the last ${one} to the cutoff; missing without any${days === undefined ? "" : ` in the ${days} days before it`}.`,
  first: ({one, days}) =>
    `Days from the first ${one}${days === undefined ? "" : ` in the ${days} days before the cutoff`} to the cutoff; missing without any.`,
  gapMean: ({many, when}) =>
    `Mean number of days from one day with ${many} to the next, ${when}; missing with fewer than two such days.`,
  gapSd: ({many, when}) =>
    `How much the days between ${many} vary ${when}, as a standard deviation; missing with fewer than three days that have any.`,
  gapCv: ({many, when}) =>
    `How irregular ${many} are ${when}: the standard deviation of the days between them over their mean; 0 is clockwork.`,
  gapCount: ({many, when}) => `How often a day with ${many} followed another ${when}.`,
  overdue: ({one, when}) =>
    `Days since the last ${one} over the customer's own mean gap ${when}: 1 is due, 2 is twice overdue.`,
  change: ({many, days}) =>
    `How ${many} in the ${days} days before the cutoff compare with the ${days} days before those: 0 is as many, -1 none any more, 1 none before.`,
  trend: ({many, days, step}) =>
    `By how many ${many} each ${step} days exceed the ${step} before, as a straight line through the ${days} days before the cutoff.`,
  sumTrend: ({many, days, step}) =>
    `By how much the amount of ${many} in each ${step} days exceeds that of the ${step} before, as a straight line through the ${days} days before the cutoff.`,
  ownShare: words =>
    `${capital(words.many)} in the ${words.days} days before the cutoff over the mean of the customer's ${ownPast(words)}: 1 is as usual.`,
  ownZ: words =>
    `How many standard deviations ${words.many} in the ${words.days} days before the cutoff lie above the mean of the customer's ${ownPast(words)}.`,
  ratio: ({many, againstMany, when}) =>
    `${capital(many)} over ${againstMany} ${when}; missing without any ${againstMany}.`,
  share: ({many, attribute, value, when}) =>
    `Share of ${many} ${when} that have ${attribute} ${value}; missing without any.`,
  distinct: ({many, attribute, when}) => `Number of different values of ${attribute} among ${many} ${when}.`,
  entropy: ({many, attribute, when}) =>
    `How evenly ${many} ${when} spread over the values of ${attribute}, in bits: 0 is always the same one.`,
  last: ({one, attribute, when}) => `${capital(attribute)} of the last ${one} ${when} that has one.`,
  latest: ({column, table}) => `Last value of ${column} in the table ${table} that was known by the cutoff.`,
  yearSine: () => angle("sine", "year"),
  yearCosine: () => angle("cosine", "year"),
  monthSine: () => angle("sine", "month"),
  monthCosine: () => angle("cosine", "month"),
  toMonthEnd: () => "Days from the cutoff to the start of the next month.",
  toQuarterEnd: () => "Days from the cutoff to the start of the next quarter.",
  toYearEnd: () => "Days from the cutoff to the start of the next year.",
};

/** What a feature is, in a sentence made from its declaration; with an order, another says it. */
export const sentenceOf = (feature: FeatureDeclaration): string =>
  SENTENCES[feature.measure](wordsOf(feature)) +
  (feature.order
    ? ` In order, from the lowest: ${feature.order.join(", ")}; to the models any other is missing.`
    : "");
