export {type AlternativesData, alternativesChart} from "./alternatives.ts";
export {type BaseRateData, baseRateChart} from "./base-rate.ts";
export {type CalibrationData, calibrationChart} from "./calibration.ts";
export {
  type CampaignStepData,
  type ContactDaysData,
  campaignStepChart,
  contactDaysChart,
} from "./campaign.ts";
export {type GainsData, gainsChart, type LiftData, liftChart} from "./curves.ts";
export {type CurvesData, curvesChart, type EffectsData, effectsChart} from "./effects.ts";
export {type EliminationData, eliminationChart} from "./elimination.ts";
export {type ExperimentEffectsData, experimentEffectsChart} from "./experiment-effects.ts";
export {type ForestData, forestChart} from "./forest.ts";
export {type InteractionData, interactionChart} from "./interaction.ts";
export {type LearningData, learningChart} from "./learning.ts";
export {type LiftBinsData, liftBinsChart} from "./lift-bins.ts";
export type {Series} from "./lines.ts";
export {type LoveData, loveChart} from "./love.ts";
export {type ModelsData, modelsChart} from "./models.ts";
export {type MoneyData, moneyChart} from "./money.ts";
export {type OverlapData, overlapChart} from "./overlap.ts";
export {type QuadrantsData, quadrantsChart} from "./quadrants.ts";
export {type RecencyData, recencyChart} from "./recency.ts";
export {
  type PrecisionRecallData,
  precisionRecallChart,
  type RocData,
  rocChart,
} from "./roc.ts";
export {type SearchData, searchChart} from "./search.ts";
export {type CutoffRole, type SetsData, setsChart} from "./sets.ts";
export {type ShapSummaryData, shapSummaryChart} from "./shap-summary.ts";
export {type SignalData, signalChart} from "./signal.ts";
export {type Chart, type ChartOptions, type ChartTable, chartTable} from "./theme.ts";
export {type TornadoData, tornadoChart} from "./tornado.ts";
export {type TowardsChurnData, towardsChurnChart} from "./towards-churn.ts";
export {type RiskUpliftData, riskUpliftChart, type TocData, tocChart} from "./uplift-curves.ts";
export {type UpliftGroupsData, upliftGroupsChart} from "./uplift-groups.ts";
export {type VolumeData, volumeChart} from "./volume.ts";
export {type WaterfallData, waterfallChart} from "./waterfall.ts";
