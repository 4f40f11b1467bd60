import type {EvidenceColumn, Scalar} from "../ledger/evidence.ts";

/** What a picture is drawn from, as a table. */
export type ChartData = {
  readonly columns: readonly EvidenceColumn[];
  readonly rows: readonly (readonly Scalar[])[];
};

type Node = Readonly<Record<string, unknown>>;
/** What an axis or a legend says of a field. */
type Label = {readonly title?: string; readonly percent?: boolean};

/**
 * The tables behind a Vega-Lite specification: each set of inline rows, with the fields that are drawn, titled as
 * their axis or legend is. Rows come as the specification gives them, before its transforms. A set of which
 * no field is drawn, and one equal to an earlier one, is left out.
 */
export function chartData(spec: Node): ChartData[] {
  const labels = new Map<string, Label>();
  const sets: (readonly Node[])[] = [];
  walk(spec, labels, sets);
  const tables = sets.flatMap(rows => tableOf(rows, labels));
  return tables.filter((table, i) => tables.findIndex(other => same(other, table)) === i);
}

function walk(value: unknown, labels: Map<string, Label>, sets: (readonly Node[])[]): void {
  if (Array.isArray(value)) for (const inner of value) walk(inner, labels, sets);
  if (!isNode(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "data" && isNode(inner) && Array.isArray(inner.values))
      sets.push(inner.values.map(row => (isNode(row) ? row : {value: row})));
    else if (key === "datasets" && isNode(inner))
      for (const rows of Object.values(inner)) if (Array.isArray(rows)) sets.push(rows.filter(isNode));
    if (key === "encoding" && isNode(inner)) readLabels(inner, labels);
    if (key !== "data" && key !== "datasets") walk(inner, labels, sets);
  }
}

function readLabels(encoding: Node, labels: Map<string, Label>): void {
  for (const channel of Object.values(encoding).flat()) {
    if (!isNode(channel) || typeof channel.field !== "string") continue;
    const guides = [channel, channel.axis, channel.legend, channel.header].filter(isNode);
    const title = guides.map(guide => guide.title).find(text => typeof text === "string" && text !== "");
    const format = guides.map(guide => guide.format).find(text => typeof text === "string");
    const earlier = labels.get(channel.field);
    labels.set(channel.field, {
      ...earlier,
      ...(typeof title === "string" && earlier?.title === undefined ? {title} : {}),
      ...(typeof format === "string" && format.endsWith("%") ? {percent: true} : {}),
    });
  }
}

function tableOf(rows: readonly Node[], labels: ReadonlyMap<string, Label>): ChartData[] {
  const fields = [...new Set(rows.flatMap(row => Object.keys(row)))].filter(field => labels.has(field));
  const simple = fields.filter(field => rows.every(row => isScalar(row[field])));
  if (simple.length === 0) return [];
  const columns = simple.map(field => {
    const label = labels.get(field);
    const title = label?.title ?? words(field);
    return label?.percent
      ? {name: field, title, format: "percent" as const}
      : {name: field, title, digits: 3};
  });
  return [
    {columns: columns.map(plainWhenText(rows)), rows: rows.map(row => simple.map(f => scalar(row[f])))},
  ];
}

const plainWhenText =
  (rows: readonly Node[]) =>
  (column: EvidenceColumn): EvidenceColumn => {
    const {name, title} = column;
    const known = rows.map(row => row[name]).filter(cell => cell !== null && cell !== undefined);
    if (known.some(cell => typeof cell !== "number")) return {name, title, format: "text"};
    if (column.format === "percent") return column;
    return known.every(Number.isInteger) ? {name, title, format: "integer"} : {...column, format: "decimal"};
  };

const same = (a: ChartData, b: ChartData): boolean =>
  JSON.stringify([a.columns, a.rows]) === JSON.stringify([b.columns, b.rows]);

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): boolean =>
  value === undefined || value === null || ["string", "number", "boolean"].includes(typeof value);

const scalar = (value: unknown): Scalar =>
  typeof value === "number" ? value : value === null || value === undefined ? null : String(value);

/** A field's name as words: "shareContacted" and "share_contacted" are "Share contacted". */
function words(field: string): string {
  const spaced = field
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_.-]+/g, " ")
    .trim()
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
