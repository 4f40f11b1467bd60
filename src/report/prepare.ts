import type {Competition} from "../evaluate/compete.ts";
import {type Model, titleOf} from "../model/model.ts";
import {describePreparation, type PreparationEntry} from "../model/prepare/describe.ts";
import type {Study} from "../study.ts";
import {type Table, textColumn} from "./words.ts";

/** What each candidate that learns from all features does to a row before it judges it, the one in use first. */
export function preparationTable({candidates, chosen}: Competition, study: Pick<Study, "features">): Table {
  const titles = new Map(study.features.map(({name, title}) => [name, title]));
  const title = (name: string) => titles.get(name) ?? name;
  const inUse = candidates[chosen]!;
  return {
    kind: "table",
    caption:
      "What is done to a row before the model sees it, in order. All of it was learned from the training customers, is " +
      "saved in the model and applied from there",
    columns: [
      textColumn("model", "Model"),
      textColumn("step", "Step"),
      textColumn("columns", "Features"),
      textColumn("learned", "Learned from training"),
      textColumn("production", "In production"),
    ],
    rows: [inUse, ...candidates.filter(candidate => candidate !== inUse)].flatMap(({kind, model}) =>
      entriesOf(model, title).map(({step, columns, learned, production}) => [
        titleOf(kind),
        ...[step, columns, learned, production],
      ]),
    ),
  };
}

function entriesOf(model: Model, title: (name: string) => string): PreparationEntry[] {
  if (!("preparation" in model)) return [];
  const steps = describePreparation(model.preparation, {title});
  return model.kind === "logistic" ? steps : [...steps, treesEntry(model.features.length)];
}

const treesEntry = (features: number): PreparationEntry => ({
  step: "The trees take the rest as it is",
  columns: features === 1 ? "the feature" : `the ${features} features`,
  learned: "at each split the side that missing values go to",
  production: "a missing value goes to that side; a number beyond those of training goes with the nearest",
});
