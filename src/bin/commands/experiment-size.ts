import {Command} from "commander";
import {DataError} from "../../data-error.ts";
import {briefPercent, counted, decimal, percent, whole} from "../../figures.ts";
import {
  type ArmSizes,
  detectableProportion,
  durationMonths,
  PROPORTION_FORMULAS,
  type ProportionFormula,
  powerOfProportions,
  sizeForProportions,
} from "../../uplift/experiment/power.ts";
import type {Terminal} from "../terminal.ts";

type SizeOptions = {
  readonly control: string;
  readonly treatment?: string;
  readonly customers?: string;
  readonly power: string;
  readonly alpha: string;
  readonly ratio: string;
  readonly sides: string;
  readonly formula: string;
  readonly perMonth?: string;
  readonly horizonMonths: string;
  readonly json?: boolean;
};

/** `churnbook experiment size`. */
export function sizeCommand(terminal: Terminal): Command {
  return new Command("size")
    .description(
      "how many customers it takes to tell two shares of churners apart; with --customers, what so many can show",
    )
    .requiredOption(
      "--control <share>",
      "share of churners expected among the customers who are left alone, 0.10 say",
    )
    .option(
      "--treatment <share>",
      "share among those contacted, if contacting has the least effect worth having",
    )
    .option("--customers <n>", "customers at hand, both arms together")
    .option("--power <share>", "how sure to be of finding that effect", "0.8")
    .option("--alpha <share>", "how often to claim an effect where there is none", "0.05")
    .option("--ratio <n>", "customers contacted for each who is left alone", "1")
    .option("--sides <n>", "2: contacting may help or harm; 1: only help counts", "2")
    .option("--formula <name>", `${Object.keys(PROPORTION_FORMULAS).join(", ")}`, "pooled")
    .option("--per-month <n>", "customers who come in each month, to say how long it takes")
    .option("--horizon-months <n>", "months until an outcome is known", "3")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  churnbook experiment size --control 0.10 --treatment 0.08 --power 0.8 --alpha 0.05\n" +
        "  churnbook experiment size --control 0.10 --customers 3000",
    )
    .action((options: SizeOptions) => {
      const found = sizeOf(options);
      if (options.json) terminal.say(JSON.stringify(found, null, 2));
      else for (const line of linesOf(found)) terminal.say(line);
    });
}

/** What was asked and what it takes. Shares in (0, 1). */
type Sized = {
  readonly control: number;
  readonly power: number;
  readonly alpha: number;
  readonly sides: 1 | 2;
  readonly ratio: number;
  readonly formula: ProportionFormula;
  readonly formulaText: string;
  /** With a treatment share. */
  readonly treatment?: number;
  readonly needed?: ArmSizes & {readonly all: number};
  readonly months?: number;
  /** With customers: the power for the treatment share where one is given, and the effect found with the power asked for. */
  readonly customers?: number;
  readonly reachedPower?: number;
  /** Share of the treated; null where not even none would be found. */
  readonly detectable?: number | null;
};

function sizeOf(options: SizeOptions): Sized {
  const share = (flag: string, text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value > 0 && value < 1))
      throw new DataError(`--${flag} requires a share between 0 and 1, 0.1 for 10%, got ${text}`);
    return value;
  };
  const positive = (flag: string, text: string, least = Number.MIN_VALUE): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value < Number.POSITIVE_INFINITY))
      throw new DataError(
        `--${flag} requires a number ${least < 1 ? "above 0" : `of ${least} or more`}, got ${text}`,
      );
    return value;
  };
  const {formula} = options;
  if (!(formula in PROPORTION_FORMULAS))
    throw new DataError(`--formula requires ${Object.keys(PROPORTION_FORMULAS).join(", ")}, got ${formula}`);
  if (options.sides !== "1" && options.sides !== "2")
    throw new DataError(`--sides requires 1 or 2, got ${options.sides}`);
  if (options.treatment === undefined && options.customers === undefined)
    throw new DataError(
      "give --treatment, the share of churners if contacting works, or --customers at hand",
    );
  const design = {
    control: share("control", options.control),
    alpha: share("alpha", options.alpha),
    sides: Number(options.sides) as 1 | 2,
    ratio: positive("ratio", options.ratio),
    formula: formula as ProportionFormula,
  };
  const power = share("power", options.power);
  const treatment = options.treatment === undefined ? undefined : share("treatment", options.treatment);
  if (treatment === design.control)
    throw new DataError(
      `--treatment requires another share than --control, got ${options.treatment} for both`,
    );
  const customers = options.customers === undefined ? undefined : positive("customers", options.customers, 4);
  const controls = customers === undefined ? undefined : customers / (1 + design.ratio);
  const found: Sized = {...design, power, formulaText: PROPORTION_FORMULAS[design.formula]};
  const shown =
    controls === undefined
      ? {}
      : {
          customers: customers!,
          detectable: detectableProportion({...design, controls, power}),
          ...(treatment === undefined
            ? {}
            : {reachedPower: powerOfProportions({...design, treatment, controls})}),
        };
  if (treatment === undefined) return {...found, ...shown};
  const size = sizeForProportions({...design, treatment, power});
  const all = size.control + size.treatment;
  const perMonth = options.perMonth === undefined ? undefined : positive("per-month", options.perMonth);
  const horizonMonths = Number(options.horizonMonths);
  if (!(horizonMonths >= 0))
    throw new DataError(`--horizon-months requires 0 or more, got ${options.horizonMonths}`);
  return {
    ...found,
    ...{treatment, needed: {...size, all}},
    ...(perMonth === undefined ? {} : {months: durationMonths({customers: all, perMonth, horizonMonths})}),
    ...shown,
  };
}

function linesOf(found: Sized): string[] {
  const {control, treatment, power, alpha, sides, needed, months, customers, detectable, reachedPower} =
    found;
  const lines: string[] = [];
  if (needed) {
    const arms =
      needed.control === needed.treatment
        ? `${whole(needed.control)} customers per arm`
        : `${counted(needed.treatment, "customer")} contacted and ${whole(needed.control)} left alone`;
    lines.push(
      `${arms}, ${whole(needed.all)} in all, to tell ${briefPercent(treatment!)} of churners from ${briefPercent(control)} ` +
        `in ${briefPercent(power)} of such experiments`,
    );
  }
  if (months !== undefined) lines.push(`${counted(months, "month")} until the last outcome is known`);
  if (customers !== undefined) {
    const least =
      detectable === null || detectable === undefined
        ? "would not show even that nobody churns any more"
        : `show an effect of ${decimal(100 * (control - detectable), 2)} points or more, from ${briefPercent(control)} to ` +
          `${percent(detectable, 2)} and below, in ${briefPercent(power)} of such experiments`;
    lines.push(`${counted(customers, "customer")} at hand ${least}`);
    if (reachedPower !== undefined)
      lines.push(
        `they find ${briefPercent(treatment!)} against ${briefPercent(control)} in ${percent(reachedPower)} of them`,
      );
  }
  lines.push(`formula: ${found.formulaText}; ${sides === 2 ? "two-sided" : "one-sided"}, alpha ${alpha}`);
  return lines;
}
