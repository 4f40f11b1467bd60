import type {Interval} from "../../evaluate/bootstrap.ts";
import type {NormalInterval} from "../../evaluate/delong.ts";

/** Whom to treat. */
export type Recommendation = "uplift" | "risk" | "any" | "none";

/** What a trial says of an order by uplift, and what to do. */
export type UpliftVerdict = {
  readonly evidence: "heterogeneous effect" | "none" | "wrong order";
  readonly autoc: NormalInterval;
  readonly recommended: Recommendation;
  /** Share that can be treated. */
  readonly fraction: number;
  /** Expected gain of treating that share, by way of choosing it; over treating nobody. */
  readonly money: {readonly uplift: Interval; readonly risk: Interval; readonly any: Interval};
};

/**
 * The verdict on one score, by a rule fixed beforehand.
 *
 * Evidence: the AUTOC interval lies above 0, "heterogeneous effect"; below 0, "wrong order"; else "none".
 * Recommended: with evidence by uplift, without by risk or else anybody, whichever is expected to gain more with the same
 * share treated; in either case only where the gain's interval lies above 0, and none where it does not.
 * @param money expected gain of the first `fraction` by uplift, by risk, and of as many chosen at random.
 */
export function upliftVerdict(
  autoc: NormalInterval,
  {fraction, money}: Pick<UpliftVerdict, "fraction" | "money">,
): UpliftVerdict {
  const evidence = autoc.low > 0 ? "heterogeneous effect" : autoc.high < 0 ? "wrong order" : "none";
  const candidates: Exclude<Recommendation, "none">[] =
    evidence === "heterogeneous effect" ? ["uplift"] : ["risk", "any"];
  const paying = candidates.filter(way => money[way].low > 0);
  const best = paying.reduce<Recommendation>(
    (a, b) => (a === "none" || money[b].value > money[a].value ? b : a),
    "none",
  );
  return {evidence, autoc, recommended: best, fraction, money};
}
