import {dateOf, dayOf} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import {type ChampionComparison, compareWithChampion, type JudgedRows} from "../evaluate/champion.ts";
import {type Ranked, rankedOf} from "../evaluate/compete.ts";
import {applyFeatures} from "../features/fitted.ts";
import {takeRows} from "../features/matrix.ts";
import {applyCalibration} from "../model/calibration.ts";
import {applyModel, titleOf} from "../model/model.ts";
import {requireChampion} from "./bundle.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** The model in use today beside the one of this run. */
export type ChampionJudgement = ChampionComparison & {
  /** Of the champion's file. */
  readonly digest: string;
  readonly champion: ChampionComparison["champion"] & {readonly title: string; readonly features: number};
  /** The first cutoff that judges: neither model learned from an outcome of that day or later. */
  readonly from: Day;
  /** Test rows at earlier cutoffs, whose time the champion learned from. */
  readonly leftOut: number;
};

export type ChampionStages = {
  /** Of the champion's file; undefined where the study names none. */
  readonly championDigest: string | undefined;
  /**
   * The chosen model against the champion of the study, on test customers; undefined where the study names none.
   * @throws DataError when the two cannot be compared.
   */
  readonly champion: () => Promise<ChampionJudgement | undefined>;
};

export function championStages(
  inputs: RunInputs,
  {cohort, labels, cohortSize}: TargetStages,
  {beside}: FeatureStages,
  {models}: ModelStages,
): ChampionStages {
  const {study, log, store, champion} = inputs;
  if (!champion) return {championDigest: undefined, champion: async () => undefined};
  const {bundle, digest} = champion;
  const compare = async (): Promise<ChampionJudgement> => {
    requireChampion(bundle, study);
    const competition = await models();
    const since = dayOf(`${bundle.split.testFrom}-01`);
    const timeOf = (i: number) => cohort().cutoffs[cohort().cutoff[i]!]!;
    const kept = Int32Array.from(competition.rows.test.keys()).filter(
      k => timeOf(competition.rows.test[k]!) >= since,
    );
    if (kept.length === 0)
      throw new DataError(
        `study: champion learned from outcomes until ${dateOf(since)}, and no test cutoff is later; name an older model, or ` +
          "leave champion out",
      );
    const x = applyFeatures(bundle, log, cohort(), beside);
    const judgedBy = async (rows: Int32Array): Promise<Ranked> => {
      const margins = await applyModel(bundle.model, takeRows(x, rows));
      return {
        ...{margins, probabilities: applyCalibration(bundle.calibration, margins)},
        y: Uint8Array.from(rows, i => labels()[i]!),
        customer: rows.map(i => cohort().customer[i]!),
      };
    };
    const {test, calibrate} = competition.rows;
    const testRows = kept.map(k => test[k]!);
    const ranked = (role: "calibrate" | "test"): Ranked =>
      rankedOf(competition, {
        ...{cohort: cohort(), labels: labels()},
        candidate: competition.chosen,
        roles: [role],
      });
    const challenger: JudgedRows = {calibrate: ranked("calibrate"), test: takeRanked(ranked("test"), kept)};
    const found = await compareWithChampion(
      challenger,
      {calibrate: await judgedBy(calibrate), test: await judgedBy(testRows)},
      {economics: study.economics, seed: study.seed, customers: cohortSize(), threads: inputs.threads},
    );
    const {model, features} = bundle;
    return {
      ...found,
      digest,
      champion: {
        ...found.champion,
        title: titleOf(model.kind === "average" ? model.of : model.kind),
        features: features.length,
      },
      from: Math.floor(testRows.reduce((first, i) => Math.min(first, timeOf(i)), Number.POSITIVE_INFINITY)),
      leftOut: test.length - kept.length,
    };
  };
  return {
    championDigest: digest,
    champion: () =>
      stored(
        store,
        {stage: "champion", inputs: [stageKeys(inputs).models, study.economics, digest]},
        compare,
      ),
  };
}

function takeRanked({margins, probabilities, y, customer}: Ranked, rows: Int32Array): Ranked {
  return {
    margins: Float64Array.from(rows, k => margins[k]!),
    probabilities: Float64Array.from(rows, k => probabilities[k]!),
    y: Uint8Array.from(rows, k => y[k]!),
    customer: rows.map(k => customer[k]!),
  };
}
