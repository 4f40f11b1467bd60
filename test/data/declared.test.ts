import {gzipSync} from "node:zlib";
import {expect, test} from "vitest";
import {dateOf, dayOf} from "../../src/data/calendar.ts";
import {rowsOf, withDatabase} from "../../src/data/database.ts";
import {checkDeclared, placesText, stopOnError} from "../../src/data/declared.ts";
import type {Finding} from "../../src/data/finding.ts";
import {randomOf} from "../../src/random.ts";
import {defineStudy, type StudyInput} from "../../src/study.ts";
import {folderOf, messageOf} from "./event-files.ts";
import {smallStudy} from "./small-study.ts";

type Checks = NonNullable<StudyInput["contract"]>[string];
type Options = {
  readonly study?: Partial<StudyInput>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly lastDay?: string;
  readonly today?: string;
};

/** What the checks find in `events.csv` with this content. */
async function findingsOf(
  text: string,
  checks: Checks,
  {study, files = {}, lastDay = "2025-12-31", today}: Options = {},
): Promise<Finding[]> {
  const folder = folderOf({"events.csv": text, ...files});
  const declared = defineStudy(smallStudy({contract: {events: checks}, ...study}));
  return withDatabase(database =>
    checkDeclared(database, declared, {
      ...{folder, lastDay: dayOf(lastDay)},
      ...(today === undefined ? {} : {today: dayOf(today)}),
    }),
  );
}

/** A file with one column of interest, quoted, so that it may hold anything; the others are good. */
const cells = (values: readonly string[]): string =>
  `id,at,x\n${values.map(value => `a,2025-01-01,"${value}"\n`).join("")}`;

/** Values of the places, and how many rows there are of them. */
async function broken(values: readonly string[], check: Checks[number]): Promise<[number, unknown[]]> {
  const [finding] = await findingsOf(cells(values), [check]);
  return [finding!.rows, (finding!.places ?? []).map(({row, cell}) => [row, cell])];
}

test("type integer takes whole numbers only, with a sign, or .0 as Parquet writes them", async () => {
  expect(
    await broken(["1", "-20", "+3", " 4 ", "5.0", "5.", "", " "], {
      check: "type",
      column: "x",
      type: "integer",
    }),
  ).toEqual([0, []]);
  expect(
    await broken(["1", "1.5", "1e3", "", "ten", "1 000"], {check: "type", column: "x", type: "integer"}),
  ).toEqual([
    4,
    [
      [2, "1.5"],
      [3, "1e3"],
      [5, "ten"],
    ],
  ]);
});

test("type number takes what is finite", async () => {
  expect(
    await broken(["1", "-2.5", ".5", "1e3", "", "1,5", "NaN", "inf", "EUR 3"], {
      ...{check: "type", column: "x", type: "number"},
    }),
  ).toEqual([
    4,
    [
      [6, "1,5"],
      [7, "NaN"],
      [8, "inf"],
    ],
  ]);
});

test("type date takes ISO 8601, and the time of the study as the study reads it", async () => {
  expect(
    await broken(
      ["2025-01-31", "2025-01-31T10:00:00Z", "2025-01-31 10:00", "", "31.01.2025", "2025-02-30", "20250131"],
      {check: "type", column: "x", type: "date"},
    ),
  ).toEqual([
    3,
    [
      [5, "31.01.2025"],
      [6, "2025-02-30"],
      [7, "20250131"],
    ],
  ]);
  const [own] = await findingsOf(
    "id,at,eur\na,31.01.2025,1\na,2025-01-31,1\n",
    [{check: "type", column: "at", type: "date"}],
    {study: {events: {from: "events.csv", customer: "id", time: "at", timeFormat: "%d.%m.%Y"}}},
  );
  expect(own).toMatchObject({rows: 1, places: [{row: 2, cell: "2025-01-31"}]});
});

test("type boolean takes true and false, yes and no, 1 and 0 in any case", async () => {
  expect(
    await broken(["true", "FALSE", "Yes", "no", "1", "0", "", "ja", "2"], {
      ...{check: "type", column: "x", type: "boolean"},
    }),
  ).toEqual([
    2,
    [
      [8, "ja"],
      [9, "2"],
    ],
  ]);
});

test("type text finds what a wrong encoding leaves", async () => {
  expect(
    await broken(["Zürich", "two\nlines", "a\ttab", "Z\ufffdrich", "nul\u0001", ""], {
      ...{check: "type", column: "x", type: "text"},
    }),
  ).toEqual([
    2,
    [
      [4, "Z\ufffdrich"],
      [5, "nul\u0001"],
    ],
  ]);
});

test("range of numbers holds both ends, and nothing that is no number", async () => {
  const values = ["0", "500", "500.01", "-0.01", "", "many", "1e2"];
  expect(await broken(values, {check: "range", column: "x", least: 0, most: 500})).toEqual([
    3,
    [
      [3, "500.01"],
      [4, "-0.01"],
      [6, "many"],
    ],
  ]);
  expect((await broken(values, {check: "range", column: "x", least: 0}))[0]).toBe(2);
  expect((await broken(values, {check: "range", column: "x", most: -0.01}))[0]).toBe(5);
});

test("range of dates holds both days whole", async () => {
  const values = ["2025-01-01", "2025-01-31T23:59:59", "2025-02-01", "2024-12-31T23:59:59Z", "soon", ""];
  expect(
    await broken(values, {check: "range", column: "x", least: "2025-01-01", most: "2025-01-31"}),
  ).toEqual([
    3,
    [
      [3, "2025-02-01"],
      [4, "2024-12-31T23:59:59Z"],
      [5, "soon"],
    ],
  ]);
  expect((await broken(values, {check: "range", column: "x", most: "2025-01-31"}))[0]).toBe(2);
});

test("values takes those listed, in their case, with or without spaces around", async () => {
  expect(
    await broken(["web", " shop ", "Web", "", "fax", "it's"], {
      ...{check: "values", column: "x", of: ["web", "shop", "it's"]},
    }),
  ).toEqual([
    2,
    [
      [3, "Web"],
      [5, "fax"],
    ],
  ]);
});

test("missing allows a share of blank cells, the share itself included", async () => {
  const values = ["1", "", " ", "2"];
  const [holds, breaks, never] = await findingsOf(cells(values), [
    {check: "missing", column: "x", maxShare: 0.5},
    {check: "missing", column: "x", maxShare: 0.49, severity: "warning"},
    {check: "missing", column: "id", maxShare: 0},
  ]);
  expect(holds).toEqual({
    check: "missing events.x",
    severity: "info",
    rows: 2,
    share: 0.5,
    message: "2 rows without x, of which 50% are allowed",
  });
  expect(breaks).toMatchObject({
    severity: "warning",
    places: [
      {file: "events.csv", row: 2, column: "x"},
      {file: "events.csv", row: 3, column: "x"},
    ],
  });
  expect(never).toMatchObject({severity: "info", rows: 0, message: "no rows without id"});
});

test("unique counts the rows that repeat an earlier one, and leaves out rows without any of the columns", async () => {
  const text = `id,at,x
a,2025-01-01,1
a,2025-01-02,
a,2025-01-02,
a,2025-01-01,1
 a,2025-01-01,1
,,
,,
a,2025-01-01,1
a,2025-01-01,1
`;
  const [both, one] = await findingsOf(text, [
    {check: "unique", columns: ["id", "at", "x"]},
    {check: "unique", columns: ["x"]},
  ]);
  expect(both).toEqual({
    check: "unique events.id+at+x",
    severity: "error",
    rows: 4,
    share: 4 / 9,
    message: "4 rows with the same id, at, x as an earlier one",
    places: [
      {file: "events.csv", row: 3, column: "id, at, x", cell: "a, 2025-01-02"},
      {file: "events.csv", row: 4, column: "id, at, x", cell: "a, 2025-01-01, 1"},
      {file: "events.csv", row: 8, column: "id, at, x", cell: "a, 2025-01-01, 1"},
    ],
  });
  expect(one).toMatchObject({rows: 4, places: [{row: 4}, {row: 5}, {row: 8}]});
});

const CAMPAIGN: Partial<StudyInput> = {
  campaigns: {from: "campaigns.csv", customer: "who", time: "sent", arm: "arm"},
};

test("references counts the values that the other table has not, blanks left out", async () => {
  const contract: StudyInput["contract"] = {
    campaigns: [{check: "references", column: "who", to: "events.id"}],
  };
  const found = await findingsOf("id,at,eur\na,2025-01-01,1\nb,2025-01-01,1\n", [], {
    study: {...CAMPAIGN, contract},
    files: {
      "campaigns.csv": "who,sent,arm\na,2025-02-01,t\nc,2025-02-01,t\n,2025-02-01,t\nb ,2025-02-01,t\n",
    },
  });
  expect(found).toEqual([
    {
      check: "references campaigns.who",
      severity: "error",
      rows: 2,
      share: 0.5,
      message: "2 rows whose who is not in events.id",
      places: [
        {file: "campaigns.csv", row: 2, column: "who", cell: "c"},
        {file: "campaigns.csv", row: 4, column: "who", cell: "b "},
      ],
    },
  ]);
});

test("references may lead to another column of the same table", async () => {
  const [finding] = await findingsOf("id,at,x\na,2025-01-01,b\nb,2025-01-01,c\n", [
    {check: "references", column: "x", to: "events.id"},
  ]);
  expect(finding).toMatchObject({rows: 1, places: [{row: 2, cell: "c"}]});
});

test("fresh measures the newest time from the last day, or from the day of reading where it is told", async () => {
  const text = "id,at,eur\na,2025-01-01,1\nb,2025-01-05T23:00:00Z,1\nc,2099-01-01,1\nd,soon,1\n";
  const check: Checks = [{check: "fresh", column: "at", withinDays: 3}];
  const severity = async (options: Options) => (await findingsOf(text, check, options))[0]!.severity;
  expect(await severity({lastDay: "2025-01-08"})).toBe("info");
  expect(await severity({lastDay: "2025-01-09"})).toBe("error");
  expect(await severity({lastDay: "2025-01-08", today: "2025-01-09"})).toBe("error");
  expect(await severity({lastDay: "2025-01-31", today: "2025-01-05"})).toBe("info");
  const [late] = await findingsOf(text, check, {lastDay: "2025-01-09"});
  expect(late).toEqual({
    check: "fresh events.at",
    severity: "error",
    rows: 4,
    share: 1,
    message: "the newest at is of 2025-01-05, and may be at most 3 days before 2025-01-09",
  });
  const [none] = await findingsOf(text, check, {lastDay: "2024-12-31"});
  expect(none).toMatchObject({severity: "error", message: "no row has a at up to 2024-12-31"});
});

/** Days outside of [median / factor, median * factor] of the same weekday, by the words of the definition. */
function unusualByDefinition(dates: readonly string[], factor: number, through: number) {
  const days = dates.map(dayOf);
  const rowsOn = (day: number) => days.filter(other => other === day).length;
  const first = Math.min(...days);
  const found: {day: number; rows: number; usual: number}[] = [];
  let judged = 0;
  for (let day = first; day <= through; day++) {
    const before = [1, 2, 3, 4, 5, 6, 7, 8].map(week => day - 7 * week).filter(past => past >= first);
    if (before.length < 4) continue;
    judged += 1;
    const sorted = before.map(rowsOn).sort((a, b) => a - b);
    const half = sorted.length / 2;
    const usual = (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
    const rows = rowsOn(day);
    if (rows < usual / factor || rows > usual * factor) found.push({day, rows, usual});
  }
  return {judged, found};
}

test("volume finds the days that the definition does, in random logs", async () => {
  const random = randomOf(5);
  let unusual = 0;
  for (let round = 0; round < 12; round++) {
    const first = dayOf("2025-01-01") + round;
    const length = [20, 28, 29, 70, 120][round % 5]!;
    const dates: string[] = [];
    for (let day = first; day < first + length; day++) {
      const usual = [0, 3, 6, 8][(day - first) % 4]! + (random() < 0.1 ? 20 : 0);
      for (let n = Math.floor(random() * usual); n > 0; n--) dates.push(dateOf(day));
    }
    dates.sort(() => random() - 0.5);
    const factor = 1.5 + 2 * random();
    const through = first + length - 3;
    const expected = unusualByDefinition(dates, factor, through);
    const [finding] = await findingsOf(
      `id,at,eur\n${dates.map(date => `a,${date},1\n`).join("")}`,
      [{check: "volume", column: "at", factor}],
      {lastDay: dateOf(through)},
    );
    unusual += expected.found.length;
    expect(finding!.rows).toBe(expected.found.length);
    expect(finding!.share).toBe(expected.judged === 0 ? 0 : expected.found.length / expected.judged);
    const named: string[] = finding!.message.split("weekday")[1]!.match(/\d{4}-\d\d-\d\d/g) ?? [];
    const ratio = ({rows, usual}: {rows: number; usual: number}) =>
      Math.max(rows, usual) / Math.min(rows, usual);
    const least = Math.min(
      Number.POSITIVE_INFINITY,
      ...named.map(date => ratio(expected.found.find(({day}) => dateOf(day) === date)!)),
    );
    // No day that is not named is worse than one that is.
    const better = expected.found.filter(({day}) => !named.includes(dateOf(day)));
    expect(named).toHaveLength(Math.min(3, expected.found.length));
    expect(better.filter(day => ratio(day) > least)).toEqual([]);
  }
  expect(unusual).toBeGreaterThan(50);
});

test("volume names the worst days with what is usual, and does not judge the day of reading", async () => {
  const dates: string[] = [];
  for (let day = dayOf("2025-01-01"); day <= dayOf("2025-02-28"); day++) {
    const date = dateOf(day);
    const rows = date === "2025-02-10" ? 0 : date === "2025-02-20" ? 31 : date === "2025-02-28" ? 2 : 10;
    for (let n = 0; n < rows; n++) dates.push(date);
  }
  const text = `id,at,eur\n${dates.map(date => `a,${date},1\n`).join("")}`;
  const check: Checks = [{check: "volume", column: "at", factor: 3}];
  const [run] = await findingsOf(text, check, {lastDay: "2025-02-28"});
  expect(run).toEqual({
    check: "volume events.at",
    severity: "error",
    rows: 3,
    share: 3 / 31,
    message:
      "3 days of 31 with less than 1/3 or more than 3 times the rows usual on that weekday: " +
      "2025-02-10 (no rows, usually 10), 2025-02-28 (2 rows, usually 10), 2025-02-20 (31 rows, usually 10)",
  });
  const [read] = await findingsOf(text, check, {lastDay: "2025-02-28", today: "2025-02-28"});
  expect([read!.rows, read!.message.includes("2025-02-28")]).toEqual([2, false]);
});

test("places name the file, and the row as it stands there behind a broken line", async () => {
  const study: Partial<StudyInput> = {
    events: {from: ["b/*.csv.gz", "a/*.csv"], customer: "id", time: "at"},
    contract: {events: [{check: "range", column: "x", most: 9}]},
  };
  const folder = folderOf({});
  const {mkdirSync, writeFileSync} = await import("node:fs");
  for (const name of ["a", "b"]) mkdirSync(`${folder}/${name}`);
  writeFileSync(`${folder}/a/one.csv`, "id,at,x\na,2025-01-01,1\nbroken\na,2025-01-01,10\n");
  writeFileSync(
    `${folder}/b/two.csv.gz`,
    gzipSync("x,id,at\n11,a,2025-01-01\n12,b,2025-01-01\n13,b,2025-01-01\n"),
  );
  const [finding] = await withDatabase(database =>
    checkDeclared(database, defineStudy(smallStudy(study)), {folder, lastDay: dayOf("2025-12-31")}),
  );
  expect(finding).toMatchObject({rows: 4, share: 4 / 5});
  expect(placesText(finding!)).toBe('one.csv row 3 ("10"), two.csv.gz row 1 ("11"), row 2 ("12"), …');
});

test("checkDeclared(Parquet) reads the columns of the file as texts", async () => {
  const folder = folderOf({});
  const study = defineStudy(
    smallStudy({
      events: {from: "events.parquet", customer: "id", time: "at"},
      contract: {
        events: [
          {check: "type", column: "n", type: "integer"},
          {check: "type", column: "at", type: "date"},
          {check: "type", column: "ok", type: "boolean"},
          {check: "range", column: "n", least: 2},
        ],
      },
    }),
  );
  const found = await withDatabase(async database => {
    await database.connection.run(
      `COPY (SELECT 'a' AS id, TIMESTAMP '2025-01-01 10:00:00' AS at, n::DOUBLE AS n, n = 1 AS ok FROM range(1, 4) t(n))
       TO '${folder}/events.parquet' (FORMAT parquet)`,
    );
    return checkDeclared(database, study, {folder, lastDay: dayOf("2025-12-31")});
  });
  expect(found.map(({severity, rows}) => [severity, rows])).toEqual([
    ["info", 0],
    ["info", 0],
    ["info", 0],
    ["error", 1],
  ]);
});

test("checkDeclared leaves the tables of the database as they were", async () => {
  const folder = folderOf({"events.csv": "id,at,eur\na,2025-01-01,1\n"});
  const study = defineStudy(
    smallStudy({contract: {events: [{check: "missing", column: "nothing", maxShare: 0}]}}),
  );
  await withDatabase(async database => {
    await database.connection.run("CREATE TABLE raw AS SELECT 7 AS mine");
    const failed = checkDeclared(database, study, {folder, lastDay: dayOf("2025-12-31")});
    expect(await messageOf(failed)).toBe(
      'DataError: events.csv has no column "nothing", it has "id", "at", "eur"; correct contract.events.0.column',
    );
    expect(await rowsOf(database, "SELECT * FROM raw")).toEqual([{mine: 7}]);
  });
});

test("a column that another table is to have is named by the field that refers to it", async () => {
  const contract: StudyInput["contract"] = {
    campaigns: [{check: "references", column: "who", to: "events.client"}],
  };
  const files = {"campaigns.csv": "who,sent,arm\na,2025-02-01,t\n"};
  const failed = findingsOf("id,at,eur\na,2025-01-01,1\n", [], {study: {...CAMPAIGN, contract}, files});
  expect(await messageOf(failed)).toBe(
    'DataError: events.csv has no column "client", it has "id", "at", "eur"; correct contract.campaigns.0.to',
  );
});

test("findings but for their places do not depend on the order of the rows", async () => {
  const checks: Checks = [
    {check: "range", column: "x", most: 5},
    {check: "unique", columns: ["x"]},
    {check: "volume", column: "at", factor: 2},
    {check: "references", column: "x", to: "events.id"},
    {check: "fresh", column: "at", withinDays: 0},
  ];
  const random = randomOf(8);
  const rows = Array.from({length: 400}, () => {
    const at = dateOf(dayOf("2025-01-01") + Math.floor(random() * 60));
    return `${Math.floor(random() * 9)},${at},${Math.floor(random() * 12)}\n`;
  });
  const without = (findings: Finding[]) => findings.map(({places: _, ...finding}) => finding);
  const one = without(await findingsOf(`id,at,x\n${rows.join("")}`, checks));
  const two = without(await findingsOf(`id,at,x\n${rows.reverse().join("")}`, checks));
  expect(two).toEqual(one);
  expect(one.every(({rows}) => rows > 0)).toBe(true);
});

test("stopOnError(findings) names check, file, row, cell and what to do, and lets warnings pass", async () => {
  const text = "id,at,x\na,2025-01-01,1\n,2025-01-02,-2\n";
  const checks: Checks = [
    {check: "missing", column: "id", maxShare: 0, severity: "warning"},
    {check: "range", column: "x", least: 0},
  ];
  const findings = await findingsOf(text, checks);
  expect(() => stopOnError(findings.slice(0, 1))).not.toThrow();
  expect(() => stopOnError(findings)).toThrow(
    /^the data breaks its contract \(range events\.x\): 1 row whose x is not a number from 0 on: events\.csv row 2 \("-2"\); correct the data, or give the check severity: "warning"$/,
  );
  expect(() => stopOnError([...findings, findings[1]!])).toThrow(
    /; 1 more check failed, churnbook data check lists them$/,
  );
  expect(() => stopOnError(findings)).toThrow(
    expect.objectContaining({
      name: "DataError",
      place: {file: "events.csv", row: 2, column: "x", cell: "-2"},
    }),
  );
});

test("checkDeclared({asOf: D}) says what it said before the rows that came on D or later, in every table", async () => {
  const study = defineStudy(
    smallStudy({
      events: {
        ...smallStudy().events,
        time: "at",
        known: "seen",
        timeFormat: "%d/%m/%Y",
      },
      campaigns: {from: "campaigns.csv", customer: "id", time: "at", arm: "arm"},
      churn: {kind: "subscription", graceDays: 14},
      subscriptions: {from: "plans.csv", customer: "id", start: "from", end: "until", known: "seen"},
      tables: {crm: {from: "crm.csv", customer: "id", known: "seen", columns: ["calls"]}},
      contract: {
        events: [
          {check: "range", column: "eur", least: 0, severity: "warning"},
          {check: "unique", columns: ["id", "at"], severity: "warning"},
          {check: "fresh", column: "at", withinDays: 3},
        ],
        campaigns: [{check: "references", column: "id", to: "events.id", severity: "warning"}],
        subscriptions: [{check: "missing", column: "until", maxShare: 0.5}],
        crm: [{check: "range", column: "calls", most: 9, severity: "warning"}],
      },
    }),
  );
  const then = {
    "events.csv": "id,at,eur,seen\na,30/01/2025,-1,30/01/2025\nb,30/01/2025,1,31/01/2025\n",
    "campaigns.csv": "id,at,arm\nz,2025-01-31,mail\n",
    "plans.csv": "id,from,until,seen\na,2025-03-01,2025-04-01,2025-01-31\n",
    "crm.csv": "id,calls,seen\na,10,2025-01-31T23:59:59Z\n",
  };
  const later = {
    "events.csv": "a,30/01/2025,-1,02/02/2025\nz,03/02/2025,-5,30/01/2025\n",
    "campaigns.csv": "y,2025-02-01,mail\n",
    "plans.csv": "b,2025-01-01,,2025-02-01\nb,2025-01-01,,2025-02-01\n",
    "crm.csv": "b,11,2025-02-01\n",
  };
  const found = (grown: boolean) => {
    const files = Object.entries(then).map(([name, text]) => [
      name,
      grown ? text + later[name as keyof typeof later] : text,
    ]);
    const options = {folder: folderOf(Object.fromEntries(files)), lastDay: dayOf("2025-01-31")};
    return withDatabase(database =>
      checkDeclared(database, study, {...options, ...(grown ? {asOf: dayOf("2025-02-01")} : {})}),
    );
  };
  const before = await found(false);
  expect(before.map(({check, rows}) => [check, rows])).toEqual([
    ["range events.eur", 1],
    ["unique events.id+at", 0],
    ["fresh events.at", 0],
    ["references campaigns.id", 1],
    ["missing subscriptions.until", 0],
    ["range crm.calls", 1],
  ]);
  expect(await found(true)).toEqual(before);
});
