import {createHash} from "node:crypto";
import {DataError} from "../data-error.ts";

/** Text as nbformat stores it: one string, or lines that keep their line ends. */
export type MultilineText = string | readonly string[];

export type Metadata = Readonly<Record<string, unknown>>;

/** MIME type to content; JSON types hold JSON, the others text. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a cell put out, in nbformat's own words. */
export type Output =
  | {readonly output_type: "stream"; readonly name: string; readonly text: MultilineText}
  | {readonly output_type: "display_data"; readonly data: MimeBundle; readonly metadata: Metadata}
  | {
      readonly output_type: "execute_result";
      readonly data: MimeBundle;
      readonly metadata: Metadata;
      readonly execution_count: number | null;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export type CodeCell = {
  readonly cell_type: "code";
  /** 1 to 64 letters, digits, - and _; unique in the notebook. */
  readonly id: string;
  readonly metadata: Metadata;
  readonly source: MultilineText;
  readonly outputs: readonly Output[];
  /** Null where the cell was not executed. */
  readonly execution_count: number | null;
};

export type TextCell = {
  readonly cell_type: "markdown" | "raw";
  readonly id: string;
  readonly metadata: Metadata;
  readonly source: MultilineText;
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
};

export type Cell = CodeCell | TextCell;

/** A notebook of nbformat 4.5 or a later minor version. */
export type Notebook = {
  readonly nbformat: 4;
  readonly nbformat_minor: number;
  readonly metadata: Metadata;
  readonly cells: readonly Cell[];
};

/**
 * Reads a notebook.
 * @param file named in errors.
 * @throws DataError when the text is no JSON, no nbformat 4.5, or a cell has no id or another cell's.
 */
export function parseNotebook(text: string, {file}: {readonly file: string}): Notebook {
  const wrong = (what: string, cell?: string) => new DataError(`${file} ${what}`, {file, cell});
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw wrong(`is not JSON (${(error as Error).message}); restore the notebook or export it again`);
  }
  if (!isObject(raw) || !Array.isArray(raw.cells) || !isObject(raw.metadata))
    throw wrong("is not a notebook: it has no cells or no metadata; export it again as .ipynb");
  const {nbformat, nbformat_minor: minor} = raw;
  if (nbformat !== 4 || typeof minor !== "number" || minor < 5)
    throw wrong(
      `has nbformat ${String(nbformat)}.${String(minor)}, and 4.5 is required; open and save it in JupyterLab 4`,
    );
  const seen = new Set<string>();
  const cells = raw.cells.map((cell: unknown, i) => {
    const where = `cell ${i + 1}`;
    if (!isObject(cell)) throw wrong(`is not a notebook: ${where} is no object; export it again as .ipynb`);
    const id = cell.id;
    if (typeof id !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(id))
      throw wrong(
        `requires an id of letters, digits, - and _ in every cell, got ${show(id)} in ${where}; save it in JupyterLab 4`,
      );
    if (seen.has(id)) throw wrong(`has two cells with the id "${id}"; give ${where} another id`, id);
    seen.add(id);
    return cellOf(cell, id, what =>
      wrong(`is not a notebook: ${where} ${what}; export it again as .ipynb`, id),
    );
  });
  return {...raw, nbformat, nbformat_minor: minor, metadata: raw.metadata, cells};
}

function cellOf(cell: Record<string, unknown>, id: string, wrong: (what: string) => DataError): Cell {
  const {cell_type: type, source, metadata = {}} = cell;
  if (type !== "code" && type !== "markdown" && type !== "raw") throw wrong(`has the type ${show(type)}`);
  if (!isText(source)) throw wrong("has no source");
  if (!isObject(metadata)) throw wrong("has metadata that is no object");
  if (type !== "code") return {...cell, cell_type: type, id, metadata, source};
  const {outputs = [], execution_count: count = null} = cell;
  if (!Array.isArray(outputs)) throw wrong("has outputs that are no list");
  if (count !== null && typeof count !== "number") throw wrong(`has the execution count ${show(count)}`);
  return {...cell, cell_type: type, id, metadata, source, outputs, execution_count: count};
}

/**
 * The text of a notebook as JupyterLab saves it: keys sorted, one space of indent, text in lines,
 * a line end at the end. Equal notebooks give equal bytes.
 */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map(cell => {
    const source = linesOf(cell.source);
    return cell.cell_type === "code"
      ? {...cell, source, outputs: cell.outputs.map(splitOutput)}
      : {...cell, source};
  });
  return `${stableJson({...notebook, cells}, "")}\n`;
}

/** Notebook and cell metadata that a run, an editor or a viewer leaves behind. */
const VOLATILE_NOTEBOOK = ["papermill", "signature", "toc", "vscode", "widgets", "orig_nbformat"];
const VOLATILE_CELL = ["ExecuteTime", "collapsed", "execution", "papermill", "scrolled", "trusted", "vscode"];

/** The notebook as it is versioned: no outputs, no execution counts, no volatile metadata; ids are kept. */
export function cleanNotebook(notebook: Notebook): Notebook {
  const metadata = without(notebook.metadata, VOLATILE_NOTEBOOK);
  const language = metadata.language_info;
  return {
    ...notebook,
    metadata: isObject(language) ? {...metadata, language_info: without(language, ["version"])} : metadata,
    cells: notebook.cells.map(cell => {
      const kept = without(cell.metadata, VOLATILE_CELL);
      const {jupyter, ...rest} = kept;
      const view = isObject(jupyter) ? without(jupyter, ["outputs_hidden"]) : {};
      const clean = Object.keys(view).length > 0 ? {...rest, jupyter: view} : rest;
      return cell.cell_type === "code"
        ? {...cell, metadata: clean, outputs: [], execution_count: null}
        : {...cell, metadata: clean};
    }),
  };
}

/** The source of a cell as one string. */
export const sourceOf = (cell: Pick<Cell, "source">): string => textOf(cell.source);

/** sha256 of a cell's source, hex. */
export const cellDigest = (cell: Pick<Cell, "source">): string =>
  createHash("sha256").update(sourceOf(cell)).digest("hex");

/** Whether a cell carries a tag. */
export const hasTag = (cell: Cell, tag: string): boolean => {
  const tags = cell.metadata.tags;
  return Array.isArray(tags) && tags.includes(tag);
};

const textOf = (text: MultilineText): string => (typeof text === "string" ? text : text.join(""));
const linesOf = (text: MultilineText): readonly string[] => textOf(text).match(/[^\n]*\n|[^\n]+$/g) ?? [];

function splitOutput(output: Output): Output {
  if (output.output_type === "stream") return {...output, text: linesOf(output.text)};
  if (output.output_type === "error") return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([type, content]) => [
      type,
      typeof content === "string" && /^text\/|^image\/svg\+xml$|^application\/javascript$/.test(type)
        ? linesOf(content)
        : content,
    ]),
  );
  return {...output, data};
}

function stableJson(value: unknown, indent: string): string {
  const deeper = `${indent} `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map(item => deeper + stableJson(item ?? null, deeper)).join(",\n")}\n${indent}]`;
  }
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const keys = Object.keys(value)
    .filter(key => value[key] !== undefined)
    .sort();
  if (keys.length === 0) return "{}";
  const fields = keys.map(key => `${deeper}${JSON.stringify(key)}: ${stableJson(value[key], deeper)}`);
  return `{\n${fields.join(",\n")}\n${indent}}`;
}

const without = (object: Metadata, names: readonly string[]): Metadata =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is MultilineText =>
  typeof value === "string" || (Array.isArray(value) && value.every(line => typeof line === "string"));

const show = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value));
