import {assignArms} from "./assign.ts";
import {outsideArms, targetArms} from "./design.ts";
import type {Plan} from "./plan.ts";
import {type AssignedCustomers, groupOf, whereOf} from "./read-rows.ts";

/** Whether the customers by arm are not as many as planned, or the plan's salt draws other arms for them. */
export function isAltered(plan: Plan, rows: AssignedCustomers): boolean {
  const {sharing, population} = plan;
  return (["target", "outside"] as const).some(where => {
    const own = Array.from(rows.customer.keys()).filter(i => whereOf(rows.group[i]!) === where);
    const arms = where === "target" ? targetArms(sharing) : outsideArms(sharing);
    const drawn =
      arms.length === 1
        ? new Uint8Array(own.length)
        : assignArms(
            own.map(i => rows.customer[i]!),
            {salt: sharing.salt, arms, blocks: own.map(i => rows.stratum[i]!)},
          );
    const counted: Record<string, number> = {};
    for (const i of own) counted[rows.arm[i]!] = (counted[rows.arm[i]!] ?? 0) + 1;
    return (
      arms.some(({name}) => (counted[name] ?? 0) !== (population[where][name] ?? 0)) ||
      own.some((i, k) => {
        const {name} = arms[drawn[k]!]!;
        return rows.arm[i] !== name || rows.group[i] !== groupOf(where, name);
      })
    );
  });
}
