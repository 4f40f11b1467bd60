import type {Day} from "../data/event-log.ts";
import {type ContactList, contactList} from "../evaluate/contact-list.ts";
import {applyReasons, fitReasons} from "../explain/basis.ts";
import {groupSums} from "../explain/contributions.ts";
import type {Explanation} from "../explain/explain-rows.ts";
import {fitLime, type LimeBackground} from "../explain/lime.ts";
import {type Changeable, changeables, type NearestChange, nearestChange} from "../explain/nearest-change.ts";
import type {Predict} from "../explain/permutation.ts";
import type {CustomerReasons} from "../explain/reasons.ts";
import {type Agreement, agreementOf, limeStability} from "../explain/second-opinion.ts";
import {sayChange} from "../explain/sentences.ts";
import {reasonGroups, type Subject, subjectsOf} from "../explain/subjects.ts";
import {type TypicalRole, typicalRows} from "../explain/typical.ts";
import {type Waterfall, waterfallOf} from "../explain/waterfall.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {applyCalibration} from "../model/calibration.ts";
import {applyModel} from "../model/model.ts";
import {rowsOf} from "../split/rows.ts";
import type {ExplanationStages} from "./explanation-stages.ts";
import type {FeatureStages} from "./feature-stages.ts";
import {type RunInputs, stageKeys} from "./inputs.ts";
import type {ModelStages} from "./model-stages.ts";
import {once} from "./once.ts";
import {stored} from "./store.ts";
import type {TargetStages} from "./target-stages.ts";

/** Why test customers have their scores at the last cutoff. One entry a row, in the order of the cohort. */
export type Reasons = {
  /** The last cutoff of the test; where every customer has moments of their own, the latest of them. */
  readonly cutoff: Day;
  /** Whether each row is at the last of the customer's own moments, not at a cutoff of all. */
  readonly moments: boolean;
  /** Cohort rows. */
  readonly rows: Int32Array;
  readonly margins: Float64Array;
  readonly probabilities: Float64Array;
  /** Shapley values of the same rows. */
  readonly explanation: Explanation;
  readonly customers: readonly CustomerReasons[];
  /** Whom a campaign at capacity would contact, indices into `rows`. */
  readonly list: ContactList;
};

/** A test customer without a name, and all that can be said of the score. */
export type TypicalCustomer = {
  /** "Customer A". */
  readonly who: string;
  readonly role: TypicalRole;
  readonly contacted: boolean;
  readonly probability: number;
  readonly reasons: CustomerReasons;
  readonly fall: Waterfall;
  /** What would take the customer off the list; null when nothing would, or the customer is not on it. */
  readonly change:
    | (NearestChange & {readonly sentences: readonly string[]; readonly probability: number})
    | null;
  /** LIME beside SHAP: how well it fits, how steady it is over 10 seeds, and how far the two agree. */
  readonly opinion: {
    readonly fit: number | null;
    readonly jaccard: number;
    readonly rankCorrelation: number;
    readonly agreement: Agreement;
  };
};

export type TypicalCustomers = Pick<Reasons, "cutoff" | "moments"> & {
  /** Mean probability of the test rows at the cutoff. */
  readonly average: number;
  /** Up to three, see {@link typicalRows}. */
  readonly customers: readonly TypicalCustomer[];
};

/** The stages of a run that give reasons for single scores. */
export type ReasonStages = {
  readonly reasons: () => Promise<Reasons>;
  readonly typicalCustomers: () => Promise<TypicalCustomers>;
};

export function reasonStages(
  inputs: RunInputs,
  {cohort, labels}: TargetStages,
  {split, features}: FeatureStages,
  {models, reference}: ModelStages & ExplanationStages,
): ReasonStages {
  const {study, store} = inputs;
  const {economics} = study;
  const key = [stageKeys(inputs).models, economics.capacity, economics.currency];
  /** Customers are in the order of their ids, by which `score` breaks ties, too. */
  const place = (row: number): number => cohort().customer[row]!;
  const inUse = async () => {
    const {candidates, chosen} = await models();
    const {model, calibration} = candidates[chosen]!;
    const calibrate = (margins: ArrayLike<number>) => applyCalibration(calibration.calibration, margins);
    return {model, calibration: calibration.calibration, calibrate};
  };
  const subjects = async (): Promise<Subject[]> => subjectsOf(study.features, await features());
  const training = once(async (): Promise<Matrix> => takeRows(await features(), rowsOf(split(), "train")));
  const reasons = once(() =>
    stored(store, {stage: "reasons", inputs: key}, async (): Promise<Reasons> => {
      const [x, train, {model, calibrate}] = [await features(), await training(), await inUse()];
      const {customer, cutoff, cutoffs} = cohort();
      const test = rowsOf(split(), "test");
      const last = test.reduce((latest, row) => Math.max(latest, cutoff[row]!), 0);
      const rows =
        study.cutoffs.every === "moment" ? latestOf(test) : test.filter(row => cutoff[row] === last);
      const own = takeRows(x, rows);
      const margins = await applyModel(model, own);
      const y = Array.from(rowsOf(split(), "train"), row => labels()[row]!);
      const {features: declared} = study;
      const beside = {reference: await reference(), features: declared, currency: economics.currency};
      const basis = fitReasons({x: train, y}, beside);
      const times = Float64Array.from(cutoff, c => cutoffs[c]!);
      const of = {
        customer: rows.map(row => customer[row]!),
        cutoff: Float64Array.from(rows, row => times[row]!),
      };
      return {
        ...{
          cutoff: cutoffs[last]!,
          moments: study.cutoffs.every === "moment",
          rows,
          margins,
          probabilities: calibrate(margins),
        },
        ...(await applyReasons(basis, model, own, {past: {x, customer, cutoff: times, of}})),
        list: contactList(margins, Array.from(rows, place), economics.capacity),
      };
    }),
  );
  /** Where every customer has moments of their own, the last row of each. */
  const latestOf = (rows: Int32Array): Int32Array => {
    const {customer, cutoff} = cohort();
    const latest = new Map<number, number>();
    for (const row of rows) {
      const known = latest.get(customer[row]!);
      if (known === undefined || cutoff[row]! > cutoff[known]!) latest.set(customer[row]!, row);
    }
    return rows.filter(row => latest.get(customer[row]!) === row);
  };
  const typicalCustomers = once(() =>
    stored(store, {stage: "typical-customers", inputs: key}, async (): Promise<TypicalCustomers> => {
      const found = await reasons();
      const {rows, margins, probabilities, explanation, cutoff, moments} = found;
      const groups = reasonGroups(await subjects());
      const {sum} = groupSums("typicalCustomers", explanation, groups);
      const sums = new Float64Array(rows.length * groups.length);
      rows.forEach((_, i) => {
        sum(i, sums.subarray(i * groups.length, (i + 1) * groups.length));
      });
      const chosen = typicalRows(
        {margins, sums, rule: Array.from(rows, longestSilence), place: Array.from(rows, place)},
        {capacity: economics.capacity},
      );
      const train = await training();
      const all = await subjects();
      const beside = {subjects: all, background: fitLime(train), changes: changeables(all, train)};
      const customers: TypicalCustomer[] = [];
      for (const [k, {role, row}] of chosen.entries())
        customers.push(await describe(found, row, {role, who: `Customer ${"ABC"[k]!}`, ...beside}));
      const average = probabilities.reduce((total, p) => total + p, 0) / rows.length;
      return {cutoff, moments, average, customers};
    }),
  );
  /** The rule of thumb; who was never active has been silent longest. */
  const longestSilence = (row: number): number => {
    const days = cohort().recency[row]!;
    return days < 0 ? Number.MAX_SAFE_INTEGER : days;
  };
  const describe = async (
    {rows, probabilities, explanation, customers, list}: Reasons,
    row: number,
    {who, role, subjects, background, changes}: About,
  ): Promise<TypicalCustomer> => {
    const {model, calibration, calibrate} = await inUse();
    const predict: Predict = x => applyModel(model, x);
    const x = takeRows(await features(), [rows[row]!]);
    const contacted = list.order.indexOf(row) < list.contacted;
    const change =
      contacted && list.line !== undefined
        ? await nearestChange(predict, x, 0, changes, {below: list.line})
        : undefined;
    const {runs, ...steady} = await limeStability(predict, x, 0, background, {seed: study.seed});
    const n = explanation.names.length;
    const [probability] = probabilities.subarray(row, row + 1);
    return {
      ...{who, role, contacted, probability: probability!, reasons: customers[row]!},
      // Trees sum in single precision, which may fall on the other side of a step of the calibration.
      fall: {
        ...waterfallOf(explanation, row, {groups: reasonGroups(subjects), calibration}),
        probability: probability!,
      },
      change: change
        ? {
            ...change,
            sentences: change.changes.map(({feature, from, to}) => {
              const subject = subjects.find(({name}) => name === feature)!;
              return sayChange(
                subject,
                {from, to},
                {currency: economics.currency, levels: x.categories?.[feature]},
              );
            }),
            probability: calibrate([change.margin])[0]!,
          }
        : null,
      opinion: {
        ...steady,
        agreement: agreementOf(explanation.values.subarray(row * n, (row + 1) * n), runs[0]!.weights),
      },
    };
  };
  return {reasons, typicalCustomers};
}

type About = {
  readonly who: string;
  readonly role: TypicalRole;
  readonly subjects: readonly Subject[];
  readonly background: LimeBackground;
  readonly changes: readonly Changeable[];
};
