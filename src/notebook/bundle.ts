import {decidedBy, formatCell, formatEstimate, isNumeric} from "../card/format.ts";
import {EVIDENCE_MIME, type EvidenceRecord, type EvidenceValue} from "../ledger/evidence.ts";
import type {MimeBundle} from "./document.ts";

/** JupyterLab draws a specification sent under this type; it knows none of Vega-Lite 6. */
const VEGA_LITE_MIME = "application/vnd.vegalite.v5+json";

/** MIME type under which a cell says what it is doing, a line; the runner passes it on and does not keep it. */
export const PROGRESS_MIME = "application/vnd.churnbook.progress+json";

type Table = Extract<EvidenceValue, {kind: "table"}>;

/** Something that draws itself, an arquero table say. */
export type HtmlSource = {toHTML(): string};

/**
 * A value as notebook front ends show it, richest type to plainest.
 * @param svg the drawn picture of a chart.
 */
export function bundleOf(
  value: EvidenceValue | string | HtmlSource,
  {svg}: {readonly svg?: string | undefined} = {},
): MimeBundle {
  if (typeof value === "string") return {"text/markdown": value, "text/plain": value};
  if (!("kind" in value)) return {"text/html": value.toHTML(), "text/plain": "table"};
  switch (value.kind) {
    case "text":
      return {"text/markdown": value.text, "text/plain": value.text};
    case "list": {
      const text = value.items.map(item => `- ${item.replaceAll("\n", "\n  ")}`).join("\n");
      return {"text/markdown": text, "text/plain": text};
    }
    case "number":
      return {"text/plain": numberText(value)};
    case "table":
      return {"text/html": tableHtml(value), "text/plain": tableText(value)};
    case "chart":
      return {
        [VEGA_LITE_MIME]: value.spec,
        ...(svg === undefined ? {} : {"image/svg+xml": svg}),
        "text/plain": `${value.title}\n${value.description}`,
      };
    case "what-if":
      return {
        "text/plain": `the decision at ${value.shares.fraction.length} shares contacted, to be moved on the card`,
      };
    case "not-applicable":
      return {"text/plain": `not applicable: ${value.reason}${decidedBy(value.by)}`};
  }
}

/** A record as a cell emits it: for the runner, with its id for the reader, who is shown the value beside it. */
export function recordBundleOf({id, value}: EvidenceRecord): MimeBundle {
  return {[EVIDENCE_MIME]: {id, value}, "text/plain": `recorded as ${id}`};
}

function numberText(value: Extract<EvidenceValue, {kind: "number"}>): string {
  const level =
    value.level === undefined || value.low === undefined
      ? ""
      : `, ${Math.round(value.level * 100)}% interval`;
  return formatEstimate(value) + level;
}

function tableHtml(table: Table): string {
  const numeric = table.columns.map((column, j) => isNumeric(column, table.rows, j));
  const style = (j: number) => ` style="text-align: ${numeric[j] ? "right" : "left"}"`;
  const heads = headsOf(table).map((head, j) => `<th scope="col"${style(j)}>${escapeHtml(head)}</th>`);
  const rows = cellsOf(table).map(
    row => `<tr>${row.map((cell, j) => `<td${style(j)}>${escapeHtml(cell)}</td>`).join("")}</tr>`,
  );
  return [
    "<table>",
    `<caption>${escapeHtml(table.caption)}</caption>`,
    `<thead><tr>${heads.join("")}</tr></thead>`,
    `<tbody>\n${rows.join("\n")}\n</tbody>`,
    "</table>",
  ].join("\n");
}

function tableText(table: Table): string {
  const lines = [headsOf(table), ...cellsOf(table)];
  const widths = table.columns.map((_, j) => Math.max(...lines.map(line => line[j]!.length)));
  const numeric = table.columns.map((column, j) => isNumeric(column, table.rows, j));
  const text = lines.map(line =>
    line
      .map((cell, j) => (numeric[j] ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!)))
      .join("  ")
      .trimEnd(),
  );
  return [table.caption, ...text].join("\n");
}

const headsOf = ({columns}: Table): string[] =>
  columns.map(({title, unit}) => (unit ? `${title} (${unit})` : title));

const cellsOf = ({columns, rows}: Table): string[][] =>
  rows.map(row => columns.map((column, j) => formatCell(row[j] ?? null, column)));

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, character => ESCAPES[character]!);
