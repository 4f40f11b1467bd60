import type {z} from "zod";

type Asked = z.core.$ZodRawIssue;

/** What a field requires, for a rule that has no words of its own. */
export function requirement(issue: Asked): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `it requires ${KINDS[issue.expected as string] ?? `a ${issue.expected}`}`;
    case "invalid_value":
      return `it requires ${issue.values.length > 1 ? "one of " : ""}${listOf(issue.values)}`;
    case "too_small":
      if (issue.origin === "string") return "it requires a text that is not empty";
      return `it requires ${bound(issue, "at least", "more than")} ${issue.minimum}${ofList(issue)}`;
    case "too_big":
      return `it requires ${bound(issue, "at most", "less than")} ${issue.maximum}${ofList(issue)}`;
    case "invalid_union":
      return Array.isArray(issue.options) ? `it requires one of ${listOf(issue.options)}` : undefined;
    case "invalid_key":
      return issue.issues[0]!.message;
    default:
      return undefined;
  }
}

const listOf = (values: readonly unknown[]): string => values.map(value => JSON.stringify(value)).join(", ");

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  int: "a whole number",
  array: "a list",
  object: "an object",
  boolean: "true or false",
};

const bound = ({inclusive}: {readonly inclusive?: boolean | undefined}, within: string, beyond: string) =>
  inclusive === false ? beyond : within;

const ofList = ({origin}: {readonly origin: string}): string =>
  origin === "array" ? " of them" : origin === "string" ? " characters" : "";

/** What is wrong with a field of a study, by its path, with what was given where that is a word or a number. */
export function faultText({path, message, ...issue}: z.core.$ZodIssue): string {
  const field = path.join(".") || "(top)";
  // Of a field that says which kind an object is, the object is what zod reports.
  const input =
    "discriminator" in issue ? (issue.input as Record<string, unknown>)[String(path.at(-1))] : issue.input;
  if (input === undefined) return `${field} is required, but missing; add it to the study file`;
  const given =
    typeof input === "object" || typeof input === "function" ? "" : `, got ${JSON.stringify(input)}`;
  return `${field} is not valid: ${message}${given}; correct it in the study file`;
}
