export {saveCampaign} from "./bin/campaign-file.ts";
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
export {renderCampaignPage} from "./card/campaign-page.ts";
export * from "./charts/index.ts";
export {
  type CustomerTable,
  type CustomerTables,
  rowKnownBefore,
} from "./data/customer-table.ts";
export {knownBefore} from "./data/known.ts";
export type {Subscriptions} from "./data/subscriptions.ts";
export {DataError} from "./data-error.ts";
export {type Clusters, clusterBootstrap, clustersOf, type Interval} from "./evaluate/bootstrap.ts";
export {bootstrapInThreads} from "./evaluate/bootstrap-threads.ts";
export {brierDecomposition} from "./evaluate/brier-decomposition.ts";
export {calibrationError} from "./evaluate/calibration-error.ts";
export {calibrationSlope} from "./evaluate/calibration-slope.ts";
export {
  bayesAuc,
  bayesBrier,
  bayesCeiling,
  bayesLogLoss,
  hindsightCeiling,
  shareOfAttainable,
} from "./evaluate/ceiling.ts";
export {type ChampionComparison, compareWithChampion, type JudgedRows} from "./evaluate/champion.ts";
export {precisionRecallCurve, rocCurve} from "./evaluate/curves.ts";
export type {Decision} from "./evaluate/decision.ts";
export {delongAuc, delongDifference, type NormalInterval} from "./evaluate/delong.ts";
export {type Empc, type EmpcOptions, empc} from "./evaluate/empc.ts";
export {gains, lift, liftTable, precisionAt, recallAt} from "./evaluate/lift.ts";
export {compareModels, metricTable} from "./evaluate/metric-table.ts";
export {averagePrecision, brier, logLoss, rocAuc} from "./evaluate/metrics.ts";
export {rankRows} from "./evaluate/ranking.ts";
export {
  aucStatistic,
  averagePrecisionStatistic,
  difference,
  liftStatistic,
  meanStatistic,
  precisionStatistic,
  quotient,
  ratioStatistic,
  recallStatistic,
  type Statistic,
} from "./evaluate/statistic.ts";
export {type AccumulatedEffects, accumulatedEffects} from "./explain/accumulated-effects.ts";
export {applyReasons, fitReasons, type ReasonBasis} from "./explain/basis.ts";
export {effectsOf, type FeatureEffects} from "./explain/effects.ts";
export {type Elimination, type EliminationStep, eliminateFeatures} from "./explain/elimination.ts";
export {type Explanation, explainRows, fitReference, type Reference} from "./explain/explain-rows.ts";
export {groupFeatures} from "./explain/feature-groups.ts";
export {type HabitTrial, tryHabits} from "./explain/habits.ts";
export {
  type Interaction,
  type InteractionTable,
  strongestInteractions,
  tableOf,
} from "./explain/interactions.ts";
export {
  fitLime,
  GOOD_FIT,
  type Lime,
  type LimeBackground,
  type LimeOptions,
  lime,
} from "./explain/lime.ts";
export {
  type Change,
  type Changeable,
  changeables,
  type NearestChange,
  nearestChange,
} from "./explain/nearest-change.ts";
export {centreCurves, type PartialDependence, partialDependence} from "./explain/partial-dependence.ts";
export {
  drawPermutations,
  type GroupImportance,
  type Predict,
  permutationImportance,
} from "./explain/permutation.ts";
export {
  type CustomerReasons,
  type Reason,
  type ReasonOptions,
  reasonsFor,
  reasonText,
  type SensitiveReason,
} from "./explain/reasons.ts";
export {type Agreement, agreementOf, type LimeStability, limeStability} from "./explain/second-opinion.ts";
export {type SayOptions, sayFeature, type Usual} from "./explain/sentences.ts";
export {
  familyGroups,
  reasonGroups,
  type Subject,
  type SubjectGroup,
  singleGroups,
  subjectsOf,
} from "./explain/subjects.ts";
export {type FeatureSummary, type StripCell, stripOf, summariseExplanation} from "./explain/summary.ts";
export {
  type PastRows,
  type StayerMedians,
  stayerMedians,
  type UsualOf,
  usualOf,
  usualOfStayers,
} from "./explain/usual.ts";
export {type Waterfall, type WaterfallOptions, type WaterfallStep, waterfallOf} from "./explain/waterfall.ts";
export {
  ALIVE_FEATURES,
  type Alive,
  aliveTraining,
  applyAlive,
  fitAlive,
} from "./features/alive.ts";
export {type AliveWindow, checkAliveWindow} from "./features/alive-window.ts";
export {
  type BgNbd,
  evenSilence,
  expectedPurchases,
  fitBgNbd,
  probabilityAlive,
  probabilitySilent,
} from "./features/bg-nbd.ts";
export {type CatalogueEntry, FAMILIES, type Family, featureCatalogue} from "./features/catalogue.ts";
export {activityFeatures} from "./features/defaults.ts";
export {campaignFeatures, seasonFeatures, sinceFeatures} from "./features/families.ts";
export {expectedSpend, fitGammaGamma, type GammaGamma} from "./features/gamma-gamma.ts";
export type {Matrix} from "./features/matrix.ts";
export {type PurchaseSummary, purchaseSummaries} from "./features/purchases.ts";
export {applyRfm, fitRfm, type Rfm, type RfmFeatures} from "./features/rfm.ts";
export {assignmentCsv} from "./ledger/assignment-list.ts";
export {type Cadence, checkCadence} from "./ledger/cadence.ts";
export {
  type CampaignList,
  type ContactPlan,
  campaignListOf,
  type PastWave,
  type Rehearsal,
} from "./ledger/campaign-stages.ts";
export {contactSheet} from "./ledger/contact-sheet.ts";
export type {EvidenceValue} from "./ledger/evidence.ts";
export {type NextExperiment, planNextExperiment, worthwhileEffect} from "./ledger/next-experiment.ts";
export type {Observation} from "./ledger/observational-stages.ts";
export type {Reasons, TypicalCustomer, TypicalCustomers} from "./ledger/reason-stages.ts";
export {populationDigest, readRegisteredPlan, registerPlan} from "./ledger/registered-plan.ts";
export type {Run} from "./ledger/run.ts";
export {type ScoreInputs, type Scores, scoreBundle} from "./ledger/score.ts";
export type {Alternative} from "./ledger/target-stages.ts";
export {aliveTable, aliveWindowEvidence, aliveWindowTable} from "./report/alive.ts";
export {cutsEvidence, offCadenceText} from "./report/cadence.ts";
export {briefOf, type CampaignBrief, type CampaignParts, campaignPage} from "./report/campaign.ts";
export {effectItems} from "./report/campaign-effect.ts";
export {experimentPage} from "./report/campaign-experiment.ts";
export {contactDayItems, messageItems, policyItems} from "./report/campaign-list.ts";
export type {CampaignItem, CampaignPage, CampaignValue} from "./report/campaign-page.ts";
export {followUpItems, nextStepItems, seriesItems} from "./report/campaign-parts.ts";
export {
  contactParts,
  experimentOptionsTable,
  nextPage,
  rehearsalPage,
  rehearsalText,
} from "./report/campaign-rehearsal.ts";
export {causeEvidence} from "./report/cause.ts";
export {championTable, championText} from "./report/champion.ts";
export {
  contractTable,
  latenessTable,
  quarantineTable,
  snapshotText,
  unknownCustomersText,
  weeklyVolumes,
} from "./report/data.ts";
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
export {reactivationTable, rhythmEvidence, spellsTable} from "./report/definitions.ts";
export {eliminationEvidence} from "./report/elimination.ts";
export {gainText, readOutFindings, verdictText} from "./report/experiment.ts";
export {assignmentFacts, planFacts, planTable, planWarnings} from "./report/experiment-plan.ts";
export {
  experimentBalanceTable,
  experimentEffectsData,
  experimentEffectsTable,
  experimentGroupsTable,
  experimentSegmentsTable,
  guardrailsTable,
  sampleRatioTable,
} from "./report/experiment-tables.ts";
export {
  curvesEvidence,
  effectsEvidence,
  interactionEvidence,
  partingText,
  shapChart,
  signalsEvidence,
  signalWords,
  whereScoresDiffer,
} from "./report/explanation.ts";
export {
  catalogueTable,
  fifthsTable,
  lookAheadText,
  missingText,
  signalsAlone,
} from "./report/features.ts";
export {framingEvidence} from "./report/framing.ts";
export {learningSeries, learningText, oracleText} from "./report/limits.ts";
export {
  aucTable,
  calibrationTable,
  differencesTable,
  precisionRecallCurves,
  rocCurves,
} from "./report/measures.ts";
export {
  calibrationPoints,
  calibrationText,
  ceilingText,
  choiceTable,
  chosenText,
  crossCheckText,
  modelsTable,
  subsampleEvidence,
  testText,
  workTable,
} from "./report/models.ts";
export {
  beliefTable,
  type EffectUnit,
  observationalText,
  observedEffectsTable,
  PERCENTAGE_POINTS,
} from "./report/observational.ts";
export {empcTable, gainsTable, neededText, optimumText, tornadoOf} from "./report/optimum.ts";
export {preparationTable} from "./report/prepare.ts";
export {
  confusionTable,
  quadrantBoundsTable,
  recoveryText,
  segmentPoints,
  segmentsText,
} from "./report/quadrants.ts";
export {customersTable, reasonsTable, secondOpinionTable, waterfallSteps} from "./report/reasons.ts";
export {samplingList, samplingPoints, samplingPriorTable, samplingTable} from "./report/sampling.ts";
export {
  fairnessTable,
  fairnessText,
  seedsText,
  slicesTable,
  slicesText,
  stabilityTable,
} from "./report/scrutiny.ts";
export {searchCurves, searchOf, settingsTable} from "./report/search.ts";
export {
  auditList,
  quadrantPoints,
  quadrantsText,
  quadrantTable,
  splitGrid,
  splitTable,
  treatedText,
} from "./report/split.ts";
export {stepwiseTable, stepwiseText} from "./report/stepwise.ts";
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
export {
  targetCampaignTable,
  targetChoiceText,
  targetSkillTable,
  towardsEvidence,
} from "./report/target-comparison.ts";
export {
  learnersTable,
  learnersText,
  policyTable,
  upliftCalibrationTable,
  upliftCalibrationText,
  upliftContactsText,
  upliftGroupsTable,
  upliftMetricsTable,
  upliftVerdictText,
} from "./report/uplift.ts";
export {versionsTable} from "./report/versions.ts";
export {whatIf} from "./report/what-if.ts";
export {
  forestPoints,
  lotText,
  lovePoints,
  overlapPoints,
  overlapText,
  sensitivityText,
} from "./report/without-lot.ts";
export {
  atRandom,
  contract,
  days,
  defineStudy,
  every,
  inactivity,
  months,
  regularity,
  type Study,
  type StudyInput,
  subscription,
  triangular,
} from "./study.ts";
export {type Balance, balanceOf} from "./uplift/balance.ts";
export {type ContactBasis, type ContactDays, contactDays} from "./uplift/campaign/contact-day.ts";
export {
  type CampaignEffect,
  type EffectLabel,
  effectOfReadOut,
  effectOfWave,
} from "./uplift/campaign/effect.ts";
export {type FollowUp, type FollowUpKind, followUps} from "./uplift/campaign/follow-up.ts";
export {type Message, planMessages, renderMessage} from "./uplift/campaign/messages.ts";
export {type CampaignSeries, campaignSeries, type GroupSeries} from "./uplift/campaign/monitor.ts";
export {type NextStep, nextSteps, type SegmentStep} from "./uplift/campaign/next-steps.ts";
export {
  amountsOf,
  type OtherScores,
  otherScores,
  type Policy,
  policyOrder,
  policyScores,
  type ScoreTable,
} from "./uplift/campaign/other-scores.ts";
export {
  type ExperimentOutcomes,
  experimentOutcomes,
  type OutcomeStatus,
  planOutcomes,
} from "./uplift/campaign/outcomes.ts";
export {
  contactsOfType,
  type Roster,
  rosterOf,
  rosterOfDay,
  treatedContacts,
} from "./uplift/campaign/roster.ts";
export {type ContactOptions, type ContactTrial, contactTrial} from "./uplift/contacts.ts";
export {type Adjusted, cuped, linAdjusted} from "./uplift/experiment/adjust.ts";
export {type ArmShare, assignArms, bandsOf} from "./uplift/experiment/assign.ts";
export {type AssignmentCheck, checkAssignment} from "./uplift/experiment/check-assignment.ts";
export {type ComplierEffect, complierEffect} from "./uplift/experiment/compliance.ts";
export {
  type Assignment,
  designGroups,
  type GroupName,
  leftOut,
  type Population,
  type Sharing,
} from "./uplift/experiment/design.ts";
export {
  clusteredDifference,
  differenceOfMeans,
  differenceOfProportions,
  type Effect,
  ratioOfProportions,
  type TwoArms,
  wilsonInterval,
} from "./uplift/experiment/effect.ts";
export {holm} from "./uplift/experiment/multiplicity.ts";
export {type NullCheck, nullCheck, nullChecks} from "./uplift/experiment/null-check.ts";
export {
  type Guardrail,
  type Metric,
  makePlan,
  type Plan,
  type PlanInput,
  type PlannedArm,
  type PlannedPopulation,
  type RegisteredPlan,
} from "./uplift/experiment/plan.ts";
export {
  type ArmSizes,
  detectableProportion,
  durationMonths,
  PROPORTION_FORMULAS,
  powerOfProportions,
  sizeForInteraction,
  sizeForProportions,
} from "./uplift/experiment/power.ts";
export {detectableMean, powerOfMeans, sizeForMeans} from "./uplift/experiment/power-means.ts";
export type {
  Bounds,
  GroupOutcome,
  GuardrailReading,
  SegmentReading,
  TargetingEffect,
  TreatmentEffect,
} from "./uplift/experiment/read-effects.ts";
export type {AssignedCustomers, Outcomes} from "./uplift/experiment/read-rows.ts";
export {
  type ReadBalance,
  type ReadOut,
  type ReadOutLabel,
  type ReadOutResults,
  type ReadPower,
  type ReadSampleRatio,
  readOut,
} from "./uplift/experiment/readout.ts";
export {knownRatio, type SampleRatio, sampleRatio} from "./uplift/experiment/sample-ratio.ts";
export {type Boundary, crossingProbability, type Looks, planLooks} from "./uplift/experiment/sequential.ts";
export {
  type PlanStep,
  type StepwiseInputs,
  type StepwisePlan,
  stepwisePlan,
} from "./uplift/experiment/stepwise.ts";
export {type ArmModels, type ArmPolicy, bestArm, bestArms, fitArms} from "./uplift/learn/arms.ts";
export {type ComparedLearner, compareLearners, type LearnerComparison} from "./uplift/learn/compare.ts";
export {type Forward, learnForward} from "./uplift/learn/forward.ts";
export {
  applyUplift,
  crossFitUplift,
  fitUplift,
  UPLIFT_KINDS,
  type UpliftKind,
  type UpliftModel,
  type UpliftOptions,
  upliftFolds,
} from "./uplift/learn/learners.ts";
export {placesWithinFolds} from "./uplift/learn/out-of-fold.ts";
export {doublyRobustScores, type Nuisance} from "./uplift/learn/pseudo-outcome.ts";
export {type QuadrantBounds, quadrantBounds} from "./uplift/learn/quadrant-bounds.ts";
export {
  type BySegment,
  estimateSegments,
  likeliestSegments,
  SEGMENTS,
  type SegmentEstimate,
  type SegmentOptions,
} from "./uplift/learn/quadrants.ts";
export {
  type EffectRecovery,
  effectRecovery,
  type MembershipBin,
  type SegmentRecovery,
  segmentRecovery,
  type UpliftTruth,
} from "./uplift/learn/recovery.ts";
export type {Base} from "./uplift/learn/regression.ts";
export {
  AUTOC,
  DR_LOSS,
  heldOutNuisance,
  R_LOSS,
  type SelectionMetric,
  selectUplift,
  type UpliftCandidate,
  type UpliftSelection,
} from "./uplift/learn/select.ts";
export {
  type ArmChoice,
  type ArmPolicyOptions,
  type ArmPolicyValues,
  type ArmTrial,
  armPolicyValues,
} from "./uplift/measure/arm-policy.ts";
export {type UpliftBin, type UpliftCalibration, upliftCalibration} from "./uplift/measure/calibration.ts";
export {type UpliftGroup, upliftAt, upliftByGroup} from "./uplift/measure/groups.ts";
export {keptShare} from "./uplift/measure/kept-share.ts";
export {qiniCurve, type UpliftMetric, upliftCurve, upliftMetrics} from "./uplift/measure/metrics.ts";
export {
  type PolicyOutcome,
  type PolicyPoint,
  type PolicyValue,
  policyCurve,
  policyValue,
  type UpliftEconomics,
} from "./uplift/measure/policy.ts";
export {
  compareRankAverageEffects,
  type Rates,
  rankAverageEffect,
  type TocPoint,
  toc,
} from "./uplift/measure/rate.ts";
export {
  type ArmOutcomes,
  type ArmScores,
  armMeans,
  armScores,
  effectScores,
  noOutcomes,
} from "./uplift/measure/scores.ts";
export {type UpliftVerdict, upliftVerdict} from "./uplift/measure/verdict.ts";
export {type BeliefRule, beliefRules} from "./uplift/observe/belief.ts";
export {aipwEffect} from "./uplift/observe/doubly-robust.ts";
export {earlierContacts} from "./uplift/observe/earlier.ts";
export {checkLot, type LotCheck} from "./uplift/observe/lot.ts";
export {matchEffect, matchPairs} from "./uplift/observe/matching.ts";
export {type ObservationalStudy, studyContacts} from "./uplift/observe/observational.ts";
export type {ObservedEffect} from "./uplift/observe/observed-effect.ts";
export {keptRows, type Overlap, overlapOf} from "./uplift/observe/overlap.ts";
export {type PositivityGap, positivityGaps} from "./uplift/observe/positivity.ts";
export {regressionEffect} from "./uplift/observe/regression-effect.ts";
export {eValue, eValueOfBound, rosenbaumBound} from "./uplift/observe/sensitivity.ts";
export {
  type PairSensitivity,
  pairSensitivity,
  signedRankBound,
  signedRankNormalBound,
} from "./uplift/observe/signed-rank.ts";
export {fitTargeting, type ObservedContacts, type Targeting} from "./uplift/observe/targeting.ts";
export {ipwEffect, naiveEffect, subclassEffect} from "./uplift/observe/weighting.ts";
export {type ShopTruth, shopTruth} from "./uplift/shop-truth.ts";
export {checkTrial, type Trial} from "./uplift/trial.ts";
export {takeTrial, takeUplift, type UpliftData} from "./uplift/uplift-data.ts";
