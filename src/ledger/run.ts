import {addSpan, dayOf} from "../data/calendar.ts";
import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTables} from "../data/customer-table.ts";
import type {EventLog} from "../data/event-log.ts";
import type {SnapshotManifest} from "../data/snapshot.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import {DataError} from "../data-error.ts";
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
import {
  type Competition,
  competeModels,
  type FitCost,
  type Ranked,
  rankedOf,
  type Stopwatch,
} from "../evaluate/compete.ts";
import {type FeatureImportance, permutationImportance} from "../evaluate/importance.ts";
import {type Judgement, judgeModels} from "../evaluate/judge.ts";
import {judgeQuadrants, type QuadrantJudgement} from "../evaluate/quadrants.ts";
import {type Alive, aliveTraining, fitAlive, SILENT_COLUMN} from "../features/alive.ts";
import {type AliveWindow, checkAliveWindow} from "../features/alive-window.ts";
import {auditFeatures} from "../features/audit.ts";
import {applyFeatures, fitFeatures} from "../features/fitted.ts";
import {levelsBefore} from "../features/levels.ts";
import type {Matrix} from "../features/matrix.ts";
import {takeRows} from "../features/matrix.ts";
import {counted} from "../figures.ts";
import {applyModel, titleOf} from "../model/model.ts";
import type {SearchProgress} from "../model/search.ts";
import {randomOf} from "../random.ts";
import {schemesBeside} from "../sampling/sample.ts";
import {auditSplit, type SplitAudit} from "../split/audit.ts";
import {checkTwins} from "../split/duplicates.ts";
import {type AuditFinding, applyAllowances, requireSound} from "../split/finding.ts";
import {checkIds} from "../split/id-leak.ts";
import {splitKeys} from "../split/keys.ts";
import {rowsOf, type Split, splitRows} from "../split/rows.ts";
import {hashUnit, setOf} from "../split/sets.ts";
import {recencyFeature, type Study} from "../study.ts";
import {type InactivityAlternative, inactivityAlternatives} from "../target/alternatives.ts";
import {buildCohort, type Cohort} from "../target/cohort.ts";
import {cutoffDays} from "../target/cutoffs.ts";
import {compareDefinitions, type Definitions} from "../target/definitions.ts";
import {recencyAuc} from "../target/recency.ts";
import {type ChurnRule, countsSilence, ruleOf} from "../target/rule.ts";
import {labelTargets, type Targets} from "../target/targets.ts";
import {treatedInWindow} from "../target/treated.ts";
import {targetWarnings, type Warning} from "../target/warnings.ts";
import {besideDigest} from "./beside.ts";
import type {Bundle} from "./bundle.ts";
import {bundleOf} from "./bundle.ts";
import {type Cadence, cadenceOf} from "./cadence.ts";
import {type Costs, costsOf} from "./carbon.ts";
import {checkEvidence, type EvidenceRecord, type EvidenceValue} from "./evidence.ts";
import {digestOf, keep, recall, type Store, stored} from "./store.ts";

/** What a run is made of; effects come in here. */
export type RunInputs = {
  readonly study: Study;
  readonly snapshot: SnapshotManifest;
  readonly log: EventLog;
  readonly campaigns: Campaigns | undefined;
  /** Contracts, for churn of the kind subscription. */
  readonly subscriptions?: Subscriptions | undefined;
  readonly tables?: CustomerTables | undefined;
  /** Digest of the library, part of the key of every stored result. */
  readonly library: string;
  /** Versions of the programs that compute, part of it too. */
  readonly engines: Readonly<Record<string, string>>;
  readonly store: Store;
  /** Hands a record to whoever listens: the notebook's cell. */
  readonly emit: (record: EvidenceRecord) => Promise<void>;
  /** For fitting; no result depends on their number. */
  readonly threads?: number;
  /** Without it the costs of the models are not known. */
  readonly stopwatch?: Stopwatch;
  /** Told what is being done, in a few words. */
  readonly progress?: (line: string) => void;
};

/** An inactivity window with the AUC of recency alone for the study's target; null without both classes. */
export type Alternative = InactivityAlternative & {readonly recencyAuc: number | null};

/**
 * One execution of a study. Each stage is computed once and kept by the digest of its inputs, so that a later
 * notebook, or a second run on the same inputs, reads it.
 */
export type Run = {
  readonly study: Study;
  readonly snapshot: SnapshotManifest;
  readonly log: EventLog;
  readonly campaigns: Campaigns | undefined;
  readonly subscriptions: Subscriptions | undefined;
  readonly tables: CustomerTables | undefined;
  readonly library: string;
  /** The study's definition of churn with what it has learned of training customers before the test. */
  readonly churnRule: () => ChurnRule;
  readonly cohort: () => Cohort;
  readonly targets: () => Targets;
  /** Labels of the study's target, one a cohort row: 1, 0, or -1 where not yet known. */
  readonly labels: () => Int8Array;
  /** By cohort row, 1 where a campaign treated the customer in the outcome window. */
  readonly treated: () => Uint8Array;
  /** Customers in the last cohort: how many a campaign can choose from. */
  readonly cohortSize: () => number;
  /** The labels that a model may learn from, with the customer of each, before any split by customer. */
  readonly pastLabels: () => {y: Uint8Array; customer: Int32Array; cohortSize: number};
  readonly warnings: () => Warning[];
  /** The same log under other lengths of inactivity. */
  readonly inactivityAlternatives: (days: readonly number[]) => Alternative[];
  /** Churn as spells under the study's definition and under those that the log allows, before the test. */
  readonly definitions: () => Definitions;
  readonly split: () => Split;
  /** What the checks of the split alone found. @throws DataError when one fails. */
  readonly splitAudit: () => SplitAudit;
  /**
   * What the whole leakage audit found: of the split, of the people in it and of the features.
   * @throws DataError when it finds a leak that the study does not allow.
   */
  readonly audit: () => Promise<{readonly findings: readonly AuditFinding[]}>;
  /** The features of the study; with "alive" among its models, what the model of buying says joins them. */
  readonly features: () => Promise<Matrix>;
  /** The three targets on equal terms, on tuning customers before the test. */
  readonly targetComparison: () => Promise<TargetComparison>;
  /** Features cut by rolling windows and by calendar months, asked on cadence and off; none where there is no off. */
  readonly cutComparison: () => Promise<readonly CutJudgement[]>;
  /** The model of buying until leaving, fitted on the study's activity of train customers before the test. */
  readonly alive: () => Alive;
  /** Whether the days of an inactivity definition agree with P(alive); undefined for another definition. */
  readonly aliveWindow: () => AliveWindow | undefined;
  /** The candidates, fitted and calibrated. */
  readonly models: () => Promise<Competition>;
  /** Schemes of sampling the train rows, on the same test rows; the study's own is among them. */
  readonly sampling: () => Promise<SamplingComparison>;
  /** How the candidates did: on test customers, or with `everybody` on all customers at the test cutoffs. */
  readonly evaluation: (options?: {everybody?: boolean}) => Promise<Judgement>;
  /** How the chosen model does on known and new customers, at the same time and later. */
  readonly quadrants: () => Promise<readonly QuadrantJudgement[]>;
  /** The rows of a role as the chosen model ranked them. */
  readonly ranked: (role: "tune" | "calibrate" | "test" | "later") => Promise<Ranked>;
  /** What the chosen model relies on, measured on the tuning customers. */
  readonly importance: () => Promise<readonly FeatureImportance[]>;
  /** When the chosen model may be asked, and what it costs to ask it on another day. */
  readonly cadence: () => Promise<Cadence>;
  readonly bundle: () => Promise<Bundle>;
  /**
   * Time and estimated energy of fitting the candidates, by the run that fitted them; undefined when nobody held a
   * watch. They differ from run to run, so they are no evidence.
   */
  readonly costs: () => Promise<Costs | undefined>;
  /**
   * Records a value for the card and shows it in the cell.
   * @throws DataError when the id is malformed or a number is not finite.
   */
  readonly record: (id: string, value: EvidenceValue) => Promise<void>;
  /** Records several values by id, in order. */
  readonly recordAll: (values: Readonly<Record<string, EvidenceValue>>) => Promise<void>;
};

export function createRun(inputs: RunInputs): Run {
  const {study, log, campaigns, store, library, snapshot} = inputs;
  // Each key holds all that the stage reads, and the keys of the stages before it, and no more.
  const cohortKey = [
    ...[library, inputs.engines, snapshot.digest],
    ...[study.churn, study.cutoffs, study.activity, study.minimumTenureDays],
    // What regularity learns hangs on who trains, and until when.
    ...(study.churn.kind === "regularity" ? [study.split] : []),
    ...(study.churn.kind === "subscription" ? [besideDigest({subscriptions: inputs.subscriptions})] : []),
  ];
  const withAlive = study.models.includes("alive");
  const featuresKey = [
    cohortKey,
    study.features,
    study.horizon,
    study.split.testFrom,
    ...[contactsDigest(campaigns), besideDigest({tables: inputs.tables})],
    ...(withAlive || study.rfm ? [study.split, study.rfm ? [study.rfm, study.target] : null] : []),
  ];
  const modelsKey = [
    featuresKey,
    ...[study.horizon, study.target, study.split, study.models, study.search, study.sampling, study.seed],
  ];
  const costsKey = {stage: "costs", inputs: modelsKey};
  const staged = <T>(stage: string, inputs: unknown, compute: () => Promise<T>): Promise<T> =>
    stored(store, {stage, inputs}, compute);
  const asked = once(() => cutoffDays(study.cutoffs, log.customers));
  const testFrom = dayOf(`${study.split.testFrom}-01`);
  const {horizon, activity, target, minimumTenureDays} = study;

  const keys = once(() => splitKeys(log, study.split.group));
  const learns = once(() =>
    keys().map(key => Number(setOf(hashUnit(key, study.split.salt), study.split) === "train")),
  );
  const churnRule = once(() => {
    requireEventTypes(log, study);
    return ruleOf(study.churn, log, {
      ...{learns, before: testFrom},
      subscriptions: inputs.subscriptions,
    });
  });
  const cohort = once(() => {
    const {days: cutoffs, moments} = asked();
    return buildCohort(log, {churn: churnRule(), cutoffs, moments, activity, minimumTenureDays});
  });
  const targets = once(() => labelTargets(log, cohort(), {churn: churnRule(), horizon, activity}));
  const labels = () => targets()[target];
  const treated = once(() =>
    campaigns ? treatedInWindow(cohort(), campaigns, horizon) : new Uint8Array(cohort().rows),
  );
  const warnings = once(() =>
    targetWarnings({cohort: cohort(), targets: targets(), churn: churnRule(), horizon, target}),
  );
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
  const aliveWindow = once(() => {
    const {churn} = study;
    if (churn.kind !== "inactivity") return undefined;
    const {buying} = churn.of === activity ? alive() : fitBuying(churn.of);
    return checkAliveWindow(buying, log, {...aliveTraining(split(), cohort()), churn});
  });
  const beside = {campaigns, tables: inputs.tables};
  const fittedFeatures = once(() =>
    staged("features", featuresKey, async () => {
      // Categories are learnt from what the training cutoffs could know.
      const learning = cohort().cutoffs.findLast(t => addSpan(t, horizon) <= testFrom) ?? testFrom;
      return fitFeatures(log, cohort(), {
        ...{features: study.features, levels: levelsBefore(log, study.features, learning), beside},
        alive: withAlive ? alive() : null,
        rfm: study.rfm && {features: study.rfm, rows: rowsOf(split(), "train")},
      });
    }),
  );
  const features = async () => (await fittedFeatures()).x;
  const audit = once(async () => {
    const auditKey = [featuresKey, target, study.split, study.seed];
    const {fitted} = await fittedFeatures();
    const found = await staged("audit", auditKey, async () => [
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
        compute: (other, part) => applyFeatures(fitted, other, part, beside),
        seed: study.seed,
      })),
    ]);
    return requireSound({findings: applyAllowances(found, study.audit.allow)});
  });
  const models = once(() =>
    staged("models", modelsKey, async () => {
      await audit();
      const costs: FitCost[] = [];
      const competition = await competeModels(await features(), {
        cohort: cohort(),
        customers: log.customers,
        labels: labels(),
        split: split(),
        kinds: study.models,
        sampling: study.sampling,
        seed: study.seed,
        searchCandidates: study.search.candidates,
        recencyFeature: study.models.includes("recency") ? recencyFeature(study) : undefined,
        silentFeature: withAlive ? SILENT_COLUMN : undefined,
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
    const schemes = schemesBeside(study.sampling);
    const {seed} = study;
    const key = [featuresKey, target, study.split, seed, schemes, capacity];
    return staged("sampling", key, async () => {
      splitAudit();
      return compareSampling(await features(), {
        ...{cohort: cohort(), customers: log.customers, labels: labels(), split: split()},
        ...{seed, schemes, capacity, threads: inputs.threads},
        progress:
          inputs.progress &&
          ((kind, scheme) => inputs.progress?.(`${titleOf(kind).toLowerCase()}, sampling ${scheme.kind}`)),
      });
    });
  });
  const evaluation = async ({everybody = false} = {}) =>
    staged("evaluation", [modelsKey, study.economics, everybody], async () =>
      judgeModels(await models(), {cohort: cohort(), labels: labels(), study, everybody}),
    );
  const quadrants = once(() =>
    staged("quadrants", [modelsKey, study.economics.capacity], async () => {
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
  const ranked: Run["ranked"] = async role => {
    const competition = await models();
    return rankedOf(competition, {
      cohort: cohort(),
      labels: labels(),
      candidate: competition.chosen,
      roles: [role],
    });
  };
  const importance = once(() =>
    staged("importance", modelsKey, async () => {
      const {candidates, chosen, rows} = await models();
      const x = takeRows(await features(), rows.tune);
      const y = Uint8Array.from(rows.tune, i => labels()[i]!);
      return permutationImportance(candidates[chosen]!.model, x, y, {
        random: randomOf(study.seed),
        repeats: 3,
      });
    }),
  );
  const cohortSize = once(() => {
    const last = asked().days.at(-1)!;
    // With moments of their own, few customers share the last.
    const {cutoffs, cutoff} = asked().moments
      ? buildCohort(log, {churn: churnRule(), cutoffs: [last], activity, minimumTenureDays})
      : cohort();
    return cutoff.reduce((n, k) => n + (k === cutoffs.length - 1 ? 1 : 0), 0);
  });
  const pastLabels: Run["pastLabels"] = () => {
    const rows = rowsOf(split(), "train", "tune", "calibrate");
    return {
      y: Uint8Array.from(rows, i => labels()[i]!),
      customer: rows.map(i => cohort().customer[i]!),
      cohortSize: cohortSize(),
    };
  };
  const comparisonKey = [featuresKey, contactsDigest(campaigns), horizon, study.split, study.seed];
  const quick = () => ({
    ...{cohort: cohort(), customers: log.customers, split: split(), seed: study.seed},
    threads: inputs.threads,
  });
  const targetComparison = once(() =>
    staged("target-comparison", [comparisonKey, target, study.economics], async () =>
      compareTargets(await features(), {
        ...quick(),
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
    staged("cadence", modelsKey, async () => {
      const rows = offCadence();
      return cadenceOf(study, rows && (await costOf(rows)));
    }),
  );
  const costOf = async (rows: CadenceRows): Promise<CadenceCost> => {
    const {candidates, chosen} = await models();
    const {model} = candidates[chosen]!;
    const off = applyFeatures((await fittedFeatures()).fitted, log, rows.off.cohort, beside);
    return cadenceCost(
      rows,
      {
        on: await applyModel(model, takeRows(await features(), rows.on.rows)),
        off: await applyModel(model, takeRows(off, rows.off.rows)),
      },
      {seed: study.seed},
    );
  };
  const record: Run["record"] = async (id, value) => {
    checkEvidence(id, value);
    await inputs.emit({id, value});
  };
  return {
    ...{
      study,
      snapshot,
      log,
      campaigns,
      subscriptions: inputs.subscriptions,
      tables: inputs.tables,
      library,
      churnRule,
      cohort,
      targets,
      labels,
      treated,
      warnings,
      split,
      splitAudit,
      audit,
    },
    ...{
      alive,
      aliveWindow,
      cohortSize,
      pastLabels,
      features,
      models,
      sampling,
      evaluation,
      quadrants,
      ranked,
      importance,
      record,
    },
    ...{targetComparison, cutComparison, cadence},
    definitions: once(() => {
      const {days: cutoffs, moments} = asked();
      return compareDefinitions(log, {
        ...{own: churnRule(), activity, cutoffs, moments, horizon, minimumTenureDays},
        ...{before: testFrom, learns: learns()},
      });
    }),
    inactivityAlternatives: days => {
      const {churn} = study;
      const own = churn.kind === "inactivity" ? [churn.days] : [];
      const daysList = [...new Set([...days, ...own])].sort((a, b) => a - b);
      // A choice of definition is a choice: it may look only at cutoffs before the test.
      const {days: cutoffs, moments} = asked();
      const before = cutoffs.filter(t => addSpan(t, horizon) <= testFrom);
      const of = "of" in churn ? churn.of : activity;
      return inactivityAlternatives(log, {
        ...{daysList, of, cutoffs: before, moments, horizon, minimumTenureDays},
      }).map(alternative => ({
        ...alternative,
        recencyAuc: recencyAuc(alternative.cohort, alternative.targets[target]),
      }));
    },
    bundle: async () =>
      bundleOf(await models(), {
        ...{study, snapshot, library, campaigns: contactsDigest(campaigns)},
        ...{rule: churnRule(), cadence: await cadence(), fitted: (await fittedFeatures()).fitted},
      }),
    costs: async () => {
      await models();
      const fits = recall<readonly FitCost[]>(store, costsKey);
      return fits && costsOf(fits);
    },
    recordAll: async values => {
      for (const [id, value] of Object.entries(values)) await record(id, value);
    },
  };
}

/** Says what is fitted, and every so many trees how far it is. */
const progressOf =
  (say: (line: string) => void) =>
  (kind: Study["models"][number], at?: SearchProgress): void => {
    if (at && at.tree % 25 !== 0) return;
    say(
      `${titleOf(kind).toLowerCase()}${at ? `, fit ${at.fit} of ${at.of}, ${counted(at.tree, "tree")}` : ""}`,
    );
  };

/** A misspelled event type would be a silent one. @throws DataError naming the field and the types of the log. */
function requireEventTypes({types}: EventLog, {churn, activity}: Study): void {
  const named = {activity, ...eventTypes(churn)};
  for (const [field, type] of Object.entries(named))
    if (!types.includes(type))
      throw new DataError(
        `${field} is ${JSON.stringify(type)}, and the log has no such event; it has ${types.join(", ")}`,
      );
}

function eventTypes(churn: Study["churn"]): Readonly<Record<string, string>> {
  switch (churn.kind) {
    case "inactivity":
    case "regularity":
      return {"churn.of": churn.of};
    case "contract":
      return {"churn.start": churn.start, "churn.renew": churn.renew, "churn.end": churn.end};
    case "subscription":
      return {};
  }
}

/** Digest of the contacts as they were read; null without campaigns. */
export const contactsDigest = (campaigns: Campaigns | undefined): string | null =>
  campaigns ? digestOf([[...campaigns.customer], [...campaigns.day], [...campaigns.treated]]) : null;

function once<T>(compute: () => T): () => T {
  let result: {value: T} | undefined;
  return () => {
    result ??= {value: compute()};
    // A failure is not kept: exploring by hand, the next try may succeed.
    if (result.value instanceof Promise)
      result.value.catch(() => {
        result = undefined;
      });
    return result.value;
  };
}
