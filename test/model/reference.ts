import {readFileSync} from "node:fs";

/** A reference case of test/reference: its columns as numbers (text where they are none) and expected values. */
export function referenceCase<Expected>(name: string): {
  column: (name: string) => Float64Array;
  text: (name: string) => string[];
  expected: Expected;
  tolerance: number;
} {
  const folder = new URL(`../reference/${name}/`, import.meta.url);
  const [header, ...lines] = readFileSync(new URL("input.csv", folder), "utf8").trim().split("\n");
  const names = header!.split(",");
  const cells = lines.map(line => line.split(","));
  const text = (wanted: string) => {
    const j = names.indexOf(wanted);
    if (j < 0) throw new RangeError(`reference case ${name} has no column ${wanted}`);
    return cells.map(row => row[j]!);
  };
  const {expected, tolerance} = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"));
  return {text, column: wanted => Float64Array.from(text(wanted), Number), expected, tolerance};
}
