import {byCodeUnit} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {Population} from "../uplift/experiment/design.ts";
import type {Plan, RegisteredPlan} from "../uplift/experiment/plan.ts";
import {digestOf} from "./store.ts";

/** The plan with its digest: SHA-256, hex, of its canonical JSON. */
export function registerPlan(plan: Plan): RegisteredPlan {
  return {...plan, digest: digestOf(plan)};
}

/**
 * A registered plan as it was read from a file.
 * @param file names it in messages.
 * @throws DataError when it is no plan, or one that was altered after it was registered.
 */
export function readRegisteredPlan(text: string, file: string): RegisteredPlan {
  const {digest, ...plan} = parsed(text, file);
  if (plan.schemaVersion !== "1" || typeof digest !== "string")
    throw new DataError(
      `${file} is no registered plan of this version; make one with \`churnbook experiment design\``,
      {file},
    );
  const found = digestOf(plan);
  if (found !== digest)
    throw new DataError(
      `${file} was altered after it was registered: the digest expected is ${digest}, and what it holds has ${found}; ` +
        "use the plan as it was registered, or register another experiment",
      {file},
    );
  return {...plan, digest} as RegisteredPlan;
}

function parsed(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new DataError(`${file} is no JSON object; make one with \`churnbook experiment design\``, {file});
}

/** SHA-256, hex, of the customers with their risk and strata, whatever their order. */
export function populationDigest({customers, risk, strata = {}}: Population): string {
  const names = Object.keys(strata).sort(byCodeUnit);
  const order = Array.from(customers.keys()).sort((a, b) => byCodeUnit(customers[a]!, customers[b]!));
  const rows = order.map(i => [customers[i]!, risk[i]!, ...names.map(name => strata[name]![i]!)]);
  return digestOf({names, rows});
}
