import {createHash} from "node:crypto";
import type {CustomerTables} from "../data/customer-table.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import {canonicalJson} from "./store.ts";

/** What a study reads beside events and campaigns. */
export type Beside = {
  readonly subscriptions?: Subscriptions | undefined;
  readonly tables?: CustomerTables | undefined;
};

/** Numbers that are hashed at once. */
const SLICE = 10_000;

/** sha256, hex, of subscriptions and tables as they were read; null where there are none. */
export function besideDigest({subscriptions, tables}: Beside): string | null {
  if (subscriptions === undefined && tables === undefined) return null;
  const hash = createHash("sha256");
  const visit = (value: unknown): void => {
    if (value instanceof Int32Array || value instanceof Float64Array) {
      hash.update(`${value.length} numbers\n`);
      for (let at = 0; at < value.length; at += SLICE)
        hash.update(`${value.subarray(at, at + SLICE).join(",")}\n`);
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
        hash.update(`${JSON.stringify(key)}:\n`);
        visit(inner);
      }
    } else hash.update(`${canonicalJson(value)}\n`);
  };
  visit({subscriptions: subscriptions ?? null, tables: tables ?? null});
  return hash.digest("hex");
}
