import {expect, test} from "vitest";
import {emitDisplay, emitEvidence, show} from "../../src/bin/cell.ts";
import {bundleOf, recordBundleOf} from "../../src/notebook/bundle.ts";
import {exampleEvidence} from "../card/example.ts";

test("bundleOf(table) is an HTML table that escapes its texts, with units in the heading", () => {
  const bundle = bundleOf({
    kind: "table",
    caption: "A & <b>",
    columns: [
      {name: "a", title: "<i>", format: "text"},
      {name: "n", title: "Share", unit: "x", format: "decimal", digits: 1},
    ],
    rows: [
      ['"q"', 1.25],
      [null, 2],
    ],
  });
  const html = bundle["text/html"] as string;
  expect(html).toContain("<caption>A &amp; &lt;b&gt;</caption>");
  expect(html).toContain('<th scope="col" style="text-align: left">&lt;i&gt;</th>');
  expect(html).toContain('<th scope="col" style="text-align: right">Share (x)</th>');
  expect(html).toContain('<td style="text-align: left">&quot;q&quot;</td>');
  expect(html.match(/<tr>/g)).toHaveLength(3);
  expect(bundle["text/plain"]).toContain("Share (x)");
});

test("bundleOf(number) writes unit and interval; text and list are Markdown; toHTML() is HTML", () => {
  const number = {kind: "number", value: 2.6, unit: "x", digits: 1, low: 2.2, high: 3, level: 0.95} as const;
  expect(bundleOf(number)["text/plain"]).toMatch(/^2\.6\b.*\b2\.2 to 3\.0\b.*, 95% interval$/);
  expect(bundleOf(number)["text/plain"]).toMatch(/\bx\b/);
  expect(bundleOf("**a**")).toEqual({"text/markdown": "**a**", "text/plain": "**a**"});
  expect(bundleOf({kind: "list", items: ["a", "b"]})["text/markdown"]).toBe("- a\n- b");
  expect(bundleOf({toHTML: () => "<table></table>"})["text/html"]).toBe("<table></table>");
});

test("bundleOf(what-if) says in words what the page moves", () => {
  const value = exampleEvidence.find(({id}) => id === "decision.whatIf")!.value;
  expect(bundleOf(value)).toEqual({
    "text/plain": "the decision at 101 shares contacted, to be moved on the card",
  });
});

test("bundleOf(chart, {svg}) carries the specification, the picture and the words", () => {
  const spec = {mark: "bar"};
  const bundle = bundleOf({kind: "chart", title: "Lift", description: "Falls.", spec}, {svg: "<svg/>"});
  expect(bundle).toEqual({
    "application/vnd.vegalite.v5+json": spec,
    "image/svg+xml": "<svg/>",
    "text/plain": "Lift\nFalls.",
  });
});

test("recordBundleOf({id, value}) is the record, and its id for the reader", () => {
  const record = {id: "a.b", value: {kind: "number", value: 3}} as const;
  expect(recordBundleOf(record)).toEqual({
    "application/vnd.churnbook.evidence+json": record,
    "text/plain": "recorded as a.b",
  });
});

test("show(value) and emitEvidence(record) do nothing outside a notebook, but check the record", () => {
  show("x");
  emitDisplay({"text/plain": "x"});
  emitEvidence({id: "a", value: {kind: "number", value: 1}});
  expect(() => emitEvidence({id: "a", value: {kind: "number", value: Number.NaN}})).toThrow(/finite/);
});

test("bundleOf(a value that does not apply) says who decided so, unless that is not settled", () => {
  const words = (by: string) => bundleOf({kind: "not-applicable", reason: "no campaigns", by})["text/plain"];
  expect(words("CRM")).toBe("not applicable: no campaigns (decided by CRM)");
  expect(words("Not settled yet")).toBe("not applicable: no campaigns");
});
