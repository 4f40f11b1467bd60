export {show} from "./bin/cell.ts";
export {openRun} from "./bin/open-run.ts";
export type {Boost, BoostFeature, BoostParameters} from "./boost/boost.ts";
export type {BoostData} from "./boost/boost-data.ts";
export {boostFile, readBoostFile} from "./boost/file.ts";
export {type CustomObjective, type FitBoostOptions, fitBoost} from "./boost/fit.ts";
export {type BoostImportance, boostImportance} from "./boost/importance.ts";
export {type BoostShape, boostMemory} from "./boost/memory.ts";
export {boostLeaves, boostMargins, boostProbabilities} from "./boost/predict.ts";
export {
  type BoostShap,
  boostShap,
  boostShapInteractions,
  boostShapInterventional,
} from "./boost/shap.ts";
export type {Tree} from "./boost/tree.ts";
export {toXgboostJson} from "./boost/xgboost-export.ts";
export {fromXgboostJson} from "./boost/xgboost-import.ts";
export * from "./charts/index.ts";
export {DataError} from "./data-error.ts";
export {
  bayesAuc,
  bayesBrier,
  bayesCeiling,
  bayesLogLoss,
  hindsightCeiling,
  shareOfAttainable,
} from "./evaluate/ceiling.ts";
export {gains, lift, liftTable, precisionAt} from "./evaluate/lift.ts";
export {averagePrecision, brier, logLoss, rocAuc} from "./evaluate/metrics.ts";
export {rankRows} from "./evaluate/ranking.ts";
export {activityFeatures} from "./features/defaults.ts";
export type {EvidenceValue} from "./ledger/evidence.ts";
export type {Alternative, Run} from "./ledger/run.ts";
export {contractTable, quarantineTable, snapshotText, weeklyVolumes} from "./report/data.ts";
export {
  allCustomersTable,
  decisionEvidence,
  gainsCurves,
  liftCurves,
  liftEvidence,
  moneyCurve,
  worthOfChoices,
  worthTable,
} from "./report/decision.ts";
export {framingEvidence} from "./report/framing.ts";
export {
  calibrationPoints,
  calibrationText,
  catalogueTable,
  ceilingText,
  choiceTable,
  chosenText,
  crossCheckText,
  modelsTable,
  signalsEvidence,
  subsampleEvidence,
  testText,
  workTable,
} from "./report/models.ts";
export {searchCurves, searchOf, settingsTable} from "./report/search.ts";
export {auditList, quadrantPoints, quadrantTable, splitGrid, splitTable} from "./report/split.ts";
export {
  alternativePoints,
  alternativesTable,
  alternativeWarnings,
  baseRates,
  countsTable,
  definitionText,
  recencyEvidence,
  warningsList,
} from "./report/target.ts";
export {versionsTable} from "./report/versions.ts";
export {
  contract,
  days,
  defineStudy,
  every,
  inactivity,
  months,
  type Study,
  type StudyInput,
  triangular,
} from "./study.ts";
