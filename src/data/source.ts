import {isAbsolute, join} from "node:path";
import {DataError} from "../data-error.ts";
import {type Database, literal, quoted, rowsOf} from "./database.ts";
import {type Layout, type LayoutHints, layoutOf, SPACES} from "./layout.ts";

/** A file that rows are read from. */
export type SourceFile = {
  readonly path: string;
  /** Its name without folders, or with as many as tell it from the others; what messages and manifests say. */
  readonly name: string;
  /** Absent for Parquet. */
  readonly layout?: Layout | undefined;
  readonly columns: readonly string[];
};

export type FileOptions = {
  /** Folder that relative paths and globs start from. */
  readonly folder: string;
  readonly csv?: LayoutHints | undefined;
  /** Where the paths are written, for the message: `events.from`, say. */
  readonly field: string;
};

/** Lines of a text file that its layout is found from. */
const SAMPLE = 200;

/**
 * Finds the files that a path or glob stands for, in code-unit order of their paths, and their columns.
 * A text file ends in anything but `.parquet`; `.gz` and `.zst` are unpacked on the way.
 * @throws DataError for a path or a glob without a file, an empty file, or one that is not what it is named.
 */
export async function openFiles(
  database: Database,
  from: string | readonly string[],
  {folder, csv = {}, field}: FileOptions,
): Promise<SourceFile[]> {
  const paths = new Set<string>();
  for (const pattern of typeof from === "string" ? [from] : from)
    for (const path of await expand(database, pattern, folder, field)) paths.add(path);
  const sorted = [...paths].sort();
  const names = namesOf(sorted);
  const files: SourceFile[] = [];
  for (const [i, path] of sorted.entries()) files.push(await inspect(database, path, names[i]!, csv));
  return files;
}

async function expand(database: Database, pattern: string, folder: string, field: string): Promise<string[]> {
  const glob = isAbsolute(pattern) ? pattern : join(literal(folder), pattern);
  const matches = async (text: string) =>
    (await rowsOf<{file: string}>(database, `SELECT file FROM glob(${quoted(text)})`)).map(row => row.file);
  // A name that holds [ or * itself is meant before the pattern it could be.
  const plain = isAbsolute(pattern) ? pattern : join(folder, pattern);
  const exact = await matches(literal(plain));
  if (exact.length > 0) return exact;
  const found = await matches(glob);
  if (found.length > 0) return found;
  throw new DataError(
    /[*?[]/.test(pattern)
      ? `${field} names ${pattern}, which matches no file in ${folder}; correct the pattern or put the files there`
      : `${field} names ${pattern}, which is not in ${folder}; correct the path or put the file there`,
    {file: pattern},
  );
}

/** The shortest endings of the paths that tell them apart, at least the base name. */
function namesOf(paths: readonly string[]): string[] {
  const parts = paths.map(path => path.split(/[\\/]/));
  return parts.map((own, i) => {
    for (let n = 1; n < own.length; n++) {
      const name = own.slice(-n).join("/");
      if (!parts.some((other, j) => j !== i && other.slice(-n).join("/") === name)) return name;
    }
    return own.join("/");
  });
}

async function inspect(
  database: Database,
  path: string,
  name: string,
  csv: LayoutHints,
): Promise<SourceFile> {
  if (/\.parquet$/i.test(path)) {
    const columns = await refusing(name, "Parquet", () =>
      rowsOf<{column_name: string}>(database, `DESCRIBE SELECT * FROM ${parquet(path)}`),
    );
    return {path, name, columns: columns.map(row => row.column_name)};
  }
  const layout = layoutOf(await firstLines(database, path, name), name, csv);
  return {path, name, layout, columns: layout.columns};
}

/** The first lines of a text file, unpacked, without the byte order mark. */
export async function firstLines(
  database: Database,
  path: string,
  name: string,
  limit: number = SAMPLE,
): Promise<string[]> {
  const rows = await refusing(name, "text", () =>
    rowsOf<{line: string | null}>(database, `SELECT line FROM ${lines(path)} LIMIT ${limit}`),
  );
  return rows.map(row => row.line ?? "");
}

async function refusing<T>(name: string, kind: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const why = (error as Error).message.split("\n")[0]!.replace(/^\w[\w ]*Error: /, "");
    throw new DataError(`${name} cannot be read as ${kind} (${why}); write the file again`, {file: name});
  }
}

/** A Parquet file as a table. */
export const parquet = (path: string): string =>
  `read_parquet(${quoted(literal(path))}, file_row_number = true, hive_partitioning = false)`;

/** A text file as a table with one column, `line`. */
export const lines = (path: string): string =>
  `read_csv(${quoted(literal(path))}, delim = '\u0001', quote = '', escape = '', header = false,
    columns = {'line': 'VARCHAR'}, auto_detect = false, strict_mode = false, ignore_errors = true)`;

/** A delimited text file as a table of texts; lines that do not fit are rejected into `reject_errors`. */
export function delimited(path: string, {delimiter, header, columns}: Layout): string {
  const types = columns.map(column => `${quoted(column)}: 'VARCHAR'`).join(", ");
  return `read_csv(${quoted(literal(path))}, delim = ${quoted(delimiter)}, quote = '"', escape = '"',
    header = ${header}, columns = {${types}}, auto_detect = false, ignore_errors = true, store_rejects = true,
    rejects_limit = 0)`;
}

/** The fields of runs-of-spaces text: the list `fields` of every line that is not blank. */
export function spaced(path: string, {header}: Layout): string {
  const numbered = `SELECT row_number() OVER () - ${header ? 1 : 0} AS row, line FROM ${lines(path)}
    WHERE line IS NOT NULL AND trim(line, ' \t') <> ''`;
  return `(SELECT row, line, regexp_split_to_array(trim(line, ' \t'), '[ \t]+') AS fields
    FROM (${numbered}) WHERE row > 0)`;
}

/** Whether a text file is of the kind that {@link spaced} reads. */
export const isSpaced = (layout: Layout): boolean => layout.delimiter === SPACES;
