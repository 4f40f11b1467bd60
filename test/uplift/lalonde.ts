import type {Matrix} from "../../src/features/matrix.ts";
import {referenceCase} from "../model/reference.ts";

type Figures = Readonly<Record<string, number>>;

export const {column, text, expected} = referenceCase<{
  n: number;
  treated: number;
  naive: number;
  ps_coef: Figures;
  ps_first10: readonly number[];
  smd_before: Figures;
  var_ratio_before: Readonly<Record<string, number | "NA">>;
  nn11: {smd: Figures; n: readonly number[]; matched_control_rows: readonly number[]; att: number};
  nn11_by_distances: {
    att: number;
    control_of_treated: readonly number[];
    caliper: {pairs: number; att: number};
  };
  ols: {att: number; se: number};
  subclass6: {att: number};
  ipw_att_hajek: number;
  ipw_ate_hajek: number;
  ess: {treated: number; control: number};
}>("lalonde_matchit");

const RACES = ["black", "hispan", "white"];
export const treated: Uint8Array = Uint8Array.from(column("treat"));
export const earnings: Float64Array = column("re78");

/** The covariates, race as a category. */
export const covariates: Matrix = (() => {
  const names = ["age", "educ", "race", "married", "nodegree", "re74", "re75"];
  const rows = treated.length;
  const values = new Float64Array(rows * names.length);
  names.forEach((name, j) => {
    const of = name === "race" ? Float64Array.from(text(name), race => RACES.indexOf(race)) : column(name);
    values.set(of, j * rows);
  });
  return {names, rows, values, categories: {race: RACES}};
})();
