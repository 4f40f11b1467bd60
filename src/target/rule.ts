import type {Instant} from "../data/instant.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import {DataError} from "../data-error.ts";
import type {Churn, ContractChurn, InactivityChurn} from "../study.ts";
import {type GapPopulation, gapReader, type RegularityRule, silenceAllowed} from "./regularity.ts";
import type {SubscriptionRule} from "./subscriptions.ts";

/** A definition of churn that counts days of silence: the same for all, or the customer's own. */
export type SilenceRule = InactivityChurn | RegularityRule;

/** A definition of churn with all that it needs beside the events: what it has learned, or the table it reads. */
export type ChurnRule = ContractChurn | SilenceRule | SubscriptionRule;

export const countsSilence = (rule: ChurnRule): rule is SilenceRule =>
  rule.kind === "inactivity" || rule.kind === "regularity";

/** What a definition may need beside the events. */
export type RuleOptions = {
  /** For regularity: what was learned of the gaps of training customers. */
  readonly population: () => GapPopulation;
  /** For subscriptions; undefined where the study has no such table. */
  readonly subscriptions?: Subscriptions | undefined;
};

/** @throws DataError when there is no table of subscriptions to read; the errors of `population`. */
export function ruleOf(churn: Churn, {population, subscriptions}: RuleOptions): ChurnRule {
  switch (churn.kind) {
    case "contract":
    case "inactivity":
      return churn;
    case "regularity":
      return {...churn, population: population()};
    case "subscription":
      if (!subscriptions)
        throw new DataError(
          "churn of subscriptions requires a table of them, got none; name it in the study",
        );
      return {...churn, subscriptions};
  }
}

/**
 * Follows the qualifying days, or instants, of one customer, in ascending order, each as often as it comes: how many
 * whole days without one are allowed after it.
 */
export type AllowedSilence = (time: Instant) => number;

/** One reader a customer. */
export function silenceReader(rule: SilenceRule): () => AllowedSilence {
  if (rule.kind === "inactivity") return () => () => rule.days;
  return () => {
    const see = gapReader();
    return day => silenceAllowed(rule, see(day));
  };
}
