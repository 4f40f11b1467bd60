import {byCodeUnit, type EventLog, timesOf} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {asKnownBefore} from "../data/known.ts";
import type {FeatureDeclaration} from "../study.ts";
import {isCategory, type Plan} from "./plan.ts";

/** By feature that gives categories: the text of each code, in code-unit order. A text that is not there is missing. */
export type Levels = Readonly<Record<string, readonly string[]>>;

/** The order of the levels, lowest first, of the features that declare one, by name. */
export const declaredOrder = (features: readonly FeatureDeclaration[]): Levels =>
  Object.fromEntries(features.flatMap(({name, order}) => (order ? [[name, order]] : [])));

/**
 * Learns the dictionaries of the categories from what was known of the events before a cutoff, of all types. A level
 * that a declared order names is in them whether it was seen or not.
 */
export function levelsBefore(
  log: EventLog,
  features: readonly FeatureDeclaration[],
  cutoff: Instant,
): Levels {
  const then = asKnownBefore(log, cutoff);
  const time = timesOf(then);
  const levels: Record<string, readonly string[]> = {};
  for (const {name, measure, against = "", order = []} of features) {
    const attribute = then.attributes[against];
    if (!isCategory(measure) || !attribute) continue;
    const {codes, values} = attribute;
    const seen = new Uint8Array(values.length);
    for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0 && time[i]! < cutoff) seen[codes[i]!] = 1;
    const known = values.filter((_, code) => seen[code] === 1);
    levels[name] = [...new Set([...known, ...order])].sort(byCodeUnit);
  }
  return levels;
}

/** Level of each value of a log, -1 where it is none, by feature. */
export function levelsOf(
  levels: Levels,
  {features}: Pick<Plan, "features">,
  attributes: Readonly<Record<string, {readonly values: readonly string[]}>>,
): Record<string, Int32Array> {
  return Object.fromEntries(
    features
      .filter(({declaration}) => isCategory(declaration.measure))
      .map(({declaration: {name, against = ""}}) => {
        const level = new Map((levels[name] ?? []).map((text, i) => [text, i]));
        return [name, Int32Array.from(attributes[against]!.values, text => level.get(text) ?? -1)];
      }),
  );
}
