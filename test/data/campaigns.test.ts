import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {loadCampaigns} from "../../src/data/campaigns.ts";
import {folderOf, messageOf} from "./event-files.ts";

const SOURCE = {from: "campaigns.csv", customer: "id", time: "at", arm: "arm", control: "control"};
const load = (text: string, customers: string[] = []) =>
  loadCampaigns(SOURCE, {folder: folderOf({"campaigns.csv": text}), customers});

test("loadCampaigns(file) indexes known customers, drops and counts the others, and marks the treated", async () => {
  const text =
    "id,at,arm\nb,2025-02-01,mail\n007,2025-03-01T23:30:00-01:00,control\nx,2025-01-01,mail\n007,2025-01-05,call\n";
  expect(await load(text, ["007", "7", "b"])).toEqual({
    customer: Int32Array.of(0, 0, 2),
    day: Int32Array.of(dayOf("2025-01-05"), dayOf("2025-03-02"), dayOf("2025-02-01")),
    treated: Uint8Array.of(1, 0, 1),
    unknownCustomers: 1,
  });
});

test("loadCampaigns({asOf: D}) reads the contacts before D, and no bad row of a later day", async () => {
  const text = "id,at,arm\na,2025-01-31T23:59:59Z,mail\na,2025-02-01,mail\na,2025-02-02,\n";
  const {day} = await loadCampaigns(SOURCE, {
    folder: folderOf({"campaigns.csv": text}),
    customers: ["a"],
    asOf: dayOf("2025-02-01"),
  });
  expect([...day]).toEqual([dayOf("2025-01-31")]);
});

test("loadCampaigns(file) names the first row that cannot be read, and a column that is missing", async () => {
  expect(await messageOf(load("id,at,arm\na,2025-01-01,mail\na,soon,mail\n,?,\n"))).toBe(
    'DataError: campaigns.csv row 2, at: the time is no date or time of ISO 8601 ("soon"); correct or remove the row',
  );
  expect(await messageOf(load("id,at,arm\na,2025-01-01,\n"))).toBe(
    "DataError: campaigns.csv row 1, arm: the arm is missing; correct or remove the row",
  );
  expect(await messageOf(load("id,at,arm\na\n"))).toBe(
    'DataError: campaigns.csv row 1: the line has not the columns of its file ("a"); correct or remove the row',
  );
  expect(await messageOf(load("id,at\na,2025-01-01\n"))).toBe(
    'DataError: campaigns.csv has no column "arm", it has "id", "at"; correct campaigns.arm',
  );
});
