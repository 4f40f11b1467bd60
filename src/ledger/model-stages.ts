import {
  type CadenceCost,
  type CadenceRows,
  type CutJudgement,
  cadenceCost,
  cadenceRows,
  compareCuts,
} from "../evaluate/cadence.ts";
import {compareSampling, type SamplingComparison} from "../evaluate/compare-sampling.ts";
import {compareTargets, type TargetComparison} from "../evaluate/compare-targets.ts";
import {type Competition, competeModels, type FitCost, type Ranked, rankedOf} from "../evaluate/compete.ts";
import {type Decision, judgeDecision} from "../evaluate/decision.ts";
import {type Judgement, judgeModels} from "../evaluate/judge.ts";
import {judgeQuadrants, type QuadrantJudgement} from "../evaluate/quadrants.ts";
import {fitReasons} from "../explain/basis.ts";
import {fitReference} from "../explain/explain-rows.ts";
import {SILENT_COLUMN} from "../features/alive.ts";
import {applyFeatures} from "../features/fitted.ts";
import {declaredOrder} from "../features/levels.ts";
import {takeRows} from "../features/matrix.ts";
import {counted} from "../figures.ts";
import {applyModel, titleOf} from "../model/model.ts";
import type {SearchProgress} from "../model/search.ts";
import {schemesBeside} from "../sampling/sample.ts";
import {OPT_IN, recencyFeature, type Study} from "../study.ts";
import {type Bundle, bundleOf} from "./bundle.ts";
import {type Cadence, cadenceOf} from "./cadence.ts";
import {type Costs, costsOf} from "./carbon.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {contactsDigest, type RunInputs, stageKeys} from "./inputs.ts";
import {once} from "./once.ts";
import {keep, recall, stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** The stages of a run that fit models and judge them. */
export type ModelStages = {
  /** The three targets on equal terms, on tuning customers before the test. */
  readonly targetComparison: () => Promise<TargetComparison>;
  /** Features cut by rolling windows and by calendar months, asked on cadence and off; none where there is no off. */
  readonly cutComparison: () => Promise<readonly CutJudgement[]>;
  /** The candidates, fitted and calibrated. */
  readonly models: () => Promise<Competition>;
  /** Schemes of sampling the train rows, on the same test rows; the study's own is among them. */
  readonly sampling: () => Promise<SamplingComparison>;
  /** How the candidates did: on test customers, or with `everybody` on all customers at the test cutoffs. */
  readonly evaluation: (options?: {everybody?: boolean}) => Promise<Judgement>;
  /** How many to contact, what that rests on, and whether a model is needed for it. */
  readonly decision: () => Promise<Decision>;
  /** How the chosen model does on known and new customers, at the same time and later. */
  readonly quadrants: () => Promise<readonly QuadrantJudgement[]>;
  /** The rows of a role as the chosen model ranked them. */
  readonly ranked: (role: "tune" | "calibrate" | "test" | "later") => Promise<Ranked>;
  /** When the chosen model may be asked, and what it costs to ask it on another day. */
  readonly cadence: () => Promise<Cadence>;
  readonly bundle: () => Promise<Bundle>;
  /**
   * Time and estimated energy of fitting the candidates, by the run that fitted them; undefined when nobody held a
   * watch. They differ from run to run, so they are no evidence.
   */
  readonly costs: () => Promise<Costs | undefined>;
};

export function modelStages(
  inputs: RunInputs,
  {cohort, targets, labels, treated, churnRule, cohortSize}: TargetStages,
  {split, audit, features, fitted, beside, aliveRefusal}: FeatureStages,
): ModelStages {
  const {study, log, campaigns, store, library, snapshot} = inputs;
  const keys = stageKeys(inputs);
  const costsKey = {stage: "costs", inputs: keys.models};
  const {horizon, activity, target, minimumTenureDays} = study;
  const order = declaredOrder(study.features);
  const staged = <T>(stage: string, inputs: unknown, compute: () => Promise<T>): Promise<T> =>
    stored(store, {stage, inputs}, compute);
  const models = once(() =>
    staged("models", keys.models, async () => {
      await audit();
      const costs: FitCost[] = [];
      const withAlive = study.models.includes(OPT_IN);
      const reason = withAlive ? aliveRefusal() : undefined;
      const competition = await competeModels(await features(), {
        cohort: cohort(),
        customers: log.customers,
        labels: labels(),
        split: split(),
        kinds: study.models,
        ...{sampling: study.sampling, order, seed: study.seed},
        searchCandidates: study.search.candidates,
        recencyFeature: study.models.includes("recency") ? recencyFeature(study) : undefined,
        silentFeature: withAlive ? SILENT_COLUMN : undefined,
        refused: reason === undefined ? [] : [{kind: OPT_IN, reason}],
        ...{threads: inputs.threads, stopwatch: inputs.stopwatch, spent: cost => costs.push(cost)},
        progress: inputs.progress && progressOf(inputs.progress),
      });
      // Before the models are, so that whoever finds them finds what they took.
      if (inputs.stopwatch) keep(store, costsKey, costs);
      return competition;
    }),
  );
  const sampling = once(() => {
    const {capacity} = study.economics;
    // A model a cutoff is for months: one for each of hundreds of days would take hours.
    const schemes = schemesBeside(study.sampling).filter(
      ({kind}) =>
        kind !== "per-cutoff" || cohort().cutoffs.length <= MOST_CUTOFFS || study.sampling.kind === kind,
    );
    const {seed} = study;
    const key = [keys.features, target, study.split, seed, schemes, capacity];
    return staged("sampling", key, async () => {
      await audit();
      return compareSampling(await features(), {
        ...{cohort: cohort(), customers: log.customers, labels: labels(), split: split()},
        ...{order, seed, schemes, capacity, threads: inputs.threads},
        progress:
          inputs.progress &&
          ((kind, scheme) => inputs.progress?.(`${titleOf(kind).toLowerCase()}, sampling ${scheme.kind}`)),
      });
    });
  });
  const evaluation = async ({everybody = false} = {}) =>
    staged("evaluation", [keys.models, study.economics, everybody], async () =>
      judgeModels(await models(), {
        ...{cohort: cohort(), labels: labels(), study, everybody, threads: inputs.threads},
      }),
    );
  const decision = once(() =>
    staged("decision", [keys.models, study.economics], async () =>
      judgeDecision(await models(), {cohort: cohort(), labels: labels(), study, customers: cohortSize()}),
    ),
  );
  const quadrants = once(() =>
    staged("quadrants", [keys.models, study.economics.capacity], async () => {
      const {candidates, chosen} = await models();
      const x = await features();
      return judgeQuadrants(
        split(),
        cohort(),
        rows => applyModel(candidates[chosen]!.model, takeRows(x, rows)),
        {
          ...{labels: labels(), treated: treated(), capacity: study.economics.capacity, seed: study.seed},
        },
      );
    }),
  );
  const ranked: ModelStages["ranked"] = async role => {
    const competition = await models();
    return rankedOf(competition, {
      cohort: cohort(),
      labels: labels(),
      candidate: competition.chosen,
      roles: [role],
    });
  };
  const comparisonKey = [keys.features, study.split, study.seed];
  const quick = () => ({
    ...{cohort: cohort(), customers: log.customers, split: split(), seed: study.seed},
    threads: inputs.threads,
  });
  const targetComparison = once(() =>
    staged("target-comparison", [comparisonKey, target, study.economics], async () =>
      compareTargets(await features(), {
        ...{...quick(), order},
        ...{targets: targets(), study, cohortSize: cohortSize()},
      }),
    ),
  );
  const offCadence = once((): CadenceRows | undefined =>
    cadenceRows({
      ...{log, cutoffs: study.cutoffs, cohort: cohort(), labels: labels(), split: split()},
      ...{horizon, target, campaigns, churn: churnRule(), activity, minimumTenureDays},
    }),
  );
  const cutComparison = once(() =>
    staged("cut-comparison", [comparisonKey, target], async () => {
      const rows = offCadence();
      return rows ? compareCuts(log, rows, {...quick(), of: activity}) : [];
    }),
  );
  const cadence = once(() =>
    staged("cadence", keys.models, async () => {
      const rows = offCadence();
      return cadenceOf(study, rows && (await costOf(rows)));
    }),
  );
  const costOf = async (rows: CadenceRows): Promise<CadenceCost> => {
    const {candidates, chosen} = await models();
    const {model} = candidates[chosen]!;
    const off = applyFeatures(await fitted(), log, rows.off.cohort, beside);
    return cadenceCost(
      rows,
      {
        on: await applyModel(model, takeRows(await features(), rows.on.rows)),
        off: await applyModel(model, takeRows(off, rows.off.rows)),
      },
      {seed: study.seed},
    );
  };
  return {
    ...{
      targetComparison,
      cutComparison,
      models,
      sampling,
      evaluation,
      decision,
      quadrants,
      ranked,
      cadence,
    },
    bundle: async () => {
      const competition = await models();
      const {model} = competition.candidates[competition.chosen]!;
      const {train} = competition.rows;
      const x = takeRows(await features(), train);
      const y = Array.from(train, i => labels()[i]!);
      const {features: _, ...reasons} = fitReasons(
        {x, y},
        {reference: fitReference(model, x), features: [], currency: study.economics.currency},
      );
      return bundleOf(competition, {
        ...{study, snapshot, library, campaigns: contactsDigest(campaigns)},
        ...{rule: churnRule(), cadence: await cadence(), fitted: await fitted(), reasons},
      });
    },
    costs: async () => {
      await models();
      const fits = recall<readonly FitCost[]>(store, costsKey);
      return fits && costsOf(fits);
    },
  };
}

/** Cutoffs up to which a model for each of them is compared. */
const MOST_CUTOFFS = 60;

/** Says what is fitted, and every so many trees how far it is. */
const progressOf =
  (say: (line: string) => void) =>
  (kind: Study["models"][number], at?: SearchProgress): void => {
    if (at && at.tree % 25 !== 0) return;
    say(
      `${titleOf(kind).toLowerCase()}${at ? `, fit ${at.fit} of ${at.of}, ${counted(at.tree, "tree")}` : ""}`,
    );
  };
