import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {randomOf} from "../../src/random.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "../report/rhythm-study.ts";

test("run.uplift() is the same on two threads", async () => {
  const log = rhythmLog(400);
  const random = randomOf(3);
  const n = log.customers.length;
  const campaigns = {
    customer: Int32Array.from({length: n}, (_, c) => c),
    day: new Int32Array(n).fill(dayOf("2024-11-15")),
    treated: Uint8Array.from({length: n}, () => (random() < 0.5 ? 1 : 0)),
    unknownCustomers: 0,
  };
  const on = (threads: number) => rhythmRun(rhythmStudy(), log, {campaigns, threads}).uplift();
  const [one, two] = [(await on(1))!, (await on(2))!];
  expect([...two.uplift]).toEqual([...one.uplift]);
  expect(two.rates).toEqual(one.rates);
}, 300_000);
