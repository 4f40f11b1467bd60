import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {scoreCsv, scoreList} from "../../src/ledger/score-list.ts";

const asOf = dayOf("2025-05-01");
const customers = ["a", 'b "the" b', "c", " d", "é"];
const scores = {
  customer: Int32Array.of(4, 2, 0, 1, 3),
  margins: Float64Array.of(0.5, 0.5, -1, 2, -0),
  probabilities: Float64Array.of(0.6, 0.6, 0.25, 0.9, 0.5),
  onCadence: true,
};
const reasons = [["é 1", "é, 2"], [], ["a 1"], ["b 1", "b 2", "b 3"], []];

test("scoreList(scores) is by margin, descending, and by id where margins are equal", () => {
  const list = scoreList(scores, {customers, asOf, capacity: 0.4, reasons});
  expect(list.customers).toEqual(['b "the" b', "c", "é", " d", "a"]);
  expect([...list.probabilities]).toEqual([0.9, 0.6, 0.6, 0.5, 0.25]);
  expect(list.contacts).toBe(2);
  expect(list.reasons).toEqual([reasons[3], reasons[1], reasons[0], reasons[4], reasons[2]]);
});

test("scoreList(scores, {capacity}) contacts whole customers, at most the capacity", () => {
  const all = {
    customer: Int32Array.from({length: 100}, (_, i) => i),
    ...{margins: new Float64Array(100), probabilities: new Float64Array(100), onCadence: true},
  };
  const ids = Array.from({length: 100}, (_, i) => `c${i}`);
  const contacts = (capacity: number) =>
    scoreList(all, {customers: ids, asOf, capacity, reasons: ids.map(() => [])}).contacts;
  expect([0.29, 0.07, 0.005, 0.299, 1].map(contacts)).toEqual([29, 7, 0, 29, 100]);
});

test("scoreCsv(list) quotes what CSV asks for and marks what is off cadence", () => {
  const list = scoreList({...scores, onCadence: false}, {customers, asOf, capacity: 0.2, reasons});
  expect(scoreCsv(list, {model: "m"})).toBe(
    [
      "customer,rank,probability,margin,contact,reason_1,reason_2,reason_3,as_of,off_cadence,model",
      '"b ""the"" b",1,0.9,2,true,b 1,b 2,b 3,2025-05-01,true,m',
      "c,2,0.6,0.5,false,,,,2025-05-01,true,m",
      'é,3,0.6,0.5,false,é 1,"é, 2",,2025-05-01,true,m',
      '" d",4,0.5,0,false,,,,2025-05-01,true,m',
      "a,5,0.25,-1,false,a 1,,,2025-05-01,true,m",
      "",
    ].join("\n"),
  );
});
