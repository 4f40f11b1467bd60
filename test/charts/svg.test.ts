import {afterEach, expect, test} from "vitest";
import {chartSvg} from "../../src/bin/chart-svg.ts";
import {measure} from "../../src/bin/fonts.ts";
import {renderSvg} from "../../src/charts/svg.ts";
import {examples} from "./examples.ts";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const names = ["lift", "sets", "volume", "base-rate", "bins"];
const drawAll = async (order: readonly string[]) => {
  const drawn = await Promise.all(
    order.map(async name => [name, await chartSvg(examples[name]!, {name})] as const),
  );
  return Object.fromEntries(drawn);
};

test("chartSvg(chart) gives the same bytes in any order, one after another or at once, in any time zone", async () => {
  process.env.TZ = "UTC";
  const first = await drawAll(names);
  process.env.TZ = "Asia/Kolkata";
  expect(await drawAll(names.toReversed())).toEqual(first);
  process.env.TZ = "America/St_Johns";
  for (const name of names) expect(await chartSvg(examples[name]!, {name})).toBe(first[name]);
});

test("renderSvg(spec, {name}) prefixes every id and every reference to it", async () => {
  const svg = await chartSvg(examples.lift!, {name: "figure-7"});
  const ids = [...svg.matchAll(/\bid="([^"]+)"/g)].map(m => m[1]!);
  const references = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(m => m[1]!);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.every(id => id.startsWith("figure-7-"))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect(references.every(id => ids.includes(id))).toBe(true);
});

const dot = {data: {values: [{a: 1}]}, mark: "point", encoding: {x: {field: "a", type: "quantitative"}}};

test("renderSvg(spec, {label}) is one image of that name, escaped; without a label it is hidden", async () => {
  const named = await renderSvg(dot, {name: "a", measure, label: 'a < b & "c" $1'});
  expect(named).toMatch(/^<svg [^>]*role="img" aria-label="a &lt; b &amp; &quot;c&quot; \$1"/);
  expect(named.match(/role=/g)).toHaveLength(1);
  expect(await renderSvg(dot, {name: "a", measure})).toMatch(/^<svg [^>]*aria-hidden="true"/);
});

test("renderSvg(spec) sets text in Noto Sans, escapes it and keeps what looks like a number in it", async () => {
  const svg = await renderSvg(
    {...dot, mark: {type: "text", text: "<b> & 0.123456"}, config: {font: '"Noto Sans", sans-serif'}},
    {name: "a", measure},
  );
  expect(svg).toContain('font-family="&quot;Noto Sans&quot;, sans-serif"');
  expect(svg).toContain(">&lt;b&gt; &amp; 0.123456</text>");
});

test("renderSvg(spec) leaves room for labels as wide as the fonts say", async () => {
  const width = async (text: string) => {
    const svg = await renderSvg(
      {
        data: {values: [{a: text}]},
        mark: "bar",
        encoding: {y: {field: "a", axis: {title: null, labelFontSize: 10}}},
      },
      {name: "a", measure},
    );
    return Number(svg.match(/viewBox="0 0 (\S+)/)![1]);
  };
  const font = {size: 10, bold: false};
  const [short, long] = ["Tenure", "Contract type: month-to-month"];
  const difference = measure(long, font) - measure(short, font);
  // Vega rounds the size of a picture to whole pixels; the default limit of a label is 180.
  expect(Math.abs((await width(long)) - (await width(short)) - difference)).toBeLessThanOrEqual(1);
});

test("renderSvg(spec) shortens a label at its limit by the fonts' widths", async () => {
  const svg = await renderSvg(
    {
      data: {values: [{a: "a very long label that does not fit"}]},
      mark: "bar",
      encoding: {y: {field: "a", axis: {labelFontSize: 10, labelLimit: 80}}},
    },
    {name: "a", measure},
  );
  const shown = svg.match(/>(a very[^<]*\u2026)</)![1]!;
  expect(measure(shown, {size: 10, bold: false})).toBeLessThanOrEqual(80);
  expect(measure(`${shown.slice(0, -1)}mm\u2026`, {size: 10, bold: false})).toBeGreaterThan(80);
});

test("renderSvg(spec) refuses local time, data by address, and names that are no ids", async () => {
  const local = {
    data: {values: [{t: "2025-01-01"}]},
    mark: "point",
    encoding: {x: {field: "t", type: "temporal"}},
  };
  await expect(renderSvg(local, {name: "a", measure})).rejects.toThrow("renderSvg requires utc time scales");
  const utc = {...local, encoding: {x: {field: "t", type: "temporal", scale: {type: "utc"}}}};
  await expect(renderSvg(utc, {name: "a", measure})).resolves.toContain("<svg");
  const remote = {...dot, data: {url: "https://example.org/a.csv"}};
  await expect(renderSvg(remote, {name: "a", measure})).rejects.toThrow("renderSvg requires inline data");
  await expect(renderSvg(dot, {name: "a b", measure})).rejects.toThrow("renderSvg requires a name");
});

test("renderSvg(spec) after a refused one draws as before, and does not change the spec", async () => {
  const frozen = structuredClone(dot);
  const before = await renderSvg(dot, {name: "a", measure});
  await expect(renderSvg({mark: "nonsense"}, {name: "a", measure})).rejects.toThrow();
  expect(await renderSvg(dot, {name: "a", measure})).toBe(before);
  expect(dot).toEqual(frozen);
});
