import {type Database, named, rowsOf} from "./database.ts";
import type {Layout} from "./layout.ts";
import {delimited, isSpaced, parquet, type SourceFile, spaced} from "./source.ts";

/** Name of the SQL column that holds column `i` of those asked for; the user's names cannot collide with it. */
export const rawColumn = (i: number): string => `"$${i}"`;

/** SQL columns of `raw` that say where a row comes from, and a digest of the whole row. */
export const RAW_PLACE = '"$file", "$row", "$print"';

/**
 * Reads files as text into the tables
 * `raw` ("$file" index of the file, "$row" from 1 with the header not counted, "$print" digest of the whole
 * row, "$0", "$1", … the columns asked for, all VARCHAR, in the order asked) and
 * `rejected` ("$file", "$row", value, reason), the lines that have not the columns of their file.
 */
export async function loadRaw(
  database: Database,
  files: readonly SourceFile[],
  columns: readonly string[],
): Promise<void> {
  const {connection} = database;
  const list = columns.map((_, i) => `, ${rawColumn(i)} VARCHAR`).join("");
  await connection.run(
    `CREATE TABLE raw ("$file" INTEGER, "$row" BIGINT, "$print" UHUGEINT${list});
     CREATE TABLE rejected ("$file" INTEGER, "$row" BIGINT, value VARCHAR, reason VARCHAR)`,
  );
  for (const [index, file] of files.entries()) {
    if (file.layout === undefined) await loadParquet(database, file, index, columns);
    else if (isSpaced(file.layout)) await loadSpaced(database, file.path, file.layout, index, columns);
    else await loadDelimited(database, file.path, file.layout, index, columns);
  }
}

/** A digest of all texts of a row, as a number; no two rows that differ are known to share one. */
const print = (texts: readonly string[]): string =>
  `md5_number(concat_ws(chr(31), ${texts.map(text => `coalesce(${text}, chr(30))`).join(", ")}))`;

async function loadParquet(
  {connection}: Database,
  {path, columns: all}: SourceFile,
  index: number,
  columns: readonly string[],
): Promise<void> {
  const texts = all.filter(name => name !== "file_row_number").map(name => `${named(name)}::VARCHAR`);
  await connection.run(
    `INSERT INTO raw SELECT ${index}, file_row_number + 1, ${print(texts)}
       ${columns.map(name => `, ${named(name)}::VARCHAR`).join("")} FROM ${parquet(path)}`,
  );
}

async function loadSpaced(
  {connection}: Database,
  path: string,
  layout: Layout,
  index: number,
  columns: readonly string[],
): Promise<void> {
  const width = layout.columns.length;
  const picked = columns.map(name => `, fields[${layout.columns.indexOf(name) + 1}]`).join("");
  await connection.run(
    `INSERT INTO raw SELECT ${index}, row, md5_number(array_to_string(fields, ' '))${picked}
       FROM ${spaced(path, layout)} WHERE len(fields) = ${width};
     INSERT INTO rejected SELECT ${index}, row, line, 'has ' || len(fields) || ' fields, not ${width}'
       FROM ${spaced(path, layout)} WHERE len(fields) <> ${width}`,
  );
}

async function loadDelimited(
  database: Database,
  path: string,
  layout: Layout,
  index: number,
  columns: readonly string[],
): Promise<void> {
  const {connection} = database;
  await connection.run(
    `INSERT INTO raw SELECT ${index}, row_number() OVER (), ${print(layout.columns.map(named))}
       ${columns.map(name => `, ${named(name)}`).join("")} FROM ${delimited(path, layout)}`,
  );
  await connection.run(
    `INSERT INTO rejected SELECT ${index}, line - ${layout.header ? 1 : 0}, trim(any_value(csv_line), chr(10) || chr(13)),
       CASE any_value(error_type)
         WHEN 'INVALID ENCODING' THEN 'is not UTF-8'
         WHEN 'UNQUOTED VALUE' THEN 'has text beside a quoted field'
         ELSE replace(replace(any_value(error_message), 'Expected Number of Columns: ', 'has not '), ' Found: ', ' fields but ')
       END FROM reject_errors GROUP BY line;
     DROP TABLE reject_errors; DROP TABLE reject_scans`,
  );
  const [{n}] = (await rowsOf<{n: number}>(
    database,
    `SELECT count(*)::INTEGER AS n FROM rejected WHERE "$file" = ${index}`,
  )) as [{n: number}];
  if (n > 0) await countRejected(database, index);
}

/** Rows were numbered without the rejected lines; gives every row the number it has in the file. */
async function countRejected({connection}: Database, index: number): Promise<void> {
  // The k-th rejected line, on row r, follows r - k kept rows: a kept row q lies behind it when q > r - k.
  await connection.run(
    `CREATE TEMP TABLE shift AS SELECT kept, max(k) AS k FROM (
       SELECT "$row" - row_number() OVER (ORDER BY "$row") AS kept, row_number() OVER (ORDER BY "$row") AS k
       FROM rejected WHERE "$file" = ${index}) GROUP BY kept;
     UPDATE raw SET "$row" = "$row" + moved.k FROM (
       SELECT r."$row" AS q, s.k FROM (SELECT "$row" FROM raw WHERE "$file" = ${index}) r
       ASOF JOIN shift s ON r."$row" > s.kept) AS moved
     WHERE raw."$file" = ${index} AND raw."$row" = moved.q;
     DROP TABLE shift`,
  );
}

/** Text of a cell without spaces around it, NULL where nothing is left. */
export const filled = (column: string): string => `nullif(trim(${column}, ' \t\u00a0'), '')`;
