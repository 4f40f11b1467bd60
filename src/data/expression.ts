import {DataError} from "../data-error.ts";
import {type Database, quoted, rowsOf} from "./database.ts";

/**
 * The columns that an SQL expression reads, each once, as written.
 * @param field name of the expression in the study, for the message.
 * @throws DataError when it is no SQL expression.
 */
export async function columnsIn(database: Database, expression: string, field: string): Promise<string[]> {
  const [row] = await rowsOf<{tree: string}>(
    database,
    `SELECT json_serialize_sql(${quoted(`SELECT (${expression}) FROM source`)})::VARCHAR AS tree`,
  );
  const tree = JSON.parse(row!.tree) as {error: boolean; error_message?: string; statements?: unknown[]};
  if (tree.error || tree.statements?.length !== 1)
    throw new DataError(
      `${field} is no SQL expression: ${expression} (${tree.error_message ?? "more than one statement"}); correct it`,
    );
  const found = new Set<string>();
  collect(tree.statements, found);
  return [...found];
}

function collect(node: unknown, found: Set<string>): void {
  if (typeof node !== "object" || node === null) return;
  const {class: kind, column_names: names} = node as {class?: unknown; column_names?: unknown};
  if (kind === "COLUMN_REF" && Array.isArray(names)) found.add(String(names.at(-1)));
  for (const inner of Object.values(node)) collect(inner, found);
}
