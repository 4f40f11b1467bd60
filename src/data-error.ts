/** Where in the user's input an error is. Rows count from 1, the header not counted. */
export type Place = {
  readonly file?: string | undefined;
  readonly row?: number | undefined;
  readonly column?: string | undefined;
  readonly cell?: string | undefined;
};

/**
 * The user's input is wrong: the message is one sentence that says what, where and what to do.
 * The command line prints it without a stack and exits with status 2.
 */
export class DataError extends Error {
  readonly place: Place;

  constructor(message: string, place: Place = {}) {
    super(message);
    this.name = "DataError";
    this.place = place;
  }
}
