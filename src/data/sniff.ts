import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import {dateOf} from "./calendar.ts";
import {named, openDatabase} from "./database.ts";
import {columnsIn} from "./expression.ts";
import type {Finding} from "./finding.ts";
import {type Ingested, ingest} from "./ingest.ts";
import {SPACES} from "./layout.ts";
import {loadRaw} from "./raw.ts";
import type {EventSource} from "./reading.ts";
import {type ColumnFacts, couldBe, factsOf} from "./sniff-columns.ts";
import {decideTime} from "./sniff-time.ts";
import {decideId, decideKnown} from "./sniff-versions.ts";
import {openFiles, type SourceFile} from "./source.ts";

/** What the user knows already; everything absent is found from the files. */
export type SniffHints = {
  /** Folder that relative paths start from. */
  readonly folder: string;
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
  readonly customer?: string | undefined;
  readonly time?: string | undefined;
  readonly timeFormat?: string | undefined;
  /** SQL expression, or `none`. */
  readonly amount?: string | undefined;
  /** SQL expression. */
  readonly type?: string | undefined;
  /** Day of reading, YYYY-MM-DD: no event may be later. */
  readonly today?: string | undefined;
};

/** An event source found from its files, with the reasons. */
export type Sniffed = {
  /** For `events` of a study; defaults filled in. */
  readonly source: EventSource;
  /** Why, one sentence each. */
  readonly reasons: {
    readonly layout: string;
    readonly customer: string;
    readonly time: string;
    /** Absent when no column looks like one; so is `id`. */
    readonly known?: string;
    readonly id?: string;
    readonly type: string;
    readonly amount: string;
  };
  /** Columns of the first file. */
  readonly columns: readonly string[];
  readonly files: readonly string[];
  /** Rows read, kept or not. */
  readonly rowsRead: number;
  /** Rows kept. */
  readonly rows: number;
  readonly customers: number;
  /** Rows kept, by event type. */
  readonly types: Readonly<Record<string, number>>;
  /** First and last day with an event, YYYY-MM-DD. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly contract: readonly Finding[];
  readonly quarantined: Readonly<Record<string, number>>;
};

/**
 * Finds which columns of event files hold the customer, the time, the amount and the type, and reads the files so.
 * @throws DataError for what cannot be decided, naming the flag that settles it.
 */
export async function sniff(files: readonly string[], hints: SniffHints): Promise<Sniffed> {
  const {source, reasons, opened} = await decide(files, hints);
  const read = await ingest(source, {folder: hints.folder, today: hints.today, stop: false});
  try {
    return {source, reasons, columns: opened[0]!.columns, ...describe(read)};
  } finally {
    read.close();
  }
}

const describe = (read: Ingested) => ({
  files: read.files.map(file => file.name),
  rowsRead: read.rowsRead,
  rows: read.rows,
  customers: read.customers,
  types: read.types,
  firstDay: dateOf(read.firstDay),
  lastDay: dateOf(read.lastDay),
  contract: read.contract,
  quarantined: read.quarantined,
});

async function decide(
  from: readonly string[],
  hints: SniffHints,
): Promise<Pick<Sniffed, "source" | "reasons"> & {opened: SourceFile[]}> {
  const database = await openDatabase();
  try {
    const {delimiter, header} = hints;
    const expected = [hints.customer, hints.time].filter(name => name !== undefined);
    const opened = await openFiles(database, from, {
      folder: hints.folder,
      csv: {delimiter, header, expected},
      field: "the command line",
    });
    for (const name of [hints.customer, hints.time]) if (name !== undefined) requireColumn(opened, name);
    const columns = opened[0]!.columns.filter(name => opened.every(file => file.columns.includes(name)));
    await loadRaw(database, opened, columns);
    const facts = await factsOf(database, columns);
    const time = await decideTime(database, facts, hints);
    const rest = facts.filter(fact => fact.name !== time.column);
    const known = await decideKnown(database, facts, time, hints);
    const type = decideType(rest, hints);
    const customer = decideCustomer(rest, opened[0]!, hints);
    const id = await decideId(database, rest, facts.find(({name}) => name === customer.column)!);
    const ofType = await columnsIn(database, type.expression, "--type");
    requireOption(opened, ofType, "--type");
    const taken = [customer.column, known.column, id.column, ...ofType];
    const amount = decideAmount(
      rest.filter(fact => !taken.includes(fact.name)),
      hints,
    );
    if (amount.expression !== undefined)
      requireOption(opened, await columnsIn(database, amount.expression, "--amount"), "--amount");
    const layout = opened[0]!.layout;
    const source: EventSource = {
      from: [...from],
      csv: layout === undefined ? {} : {delimiter: layout.delimiter, header: layout.header},
      customer: customer.column,
      time: time.column,
      ...(time.format === undefined ? {} : {timeFormat: time.format}),
      timeZone: "UTC",
      ...(known.column === undefined ? {} : {known: known.column}),
      ...(id.column === undefined ? {} : {id: id.column}),
      type: type.expression,
      ...(amount.expression === undefined ? {} : {amount: amount.expression}),
      attributes: [],
      negativeAmounts: "cancellation",
      duplicates: "keep",
      maxBadShare: 0.01,
    };
    const reasons = {
      layout: layoutReason(opened[0]!),
      customer: customer.reason,
      time: time.reason,
      ...(known.reason === undefined ? {} : {known: known.reason}),
      ...(id.reason === undefined ? {} : {id: id.reason}),
      type: type.reason,
      amount: amount.reason,
    };
    return {source, reasons, opened};
  } finally {
    database.close();
  }
}

function requireColumn(files: readonly SourceFile[], name: string): void {
  const lacking = files.find(file => !file.columns.includes(name));
  if (lacking === undefined) return;
  throw new DataError(
    `${lacking.name} has no column ${JSON.stringify(name)}, it has ${list(lacking.columns)}; name one of these`,
    {file: lacking.name, column: name},
  );
}

/** SQL does not tell upper from lower case in a name. */
function requireOption(files: readonly SourceFile[], names: readonly string[], option: string): void {
  for (const {name: file, columns} of files)
    for (const name of names)
      if (!columns.some(column => column.toLowerCase() === name.toLowerCase()))
        throw new DataError(
          `${file} has no column ${JSON.stringify(name)}, it has ${list(columns)}; correct ${option}`,
          {file, column: name},
        );
}

const list = (names: readonly string[]): string => names.map(name => JSON.stringify(name)).join(", ");

function layoutReason({name, layout, columns}: SourceFile): string {
  if (layout === undefined) return `${name}: Parquet with ${counted(columns.length, "column")}`;
  const words: Record<string, string> = {
    "\t": "a tab",
    [SPACES]: "spaces",
    ",": "a comma",
    ";": "a semicolon",
  };
  const parted = words[layout.delimiter] ?? JSON.stringify(layout.delimiter);
  return `${name}: ${counted(columns.length, "column")} parted by ${parted}, ${layout.header ? "named in the first line" : "without a header"}`;
}

type Choice = {readonly column: string; readonly reason: string};

const CUSTOMER = /customer|client|user|member|account|subscriber|household|visitor|kunde|cust/i;
const OTHER_ID = /order|invoice|transaction|product|item|session|stock|event|store|basket|device|campaign/i;

/** The column whose name says customer, or else one named like an id whose values come back. */
function decideCustomer(facts: readonly ColumnFacts[], file: SourceFile, {customer}: SniffHints): Choice {
  const say = (fact: ColumnFacts, why: string) => ({
    column: fact.name,
    reason: `${fact.name}: ${counted(fact.distinct, "distinct value")} in ${counted(fact.rows, "row")}, ${why}`,
  });
  const known = facts.find(fact => fact.name === customer);
  if (known !== undefined) return say(known, "named on the command line");
  const scored = facts
    .filter(fact => fact.filled > 0 && (fact.distinct < fact.rows || CUSTOMER.test(fact.name)))
    .map(fact => ({fact, score: customerScore(fact.name)}))
    .filter(({score}) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  if (best !== undefined && best.score !== second?.score) {
    const word = CUSTOMER.exec(best.fact.name)?.[0];
    return say(best.fact, word === undefined ? "name ends in id" : `name contains '${word.toLowerCase()}'`);
  }
  const which =
    best === undefined
      ? "no column is named like a customer"
      : couldBe(
          scored.filter(({score}) => score === best.score).map(({fact}) => fact.name),
          "the customer",
        );
  throw new DataError(
    `${file.name}: ${which}, it has ${list(file.columns)}; name the column with --customer`,
    {file: file.name},
  );
}

function customerScore(name: string): number {
  const id = /(^|[^a-z])id$/i.test(name) || /[a-z]I[dD]$/.test(name) || /[a-z]{3,}id$/.test(name);
  return (CUSTOMER.test(name) ? 4 : 0) + (id ? 2 : 0) - (OTHER_ID.test(name) ? 4 : 0);
}

type Expression<T = string> = {readonly expression: T; readonly reason: string};

function decideType(facts: readonly ColumnFacts[], {type}: SniffHints): Expression {
  if (type !== undefined) {
    const column = facts.find(fact => fact.name === type);
    return {
      expression: column === undefined ? type : named(type),
      reason: `${type}: named on the command line`,
    };
  }
  const found = facts.find(
    fact =>
      /^(event|action|activity|record)?[ _-]?(type|typ|kind|name|action|event)$/i.test(fact.name) &&
      fact.distinct <= 50 &&
      fact.numbers < fact.filled,
  );
  if (found === undefined)
    return {
      expression: "'purchase'",
      reason: "'purchase': no column is named like an event type, so all rows are one",
    };
  return {
    expression: named(found.name),
    reason: `${found.name}: ${counted(found.distinct, "distinct value")}, name like an event type`,
  };
}

const AMOUNT = /amount|revenue|sales|spend|turnover|total|paid|value|betrag|umsatz|usd|eur|gbp|dollar/i;
const PRICE = /price|preis|cost/i;
const QUANTITY = /quantity|qty|menge|units/i;

function decideAmount(facts: readonly ColumnFacts[], {amount}: SniffHints): Expression<string | undefined> {
  if (amount === "none") return {expression: undefined, reason: "none, as said on the command line"};
  if (amount !== undefined) {
    const column = facts.find(fact => fact.name === amount);
    return {
      expression: column === undefined ? amount : named(amount),
      reason: `${amount}: named on the command line`,
    };
  }
  const numeric = facts.filter(fact => fact.filled > 0 && fact.numbers >= 0.99 * fact.filled);
  const like = (pattern: RegExp) => numeric.filter(fact => pattern.test(fact.name));
  const amounts = like(AMOUNT).filter(fact => !QUANTITY.test(fact.name));
  if (amounts.length > 1)
    throw new DataError(
      `${couldBe(
        amounts.map(fact => fact.name),
        "the amount",
      )}; name one with --amount, or --amount none`,
    );
  if (amounts.length === 1)
    return {
      expression: named(amounts[0]!.name),
      reason: `${amounts[0]!.name}: numbers in ${counted(amounts[0]!.numbers, "row")}, name contains '${AMOUNT.exec(amounts[0]!.name)![0].toLowerCase()}'`,
    };
  const [prices, quantities] = [like(PRICE), like(QUANTITY)];
  if (prices.length === 1 && quantities.length === 1)
    return {
      expression: `${named(quantities[0]!.name)} * ${named(prices[0]!.name)}`,
      reason: `${quantities[0]!.name} * ${prices[0]!.name}: a quantity and a price, and no column named like their product`,
    };
  if (prices.length === 1)
    return {
      expression: named(prices[0]!.name),
      reason: `${prices[0]!.name}: numbers in ${counted(prices[0]!.numbers, "row")}, name contains '${PRICE.exec(prices[0]!.name)![0].toLowerCase()}'`,
    };
  return {expression: undefined, reason: "none: no column of numbers is named like an amount"};
}
