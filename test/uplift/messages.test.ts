import {expect, it} from "vitest";
import type {Reason} from "../../src/explain/reasons.ts";
import {checkTemplate, GENERAL} from "../../src/study/messages.ts";
import {defineStudy} from "../../src/study.ts";
import {defaultTemplate, planMessages, renderMessage} from "../../src/uplift/campaign/messages.ts";
import {smallStudy} from "../data/small-study.ts";

// biome-ignore format: one feature a line reads as a table
const study = defineStudy(smallStudy({
  features: [
    {name: "tenure", title: "Days since joining", unit: "days", of: "join", measure: "first"},
    {name: "open_rate_90d", title: "Share of e-mails opened", unit: "share", of: "email_open", measure: "ratio", against: "email_sent", days: 90, actionable: true},
    {name: "tickets_90d", title: "Tickets in the last 90 days", unit: "tickets", of: "ticket", measure: "count", days: 90, actionable: true},
    {name: "tickets", title: "Tickets so far", unit: "tickets", of: "ticket", measure: "count", actionable: true},
    {name: "recency", title: "Days since the last order", unit: "days", of: "purchase", measure: "recency"},
  ],
}));
const {features} = study;
const action = (feature: string, group: string): Reason => ({
  ...{feature, group, contribution: 1, sentence: ""},
  direction: "raises",
  use: "action",
});
const reasons = [
  {actions: [action("open_rate_90d", "Mix of email opens"), action("tickets", "Frequency of tickets")]},
  {actions: [action("tickets", "Frequency of tickets")]},
  {actions: [action("tickets_90d", "Frequency of tickets")]},
  {actions: []},
];

it("planMessages gives each customer one message, by the largest reason that a team can act on", () => {
  const messages = planMessages(reasons, {features});
  expect(messages.map(({name, customers, source}) => [name, customers, source])).toEqual([
    ["tickets_90d", [1, 2], "default"],
    ["open_rate_90d", [0], "default"],
    [GENERAL, [3], "default"],
  ]);
  expect(messages.flatMap(({customers}) => customers).sort()).toEqual([0, 1, 2, 3]);
});

it("planMessages takes the study's own text, of a feature or the general one", () => {
  const messages = planMessages(reasons, {
    features,
    templates: {tickets: "Hello {{customer}}, our desk is open.", general: "Good day {{customer}}."},
  });
  expect(messages.map(({name, template, source}) => [name, source, template])).toEqual([
    ["tickets", "own", "Hello {{customer}}, our desk is open."],
    ["open_rate_90d", "default", expect.stringContaining("news")],
    [GENERAL, "own", "Good day {{customer}}."],
  ]);
});

it("planMessages refuses a text for what no team can act on, or that is no feature", () => {
  const refused = (templates: Record<string, string>) => () => planMessages(reasons, {features, templates});
  expect(refused({tenure: "Hello"})).toThrow("messages.tenure is of a feature that no team can act on");
  expect(refused({nothing: "Hello"})).toThrow("messages.nothing is no feature of the study");
});

it.each([
  ["You score high.", "score"],
  ["Your risk is large.", "risk"],
  ["We predict that you go.", "predict"],
  ["You get this because you were away.", "because"],
  ["Our model says hello.", "Our model"],
  ["You are likely to go.", "likely"],
  ["Nobody should churn.", "churn"],
])("checkTemplate refuses %j", (template, word) => {
  expect(() => checkTemplate("x", template)).toThrow(
    `messages.x requires words that tell the customer no score and no cause, got ${JSON.stringify(word)}`,
  );
});

it("checkTemplate refuses fields that would tell the score, sections and broken templates", () => {
  expect(() => checkTemplate("x", "{{probability}}")).toThrow(
    "messages.x requires fields among customer, offer",
  );
  expect(() => checkTemplate("x", "{{{margin}}}")).toThrow("requires fields among");
  expect(() => checkTemplate("x", "{{#customer}}a{{/customer}}")).toThrow("requires plain fields");
  expect(() => checkTemplate("x", "{{customer")).toThrow("messages.x is no mustache template");
  expect(() =>
    checkTemplate("x", "Hello {{customer}}, {{offer}} until {{contact_on}}. {{sender}}"),
  ).not.toThrow();
});

it("every default text passes the check, and each actionable feature has one about it", () => {
  const actionable = features.filter(feature => feature.actionable);
  expect(actionable.length).toBeGreaterThan(0);
  for (const feature of [...features, {name: "other", of: "thing"}])
    expect(() => checkTemplate(feature.name, defaultTemplate(feature))).not.toThrow();
  for (const feature of actionable) expect(defaultTemplate(feature)).toMatch(/support|news/);
});

it("renderMessage fills in plain text, as it is, and asks for what is missing", () => {
  const template = "Hello {{customer}}, {{offer}}.";
  expect(renderMessage(template, {customer: "Ann & Bob", offer: "5 < 6"})).toBe("Hello Ann & Bob, 5 < 6.");
  expect(() => renderMessage(template, {customer: "Ann"})).toThrow("renderMessage requires offer");
  expect(() => renderMessage("{{risk}}", {customer: "Ann"})).toThrow("requires fields among");
});

it("defineStudy takes the messages of a study, and refuses those that would tell a score", () => {
  const own = (messages: Record<string, string>) => defineStudy({...structuredClone(study), messages});
  expect(own({tickets: "Hello {{customer}}"}).messages).toEqual({tickets: "Hello {{customer}}"});
  expect(() => own({general: "Your risk is high"})).toThrow("messages.general requires words");
  expect(() => own({tenure: "Hello"})).toThrow("messages.tenure is of a feature that no team can act on");
});
