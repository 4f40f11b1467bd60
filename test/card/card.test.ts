import {readFileSync} from "node:fs";
import {Ajv2020} from "ajv/dist/2020.js";
import {expect, test} from "vitest";
import {buildCard, type Card, cardDigest, cardJson, checkCard} from "../../src/card/card.ts";
import {SECTIONS} from "../../src/card/sections.ts";
import {DataError} from "../../src/data-error.ts";
import type {Evidence} from "../../src/ledger/evidence.ts";
import {exampleEvidence, exampleInput} from "./example.ts";

const without = (...ids: string[]) => ({
  ...exampleInput,
  evidence: exampleEvidence.filter(record => !ids.includes(record.id)),
});
const given = (id: string): Evidence => exampleEvidence.find(record => record.id === id)!;

test("buildCard(input) keeps the order of the catalogue, whatever the order of the evidence", () => {
  const card = buildCard({...exampleInput, evidence: exampleEvidence.toReversed()});
  expect(cardJson(card)).toBe(cardJson(buildCard(exampleInput)));
  const ids = card.sections.flatMap(section => section.items).map(item => item.id);
  const catalogue = SECTIONS.flatMap(section => section.items).map(item => item.id);
  expect(ids).toEqual(catalogue.filter(id => ids.includes(id)));
});

test("buildCard(input) names all mandatory evidence that is missing, and nothing optional", () => {
  const input = without("decision.lift", "why.caution", "lift.allCustomers");
  expect(() => buildCard(input)).toThrow(DataError);
  expect(() => buildCard(input)).toThrow(
    "card requires evidence that no cell recorded: decision.lift, why.caution; record it, or record it as " +
      '"not-applicable" with a reason and a name',
  );
  expect(() => buildCard(without("lift.allCustomers"))).not.toThrow();
});

test('buildCard(input) takes "not-applicable" with a reason and a name in place of mandatory evidence', () => {
  const value = {kind: "not-applicable", reason: "no amounts in the log", by: "A. Analyst"} as const;
  const evidence = exampleEvidence.map(record =>
    record.id === "decision.value" ? {...record, value} : record,
  );
  const card = buildCard({...exampleInput, evidence});
  expect(card.sections[0]!.items.find(item => item.id === "decision.value")!.value).toEqual(value);
  const nameless = evidence.map(record =>
    record.id === "decision.value" ? {...record, value: {...value, by: ""}} : record,
  );
  expect(() => buildCard({...exampleInput, evidence: nameless})).toThrow(
    /card: \/sections\/0\/items\/3\/value\/by/,
  );
});

test("buildCard(input) refuses evidence that the card has no place for, naming it and its cell", () => {
  const evidence = [...exampleEvidence, {...given("decision.lift"), id: "lift.at10"}];
  expect(() => buildCard({...exampleInput, evidence})).toThrow(
    'card has no place for evidence "lift.at10" of 09-model-card.ipynb cell decision-lift; correct the id',
  );
});

test("buildCard(input) refuses evidence recorded twice, naming both cells", () => {
  const again = {...given("lift.table"), origin: {...given("lift.table").origin, cell: "second"}};
  expect(() => buildCard({...exampleInput, evidence: [...exampleEvidence, again]})).toThrow(
    "card requires one record of lift.table, got two, of 07-lift.ipynb cell lift-table and of 07-lift.ipynb " +
      "cell second; remove one",
  );
});

test("buildCard(input) refuses evidence of another form than its item", () => {
  const input = without("lift.chart");
  const evidence = [...input.evidence, {...given("lift.table"), id: "lift.chart"}];
  expect(() => buildCard({...input, evidence})).toThrow(
    "card requires lift.chart to be a chart, got a table of 07-lift.ipynb cell lift-table",
  );
});

test("buildCard(input) refuses a table row with too few cells, and a number that is not finite", () => {
  const change = (value: Evidence["value"]) => {
    const input = without("decision.table");
    return {...input, evidence: [...input.evidence, {...given("decision.table"), value}]};
  };
  const columns = [
    {name: "a", title: "A"},
    {name: "b", title: "B"},
  ];
  const table = {kind: "table", caption: "c", columns} as const;
  expect(() => buildCard(change({...table, rows: [[1, 2], [3]]}))).toThrow(
    "card requires 2 cells in each row of decision.table, got 1 in row 2 of 09-model-card.ipynb cell decision-table",
  );
  expect(() => buildCard(change({...table, rows: [[1, Number.NaN]]}))).toThrow(/finite numbers, got NaN/);
});

test("buildCard(input) refuses an as-of that is no date", () => {
  const identity = {...exampleInput.identity, asOf: "2026-02-30"};
  expect(() => buildCard({...exampleInput, identity})).toThrow(/requires a date written YYYY-MM-DD/);
});

test("buildCard(input) gives a card that templates/card/card.schema.json accepts", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../templates/card/card.schema.json", import.meta.url), "utf8"),
  );
  const validate = new Ajv2020({allowUnionTypes: true}).compile(schema);
  expect(validate(JSON.parse(cardJson(buildCard(exampleInput))))).toBe(true);
});

test("checkCard(card) names the place of what is wrong", () => {
  const card = JSON.parse(cardJson(buildCard(exampleInput)));
  expect(() => checkCard(card)).not.toThrow();
  card.sections[0].items[1].value.low = "0.2";
  expect(() => checkCard(card)).toThrow(
    "card: /sections/0/items/1/value/low must be number, see card.schema.json",
  );
  card.sections[0].items[1].value.low = 0.2;
  card.sections[0].items[5].value.shares.learned[3] = null;
  expect(() => checkCard(card)).toThrow("card: /sections/0/items/5/value/shares/learned/3 must be number");
});

test("cardJson(buildCard(input)) leaves its input alone and does not depend on the order of engines", () => {
  const {engines} = exampleInput.identity;
  const reversed = Object.fromEntries(Object.entries(engines).reverse());
  const before = JSON.stringify(exampleInput);
  const card: Card = buildCard({...exampleInput, identity: {...exampleInput.identity, engines: reversed}});
  expect(cardJson(card)).toBe(cardJson(buildCard(exampleInput)));
  expect(JSON.stringify(exampleInput)).toBe(before);
  expect(cardDigest(card)).toMatch(/^[0-9a-f]{64}$/);
});

test("the glossary of buildCard(input) holds the study's words among the common ones, sorted", () => {
  const terms = buildCard(exampleInput).glossary.map(entry => entry.term.toLowerCase());
  expect(terms).toContain("member");
  expect(terms).toEqual(terms.toSorted());
});
