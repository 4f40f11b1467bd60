import type {Measure} from "../features/measures.ts";
import {capital, either, nounOf, pluralOf} from "../features/words.ts";
import type {FeatureDeclaration} from "../study.ts";
import {counted, figure, money, share, times} from "./figures.ts";
import type {Subject} from "./subjects.ts";

/** What is usual of a feature: for the customer, at the cutoffs before, or else for those of all who stayed. */
export type Usual = {readonly value: number; readonly whose: "own" | "stayers"};

export type SayOptions = {
  readonly usual?: Usual | undefined;
  /** Of amounts whose unit is "money". */
  readonly currency?: string | undefined;
  /** Of a category: the texts that its codes stand for. */
  readonly levels?: readonly string[] | undefined;
};

/** What the sentences are made of. */
type Words = {
  readonly one: string;
  readonly many: string;
  readonly againstOne: string;
  readonly againstMany: string;
  /** "in the last 90 days", "so far". */
  readonly when: string;
  readonly days: number;
  /** Whether there is a window; without one it is all history. */
  readonly windowed: boolean;
  readonly step: number;
  readonly attribute: string;
  readonly value: string;
  readonly column: string;
  readonly unit: string;
  readonly currency: string | undefined;
  readonly levels: readonly string[] | undefined;
};

type Saying = {
  /** What it is about, before the colon; the events when absent. */
  readonly about?: (words: Words) => string;
  readonly now: (value: number, words: Words) => string;
  readonly missing: (words: Words) => string;
  /** What is usual, after "usually"; absent where the value itself compares with the past, or has no middle. */
  readonly usual?: (value: number, words: Words) => string;
};

/** Windows of a year or more are still written in days: that is what was counted. */
const lastDays = (days: number): string => (days === 1 ? "on the last day" : `in the last ${days} days`);

function wordsOf(
  {of, days, step = 0, against = "", column = "", unit}: FeatureDeclaration,
  {currency, levels}: SayOptions,
): Words {
  const types = [of].flat();
  const at = against.indexOf("=");
  return {
    one: either(types.map(nounOf)),
    many: either(types.map(pluralOf)),
    againstOne: nounOf(against),
    againstMany: pluralOf(against),
    when: days === undefined ? "so far" : lastDays(days),
    ...{days: days ?? 0, windowed: days !== undefined, step, column, unit, currency, levels},
    attribute: at < 0 ? against : against.slice(0, at),
    value: against.slice(at + 1),
  };
}

const numberOf = (value: number): string => (figure(value) === "0" ? "none" : figure(value));
const daysOf = (value: number): string => counted(value, "day");
const none = ({when}: Words): string => `none ${when}`;
const never = (words: Words): string => (words.windowed ? none(words) : "never");
const tooFew =
  (days: "two" | "three", what: string) =>
  ({when}: Words): string =>
    `fewer than ${days} days with one ${when}, so ${what} is not known`;

const CURRENCY = /^[A-Z]{3}$/;
const SHARES: ReadonlySet<string> = new Set(["share", "%", "percent", "probability", "yes = 1"]);

/** An amount in its unit: a currency, "money" of the study's, or anything else. */
function amount(value: number, {unit, currency}: Pick<Words, "unit" | "currency">): string {
  if (CURRENCY.test(unit)) return money(value, unit);
  if (unit === "money" || unit === "") return money(value, currency);
  return counted(value, singularOf(unit), unit);
}

/** A unit for one of it: "points" is "point". */
const singularOf = (unit: string): string => unit.replace(/ies$/, "y").replace(/([^s])s$/, "$1");

const proportion = (value: number, {unit}: Words): string =>
  SHARES.has(unit) ? share(value) : figure(value);

/** Against a window before it: from (now - before) / (now + before) to what is now for each one before. */
function changed(value: number, {days}: Words): string {
  const span = days === 1 ? "day" : `${days} days`;
  const [last, before] = [days === 1 ? "on the last day" : `in the last ${span}`, `the ${span} before`];
  const at = days === 1 ? "on" : "in";
  if (value <= -1) return `none ${last}, after some ${at} ${before}`;
  if (value >= 1) return `some ${last}, after none ${at} ${before}`;
  const ratio = (1 + value) / (1 - value);
  if (ratio >= 2) return `${figure(ratio)} times as many ${last} as ${at} ${before}`;
  const by = share(Math.abs(ratio - 1));
  if (by === "0%") return `as many ${last} as ${at} ${before}`;
  return `${by} ${ratio < 1 ? "fewer" : "more"} ${last} than ${at} ${before}`;
}

/** A slope; `said` is its size with the unit. */
function slope(value: number, said: string, {days, step}: Words): string {
  const each = step === 1 ? "day" : `${step} days`;
  return figure(Math.abs(value)) === "0"
    ? `steady over the last ${days} days`
    : `${value < 0 ? "falling" : "rising"} by ${said} every ${each} over the last ${days} days`;
}

function spreadOf(value: number, {attribute}: Words): string {
  const even = figure(2 ** value);
  return even === "1"
    ? `all with the same ${attribute}`
    : `spread as over ${even} equally common values of ${attribute}`;
}

const every = (value: number): string => (figure(value) === "1" ? "every day" : `every ${daysOf(value)}`);
const unknown = (): string => "not known";
const events = ({many}: Words): string => capital(many);
const cutoff = (): string => "Date of the cutoff";
const until =
  (period: string) =>
  (value: number): string =>
    `${daysOf(value)} before the next ${period}`;
const ofDate = (now: (value: number) => string): Saying => ({about: cutoff, now, missing: unknown});

/** A sentence of each measure: with its value, without one, and what is usual. */
const SAYINGS: Readonly<Record<Measure, Saying>> = {
  count: {now: (v, w) => `${numberOf(v)} ${w.when}`, missing: none, usual: numberOf},
  days: {
    now: (v, w) => `on ${figure(v) === "0" ? "no day" : daysOf(v)} ${w.when}`,
    missing: none,
    usual: v => `on ${figure(v) === "0" ? "no day" : daysOf(v)}`,
  },
  sum: {now: (v, w) => `${amount(v, w)} ${w.when}`, missing: none, usual: amount},
  mean: {
    now: (v, w) => `${amount(v, w)} each ${w.when}`,
    missing: ({when}) => `none with an amount ${when}`,
    usual: (v, w) => `${amount(v, w)} each`,
  },
  recency: {now: v => `the last one ${daysOf(v)} ago`, missing: never, usual: v => `${daysOf(v)} ago`},
  first: {
    now: (v, w) => `the first one${w.windowed ? ` ${w.when} was` : ""} ${daysOf(v)} ago`,
    missing: never,
    usual: v => `${daysOf(v)} ago`,
  },
  gapMean: {
    now: (v, w) => `${every(v)} ${w.when}`,
    missing: tooFew("two", "the time between them"),
    usual: every,
  },
  gapSd: {
    now: (v, w) => `the time between them varies by ${daysOf(v)} ${w.when}`,
    missing: tooFew("three", "how regular they are"),
    usual: v => `by ${daysOf(v)}`,
  },
  gapCv: {
    now: (v, w) => `the time between them varies by ${share(v)} of its mean ${w.when}`,
    missing: tooFew("three", "how regular they are"),
    usual: v => `by ${share(v)}`,
  },
  gapCount: {
    now: (v, w) =>
      figure(v) === "0" ? `not again on a later day ${w.when}` : `again on a later day ${times(v)} ${w.when}`,
    missing: none,
    usual: times,
  },
  overdue: {
    now: v => `${figure(v)} times the customer's own usual pause since the last one`,
    missing: tooFew("two", "the customer's usual pause"),
  },
  change: {now: changed, missing: ({days}) => `none ${lastDays(2 * days)}`},
  trend: {now: (v, w) => slope(v, figure(Math.abs(v)), w), missing: unknown},
  sumTrend: {
    about: ({many}) => `Amount of ${many}`,
    now: (v, w) => slope(v, amount(Math.abs(v), {...w, unit: w.unit.split(" ")[0]!}), w),
    missing: unknown,
  },
  ownShare: {
    now: (v, w) => `${share(v)} of the customer's own usual ${w.when}`,
    missing: ({days}) => `the customer's own usual of ${days === 1 ? "a day" : `${days} days`} is not known`,
  },
  ownZ: {
    now: (v, w) =>
      figure(v) === "0"
        ? `as usual for the customer ${w.when}`
        : `${v < 0 ? "below" : "above"} the customer's own usual ${w.when}, by ${figure(Math.abs(v))} times its usual ups and downs`,
    missing: ({days}) => `the customer's own usual of ${days === 1 ? "a day" : `${days} days`} is not known`,
  },
  ratio: {
    now: (v, w) =>
      `${proportion(v, w)} ${SHARES.has(w.unit) ? `of ${w.againstMany}` : `for each ${w.againstOne}`} ${w.when}`,
    missing: ({againstOne, when}) => `not known, with no ${againstOne} ${when}`,
    usual: proportion,
  },
  share: {
    about: ({many, attribute, value}) => `${capital(many)} with ${attribute} ${value}`,
    now: (v, w) => `${share(v)} ${w.when}`,
    missing: ({many, when}) => `not known, with no ${many} ${when}`,
    usual: v => share(v),
  },
  distinct: {
    about: ({many, attribute}) => `Different values of ${attribute} among ${many}`,
    now: (v, w) => `${numberOf(v)} ${w.when}`,
    missing: none,
    usual: numberOf,
  },
  entropy: {now: (v, w) => `${spreadOf(v, w)} ${w.when}`, missing: none, usual: spreadOf},
  last: {
    about: ({one, attribute}) => `${capital(attribute)} of the last ${one}`,
    now: (v, {levels}) => levels?.[v] ?? "not known",
    missing: unknown,
  },
  latest: {
    about: ({column}) => `Last known ${nounOf(column)}`,
    now: (v, w) => tableValue(v, w),
    missing: unknown,
    usual: (v, w) => tableValue(v, w),
  },
  yearSine: ofDate(() => "where in the year it lies, spring against autumn"),
  yearCosine: ofDate(() => "where in the year it lies, winter against summer"),
  monthSine: ofDate(() => "where in the month it lies"),
  monthCosine: ofDate(() => "where in the month it lies"),
  toMonthEnd: ofDate(until("month")),
  toQuarterEnd: ofDate(until("quarter")),
  toYearEnd: ofDate(until("year")),
};

function tableValue(value: number, words: Pick<Words, "unit" | "currency">): string {
  if (SHARES.has(words.unit)) return words.unit === "yes = 1" ? yesOrNo(value) : share(value);
  if (words.unit === "days") return daysOf(value);
  return words.unit === "" ? figure(value) : amount(value, words);
}

const yesOrNo = (value: number): string => (value === 1 ? "yes" : value === 0 ? "no" : share(value));

/** Of a feature without declaration: its title, and its value in its unit. */
function plainSaying({title, unit}: Subject, currency: string | undefined): Saying {
  const say = (v: number): string =>
    unit === "1 to 5" ? `${figure(v)} of 5` : tableValue(v, {unit, currency});
  return {about: () => title, now: say, missing: unknown, usual: say};
}

/**
 * What a feature is for a customer, in a sentence without a full stop: "Purchases: 2 in the last 90 days; usually 6".
 * What is usual for the customer follows "usually", what is usual for all who stay "typical of those who stay:". It is
 * left out where the value itself compares with the past, for categories and for dates.
 * @param value NaN is missing, and is said.
 */
export function sayFeature(subject: Subject, value: number, options: SayOptions = {}): string {
  const {said, words, saying} = begin(subject, value, options);
  if (!saying.usual || options.usual === undefined || Number.isNaN(options.usual.value)) return said;
  const typical = saying.usual(options.usual.value, words);
  return `${said}; ${options.usual.whose === "own" ? "usually" : "typical of those who stay:"} ${typical}`;
}

/** Whether two values of a feature are one to whoever reads them, or nothing is said of what is usual at all. */
export function readsAlike(subject: Subject, value: number, usual: number): boolean {
  const {saying, words} = begin(subject, value, {});
  if (!saying.usual || Number.isNaN(usual)) return true;
  return !Number.isNaN(value) && saying.usual(value, words) === saying.usual(usual, words);
}

/** What a feature is, and what it would be: "Tickets: 3 in the last 90 days; to leave the list: 1". */
export function sayChange(
  subject: Subject,
  {from, to}: {readonly from: number; readonly to: number},
  options: Omit<SayOptions, "usual"> = {},
): string {
  const {said, words, saying} = begin(subject, from, options);
  return `${said}; to leave the list: ${(saying.usual ?? saying.now)(to, words)}`;
}

function begin(subject: Subject, value: number, options: SayOptions) {
  const {declaration} = subject;
  const saying = declaration ? SAYINGS[declaration.measure] : plainSaying(subject, options.currency);
  const words = wordsOf(declaration ?? NOTHING, options);
  const {about = events, now, missing} = saying;
  const said = `${about(words)}: ${Number.isNaN(value) ? missing(words) : now(value, words)}`;
  return {said, words, saying};
}

const NOTHING: FeatureDeclaration = {
  ...{name: "nothing", title: "", unit: "", of: "", measure: "count", actionable: false},
};

const GROWING: ReadonlySet<Measure> = new Set(["count", "days", "sum", "gapCount", "distinct"]);

/** Whether a feature grows as time goes by, so that what it was before is not what is usual now. */
export const growsWithTime = ({declaration}: Subject): boolean =>
  declaration !== undefined &&
  (declaration.measure === "first" || (GROWING.has(declaration.measure) && declaration.days === undefined));

/** Whether {@link sayFeature} has a word for what is usual. */
export const hasUsual = ({declaration}: Subject): boolean =>
  declaration === undefined || SAYINGS[declaration.measure].usual !== undefined;
