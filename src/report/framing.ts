import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {cadenceText} from "./cadence.ts";
import {churnText, list, targetText, text} from "./words.ts";

const SCORE: Readonly<Record<Study["cutoffs"]["every"], string>> = {
  month: "Score on the first day of a month, before the campaign of that month.",
  week: "Score on a Monday, before the campaign of that week.",
  day: "Score on any day, before the campaign of that day.",
  moment: "Score a customer at any time, on the events until then.",
};

/** What the study says about its purpose and its use, by evidence id. */
export function framingEvidence(study: Study): Readonly<Record<string, EvidenceValue>> {
  const {framing, card} = study;
  return {
    "framing.goal": text(framing.goal),
    "framing.proxy": text(
      `Predicted instead: whether a customer ${targetText(study.target, study)}. ${churnText(study.churn)} ` +
        (study.target === "within" ? "" : "On this card a churner is a customer for whom that comes true. ") +
        "This stands in for the goal; it is not the goal. Somebody may churn whom no campaign could have kept, " +
        "and somebody may stay who would have stayed anyway.",
    ),
    "framing.decides": text(framing.decides),
    "framing.acts": text(framing.acts),
    "framing.success": text(framing.success),
    "framing.stop": text(framing.stop),
    "framing.limits": list(framing.limits),
    "use.purpose": text(card.purpose),
    "use.notFor": list(card.notFor),
    "use.cadence": text(cadenceText(study)),
    "manage.operation": text(card.operation),
    "manage.cadence": text(
      `${SCORE[study.cutoffs.every]} To retrain, give the study a newer log, ` +
        "move its last day, its cutoffs and its first test month on, and run it again: the same customers stay in the " +
        "same sets, so the new model and the old one can be compared on people neither has seen.",
    ),
  };
}
