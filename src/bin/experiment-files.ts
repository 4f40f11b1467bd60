import {existsSync, readFileSync} from "node:fs";
import type {Command} from "commander";
import {dayOf} from "../data/calendar.ts";
import {byCodeUnit} from "../data/event-log.ts";
import type {SideColumn} from "../data/side-table.ts";
import {DataError} from "../data-error.ts";
import {PLAN_DIGITS} from "../ledger/assignment-list.ts";
import {populationDigest, readRegisteredPlan} from "../ledger/registered-plan.ts";
import {
  type Assignment,
  type Contacts,
  designGroups,
  GROUPS,
  type GroupName,
  leftOut,
  type Population,
  type Sharing,
} from "../uplift/experiment/design.ts";
import type {Plan, PlannedPopulation, RegisteredPlan} from "../uplift/experiment/plan.ts";
import {type AssignedCustomers, type Outcomes, whereOf} from "../uplift/experiment/read-rows.ts";
import {shown, writeAtomically} from "./files.ts";
import {readColumns} from "./read-columns.ts";

/** What names the customers of an experiment on the command line. */
export type PopulationOptions = {
  readonly list: string;
  readonly customer: string;
  readonly risk: string;
  readonly contacts?: string;
  readonly contactCustomer?: string;
  readonly contactTime: string;
  readonly running?: readonly string[];
};

/** Collects an option that may be given again. */
export const again = (one: string, before: readonly string[] = []): string[] => [...before, one];

/** Adds the options that name the customers. */
export function populationOptions(command: Command): Command {
  return command
    .requiredOption("--list <file>", "CSV or Parquet with a row a customer, as `churnbook score` writes it")
    .option("--customer <column>", "column of the list that names the customer", "customer")
    .option("--risk <column>", "column of the list with the risk, higher for more", "probability")
    .option(
      "--contacts <file>",
      "contacts of the past: who was reached shortly before the launch is left out",
    )
    .option(
      "--contact-customer <column>",
      "column of the contacts that names the customer (default: --customer)",
    )
    .option("--contact-time <column>", "column of the contacts with the day", "sent_at")
    .option(
      "--running <file>",
      "assignment of an experiment that runs: its customers are left out; again for more",
      again,
    );
}

/** Customers who can take part, in the order of their ids, with what else the list says of them. */
export type Candidates = {
  readonly population: Population;
  /** Numbers of the list, by name. */
  readonly numbers: Readonly<Record<string, Float64Array>>;
  readonly left: Pick<PlannedPopulation, "quietDays" | "contacted" | "elsewhere">;
};

const customerColumn = (name: string): SideColumn => ({
  ...{name, field: "--customer", kind: "customer", what: "the customer"},
});

/**
 * Reads the list of customers and leaves out those whom a campaign reached shortly before the launch, or whom another
 * experiment holds.
 * @param numbers columns of the list to read too.
 */
export async function readCandidates(
  {list, customer, risk, contacts, contactCustomer = customer, contactTime, running = []}: PopulationOptions,
  {
    strata,
    numbers = [],
    launch,
    quietDays,
  }: {
    readonly strata: readonly string[];
    readonly numbers?: readonly string[];
    readonly launch: string;
    readonly quietDays: number;
  },
): Promise<Candidates> {
  const read = await readColumns(list, {
    field: "--list",
    columns: [
      customerColumn(customer),
      {name: risk, field: "--risk", kind: "number", what: "the risk"},
      ...strata.map(name => ({name, field: "--strata", kind: "text" as const, what: "the stratum"})),
      ...numbers.map(name => ({
        ...{name, field: "--covariates", kind: "number" as const, what: "the covariate", required: false},
      })),
    ],
    once: 0,
  });
  const all = read.text(0);
  const made =
    contacts === undefined
      ? {}
      : {contacts: await readContacts(contacts, {customer: contactCustomer, time: contactTime})};
  const elsewhere: string[] = [];
  for (const file of running)
    elsewhere.push(
      ...(await readColumns(file, {field: "--running", columns: [customerColumn("customer")]})).text(0),
    );
  const left = leftOut(all, {launch: dayOf(launch), quietDays, ...made, elsewhere});
  // By id, so that nothing hangs on the order of the list.
  const kept = Array.from(all.keys())
    .filter(i => !left.contacted.has(all[i]!) && !left.elsewhere.has(all[i]!))
    .sort((a, b) => byCodeUnit(all[a]!, all[b]!));
  if (kept.length === 0)
    throw new DataError(
      `no customer of ${list} is left: ${left.contacted.size} were contacted lately and ${left.elsewhere.size} are of other experiments; give a longer list`,
    );
  const texts = (column: number) => {
    const values = read.text(column);
    return kept.map(i => values[i]!);
  };
  const values = (column: number) => {
    const own = read.number(column);
    return Float64Array.from(kept, i => own[i]!);
  };
  return {
    population: {
      customers: kept.map(i => all[i]!),
      risk: values(1),
      strata: Object.fromEntries(strata.map((name, j) => [name, texts(2 + j)])),
    },
    numbers: Object.fromEntries(numbers.map((name, j) => [name, values(2 + strata.length + j)])),
    left: {quietDays, contacted: left.contacted.size, elsewhere: left.elsewhere.size},
  };
}

async function readContacts(
  file: string,
  {customer, time}: {readonly customer: string; readonly time: string},
): Promise<Contacts> {
  const read = await readColumns(file, {
    field: "--contacts",
    columns: [
      {...customerColumn(customer), field: "--contact-customer"},
      {name: time, field: "--contact-time", kind: "time", what: "the day of the contact"},
    ],
  });
  return {customer: read.text(0), day: Int32Array.from(read.number(1))};
}

/** Assigns the customers, and says how many there are in each arm. */
export function assignCandidates(
  {population, left}: Candidates,
  sharing: Sharing,
): {readonly assignment: Assignment; readonly population: PlannedPopulation} {
  const assignment = designGroups(population, sharing);
  const counts: Record<"target" | "outside", Record<string, number>> = {target: {}, outside: {}};
  assignment.arm.forEach((arm, i) => {
    const side = counts[whereOf(assignment.group[i]!)];
    side[arm] = (side[arm] ?? 0) + 1;
  });
  const digest = populationDigest(population);
  return {
    assignment,
    population: {customers: population.customers.length, ...counts, digest, ...left},
  };
}

/** @throws DataError when the plan is not there, is none, or was altered. */
export function readPlanFile(file: string): RegisteredPlan {
  if (!existsSync(file))
    throw new DataError(`there is no plan ${shown(file)}; make one with \`churnbook experiment design\``);
  return readRegisteredPlan(readFileSync(file, "utf8"), shown(file));
}

/** @throws DataError for rows that are no assignment of this plan. */
export async function readAssignment(file: string, plan: RegisteredPlan): Promise<AssignedCustomers> {
  const text = (name: string, what: string): SideColumn => ({
    name,
    field: "--assignment",
    kind: "text",
    what,
  });
  const digest = plan.digest.slice(0, PLAN_DIGITS);
  const read = await readColumns(file, {
    field: "--assignment",
    columns: [
      {...customerColumn("customer"), field: "--assignment"},
      text("group", "the group"),
      text("arm", "the arm"),
      text("stratum", "the stratum"),
      {name: "chance", field: "--assignment", kind: "number", what: "the chance"},
      text("plan", "the plan"),
    ],
    rules: [
      {
        when: `c1 NOT IN (${GROUPS.map(name => `'${name}'`).join(", ")})`,
        column: 1,
        what: `the group is none of ${GROUPS.join(", ")}`,
      },
      {when: `c5 <> '${digest}'`, column: 5, what: `the row is of another plan than ${digest}`},
    ],
    once: 0,
  });
  return {
    customer: read.text(0),
    group: read.text(1) as GroupName[],
    arm: read.text(2),
    stratum: read.text(3),
    chance: read.number(4),
  };
}

/** Reads outcomes with the columns that the plan names. */
export async function readOutcomes(
  file: string,
  plan: Plan,
  {customer, outcome}: {readonly customer: string; readonly outcome: string},
): Promise<Outcomes> {
  const {metric, covariates, guardrails, compliance, segments} = plan;
  const numbers = [
    ...new Set([
      ...covariates,
      ...guardrails.map(({name}) => name),
      ...(compliance === null ? [] : [compliance]),
    ]),
  ];
  const share = (column: number, what: string) => ({
    ...{when: `c${column} NOT IN (0, 1)`, column, what: `${what} is neither 0 nor 1`},
  });
  const read = await readColumns(file, {
    field: "--outcomes",
    columns: [
      customerColumn(customer),
      {name: outcome, field: "--outcome", kind: "number", what: "the outcome", required: false},
      ...numbers.map(name => ({
        ...{name, field: "the file, which the plan requires to have it", kind: "number" as const},
        ...{what: `the value of ${name}`, required: false},
      })),
      ...segments.map(name => ({
        ...{name, field: "the file, which the plan requires to have it", kind: "text" as const},
        ...{what: `the value of ${name}`, required: false},
      })),
    ],
    rules: [
      ...(metric.kind === "proportion" ? [share(1, "the outcome")] : []),
      ...(compliance === null ? [] : [share(2 + numbers.indexOf(compliance), `the value of ${compliance}`)]),
    ],
    once: 0,
  });
  return {
    customer: read.text(0),
    outcome: read.number(1),
    columns: Object.fromEntries(numbers.map((name, j) => [name, read.number(2 + j)])),
    segments: Object.fromEntries(segments.map((name, j) => [name, read.text(2 + numbers.length + j)])),
  };
}

/**
 * Writes a file that stands for something decided: the same again changes nothing.
 * @throws DataError when a file with other content is there.
 */
export function writeOnce(file: string, content: string, what: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") !== content)
    throw new DataError(
      `${shown(file)} is there already and is not ${what}; keep it, and name another file with --out`,
    );
  writeAtomically(file, content);
}

/** What a computation says of its input is the user's to correct here. */
export function fromInput<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError) throw new DataError(error.message);
    throw error;
  }
}
