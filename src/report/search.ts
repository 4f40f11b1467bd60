import type {Competition} from "../evaluate/compete.ts";
import {counted, decimal} from "../figures.ts";
import type {BoostSetting, Search, TriedSetting} from "../model/search.ts";
import {type Table, textColumn} from "./words.ts";

/** The search for the settings of the boosted trees; undefined when they were not among the candidates. */
export const searchOf = ({candidates}: Competition): Search | undefined =>
  candidates.flatMap(({model}) => (model.kind === "boost" ? [model.search] : []))[0];

/** The search as the chart of it takes it. */
export function searchCurves({tried, winner}: Search) {
  const shares = [...new Set(tried.flatMap(({rungs}) => rungs.map(({share}) => share)))].sort(
    (a, b) => a - b,
  );
  return {
    metric: "ROC AUC on the tuning customers",
    rungs: shares.map(share => `${share === 1 ? "all" : `${shareText(share)} of the`} training customers`),
    settings: tried.map(({rungs}, i) => ({
      values: shares.map(share => rungs.find(rung => rung.share === share)?.tuneAuc ?? null),
      role: i === winner ? ("chosen" as const) : i === 0 ? ("default" as const) : ("other" as const),
    })),
  };
}

/** Every setting that was tried, those that came furthest first, with what it took. */
export function settingsTable({tried, winner, work}: Search): Table {
  const ranked = tried
    .map((one, i) => ({...one, i}))
    .sort(
      (a, b) =>
        Number(b.i === winner) - Number(a.i === winner) ||
        b.rungs.length - a.rungs.length ||
        lastOf(b).tuneAuc - lastOf(a).tuneAuc,
    );
  const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 0});
  return {
    kind: "table",
    caption:
      `${counted(tried.length, "setting")} of boosted trees, the one in use first; ${millions(work)} million values looked at. ` +
      "All start on a part of the training customers; the better third, and the default, go on to three times as many",
    columns: [
      {name: "setting", title: "No.", format: "integer"},
      textColumn("size", "Trees of"),
      {name: "rate", title: "Rate", format: "decimal", digits: 2},
      {name: "minChildWeight", title: "Least weight of a leaf", format: "integer"},
      {name: "l2", title: "L2 penalty", format: "integer"},
      share("columnSample", "Features a tree sees"),
      share("rowSample", "Rows a tree sees"),
      textColumn("reached", "Tried on"),
      {name: "trees", title: "Trees kept", format: "integer"},
      {name: "tuneAuc", title: "ROC AUC there, tuning", format: "decimal", digits: 4},
      {name: "work", title: "Work", unit: "million values", format: "decimal", digits: 1},
      textColumn("verdict", "What became of it"),
    ],
    rows: ranked.map(one => {
      const {setting, rungs, i} = one;
      const {share, trees, tuneAuc} = lastOf(one);
      const {rate, minChildWeight, l2, columnSample, rowSample} = setting;
      return [
        ...[i + 1, sizeText(setting), rate, minChildWeight, l2, columnSample, rowSample],
        ...[share === 1 ? "all" : shareText(share), trees, tuneAuc],
        rungs.reduce((sum, rung) => sum + rung.work, 0) / 1e6,
        verdictOf(one, {search: {tried, winner}, i}),
      ];
    }),
  };
}

/** A setting in words that follow "442 trees of": what the trees look like and see. */
export function settingText({
  rate,
  minChildWeight,
  l2,
  columnSample,
  rowSample,
  ...size
}: BoostSetting): string {
  const sees = [
    columnSample < 1 ? `${decimal(100 * columnSample, 0)}% of the features` : "",
    rowSample < 1 ? `${decimal(100 * rowSample, 0)}% of the rows` : "",
  ].filter(part => part !== "");
  return (
    `${sizeText(size)}, rate ${rate}, weight of a leaf at least ${minChildWeight}, L2 penalty ${l2}` +
    (sees.length === 0 ? "" : `, each tree sees ${sees.join(" and ")}`)
  );
}

/** Work in millions of values. */
export const millions = (work: number): string => decimal(work / 1e6, work < 1e7 ? 1 : 0);

type Size =
  | Pick<Extract<BoostSetting, {growth: "depth"}>, "growth" | "depth">
  | Pick<Extract<BoostSetting, {growth: "leaf"}>, "growth" | "leaves">;

const sizeText = (size: Size): string =>
  size.growth === "depth" ? `${size.depth} levels` : `${size.leaves} leaves`;

const shareText = (share: number): string => `1/${Math.round(1 / share)}`;

const lastOf = ({rungs}: TriedSetting) => rungs.at(-1)!;

function verdictOf(
  one: TriedSetting,
  {search, i}: {search: Pick<Search, "tried" | "winner">; i: number},
): string {
  const name = i === 0 ? "the default; " : "";
  if (i === search.winner) return `${name}in use: the highest on all`;
  return `${name}${lastOf(one).share === 1 ? "lower on all" : "dropped there"}`;
}
