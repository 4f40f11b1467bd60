import {chunksOf, withDatabase} from "../../src/data/database.ts";
import {hashUnitSql} from "../../src/split/unit-sql.ts";

/** u of each id, computed by DuckDB. */
export const unitsBySql = (ids: readonly string[], salt: string): Promise<Float64Array> =>
  withDatabase(async database => {
    await database.connection.run("CREATE TABLE ids (i INTEGER, id VARCHAR)");
    const appender = await database.connection.createAppender("ids");
    ids.forEach((id, i) => {
      appender.appendInteger(i);
      appender.appendVarchar(id);
      appender.endRow();
    });
    appender.closeSync();
    const out = new Float64Array(ids.length);
    let k = 0;
    for await (const chunk of chunksOf(database, `SELECT ${hashUnitSql("id", salt)} FROM ids ORDER BY i`))
      for (const u of chunk.getColumnValues(0)) out[k++] = u as number;
    return out;
  });
