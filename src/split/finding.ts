import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import {ALLOWABLE, type Study} from "../study.ts";

/** What one check of the audit found, in words. An error means that the study leaks; a warning, that it may or is weak. */
export type AuditFinding = {
  readonly code: AuditCode;
  readonly verdict: "ok" | "note" | "warning" | "error";
  readonly message: string;
  /** The feature that it is about. */
  readonly feature?: string;
  /** The reason for which the study allows what would be an error or a warning. */
  readonly allowed?: string;
};

/** The checks, of the split, of the people in it, and of what the models look at. */
export type AuditCode =
  | "sets-disjoint"
  | "outcomes-before-test"
  | "label-lag"
  | "embargo"
  | "set-shares"
  | "test-positives"
  | "treated-left-out"
  | "cutoffs-per-customer"
  | "look-ahead"
  | Allowance["finding"]
  | "allowance";

/** What a study allows although the audit finds it. */
export type Allowance = Study["audit"]["allow"][number];

const allowable = (code: AuditCode): boolean => (ALLOWABLE as readonly string[]).includes(code);

/**
 * Turns the errors and warnings that the study allows into notes that carry the reason, and says of the others how
 * to allow them. An allowance of nothing that was found is a warning.
 */
export function applyAllowances(
  findings: readonly AuditFinding[],
  allowances: readonly Allowance[],
): AuditFinding[] {
  const grave = ({verdict}: AuditFinding) => verdict === "error" || verdict === "warning";
  const meets = (found: AuditFinding) => (allowance: Allowance) =>
    allowance.finding === found.code && allowance.feature === found.feature;
  const judged = findings.map((found): AuditFinding => {
    if (!grave(found) || !allowable(found.code)) return found;
    const reason = allowances.find(meets(found))?.reason;
    return reason === undefined
      ? {...found, message: `${found.message} ${howToAllow(found)}`}
      : {...found, verdict: "note", allowed: reason, message: `${found.message} Allowed: ${reason}`};
  });
  const idle = allowances.filter(
    allowance => !findings.some(found => grave(found) && meets(found)(allowance)),
  );
  return [
    ...judged,
    ...idle.map(
      ({finding, feature}): AuditFinding => ({
        code: "allowance",
        verdict: "warning",
        message:
          `audit.allow allows ${finding}${feature === undefined ? "" : ` of ${feature}`}, which was not found: ` +
          "take it out, or correct what it names.",
      }),
    ),
  ];
}

const howToAllow = ({code, feature}: AuditFinding): string =>
  `To allow it, write {finding: ${JSON.stringify(code)}, ` +
  `${feature === undefined ? "" : `feature: ${JSON.stringify(feature)}, `}reason: "…"} into audit.allow of the study.`;

/** @throws DataError with the first error, and how many there are. */
export function requireSound<T extends {readonly findings: readonly AuditFinding[]}>(audit: T): T {
  const errors = audit.findings.filter(({verdict}) => verdict === "error");
  const [first] = errors;
  if (!first) return audit;
  const more = errors.length > 1 ? ` (and ${counted(errors.length - 1, "further finding")})` : "";
  throw new DataError(`the audit found a leak, ${first.code}: ${first.message}${more}`);
}
