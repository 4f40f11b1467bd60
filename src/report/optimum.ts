import type {TornadoData} from "../charts/tornado.ts";
import type {Decision, Money, ProfitGain, Sensitivity} from "../evaluate/decision.ts";
import {capital} from "../features/words.ts";
import {briefPercent, decimal, whole} from "../figures.ts";
import type {Study} from "../study.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

/** How many to contact, how sure that is, and what it is worth. */
export function optimumText({optimum, capacity, draws}: Decision, {economics}: Study): Text {
  const {fraction, low, high, near, value} = optimum;
  const {currency} = economics;
  if (fraction === 0)
    return text(
      "At these costs no share of the customers is worth contacting: every share loses money on the calibration customers. " +
        `In 90% of ${whole(draws)} draws of the customers and the assumptions the best share lies from ${briefPercent(low)} to ${briefPercent(high)}.`,
    );
  return text(
    `On the calibration customers, contacting ${briefPercent(fraction)} of the customers is expected to gain most: anything ` +
      `from ${briefPercent(near.from)} to ${briefPercent(near.to)} is nearly as good there, within a twentieth of it, but in ` +
      `90% of ${whole(draws)} draws of the customers and the assumptions the best share lies anywhere from ` +
      `${briefPercent(low)} to ${briefPercent(high)}. On the test customers, who took no part in that, ` +
      `${briefPercent(fraction)} is worth ${money(value, currency)} a campaign.${capacityText(optimum, {capacity, currency})}`,
  );
}

/** Whether the best share is worth more than the capacity, by the interval of the difference. */
function capacityText(
  {fraction, aboveCapacity: above}: Decision["optimum"],
  {capacity, currency}: {readonly capacity: number; readonly currency: string},
): string {
  if (fraction === capacity) return " It is the capacity set in the study.";
  const [size, than] = fraction > capacity ? ["larger", "less"] : ["smaller", "more"];
  if (above.low > 0 || above.high < 0)
    return (
      ` The capacity of ${briefPercent(capacity)} is ${than} than that: there, the ${size} campaign is worth ` +
      `${money(sized(above), currency)} ${above.low > 0 ? "more" : "less"}.`
    );
  return (
    ` Whether a ${size} campaign than the capacity of ${briefPercent(capacity)} would be worth more has not been shown: ` +
    `the difference is ${money(above, currency)} on the test customers.`
  );
}

const money = ({value, low, high}: Money, currency: string): string =>
  `${currency} ${whole(value)} (${whole(low)} to ${whole(high)})`;

/** A loss turned into the amount that is lost. */
const sized = ({value, low, high}: Money): Money =>
  high < 0 ? {value: -value, low: -high, high: -low} : {value, low, high};

/** The recommended share with each assumption moved, as the tornado chart takes it. */
export function tornadoOf({optimum, sensitivities}: Decision, {economics}: Study): TornadoData {
  const {currency} = economics;
  const percents = new Set<Sensitivity["assumption"]>(["offerWorks"]);
  return {
    fraction: optimum.fraction,
    currency,
    rows: sensitivities.map(({assumption, ends}) => ({
      name: ASSUMPTION[assumption],
      ends: ends.map(({at, fraction, value}, k) => ({
        label:
          at === undefined
            ? k === 0
              ? "a low draw"
              : "a high draw"
            : percents.has(assumption)
              ? briefPercent(Math.round(1000 * at) / 1000)
              : `${currency} ${at < 10 ? decimal(at, 2) : whole(at)}`,
        fraction,
        value,
      })),
    })),
  };
}

const ASSUMPTION: Readonly<Record<Sensitivity["assumption"], string>> = {
  contactCost: "Cost of a contact",
  offerCost: "Cost of the offer",
  customerValue: "Value of a customer",
  offerWorks: "Share of would-be churners the offer keeps",
  customers: "Which customers happened to be there",
};

/** What the chosen model earns above each other way to choose. */
export function gainsTable({gains, draws}: Decision, {economics}: Study): Table {
  const amount = (name: string, title: string) => ({name, title, format: "money" as const, digits: 0});
  return {
    kind: "table",
    caption:
      `What one campaign by the model in use earns above one by another way to choose, in ${economics.currency}, on the same test ` +
      `customers; low and high hold 90% of ${whole(draws)} draws of the customers and the assumptions`,
    columns: [
      textColumn("over", "Compared with"),
      textColumn("at", "Shares contacted"),
      amount("low", "Gain, low"),
      amount("value", "Gain, expected"),
      amount("high", "Gain, high"),
      {name: "ahead", title: "Draws in which it is ahead", format: "percent", digits: 0},
    ],
    rows: gains.map(gain => [gain.title, sharesOf(gain), gain.low, gain.value, gain.high, gain.ahead]),
  };
}

const sharesOf = ({at, fraction, otherFraction}: ProfitGain): string =>
  at === "capacity"
    ? `capacity, ${briefPercent(fraction)}`
    : `the best of each, ${briefPercent(fraction)} and ${briefPercent(otherFraction)}`;

/** Whether a model is needed here, or something simple would do as well. */
export function neededText(
  decision: Decision,
  study: Study,
  {title, kind}: {readonly title: string; readonly kind: string},
): Text {
  const {gains, capacity} = decision;
  const {currency} = study.economics;
  if (capacity === 1)
    return text(
      "No model is needed to choose: the capacity of 100% contacts everybody, and every ranking contacts the same customers.",
    );
  if (kind === "dummy")
    return text("The model in use is the base rate, which ranks nobody: choosing at random does as well.");
  const of = (over: ProfitGain["over"]) => gains.find(g => g.over === over && g.at === "capacity");
  if (kind === "recency")
    return text(
      of("logistic") || of("boost")
        ? "The model in use is the rule of thumb itself: on the tuning customers nothing more complicated was better."
        : "The model in use is the rule of thumb itself: the study tries no machine learning beside it.",
    );
  const [chance, rule, simple] = [of("random"), of("recency"), of("logistic")];
  const model = `the model in use (${title.toLowerCase()})`;
  const said = [chance, rule, simple].flatMap((gain, k) =>
    gain ? [gainText(gain, {who: k === 0 ? model : "it", currency})] : [],
  );
  return text(
    `${verdictText(decision, rule, simple)} Compared are campaigns that contact ${briefPercent(capacity)} of the same test ` +
      `customers. ${said.join(" ")}`,
  );
}

function verdictText(
  {atCapacity}: Decision,
  rule: ProfitGain | undefined,
  simple: ProfitGain | undefined,
): string {
  if (!rule) return "Whether a simple rule would do as well is not known: the study does not try one.";
  if (rule.high < 0) return "No machine learning is needed here: the rule of thumb earns more.";
  if (rule.low <= 0)
    return "That machine learning is needed here has not been shown: the rule of thumb may do as well.";
  if (atCapacity.value <= 0)
    return "A model is expected to lose less than the rule of thumb here, but to lose all the same: at this capacity the campaign is not expected to pay.";
  if (!simple || simple.low > 0) return "Machine learning earns its keep here.";
  return simple.high < 0
    ? "A model earns more than the rule of thumb here, and a simple one is enough: logistic regression earns more still."
    : "A model earns more than the rule of thumb here, but a simple one may be enough: as far as these customers can tell, logistic regression does as well.";
}

/** What the model earns above another way to choose, in a sentence. */
function gainText(
  gain: ProfitGain,
  {who, currency}: {readonly who: string; readonly currency: string},
): string {
  const than = `${gain.over === "recency" ? "the " : ""}${gain.title.toLowerCase()}`;
  const earns = `${who} earns`;
  if (gain.low > 0) return `${capital(earns)} ${money(gain, currency)} more than ${than}.`;
  if (gain.high < 0) return `${capital(earns)} ${money(sized(gain), currency)} less than ${than}.`;
  return `Whether ${earns} more than ${than} has not been shown: the difference is ${money(gain, currency)}.`;
}

/** The rankings by expected maximum profit, with the published figures of a campaign. */
export function empcTable({empc}: Decision): Table {
  return {
    kind: "table",
    caption:
      "Expected maximum profit of each ranking for a customer of the cohort (EMPC, Verbraken and others 2013), with the published " +
      "campaign: a customer worth 200, an offer of 10, a contact of 1, and an offer that keeps 30% on average (beta 6, 14)",
    columns: [
      textColumn("model", "Model"),
      {name: "profit", title: "Expected maximum profit", format: "decimal", digits: 3},
      {name: "fraction", title: "Share contacted for it", format: "percent", digits: 1},
    ],
    rows: empc.map(({title, profit, fraction}) => [title, profit, fraction]),
  };
}
