import {DataError} from "../data-error.ts";

/** Runs of spaces or tabs between fields. */
export const SPACES = " +";

/** How a text file is laid out. */
export type Layout = {
  /** One character or more; {@link SPACES} stands for runs of spaces or tabs, leading ones ignored. */
  readonly delimiter: string;
  /** Whether the first line names the columns. */
  readonly header: boolean;
  /** Column names, each once: from the header, else `column1`, `column2`, … */
  readonly columns: readonly string[];
};

export type LayoutHints = {
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
  /** Names that columns are expected to have: a first line with one of them is a header. */
  readonly expected?: readonly string[] | undefined;
};

const CANDIDATES = [",", ";", "\t", "|"];

/**
 * Finds the layout of a text file from its first lines, without an end-of-line character.
 * @throws DataError when there is no line, or no delimiter fits.
 */
export function layoutOf(lines: readonly string[], file: string, hints: LayoutHints = {}): Layout {
  const filled = lines.filter(line => line.trim() !== "");
  const first = filled[0];
  if (first === undefined) throw new DataError(`${file} is empty; give a file with one row an event`, {file});
  const {expected = []} = hints;
  const delimiter =
    hints.delimiter === undefined ? delimiterOf(filled, file, expected) : spelled(hints.delimiter);
  const cells = fieldsOf(first, delimiter).map(cell => cell.trim());
  const header = hints.header ?? isHeader(cells, filled.slice(1), delimiter, expected);
  return {delimiter, header, columns: header ? distinct(cells) : cells.map((_, i) => `column${i + 1}`)};
}

const NAMED: Readonly<Record<string, string>> = {
  ...{"\\t": "\t", tab: "\t", comma: ",", semicolon: ";", colon: ":", pipe: "|", space: SPACES},
};

/**
 * A delimiter as people write it in a shell: a character, or the name of one.
 * @throws DataError when it is neither.
 */
function spelled(delimiter: string): string {
  const named = NAMED[delimiter] ?? (/^ +\+?$/.test(delimiter) ? SPACES : delimiter);
  if (named !== SPACES && [...named].length !== 1)
    throw new DataError(
      `the delimiter is to be one character, or tab, space, comma, semicolon, colon or pipe, got ${JSON.stringify(delimiter)}`,
    );
  return named;
}

/**
 * The delimiter that lays an expected name bare in the first line, else the one with which most lines have the
 * same number of fields, at least two.
 */
function delimiterOf(lines: readonly string[], file: string, expected: readonly string[]): string {
  for (const delimiter of CANDIDATES) {
    const cells = fieldsOf(lines[0]!, delimiter).map(cell => cell.trim());
    if (cells.length > 1 && expected.length > 0 && expected.every(name => cells.includes(name)))
      return delimiter;
  }
  let best: {delimiter: string; agreement: number} | undefined;
  for (const delimiter of [...CANDIDATES, SPACES]) {
    const counts = lines.map(line => fieldsOf(line, delimiter).length);
    const fields = counts[0]!;
    if (fields < 2) continue;
    const agreement = counts.filter(count => count === fields).length / counts.length;
    if (best === undefined || agreement > best.agreement) best = {delimiter, agreement};
  }
  if (best !== undefined && best.agreement > 0.5) return best.delimiter;
  throw new DataError(
    `${file} has no delimiter that parts its lines alike, the first is ${JSON.stringify(lines[0]!.slice(0, 60))}; name it (csv.delimiter in the study, --delim on the command line)`,
    {file, row: 1},
  );
}

/** The fields of a line; text in double quotes may hold the delimiter, and a doubled quote is one. */
export function fieldsOf(line: string, delimiter: string): string[] {
  if (delimiter === SPACES) return line.trim().split(/[ \t]+/);
  const fields: string[] = [];
  let field = "";
  let inside = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (inside) {
      if (c !== '"') field += c;
      else if (line[i + 1] === '"') {
        field += '"';
        i += 1;
      } else inside = false;
    } else if (c === '"' && field === "") inside = true;
    else if (line.startsWith(delimiter, i)) {
      fields.push(field);
      field = "";
      i += delimiter.length - 1;
    } else field += c;
  }
  fields.push(field);
  return fields;
}

/** A header holds an expected name, or else only texts that are distinct and no numbers or dates. */
function isHeader(
  cells: readonly string[],
  rest: readonly string[],
  delimiter: string,
  expected: readonly string[],
): boolean {
  if (cells.some(cell => expected.includes(cell))) return true;
  const named = cells.filter(cell => cell !== "");
  if (named.length === 0 || new Set(named).size < named.length || named.some(isValue)) return false;
  // All text below as well: a header only if its cells do not come back as values.
  const below = rest.slice(0, 50).map(line => fieldsOf(line, delimiter));
  return !cells.some((cell, i) => below.some(fields => fields[i]?.trim() === cell));
}

const isValue = (cell: string): boolean => /^[-+]?[\d.,:/ T+Z-]*\d[\d.,:/ TZ-]*$/.test(cell);

/** Names for every column, each once without regard to case: an empty one becomes `columnN`. */
function distinct(cells: readonly string[]): string[] {
  const taken = new Set<string>();
  return cells.map((cell, i) => {
    const base = cell === "" ? `column${i + 1}` : cell;
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
