import {createHash} from "node:crypto";
import {deserialize, serialize} from "node:v8";

/** Where stage results are kept, by key. Losing it costs time, never a result. */
export type Store = {
  readonly read: (key: string) => Uint8Array | undefined;
  readonly write: (key: string, bytes: Uint8Array) => void;
};

/** sha256, hex, of a value's JSON with the keys of every object sorted. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** JSON with the keys of every object sorted by code unit: equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * The result of a stage: read when it is stored under the digest of the stage's name and inputs, else computed
 * and stored. A stored result that cannot be read is computed again.
 */
export async function stored<T>(
  store: Store,
  {stage, inputs}: {stage: string; inputs: unknown},
  compute: () => T | Promise<T>,
): Promise<T> {
  const key = digestOf([stage, inputs]);
  const bytes = store.read(key);
  if (bytes) {
    try {
      return deserialize(bytes) as T;
    } catch {
      // Written by another version of Node, or cut off: compute it again.
    }
  }
  const result = await compute();
  store.write(key, serialize(result));
  return result;
}
