// Importance is measured by a metric, so it lives with the metrics.
export {type FeatureImportance, permutationImportance} from "../evaluate/importance.ts";
