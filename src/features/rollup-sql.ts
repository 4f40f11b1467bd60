import {named, quoted} from "../data/database.ts";
import type {HistoryPlan, Plan} from "./plan.ts";

/** SQL for whether an event is of a history. */
export const isOf = ({types, where}: Pick<HistoryPlan, "types" | "where">): string =>
  `type IN (${types.map(quoted).join(", ")})${where ? ` AND ${named(where.attribute)} = ${quoted(where.value)}` : ""}`;

/** The columns of the roll-up: `n<h>` events of history h, and where its amounts are read `a<h>` of them and `s<h>`. */
export const rollupColumns = ({histories}: Plan): string[] =>
  histories.flatMap((history, h) => [
    `CAST(SUM(CASE WHEN ${isOf(history)} THEN 1 ELSE 0 END) AS INTEGER) AS n${h}`,
    ...(history.amounts
      ? [
          `CAST(SUM(CASE WHEN amount IS NOT NULL AND ${isOf(history)} THEN 1 ELSE 0 END) AS INTEGER) AS a${h}`,
          `CAST(SUM(CASE WHEN ${isOf(history)} THEN COALESCE(amount, 0) ELSE 0 END) AS BIGINT) AS s${h}`,
        ]
      : []),
  ]);
