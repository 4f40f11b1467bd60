import type {Matrix} from "../features/matrix.ts";
import {applyModel, type Model} from "../model/model.ts";
import {stepsOf} from "./contributions.ts";
import type {Explanation} from "./explain-rows.ts";
import {readsAlike, type Usual} from "./sentences.ts";
import type {Subject} from "./subjects.ts";
import type {UsualOf} from "./usual.ts";

/**
 * What is usual, where it tells why. Contributions measure from the average customer, so that a value can raise the risk
 * though it is better than, or the same as, the customer's own usual: said side by side that would be nonsense. So of
 * some ways to tell what is usual the first is taken that reads otherwise than the row's value, and with which in the
 * place of that value the model's margin moves against the feature's contribution; none where no way does.
 * @param ways in the order in which they are preferred. @param x the rows that are explained.
 * @throws the errors of `applyModel`.
 */
export async function tellingUsual(
  ways: readonly UsualOf[],
  {
    model,
    x,
    explanation,
    subjects,
  }: {
    readonly model: Model;
    readonly x: Matrix;
    readonly explanation: Explanation;
    readonly subjects: readonly Subject[];
  },
): Promise<UsualOf> {
  const margins = await applyModel(model, x);
  const place = new Map(explanation.names.map((name, j) => [name, j]));
  const told = new Map<string, (Usual | undefined)[]>();
  for (const subject of subjects) {
    const j = x.names.indexOf(subject.name);
    const shares = place.get(subject.name);
    if (j < 0 || shares === undefined) continue;
    const own = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    const found: (Usual | undefined)[] = Array(x.rows).fill(undefined);
    for (const way of ways) {
      const usual = found.map((taken, row) => {
        const it = taken ?? way(subject, row);
        return taken || !it || readsAlike(subject, own[row]!, it.value) ? undefined : it;
      });
      if (usual.every(it => it === undefined)) continue;
      const values = x.values.slice();
      for (const [row, it] of usual.entries()) if (it) values[j * x.rows + row] = it.value;
      const moved = await applyModel(model, {...x, values});
      for (const [row, it] of usual.entries()) {
        const gained = stepsOf(margins[row]! - moved[row]!);
        const share = stepsOf(explanation.values[row * explanation.names.length + shares]!);
        if (it && gained !== 0 && Math.sign(gained) === Math.sign(share)) found[row] = it;
      }
    }
    told.set(subject.name, found);
  }
  return ({name}, row) => told.get(name)?.[row];
}
