import {briefPercent, decimal, percent, whole} from "../figures.ts";
import type {ArmReading, CampaignEffect, EffectLabel} from "../uplift/campaign/effect.ts";
import type {Effect} from "../uplift/experiment/effect.ts";
import type {CampaignItem} from "./campaign-page.ts";
import {capital, levelText, points} from "./campaign-words.ts";
import {list, type Table, text, textColumn} from "./words.ts";

const MEANING: Readonly<Record<EffectLabel, string>> = {
  peeked:
    "Peeked: this is no day on which the plan reads the outcome. Who looks often enough finds something; the interval holds less than it says. Do not decide by it.",
  underpowered:
    "Underpowered: there are fewer customers than the planned effect takes. That nothing is shown does not mean that there is nothing.",
  "sample-ratio":
    "Sample-ratio mismatch: outcomes are missing in one group more than in another, which is no accident. No effect is shown, since it would be that of who is missing. Find out who is missing and why.",
  "altered population":
    "Altered population: the customers or their groups are not those of the plan. Whoever changed them may have known the outcomes.",
  "not planned beforehand":
    "Not planned beforehand: the plan was written when the outcomes were there. This is a rehearsal of how a campaign is read, and no proof.",
};

/** Whether the whole interval lies on one side of no effect, and on which. */
function verdictOf({low, high}: Effect, better: "lower" | "higher"): "helps" | "harms" | "not shown" {
  if (low <= 0 && high >= 0) return "not shown";
  return high < 0 === (better === "lower") ? "helps" : "harms";
}

const VERDICT = {
  helps: "Contacting helps",
  harms: "Contacting harms",
  "not shown": "No effect has been shown",
} as const;

/** The finding in a paragraph, for the head of the page. */
export function effectLead({metric, rows, labels, information}: CampaignEffect): string {
  if (rows === null) return MEANING["sample-ratio"];
  const first = rows.find(({difference}) => difference !== null);
  if (!first?.difference)
    return information === 0
      ? "No outcome is known yet."
      : "Too few outcomes are known to read an effect from.";
  const {difference} = first;
  const {treated, control} = first;
  const share = metric.kind === "proportion";
  const figure = (arm: ArmReading) => (share ? percent(arm.outcome!.value) : decimal(arm.outcome!.value));
  const amount = share
    ? `${points(difference)} percentage points`
    : `${decimal(difference.value)} (${decimal(difference.low)} to ${decimal(difference.high)})`;
  return (
    `${VERDICT[verdictOf(difference, metric.better)]}. ${capital(metric.name)}, among ${first.name}: ${figure(treated)} with a ` +
    `contact, ${figure(control)} without, a difference of ${amount} (${levelText(difference.level)} interval).` +
    `${labels.length === 0 ? "" : ` Read it with reservation: ${labels.join(", ")}.`}`
  );
}

/** The effect in full: its labels, the table and the test that comes first. */
export function effectItems(effect: CampaignEffect): CampaignItem[] {
  const {labels, rows, sampleRatio, information} = effect;
  const ratio = sampleRatio.mismatch
    ? "Outcomes are missing in one group more than in another"
    : "No group has lost more of them than another, as far as can be told";
  return [
    {
      id: "effect-labels",
      title: "Before you read it",
      value: list(labels.map(label => MEANING[label])),
    },
    {
      id: "effect-ratio",
      title: "Have the groups lost customers alike?",
      value: text(
        `The outcome of ${briefPercent(information)} of the customers is known. ${ratio} (p = ${pText(sampleRatio.p)}; ` +
          "below 0.001 no effect is read).",
      ),
    },
    ...(rows === null ? [] : [{id: "effect-table", title: "The effect", value: effectTable(effect, rows)}]),
  ];
}

const pText = (p: number): string => (p < 0.001 ? "less than 0.001" : decimal(p, 3));

function effectTable({metric}: CampaignEffect, rows: NonNullable<CampaignEffect["rows"]>): Table {
  const share = metric.kind === "proportion";
  const format = share
    ? ({format: "percent", digits: 1} as const)
    : ({format: "decimal", digits: 2} as const);
  const level = rows.find(row => row.difference)?.difference?.level;
  return {
    kind: "table",
    caption:
      `${capital(metric.name)}, of which ${metric.better} is better: with a contact, without, and the difference ` +
      `${level === undefined ? "" : `with its ${levelText(level)} interval, `}by assignment, whether or not the contact was made`,
    columns: [
      textColumn("name", "Among"),
      {name: "treatedN", title: "Contacted", unit: "customers", format: "integer"},
      {name: "controlN", title: "Left alone", unit: "customers", format: "integer"},
      {name: "treated", title: "With a contact", ...format},
      {name: "control", title: "Without", ...format},
      {name: "value", title: "Difference", ...format},
      {name: "low", title: "Low", ...format},
      {name: "high", title: "High", ...format},
      textColumn("reading", "Reading"),
    ],
    rows: rows.map(({name, main, treated, control, difference}) => [
      ...[
        capital(name),
        treated.known,
        control.known,
        treated.outcome?.value ?? null,
        control.outcome?.value ?? null,
      ],
      ...[difference?.value ?? null, difference?.low ?? null, difference?.high ?? null],
      difference === null
        ? "too few outcomes"
        : main
          ? READING[verdictOf(difference, metric.better)]
          : "for comparison",
    ]),
  };
}

const READING = {helps: "helps", harms: "harms", "not shown": "not shown"} as const;

/** The numbers beside the finding. */
export function effectFigures({metric, rows, information}: CampaignEffect): CampaignItem[] {
  const first = rows?.find(({difference}) => difference !== null);
  const known = rows?.[0] ? rows[0].treated.known + rows[0].control.known : 0;
  return [
    {
      id: "figure-effect",
      title: "Effect of the contact",
      value:
        first?.difference && metric.kind === "proportion"
          ? {
              ...{kind: "number", format: "decimal", digits: 1, unit: `points of ${metric.name}`},
              value: 100 * first.difference.value,
              low: 100 * first.difference.low,
              high: 100 * first.difference.high,
              level: first.difference.level,
            }
          : first?.difference
            ? {kind: "number", format: "decimal", ...boundsOf(first.difference), unit: metric.name}
            : text("None is shown"),
    },
    {
      id: "figure-known",
      title: "Outcomes known",
      value: {
        ...{kind: "number", format: "percent", digits: information === 1 ? 0 : 1, value: information},
        unit: known > 0 ? `of the customers; ${whole(known)} are compared` : "of the customers",
      },
    },
  ];
}

const boundsOf = ({value, low, high, level}: Effect) => ({value, low, high, level});
