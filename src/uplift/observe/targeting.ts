import {fitBoost} from "../../boost/fit.ts";
import {boostMargins, boostProbabilities} from "../../boost/predict.ts";
import {type Matrix, takeRows} from "../../features/matrix.ts";
import {applyLogistic, fitLogistic, type Logistic} from "../../model/logistic.ts";
import {leastSquares} from "../least-squares.ts";
import {foldsOf} from "../uplift-data.ts";
import {designMatrix} from "./design-matrix.ts";
import {columnsOf} from "./regression-effect.ts";

/** What campaigns leave behind: covariates known before the contact, who was contacted, and what came of it. */
export type ObservedContacts = {
  /** Known before the contact: what comes after may be an effect of it. */
  readonly x: Matrix;
  readonly outcome: Float64Array;
  /** 1 treated, 0 control. */
  readonly treated: Uint8Array;
  /** Code of the customer; folds and errors keep a customer's rows together. */
  readonly customer: Int32Array;
  /** Id of each customer code; folds are cut by a hash of it. */
  readonly ids: readonly string[];
};

/** What is expected of each row, by the models of {@link fitTargeting}. */
export type Targeting = {
  /** Probability of having been treated, in (0, 1). */
  readonly propensity: Float64Array;
  /** Expected outcome without and with the treatment. */
  readonly outcomes: readonly [control: Float64Array, treated: Float64Array];
};

export type TargetingOptions = {
  /**
   * "linear": logistic regression for the propensity and for an outcome that is 0 or 1, least squares for an amount;
   * "boost": boosted trees for all of them. Linear models have an ordinary ridge penalty where there are folds, and
   * hardly any in models of all rows.
   */
  readonly learner: "linear" | "boost";
  /** A row is predicted by models without its customer, in as many folds; 1 for models of all rows. */
  readonly folds: number;
  /** For the folds and the trees; nothing else is random. */
  readonly seed: number;
};

/**
 * Of all rows at once hardly a penalty, which moves no coefficient that the rows tell; where they part the classes so far
 * that no minimum is found, it grows.
 */
const PLAIN = [1e6, 1e4, 100, 1] as const;
/**
 * Across folds an ordinary one: what only a few rows have, such as a missing value, would else get a coefficient without
 * bound, and of a row that was not learned from a certainty that nothing supports.
 */
const CROSSED = [1] as const;
/** A probability that a model takes for certain is kept this far from 0 and 1, so that it can be weighed with. */
const EDGE = 1e-6;
/** Small trees and few: nuisance models must not learn the rows by heart. */
const TREES = {trees: 100, growth: "leaf", leaves: 8, rate: 0.05, minChildWeight: 5} as const;

/**
 * Models of who was treated and of what comes without and with treatment, cross-fitted by customer (Chernozhukov et al.
 * 2018). The fold of a customer hangs on its id and the seed alone.
 * @throws RangeError when lengths differ, a customer has no id, folds are fewer than 1, or a fold leaves an arm without rows.
 */
export async function fitTargeting(
  contacts: ObservedContacts,
  {learner, folds, seed}: TargetingOptions,
): Promise<Targeting> {
  const {x, outcome, treated, customer, ids} = contacts;
  const rows = x.rows;
  for (const [name, values] of Object.entries({outcome, treated, customer}))
    if (values.length !== rows)
      throw new RangeError(
        `fitTargeting requires ${rows} entries of ${name}, one a row, got ${values.length}`,
      );
  if (!(Number.isInteger(folds) && folds >= 1))
    throw new RangeError(`fitTargeting requires at least 1 fold, got ${folds}`);
  const without = customer.find(c => ids[c] === undefined);
  if (without !== undefined)
    throw new RangeError(`fitTargeting requires an id of each customer, got none of ${without}`);
  const table = learner === "linear" ? designMatrix(x) : x;
  const binary = outcome.every(value => value === 0 || value === 1);
  const all = [...outcome.keys()];
  const cut =
    folds === 1
      ? [{inside: all, outside: all}]
      : foldsOf({trial: {customer}, ids}, {salt: `targeting ${seed}`, folds});
  const out: Targeting = {
    propensity: new Float64Array(rows),
    outcomes: [new Float64Array(rows), new Float64Array(rows)],
  };
  for (const [k, {inside: held, outside: train}] of cut.entries()) {
    const learn = (which: readonly number[], y: ArrayLike<number>, kind: Job["kind"]) =>
      predict(
        {
          learner,
          seed,
          kind,
          penalties: folds === 1 ? PLAIN : CROSSED,
          x: takeRows(table, which),
          y: Array.from(which, i => y[i]!),
        },
        takeRows(table, held),
      );
    const arm = (t: number) => train.filter(i => treated[i] === t);
    if (arm(0).length === 0 || arm(1).length === 0)
      throw new RangeError(
        `fitTargeting requires rows of both arms outside each fold, got ${arm(1).length} treated and ${arm(0).length} control outside fold ${k + 1}`,
      );
    const found = [
      await learn(train, treated, "share"),
      await learn(arm(0), outcome, binary ? "share" : "amount"),
      await learn(arm(1), outcome, binary ? "share" : "amount"),
    ] as const;
    held.forEach((i, at) => {
      out.propensity[i] = Math.min(Math.max(found[0][at]!, EDGE), 1 - EDGE);
      out.outcomes[0][i] = found[1][at]!;
      out.outcomes[1][i] = found[2][at]!;
    });
  }
  return out;
}

type Job = {
  readonly learner: TargetingOptions["learner"];
  readonly seed: number;
  readonly kind: "share" | "amount";
  /** The inverse of the penalty of a linear model, the first that a minimum is found with. */
  readonly penalties: readonly number[];
  readonly x: Matrix;
  readonly y: readonly number[];
};

async function predict(job: Job, at: Matrix): Promise<Float64Array> {
  const {x, y, kind} = job;
  // Of one value only there is nothing to learn.
  if (y.every(value => value === y[0])) return new Float64Array(at.rows).fill(y[0]!);
  if (job.learner === "boost") {
    const model = await fitBoost(x, y, {
      ...TREES,
      objective: kind === "share" ? "logistic" : "squared",
      categorical: Object.keys(x.categories ?? {}),
      seed: job.seed,
    });
    return kind === "share" ? boostProbabilities(model, at) : Float64Array.from(boostMargins(model, at));
  }
  if (kind === "share") return applyLogistic(logisticOf(job), at).map(margin => 1 / (1 + Math.exp(-margin)));
  const beta = leastSquares(columnsOf(x), Float64Array.from(y), {ridge: 1 / job.penalties[0]!});
  const out = new Float64Array(at.rows);
  columnsOf(at).forEach((column, j) => {
    for (let i = 0; i < out.length; i++) out[i]! += beta[j]! * column[i]!;
  });
  return out;
}

function logisticOf({x, y, penalties}: Pick<Job, "x" | "y" | "penalties">): Logistic {
  for (const c of penalties.slice(0, -1)) {
    try {
      return fitLogistic(x, y, {c});
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return fitLogistic(x, y, {c: penalties.at(-1)!});
}
