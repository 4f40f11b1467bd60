import type {EvidenceValue} from "../ledger/evidence.ts";

/** What form the evidence of an item takes; `not-applicable` may stand for any of them. */
export type ItemKind = Exclude<EvidenceValue["kind"], "not-applicable">;

/** One place on the card, filled by the evidence with the same id. */
export type CardItem = {
  readonly id: string;
  /** What a reader sees above the value. */
  readonly title: string;
  readonly kind: ItemKind;
  /** A card without it is not built; an optional item that was not recorded is left out. */
  readonly mandatory: boolean;
};

/** One question of the card with the items that answer it, in reading order. */
export type CardSection = {
  readonly id: string;
  readonly question: string;
  readonly items: readonly CardItem[];
};

const item =
  (kind: ItemKind, mandatory = true) =>
  (id: string, title: string): CardItem => ({id, title, kind, mandatory});
const text = item("text");
const list = item("list");
const number = item("number");
const table = item("table");
const chart = item("chart");
const optionalWhatIf = item("what-if", false);
const optionalText = item("text", false);
const optionalList = item("list", false);
const optionalTable = item("table", false);
const optionalChart = item("chart", false);

/**
 * The catalogue of the card: the decision, then the five questions that people ask of a model.
 * Evidence goes by these ids and no others.
 */
export const SECTIONS: readonly CardSection[] = [
  {
    id: "decision",
    question: "What should we decide?",
    items: [
      text("decision.recommendation", "Recommendation"),
      number("decision.reached", "Churners reached"),
      number("decision.lift", "Lift over choosing at random"),
      number("decision.value", "Expected value of one campaign"),
      chart("decision.chart", "What the campaign is worth"),
      optionalWhatIf("decision.whatIf", "Try your own figures"),
      optionalText("decision.optimum", "How many to contact"),
      optionalText("decision.needed", "Is a model needed here?"),
      table("decision.table", "The choices side by side"),
      optionalTable("decision.gains", "The model against simpler ways to choose"),
      optionalChart("decision.sensitivity", "What the recommended share hangs on"),
      list("decision.caveats", "Before you act"),
    ],
  },
  {
    id: "use",
    question: "How can we use your model?",
    items: [
      text("use.purpose", "What it is for"),
      list("use.notFor", "What it is not for"),
      text("use.cadence", "When it may be asked"),
      optionalText("use.offCadence", "Asked on another day"),
      text("framing.goal", "The business goal"),
      text("framing.proxy", "What the model predicts in its place"),
      text("framing.decides", "Who decides"),
      text("framing.acts", "Who acts"),
      text("framing.success", "What counts as success"),
      text("framing.stop", "When to stop"),
      table("framing.value", "What a choice is worth"),
      optionalText("fairness.text", "Whom the list leaves out"),
      optionalTable("fairness.table", "The list by group"),
      optionalText("uplift.contacts", "What past contacts changed"),
      optionalText("uplift.verdict", "Contact by risk, or by effect?"),
      optionalChart("uplift.chart", "By risk against by effect"),
      optionalTable("uplift.groups", "The effect by group"),
      optionalTable("uplift.quadrants", "Whom contacting changes"),
      optionalText("uplift.recovered", "What was found, where the truth is known"),
      optionalText("uplift.lot", "Did a lot decide who was contacted?"),
      optionalText("uplift.withoutLot", "What contacts show without a lot"),
      optionalChart("uplift.methods", "The effect by different methods"),
      optionalTable("uplift.belief", "When not to believe it"),
      optionalText("uplift.proxy", "What to go by without a campaign"),
      optionalTable("uplift.plan", "The way to contacting by effect"),
      optionalText("campaign.effect", "The last campaign, read as a rehearsal"),
      optionalList("campaign.plan", "The next experiment, as planned"),
      list("framing.limits", "What the data cannot say"),
    ],
  },
  {
    id: "models",
    question: "Which models did you try, and which one are we using?",
    items: [
      text("models.chosen", "The model in use"),
      table("models.tried", "Models tried"),
      optionalTable("models.differences", "The model in use against the rule of thumb"),
      optionalText("models.champion", "Against the model in use today"),
      optionalTable("models.championTable", "The new model and the champion"),
      optionalTable("models.auc", "Two ways to the interval of ROC AUC"),
      table("models.work", "What each took, and the choice"),
      chart("models.chart", "How they compare"),
      optionalText("models.crossCheck", "How close two engines come"),
      text("models.ceiling", "How much better it could get"),
      optionalText("models.oracle", "What the truth would reach"),
      optionalText("models.learning", "What would help"),
      optionalChart("models.learningChart", "Learning from more and more"),
      chart("lift.chart", "Lift by share contacted"),
      table("lift.table", "Lift by tenth of customers"),
      chart("gains.chart", "Churners reached by share contacted"),
      optionalTable("lift.allCustomers", "The same on all customers"),
      optionalChart("lift.roc", "Churners found against others contacted in vain"),
      optionalChart("lift.precisionRecall", "Churners among those contacted, by churners found"),
      chart("calibration.chart", "Predicted and observed churn"),
      text("calibration.method", "How probabilities are calibrated"),
      optionalTable("stability.table", "Month by month and part by part"),
      optionalText("stability.seeds", "Fitted again with another seed"),
      optionalText("slices.text", "Where it is off"),
      optionalTable("slices.table", "The parts furthest off"),
      optionalTable("calibration.table", "How far probabilities can be trusted"),
      optionalText("models.subsample", "Rows left out of training"),
      optionalText("uplift.calibration", "How far expected effects can be trusted"),
      optionalTable("uplift.metrics", "How well the order by effect does"),
      optionalTable("uplift.learners", "Ways to learn the effect"),
    ],
  },
  {
    id: "manage",
    question: "How can we scale and manage it?",
    items: [
      text("manage.operation", "Running it"),
      text("manage.cadence", "Retraining and scoring"),
      optionalTable("prepare.steps", "What is done to a row before the model sees it"),
      table("manage.work", "Work done by this run"),
      table("manage.versions", "Versions"),
    ],
  },
  {
    id: "data",
    question: "Which data did you use?",
    items: [
      text("data.snapshot", "The snapshot"),
      table("data.contract", "Checks on the data"),
      table("data.quarantine", "Rows set aside"),
      optionalTable("data.lateness", "When events became known"),
      optionalText("data.unknownCustomers", "Rows of customers without events"),
      chart("data.volume", "Events over time"),
      text("target.definition", "What counts as churn"),
      table("target.counts", "Customers and churners by cutoff"),
      chart("target.chart", "Share of churners by cutoff"),
      list("target.warnings", "Warnings about the target"),
      optionalTable("target.recency", "Churners by time since last activity"),
      optionalTable("target.alternatives", "Other definitions of churn"),
      optionalChart("target.alternativesChart", "Other definitions, drawn"),
      optionalList("target.alternativeWarnings", "Warnings about other definitions"),
      optionalTable("target.aliveWindow", "Are those called churned really gone?"),
      optionalList("target.aliveWarnings", "Warnings about the days of silence"),
      optionalTable("target.spells", "Churning once, and again"),
      optionalTable("target.reactivation", "Coming back"),
      optionalTable("target.rhythm", "Who is called early, who late"),
      optionalText("target.choice", "Which target, and why"),
      optionalTable("target.skill", "How well each target is predicted"),
      optionalTable("target.campaign", "What a list by each target reaches"),
      optionalChart("target.towards", "The signal, month by month towards churn"),
      optionalTable("cadence.cuts", "Rolling against calendar features"),
      table("split.table", "Sets of customers"),
      chart("split.chart", "Who is used when"),
      list("split.audit", "Checks on the sets"),
      optionalTable("split.quadrants", "Known and new customers, then and later"),
      optionalChart("split.quadrantsChart", "Known and new customers, drawn"),
      table("features.catalogue", "What the model looks at"),
    ],
  },
  {
    id: "why",
    question: "Why is it recommending me this?",
    items: [
      table("why.signals", "Signals behind a score"),
      text("why.caution", "How to read them"),
      optionalChart("why.shap", "What each signal adds to the scores"),
      optionalChart("why.effects", "The score along the strongest signals"),
      optionalTable("why.cause", "Signal or cause?"),
      optionalTable("why.elimination", "How few signals would do"),
      optionalTable("why.reasons", "Reasons given most often"),
      optionalTable("why.customers", "Three customers, and why they have their scores"),
      optionalChart("why.waterfall", "How one customer's score comes about"),
      optionalTable("why.secondOpinion", "A second opinion on the three customers"),
    ],
  },
];
