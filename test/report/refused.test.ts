import {expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import type {Bundle} from "../../src/ledger/bundle.ts";
import {randomOf} from "../../src/random.ts";
import {catalogueTable} from "../../src/report/features.ts";
import {choiceTable, chosenText, modelsTable, subsampleEvidence} from "../../src/report/models.ts";
import type {StudyInput} from "../../src/study.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const {customers, offsets, day, lastDay} = rhythmLog(400);
const purchases: EventRow[] = customers.flatMap((customer, c) =>
  [...day.subarray(offsets[c], offsets[c + 1])].map(own => ({customer, day: own, type: "purchase"})),
);
const joins = customers.map((customer, c) => ({customer, day: day[offsets[c]!]!, type: "join"}));
/** Everybody joins once, so that nobody does it again. */
const joined = eventLogOf([...purchases, ...joins], {lastDay});
const studyOf = (models: StudyInput["models"], more: Partial<StudyInput> = {}) =>
  rhythmStudy({activity: "join", models, ...more});

test("alive that cannot be fitted stands among the models with the reason, and the run goes on without it", async () => {
  const study = studyOf(["dummy", "alive", "logistic"]);
  const run = rhythmRun(study, joined);
  const [trained, judged] = [await run.models(), await run.evaluation()];
  const without = await rhythmRun(studyOf(["dummy", "logistic"]), joined).models();
  expect(trained.candidates).toEqual(without.candidates);
  expect(trained.chosen).toBe(without.chosen);
  const reason = run.aliveRefusal()!;
  expect(reason).toMatch(
    /^buying of "join" before 2024-12-01 fits no model: .* customers with a repeat purchase, got 0 of \d+; leave "alive" out of models$/,
  );
  expect(trained.refused).toEqual([{kind: "alive", reason}]);
  expect(choiceTable(trained).rows.at(-1)).toEqual([
    "Buying until leaving",
    ...[null, null, null, null],
    `could not be fitted: ${reason}`,
  ]);
  expect(
    modelsTable(judged)
      .rows.map(([title, lift]) => [title, lift])
      .at(-1),
  ).toEqual(["Buying until leaving", "could not be fitted"]);
  expect(chosenText(judged, trained).text).toContain("In use: logistic regression.");
  const bundle = JSON.parse(JSON.stringify(await run.bundle())) as Bundle;
  expect(bundle.alive).toBeNull();
  const families = catalogueTable(study, await run.features()).rows.map(([family]) => family);
  expect(families).not.toContain("buying until leaving");
});

test("alive that cannot be fitted stops a study that has no other model to choose", async () => {
  for (const models of [["alive"], ["alive", "ml-xgboost"]] as const)
    await expect(rhythmRun(studyOf([...models]), joined).models()).rejects.toThrow(
      'no model is left to choose from: buying of "join" before 2024-12-01 fits no model',
    );
});

/** From August on customers order at a rate of their own, and leave after any order with a chance of their own. */
function orders(): EventRow[] {
  const random = randomOf(5);
  return customers.flatMap(customer => {
    const [gap, leaves] = [3 + 25 * random() ** 2, 0.4 * random() ** 2];
    const own: EventRow[] = [];
    let at = dayOf("2024-08-10") + Math.floor(40 * random());
    for (let stays = true; stays && at <= lastDay; stays = random() >= leaves) {
      own.push({customer, day: at, type: "order"});
      at += 1 + Math.floor(-Math.log(1 - random()) * gap);
    }
    return own;
  });
}

test("alive, a model a cutoff, is averaged over the cutoffs at which somebody had bought, and the others are named", async () => {
  const log = eventLogOf([...purchases, ...orders()], {lastDay});
  const study = studyOf(["dummy", "alive"], {activity: "order", sampling: {kind: "per-cutoff"}});
  const trained = await rhythmRun(study, log).models();
  expect(trained.refused).toEqual([]);
  const {model} = trained.candidates.find(({kind}) => kind === "alive")!;
  if (model.kind !== "average") throw new Error("the model is no average");
  expect(model.members.map(({cutoff}) => dateOf(cutoff))).toEqual([
    "2024-09-01",
    "2024-10-01",
    "2024-11-01",
    "2024-12-01",
  ]);
  expect(model.skipped.map(({cutoff}) => dateOf(cutoff))).toEqual(["2024-06-01", "2024-07-01", "2024-08-01"]);
  const said = subsampleEvidence(trained);
  expect(said).toMatchObject({
    text: expect.stringContaining(
      'Buying until leaving could not be fitted on 2024-06-01: the model "alive" requires customers who have bought, got',
    ),
  });
  expect(said).not.toMatchObject({text: expect.stringContaining("one class only")});
});
