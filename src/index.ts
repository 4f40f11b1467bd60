export {show} from "./bin/cell.ts";
export {openRun} from "./bin/open-run.ts";
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
  chosenText,
  modelsTable,
  signalsEvidence,
  subsampleEvidence,
  testText,
  workTable,
} from "./report/models.ts";
export {auditList, splitGrid, splitTable} from "./report/split.ts";
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
