import {byCodeUnit} from "../data/event-log.ts";
import type {RegisteredPlan} from "../uplift/experiment/plan.ts";
import type {AssignedCustomers} from "../uplift/experiment/read-rows.ts";
import {csvCell} from "./score-list.ts";

/** Digits of the plan's digest that stand in each row of an assignment. */
export const PLAN_DIGITS = 12;

/**
 * An assignment as CSV (RFC 4180, lines end in \n), in the order of the customers' ids, numbers with all their digits;
 * `plan` is the beginning of the plan's digest.
 */
export function assignmentCsv(
  {customer, group, arm, stratum, chance}: AssignedCustomers,
  {digest}: Pick<RegisteredPlan, "digest">,
): string {
  const order = Array.from(customer.keys()).sort((a, b) => byCodeUnit(customer[a]!, customer[b]!));
  const lines = order.map(i =>
    [
      ...[csvCell(customer[i]!), group[i]!, csvCell(arm[i]!), csvCell(stratum[i]!)],
      ...[chance[i]!, digest.slice(0, PLAN_DIGITS)],
    ].join(","),
  );
  return `${["customer,group,arm,stratum,chance,plan", ...lines].join("\n")}\n`;
}
