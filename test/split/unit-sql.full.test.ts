import {expect, test} from "vitest";
import {randomOf} from "../../src/random.ts";
import {hashUnit} from "../../src/split/sets.ts";
import {unitsBySql} from "./units-by-sql.ts";

test("hashUnitSql(id, salt) is hashUnit(id, salt) in all 52 bits for a million ids", async () => {
  const random = randomOf(1);
  const signs = ["a", "Z", "0", "9", "'", '"', " ", ":", "\\", "ß", "é", "e\u0301", "東", "🛒", "-", "\t"];
  const ids = Array.from({length: 1_000_000}, (_, i) => {
    if (i % 2 === 0) return `C${String(i).padStart(7, "0")}`;
    const length = Math.floor(random() * 30);
    return Array.from({length}, () => signs[Math.floor(random() * signs.length)]).join("");
  });
  const units = await unitsBySql(ids, "it's a salt");
  let different = 0;
  for (let i = 0; i < ids.length; i++) if (units[i] !== hashUnit(ids[i]!, "it's a salt")) different += 1;
  expect(different).toBe(0);
});
