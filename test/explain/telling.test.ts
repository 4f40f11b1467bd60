import {expect, test} from "vitest";
import {explainRows, fitReference} from "../../src/explain/explain-rows.ts";
import type {Usual} from "../../src/explain/sentences.ts";
import {subjectsOf} from "../../src/explain/subjects.ts";
import {tellingUsual} from "../../src/explain/telling.ts";
import type {UsualOf} from "../../src/explain/usual.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {applyModel, fitModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {churners} from "../model/churners.ts";
import {declare} from "./subjects.ts";

const {x, y, customers} = churners(400, 2);
const declared = [
  declare({name: "since", unit: "days", measure: "recency"}),
  declare({name: "orders", days: 90}),
  declare({name: "sometimes", of: "visit", days: 30}),
  declare({name: "noise", of: "email_open", days: 30}),
];
const subjects = subjectsOf(declared, x);
const model = await fitModel("logistic", {x, y, customers});
const explanation = explainRows(model, x, fitReference(model, x));
const cell = (j: number, row: number) => x.values[j * x.rows + row]!;
const constant =
  (whose: Usual["whose"], by: Readonly<Record<string, number>>): UsualOf =>
  ({name}) =>
    by[name] === undefined ? undefined : {value: by[name]!, whose};

test("tellingUsual(ways) tells what would move the score against the contribution, the first way first", async () => {
  const random = randomOf(9);
  const drawn = Array.from({length: 4 * x.rows}, () => 40 * random());
  const own: UsualOf = ({name}, row) => ({
    value: drawn[x.names.indexOf(name) * x.rows + row]!,
    whose: "own",
  });
  const stayers = constant("stayers", {since: 12, orders: 3, sometimes: 1, noise: 0.5});
  const told = await tellingUsual([own, stayers], {model, x, explanation, subjects});
  const margins = await applyModel(model, x);
  const counts = {own: 0, stayers: 0, none: 0};
  for (const [j, subject] of subjects.entries()) {
    for (let row = 0; row < x.rows; row += 7) {
      const share = explanation.values[row * 4 + j]!;
      const tells = async (usual: Usual): Promise<boolean> => {
        const one = takeRows(x, [row]);
        one.values[j] = usual.value;
        const [moved] = await applyModel(model, one);
        return Math.sign(margins[row]! - moved!) === Math.sign(share);
      };
      const [mine, theirs] = [own(subject, row)!, stayers(subject, row)!];
      const expected = (await tells(mine)) ? mine : (await tells(theirs)) ? theirs : undefined;
      const got = told(subject, row);
      // A value that reads alike is left out, and the next way is asked.
      if (got?.value !== expected?.value) expect(Math.abs(cell(j, row) - expected!.value)).toBeLessThan(0.6);
      counts[got?.whose ?? "none"] += 1;
    }
  }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20);
});

test("tellingUsual(ways) does not set a value beside itself, nor tell of a value that reads alike", async () => {
  const itself: UsualOf = ({name}, row) => ({
    value: cell(x.names.indexOf(name), row) + 1e-9,
    whose: "own",
  });
  const told = await tellingUsual([itself], {model, x, explanation, subjects});
  for (const subject of subjects)
    for (let row = 0; row < x.rows; row++) expect(told(subject, row)).toBeUndefined();
});
