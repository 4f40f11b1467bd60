import {expect, test} from "vitest";
import {experimentEffectsChart} from "../../src/charts/experiment-effects.ts";
import {checkEvidence} from "../../src/ledger/evidence.ts";
import {gainText, readOutFindings, verdictText} from "../../src/report/experiment.ts";
import {assignmentFacts, planFacts, planTable, planWarnings} from "../../src/report/experiment-plan.ts";
import {
  experimentBalanceTable,
  experimentEffectsData,
  experimentEffectsTable,
  experimentGroupsTable,
  experimentSegmentsTable,
  guardrailsTable,
  sampleRatioTable,
} from "../../src/report/experiment-tables.ts";
import {checkAssignment} from "../../src/uplift/experiment/check-assignment.ts";
import type {PlanInput} from "../../src/uplift/experiment/plan.ts";
import {type ReadOut, type ReadOutResults, readOut} from "../../src/uplift/experiment/readout.ts";
import {OVER, outcomesOf, smallExperiment} from "../uplift/small-experiment.ts";

const SHARE = {name: "churned", kind: "proportion", better: "lower", control: 0.5, treatment: 0.3} as const;

/** Of every ten of an arm of the target group so many churn; the share given is not known. */
function read(
  churners: {readonly mail: number; readonly control: number},
  {unknown = 0, day = OVER, ...fields}: Partial<PlanInput> & {unknown?: number; day?: string} = {},
): ReadOut & {readonly results: ReadOutResults} {
  const {plan, assignment} = smallExperiment(2000, {metric: SHARE, ...fields});
  const seen: Record<string, number> = {};
  const outcomes = outcomesOf(assignment, (arm, where) => {
    const key = `${where} ${arm}`;
    const n = (seen[key] ?? 0) % 100;
    seen[key] = n + 1;
    if (n < 100 * unknown) return Number.NaN;
    const of = where === "target" ? churners[arm as "mail" | "control"] : 2;
    return n % 10 < of ? 1 : 0;
  });
  const columns = Object.fromEntries(
    ["spend", "opened", "complaints"].map(name => [
      name,
      Float64Array.from(assignment.customer, (_, i) =>
        name === "opened" ? (assignment.arm[i] === "mail" ? 1 : 0) : name === "spend" ? (i * 7) % 13 : 0,
      ),
    ]),
  );
  const segments = {tier: assignment.customer.map((_, i) => (i % 3 ? "gold" : ""))};
  return readOut(plan, assignment, {...outcomes, columns, segments}, {day}) as ReturnType<typeof read>;
}

const FULL = {
  ...{covariates: ["spend"], segments: ["tier"], compliance: "opened"},
  guardrails: [{name: "complaints", worse: "higher", margin: 0.01}],
} as const;

test("verdictText says whether the treatment helps, harms, or has shown nothing, by the plan's bound", () => {
  expect(verdictText(read({mail: 3, control: 5})).text).toMatch(
    /^"mail" helps: of 100 customers contacted 20\.0 \(14\.0 to 25\.\d\) more are kept than of 100 left alone \(95% interval, p < 0\.001\)\.$/,
  );
  expect(verdictText(read({mail: 5, control: 3})).text).toMatch(/^"mail" harms, stop it: .* −20\.0 \(/);
  expect(verdictText(read({mail: 5, control: 5})).text).toMatch(/^"mail" has shown no effect: .* 0\.0 \(/);
  const two = {looks: 2, unknown: 0.5, day: "2025-06-10"};
  expect(verdictText(read({mail: 5, control: 5}, two)).text).toMatch(
    /^"mail" has shown no effect yet, go on to look 2 of 2: /,
  );
});

test("verdictText puts the labels into words", () => {
  const peeked = verdictText(read({mail: 3, control: 5}, {unknown: 0.3})).text;
  expect(peeked).toMatch(
    /^"mail" cannot be judged yet: .* PEEKED: on 2025-07-02 70\.0% of the outcomes are known, /,
  );
  expect(peeked).toMatch(
    /the last of which is not before 2025-07-02; .* more often than 5%\. Decide nothing by it\.$/,
  );
  expect(readOutFindings(read({mail: 3, control: 5}, {unknown: 0.3})).items[0]).toBe(
    "Nothing of what follows is settled either.",
  );
  const small = {metric: {...SHARE, treatment: 0.48}};
  expect(verdictText(read({mail: 5, control: 5}, small)).text).toMatch(
    /^"mail" has shown no effect, but there are too few customers to tell: .* UNDERPOWERED: with 500 contacted and 500 left alone only an effect of 8\.\d\d percentage points or more is found reliably, and 2\.00 percentage points was planned for; /,
  );
  const altered: ReadOut = {...read({mail: 3, control: 5}), labels: ["altered population"]};
  expect(verdictText(altered).text).toMatch(
    /cannot be judged, these are not the plan's customers: .* ALTERED POPULATION: /,
  );
});

test("verdictText of a sample-ratio mismatch tells no effect, and where outcomes are missing", () => {
  const {plan, assignment} = smallExperiment(2000);
  let lost = 60;
  const outcomes = outcomesOf(assignment, (arm, where, i) =>
    arm === "mail" && where === "target" && lost-- > 0 ? Number.NaN : i % 2,
  );
  const mismatch = readOut(plan, assignment, outcomes, {day: OVER});
  expect(verdictText(mismatch).text).toMatch(
    /^No effect can be read: outcomes are missing in one arm more than in another \(of 500 customers in the target group with "mail" 440 outcomes are known, where 470 were to be expected; p < 0\.001\)\./,
  );
  expect(verdictText(mismatch).text).not.toMatch(/kept|helps/);
  expect(readOutFindings(mismatch).items).toEqual([]);
});

test("gainText says customers for a share and the unit for an amount, in the direction that is better", () => {
  const gain = {value: 0.05, low: 0.01, high: 0.09};
  expect(gainText({...SHARE, name: "bought", better: "higher"}, gain)).toBe(
    'of 100 customers contacted 5.0 (1.0 to 9.0) more have "bought" than of 100 left alone',
  );
  expect(gainText({...SHARE, name: "complained"}, gain)).toMatch(
    /^of 100 customers contacted .* fewer have "complained" than/,
  );
  const amount = {...SHARE, name: "spend", kind: "mean", sd: 1} as const;
  expect(gainText({...amount, better: "higher"}, gain)).toBe(
    '"spend" a customer is 0.05 (0.01 to 0.09) higher than of those left alone',
  );
  expect(gainText(amount, gain)).toMatch(/ lower than of those left alone$/);
});

test("readOutFindings tells adjustment, who took it, targeting, guardrails and segments", () => {
  const found = readOutFindings(read({mail: 3, control: 5}, FULL)).items;
  expect(found).toEqual([
    expect.stringMatching(
      /^"churned" is 0\.60 \(0\.51 to 0\.70\) times as frequent with "mail" as without\.$/,
    ),
    expect.stringMatching(
      /^With what was known before taken out, of 100 customers contacted 20\.\d \(.*\(regression, Lin 2013\); by CUPED/,
    ),
    expect.stringMatching(
      /^Being sent "mail" raised the share who took it by 100\.00 percentage points; among them, of 100 customers contacted 20\.0 \(.* This holds for customers who open because/,
    ),
    expect.stringMatching(/^Outside the target group, with "mail" of 100 customers contacted 0\.0 \(/),
    expect.stringMatching(/^The model picks those whom the contact changes more: "mail" gains 20\.0 \(/),
    '"complaints" holds with "mail": worse by 0.0000, and worse by at most 0.0000 at 95%, where 0.0100 is allowed.',
    expect.stringMatching(/^Where "tier" is "missing", with "mail" of 100 /),
    expect.stringMatching(
      /^Where "tier" is "gold", with "mail" of 100 .*\(p < 0\.001 by Holm over 2 readings\)\.$/,
    ),
  ]);
  const none = readOutFindings(read({mail: 5, control: 5}, FULL)).items;
  expect(none).toContain(
    "None of 2 readings by segment shows an effect of its own (p values adjusted by Holm).",
  );
  expect(none.join()).toContain("Whether the model picks those whom the contact changes more cannot be told");
  expect(readOutFindings(read({mail: 5, control: 3})).items.join()).toContain(
    "The model picks those whom the contact changes less",
  );
});

test("verdictText says that a guardrail is breached, or has not been shown to hold", () => {
  const full = read({mail: 3, control: 5}, FULL);
  const withVerdict = (verdict: "breached" | "not shown" | "held") => ({
    ...full,
    results: {...full.results, guardrails: [{...full.results.guardrails[0]!, verdict}]},
  });
  expect(verdictText(withVerdict("breached")).text).toMatch(
    /But "complaints" is worse with "mail" than the plan allows: stop it\.$/,
  );
  expect(verdictText(withVerdict("not shown")).text).toMatch(/gets no worse .* has not been shown\.$/);
  expect(verdictText(withVerdict("held")).text).not.toContain("complaints");
});

test("the tables of an experiment have a cell for each column, all finite, and are evidence", () => {
  const {plan} = smallExperiment(2000, {metric: SHARE});
  const full = read({mail: 3, control: 5}, FULL);
  const tables = [
    planTable(plan),
    experimentGroupsTable(full),
    experimentEffectsTable(full),
    experimentBalanceTable(full),
    experimentSegmentsTable(full),
    guardrailsTable(full),
    sampleRatioTable(full),
  ];
  expect(tables.map(({rows}) => rows.length)).toEqual([1, 4, 9, 3, 2, 1, 4]);
  for (const table of tables) {
    checkEvidence("an.experiment", table);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  }
});

test("experimentEffectsChart(experimentEffectsData(read)) claims what the verdict claims", () => {
  const title = (of: ReadOut & {readonly results: ReadOutResults}) =>
    experimentEffectsChart(experimentEffectsData(of)).title;
  expect(title(read({mail: 3, control: 5}))).toBe('Contact by "mail" helps the target group');
  expect(title(read({mail: 5, control: 3}))).toBe('Contact by "mail" harms the target group');
  expect(title(read({mail: 5, control: 5}))).toBe("Contact has not been shown to change the target group");
  expect(title(read({mail: 3, control: 5}, {unknown: 0.3}))).toBe(
    "What contact changed so far, which decides nothing yet",
  );
  const effects = experimentEffectsData(read({mail: 3, control: 5})).effects;
  expect(effects.map(({where, gain}) => [where, gain.value])).toEqual([
    ["target", expect.closeTo(0.2, 12)],
    ["outside", expect.closeTo(0, 12)],
  ]);
});

test("planFacts, planWarnings and assignmentFacts say who gets what and what is wrong", () => {
  const {plan, assignment} = smallExperiment(2000, {metric: SHARE});
  expect(planFacts(plan).items).toEqual([
    "small: A mail keeps customers.",
    expect.stringMatching(
      /the 1\u2009000 at highest risk are the target group: 500 get "mail" and 500 are left alone, drawn by lot\.$/,
    ),
    'Of the other 1\u2009000, 500 get "mail" and 500 are left alone, drawn by lot too, to tell whether the model picks the right ones.',
    expect.stringMatching(
      /^With so many, "mail" shows an effect of 8\.\d\d percentage points or more on "churned" in 80% of such experiments\.$/,
    ),
    "The last outcome is known on 2025-07-02, 30 days after the launch on 2025-06-02.",
    "Read once, when every outcome is known, 30 days after the launch; nothing before.",
  ]);
  expect(planWarnings(plan).items).toEqual([]);
  const few = smallExperiment(100, {metric: SHARE}).plan;
  expect(planWarnings(few).items).toEqual([
    expect.stringMatching(
      /^too few customers for "mail": 25 contacted and 25 left alone, where the planned effect of 20\.00 /,
    ),
    'only 24 customers outside the target group get "mail": too few to tell whether the model picks the right ones',
  ]);
  const traits = {spend: Float64Array.from(assignment.customer, (_, i) => (i * 7) % 13)};
  const checks = checkAssignment(assignment, {salt: "s", traits});
  expect(checks[0]).toMatchObject({trait: "spend", customers: 1000, even: true, salts: 200});
  const uneven = checks.map(check => ({...check, p: 0.0001, smd: null, even: false}));
  expect(assignmentFacts(plan.population, uneven).items[1]).toMatch(
    /differs between the arms and varies in neither \(p < 0\.001\), .*: more than luck allows: the arms are not alike, do not launch\.$/,
  );
  expect(assignmentFacts(plan.population, checks).items).toEqual([
    'In the target group 500 get "mail" and 500 are left alone, and of the others 500 get "mail" and 500 are left alone.',
    expect.stringMatching(
      /^Before any contact, "spend" differs by .* of its spread \(p = 0\.\d+\), and of 200 other lots .*: no more than luck allows\.$/,
    ),
  ]);
});
