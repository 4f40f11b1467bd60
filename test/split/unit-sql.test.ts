import {expect, test} from "vitest";
import {rowsOf, withDatabase} from "../../src/data/database.ts";
import {hashUnit} from "../../src/split/sets.ts";
import {hashUnitSql} from "../../src/split/unit-sql.ts";
import {unitsBySql} from "./units-by-sql.ts";

const ODD = [
  ...[
    "",
    " ",
    "7",
    "07",
    "007",
    "7 ",
    " 7",
    "\t7",
    "a:b",
    ":",
    "it's",
    '"quoted"',
    "back\\slash",
    "a%b_c",
    "null",
  ],
  ...["Zoë", "Zoe\u0308", "東京", "🛒", "Ünïcödé", "ß", "\u00a0", "a\nb", "0x1F", "1e3", "-0", "C000001"],
];

test("hashUnitSql(id, salt) is hashUnit(id, salt) in all 52 bits, whatever is in the id or the salt", async () => {
  const many = Array.from({length: 5000}, (_, i) => `${ODD[i % ODD.length]}${i}`);
  for (const salt of ["demo-shop", "", "o'clock", "sält 🧂", "a:b", "--"]) {
    const ids = [...ODD, ...many];
    expect(Array.from(await unitsBySql(ids, salt)), salt).toEqual(ids.map(id => hashUnit(id, salt)));
  }
});

test("hashUnitSql(id, salt) takes any expression, and is NULL where the id is", async () => {
  const [row] = await withDatabase(database =>
    rowsOf<{a: number; b: null}>(
      database,
      `SELECT ${hashUnitSql("lpad(7::VARCHAR, 3, '0')", "s")} AS a, ${hashUnitSql("NULL", "s")} AS b`,
    ),
  );
  expect(row).toEqual({a: hashUnit("007", "s"), b: null});
});
