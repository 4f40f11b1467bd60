import {resolve} from "node:path";
import {Command} from "commander";
import {dayOf} from "../../data/calendar.ts";
import {DataError} from "../../data-error.ts";
import {registerPlan} from "../../ledger/registered-plan.ts";
import {planFacts, planWarnings} from "../../report/experiment-plan.ts";
import type {ArmShare} from "../../uplift/experiment/assign.ts";
import {type Guardrail, type Metric, makePlan, type PlanInput} from "../../uplift/experiment/plan.ts";
import {
  again,
  assignCandidates,
  fromInput,
  type PopulationOptions,
  populationOptions,
  readCandidates,
  writeOnce,
} from "../experiment-files.ts";
import {shown} from "../files.ts";
import type {Terminal} from "../terminal.ts";

type DesignOptions = PopulationOptions & {
  readonly name: string;
  readonly hypothesis: string;
  readonly launch: string;
  readonly horizonDays: string;
  readonly registered?: string;
  readonly quietDays: string;
  readonly metric: string;
  readonly kind: string;
  readonly better: string;
  readonly control: string;
  readonly treatment: string;
  readonly sd?: string;
  readonly target: string;
  readonly arm?: readonly string[];
  readonly random: string;
  readonly riskBands: string;
  readonly strata?: string;
  readonly salt?: string;
  readonly alpha: string;
  readonly power: string;
  readonly looks: string;
  readonly boundary: string;
  readonly guardrail?: readonly string[];
  readonly covariates?: string;
  readonly segments?: string;
  readonly compliance?: string;
  readonly out: string;
};

/** `churnbook experiment design`: a plan, registered before anybody is contacted. */
export function designCommand(terminal: Terminal): Command {
  const command = new Command("design").description(
    "plan a targeting experiment for a list of customers, and register it with a digest before anybody is contacted",
  );
  return populationOptions(command)
    .requiredOption("--name <text>", "what the experiment is called")
    .requiredOption("--hypothesis <text>", "what it is to show, in a sentence")
    .requiredOption("--launch <day>", "day of the first contact, YYYY-MM-DD")
    .option("--registered <day>", "day of the plan (default: today)")
    .option("--horizon-days <n>", "days from the launch until an outcome is known", "90")
    .option("--quiet-days <n>", "leave out who was contacted so many days before the launch", "30")
    .option("--metric <name>", "what it is judged by", "churned")
    .option("--kind <kind>", "proportion: outcomes of 0 and 1; mean: amounts", "proportion")
    .option("--better <direction>", "lower or higher: which way the metric is better", "lower")
    .requiredOption("--control <number>", "the metric expected in the target group without a contact")
    .requiredOption("--treatment <number>", "the metric with it, if it has the least effect worth having")
    .option("--sd <number>", "standard deviation of an amount")
    .option(
      "--target <share>",
      "share of the customers, by risk from above, that are the target group",
      "0.2",
    )
    .option(
      "--arm <name=share>",
      "a treatment and its share of the target group; again for more (default: contact=0.5)",
      again,
    )
    .option("--random <share>", "share of the other customers who are contacted too, drawn by lot", "0.1")
    .option("--risk-bands <n>", "bands of risk that the arms are even in", "4")
    .option("--strata <columns>", "columns of the list that the arms are even in, with commas between")
    .option("--salt <text>", "text that the lot is drawn by (default: the name and the launch)")
    .option("--alpha <share>", "how often to claim an effect where there is none", "0.05")
    .option("--power <share>", "how sure to be of finding the least effect", "0.8")
    .option("--looks <n>", "times to read it, at even shares of the outcomes", "1")
    .option("--boundary <name>", "pocock or obrien-fleming: how the looks share the error", "obrien-fleming")
    .option(
      "--guardrail <name:worse:margin>",
      "column of the outcomes that must not get worse, by more than the margin: unsubscribed:higher:0.01; again for more",
      again,
    )
    .option("--covariates <columns>", "columns of the outcomes, known before the launch, to adjust by")
    .option("--segments <columns>", "columns of the outcomes whose values part the customers")
    .option("--compliance <column>", "column of the outcomes that is 1 for who took the treatment")
    .option("--out <file>", "the plan to write", "plan.json")
    .addHelpText(
      "after",
      "\nExample:\n  churnbook experiment design --list scores/my-shop-2025-06-01.csv --name june-mail \\\n" +
        '    --hypothesis "A mail keeps customers at risk" --launch 2025-06-02 --control 0.3 --treatment 0.25',
    )
    .action((options: DesignOptions) => design(options, terminal));
}

async function design(options: DesignOptions, terminal: Terminal): Promise<void> {
  const {list, strata, ...input} = inputOf(options);
  const candidates = await readCandidates(options, {
    ...{strata, launch: input.launch, quietDays: input.quietDays},
  });
  const plan = fromInput(() => {
    const {population} = assignCandidates(candidates, input.sharing);
    const {quietDays: _, ...rest} = input;
    return registerPlan(makePlan({...rest, strata, population}));
  });
  const file = resolve(options.out);
  writeOnce(file, `${JSON.stringify(plan, null, 2)}\n`, "this plan");
  for (const fact of planFacts(plan).items) terminal.say(fact);
  for (const warning of planWarnings(plan).items) terminal.note(`warning: ${warning}`);
  terminal.say(`${plan.digest}  ${shown(file)}`);
}

type DesignInput = Omit<PlanInput, "population"> & {readonly list: string; readonly quietDays: number};

function inputOf(options: DesignOptions): DesignInput {
  const {name, hypothesis, launch, boundary, compliance = null} = options;
  for (const [flag, day] of Object.entries({launch, registered: options.registered ?? launch}))
    requireDay(flag, day);
  if (boundary !== "pocock" && boundary !== "obrien-fleming")
    throw new DataError(`--boundary requires pocock or obrien-fleming, got ${boundary}`);
  return {
    ...{list: options.list, name, hypothesis, launch, boundary, compliance},
    registered: options.registered ?? new Date().toISOString().slice(0, 10),
    horizonDays: numberOf("horizon-days", options.horizonDays),
    quietDays: numberOf("quiet-days", options.quietDays),
    metric: metricOf(options),
    sharing: {
      salt: options.salt ?? `${name} ${launch}`,
      target: numberOf("target", options.target),
      arms: options.arm?.map(armOf) ?? [{name: "contact", share: 0.5}],
      random: numberOf("random", options.random),
      riskBands: numberOf("risk-bands", options.riskBands),
    },
    strata: namesOf(options.strata),
    alpha: numberOf("alpha", options.alpha),
    power: numberOf("power", options.power),
    looks: numberOf("looks", options.looks),
    guardrails: options.guardrail?.map(guardrailOf) ?? [],
    covariates: namesOf(options.covariates),
    segments: namesOf(options.segments),
  };
}

function requireDay(flag: string, text: string): void {
  try {
    dayOf(text);
  } catch {
    throw new DataError(`--${flag} requires a day written YYYY-MM-DD, got ${text}`);
  }
}

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new DataError(`--${flag} requires a number, got ${text}`);
  return value;
}

const namesOf = (text: string | undefined): string[] =>
  [...new Set((text ?? "").split(",").map(name => name.trim()))].filter(name => name !== "");

function metricOf({metric: name, kind, better, control, treatment, sd}: DesignOptions): Metric {
  if (kind !== "proportion" && kind !== "mean")
    throw new DataError(`--kind requires proportion or mean, got ${kind}`);
  if (better !== "lower" && better !== "higher")
    throw new DataError(`--better requires lower or higher, got ${better}`);
  if (kind === "mean" && sd === undefined)
    throw new DataError("--kind mean requires --sd, the standard deviation of the amounts");
  const expected = {control: numberOf("control", control), treatment: numberOf("treatment", treatment)};
  return {name, kind, better, ...expected, ...(sd === undefined ? {} : {sd: numberOf("sd", sd)})};
}

function armOf(text: string): ArmShare {
  const [, name, share] = text.match(/^(.+)=([^=]+)$/) ?? [];
  if (name === undefined || share === undefined)
    throw new DataError(`--arm requires a name and a share, mail=0.5 say, got ${text}`);
  return {name: name.trim(), share: numberOf("arm", share)};
}

function guardrailOf(text: string): Guardrail {
  const [, name, worse, margin] = text.match(/^(.+):(lower|higher):([^:]+)$/) ?? [];
  if (name === undefined || margin === undefined)
    throw new DataError(
      `--guardrail requires a column, the direction that is worse and a margin, unsubscribed:higher:0.01 say, got ${text}`,
    );
  return {name, worse: worse as Guardrail["worse"], margin: numberOf("guardrail", margin)};
}
