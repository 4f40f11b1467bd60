import {quoted} from "../data/database.ts";

/**
 * DuckDB SQL for `hashUnit`, bit for bit: a DOUBLE in [0, 1), NULL for a NULL id.
 * @param id SQL expression of the id as text: a number must be cast in the form that the log's ids have.
 */
export const hashUnitSql = (id: string, salt: string): string =>
  `(('0x' || substr(md5(${id} || ${quoted(`:${salt}`)}), 1, 13))::BIGINT::DOUBLE / 4503599627370496::DOUBLE)`;
