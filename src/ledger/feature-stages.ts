import {addSpan, dayOf} from "../data/calendar.ts";
import {DataError} from "../data-error.ts";
import {type Alive, aliveTraining, fitAlive} from "../features/alive.ts";
import {type AliveWindow, checkAliveWindow} from "../features/alive-window.ts";
import {auditFeatures} from "../features/audit.ts";
import {applyFeatures, type BesideLog, type FittedFeatures, fitFeatures} from "../features/fitted.ts";
import {levelsBefore} from "../features/levels.ts";
import type {Matrix} from "../features/matrix.ts";
import {auditSplit, type SplitAudit} from "../split/audit.ts";
import {checkTwins} from "../split/duplicates.ts";
import {type AuditFinding, applyAllowances, requireSound} from "../split/finding.ts";
import {checkIds} from "../split/id-leak.ts";
import {rowsOf, type Split, splitRows} from "../split/rows.ts";
import {OPT_IN} from "../study.ts";
import {countsSilence} from "../target/rule.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** The stages of a run that split its rows, compute what is known of them, and look for leaks. */
export type FeatureStages = {
  readonly split: () => Split;
  /** What the checks of the split alone found. @throws DataError when one fails. */
  readonly splitAudit: () => SplitAudit;
  /**
   * What the whole leakage audit found: of the split, of the people in it and of the features.
   * @throws DataError when it finds a leak that the study does not allow.
   */
  readonly audit: () => Promise<{readonly findings: readonly AuditFinding[]}>;
  /** The labels that a model may learn from, with the customer of each, before any split by customer. */
  readonly pastLabels: () => {y: Uint8Array; customer: Int32Array; cohortSize: number};
  /** The features of the study; with "alive" among its models, and fitted, what the model of buying says joins them. */
  readonly features: () => Promise<Matrix>;
  /** What was learned to compute the features, and what they read beside the log. */
  readonly fitted: () => Promise<FittedFeatures>;
  readonly beside: BesideLog;
  /**
   * The model of buying until leaving, fitted on the study's activity of train customers before the test.
   * @throws DataError when it cannot be fitted.
   */
  readonly alive: () => Alive;
  /** Why it cannot be fitted; undefined where it can. */
  readonly aliveRefusal: () => string | undefined;
  /** Whether the days of an inactivity definition agree with P(alive); undefined for another definition. */
  readonly aliveWindow: () => AliveWindow | undefined;
};

export function featureStages(
  inputs: RunInputs,
  {cohort, targets, labels, treated, keys, churnRule, warnings, cohortSize}: TargetStages,
): FeatureStages {
  const {study, log, campaigns, tables, store} = inputs;
  const {features: key} = stageKeys(inputs);
  const {horizon, activity, target} = study;
  const testFrom = dayOf(`${study.split.testFrom}-01`);
  const split = once(() => {
    const made = splitRows(cohort(), keys(), {
      ...study.split,
      ...{testFrom, horizon, labels: labels(), treated: treated()},
    });
    const fatal = warnings().find(warning => warning.severity === "error");
    if (fatal) throw new DataError(fatal.message);
    return made;
  });
  const splitAudit = once(() =>
    requireSound(
      auditSplit(split(), cohort(), {
        ...study.split,
        ...{horizon, labels: labels(), treated: treated(), keys: keys(), churn: study.churn},
      }),
    ),
  );
  const fitBuying = (of: string) => fitAlive(log, {...aliveTraining(split(), cohort()), of, horizon});
  const alive = once(() => fitBuying(activity));
  const aliveRefusal = once(() => {
    try {
      alive();
      return undefined;
    } catch (error) {
      if (error instanceof DataError) return error.message;
      throw error;
    }
  });
  const aliveWindow = once(() => {
    const {churn} = study;
    if (churn.kind !== "inactivity") return undefined;
    const {buying} = churn.of === activity ? alive() : fitBuying(churn.of);
    return checkAliveWindow(buying, log, {...aliveTraining(split(), cohort()), churn});
  });
  const beside = {campaigns, tables};
  const fittedFeatures = once(() =>
    stored(store, {stage: "features", inputs: key}, async () => {
      // Categories are learnt from what the training cutoffs could know.
      const learning = cohort().cutoffs.findLast(t => addSpan(t, horizon) <= testFrom) ?? testFrom;
      return fitFeatures(log, cohort(), {
        ...{features: study.features, levels: levelsBefore(log, study.features, learning), beside},
        alive: study.models.includes(OPT_IN) && aliveRefusal() === undefined ? alive() : null,
        rfm: study.rfm && {features: study.rfm, rows: rowsOf(split(), "train")},
      });
    }),
  );
  const features = async () => (await fittedFeatures()).x;
  const audit = once(async () => {
    const inputs = [key, target, study.split, study.seed];
    const {fitted} = await fittedFeatures();
    const found = await stored(store, {stage: "audit", inputs}, async () => [
      ...splitAudit().findings,
      checkTwins(log, split(), cohort().customer),
      ...checkIds(split(), cohort(), {customers: log.customers, labels: labels()}),
      ...(await auditFeatures(await features(), {
        ...{log, cohort: cohort(), split: split(), labels: labels(), features: study.features},
        churn: churnRule(),
        mechanical:
          target === "silent"
            ? cohort().recency
            : countsSilence(churnRule())
              ? targets().churnsIn
              : undefined,
        compute: (other, part, itsBeside) => applyFeatures(fitted, other, part, itsBeside),
        beside,
        seed: study.seed,
      })),
    ]);
    return requireSound({findings: applyAllowances(found, study.audit.allow)});
  });
  const pastLabels: FeatureStages["pastLabels"] = () => {
    const rows = rowsOf(split(), "train", "tune", "calibrate");
    return {
      y: Uint8Array.from(rows, i => labels()[i]!),
      customer: rows.map(i => cohort().customer[i]!),
      cohortSize: cohortSize(),
    };
  };
  return {
    ...{split, splitAudit, audit, pastLabels, features, beside, alive, aliveRefusal, aliveWindow},
    fitted: async () => (await fittedFeatures()).fitted,
  };
}
