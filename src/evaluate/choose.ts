import type {Groups} from "./fairness.ts";
import {type Ranking, rankRows} from "./ranking.ts";

/** Who is chosen when the riskiest `fraction` of the rows is, ties sharing what is left. */
export function chooseTop(margins: ArrayLike<number>, fraction: number): Float64Array {
  const ranking = rankRows(margins, new Uint8Array(margins.length));
  return chosenOf(ranking, fraction * ranking.rows);
}

/** Who is chosen when the riskiest `fraction` of each group is; rows of no known group are one more. */
export function chooseAlike(margins: ArrayLike<number>, groups: Groups, fraction: number): Float64Array {
  return chooseByGroup(margins, groups, ({rows}) => fraction * rows);
}

/**
 * Who is chosen when in every group the same share of those who would churn is, as far as the model's own probabilities
 * tell, and as many rows in all as {@link chooseTop} chooses: equal opportunity (Hardt, Price and Srebro 2016) without
 * looking at outcomes.
 */
export function chooseEqualReach(
  margins: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  groups: Groups,
  fraction: number,
): Float64Array {
  const needed = (reach: number) => (ranking: Ranking, rows: Int32Array) => {
    const all = rows.reduce((sum, i) => sum + probabilities[i]!, 0);
    let [k, found] = [0, 0];
    for (const end of ranking.ends) {
      let step = 0;
      for (let at = k; at < end; at++) step += probabilities[rows[ranking.order[at]!]!]!;
      if (found + step >= reach * all) return step === 0 ? k : k + ((reach * all - found) / step) * (end - k);
      found += step;
      k = end;
    }
    return k;
  };
  let [low, high] = [0, 1];
  const wanted = fraction * margins.length;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    const chosen = chooseByGroup(margins, groups, needed(middle));
    if (chosen.reduce((sum, part) => sum + part, 0) > wanted) high = middle;
    else low = middle;
  }
  return chooseByGroup(margins, groups, needed(low));
}

function chooseByGroup(
  margins: ArrayLike<number>,
  {code, names}: Groups,
  count: (ranking: Ranking, rows: Int32Array) => number,
): Float64Array {
  const out = new Float64Array(margins.length);
  for (let g = -1; g < names.length; g++) {
    const rows = Int32Array.from(code.keys()).filter(i => code[i] === g);
    if (rows.length === 0) continue;
    const ranking = rankRows(
      Float64Array.from(rows, i => margins[i]!),
      new Uint8Array(rows.length),
    );
    const chosen = chosenOf(ranking, Math.min(rows.length, count(ranking, rows)));
    rows.forEach((i, r) => {
      out[i] = chosen[r]!;
    });
  }
  return out;
}

function chosenOf({rows, order, ends}: Ranking, wanted: number): Float64Array {
  const out = new Float64Array(rows);
  let k = 0;
  for (const end of ends) {
    const part = Math.min(1, Math.max(0, (wanted - k) / (end - k)));
    for (; k < end; k++) out[order[k]!] = part;
  }
  return out;
}
