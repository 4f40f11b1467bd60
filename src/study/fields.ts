import {z} from "zod";

export const name = z.string().min(1);
export const span = z.union(
  [z.strictObject({months: z.int().min(1).max(60)}), z.strictObject({days: z.int().min(1).max(1830)})],
  "a length of time is days(n), n from 1 to 1830, or months(n), n from 1 to 60",
);
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "a month is written YYYY-MM");
export const day = z.iso.date("a day is written YYYY-MM-DD");

export const unique =
  <Key extends string>(key: Key) =>
  (items: readonly Readonly<Record<Key, unknown>>[]): boolean =>
    new Set(items.map(item => item[key])).size === items.length;
