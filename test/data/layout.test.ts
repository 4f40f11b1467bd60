import {expect, test} from "vitest";
import {fieldsOf, layoutOf, SPACES} from "../../src/data/layout.ts";

test("layoutOf(lines) takes the delimiter that parts all lines alike", () => {
  expect(layoutOf(["a;b;c", "1,5;2;3", "2;2,2;1"], "f").delimiter).toBe(";");
  expect(layoutOf(["id\tnote", "1\ta, b, c", "2\td"], "f").delimiter).toBe("\t");
  expect(layoutOf(['"a,b",c', '"d",e'], "f").delimiter).toBe(",");
  expect(layoutOf([" id  date", " 1 20250101", "  2  20250102"], "f").delimiter).toBe(SPACES);
});

test("layoutOf(lines) takes the first line for a header when it names an expected column, or holds no value", () => {
  expect(layoutOf(["id,at", "1,2025-01-01"], "f").columns).toEqual(["id", "at"]);
  expect(layoutOf(["1,2025-01-01", "2,2025-01-02"], "f")).toMatchObject({
    header: false,
    columns: ["column1", "column2"],
  });
  expect(layoutOf(["a,visit", "b,visit"], "f").header).toBe(false);
  expect(layoutOf(["2024,2025", "1,2"], "f", {expected: ["2024"]}).header).toBe(true);
  expect(layoutOf(["id,at", "1,2025-01-01"], "f", {header: false}).header).toBe(false);
});

test("layoutOf(a header) gives every column a name of its own", () => {
  expect(layoutOf(["id,,ID,at", "1,2,3,4"], "f", {header: true}).columns).toEqual([
    "id",
    "column2",
    "ID_2",
    "at",
  ]);
});

test("fieldsOf(line) leaves a delimiter in quotes and halves doubled quotes", () => {
  expect(fieldsOf('a,"b,""c""",', ",")).toEqual(["a", 'b,"c"', ""]);
  expect(fieldsOf("a||b||c", "||")).toEqual(["a", "b", "c"]);
});
