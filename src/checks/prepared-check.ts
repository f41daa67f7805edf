/** What is checked. */
export interface Subject {
  readonly answer: string;
  /** What `grounded` looks values up in where the check names no source of its own. */
  readonly source: string;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** A check whose schema, pattern or parser is ready, so that all faults of the check itself are known. */
export interface PreparedCheck {
  /** For people: `json_schema`, `parses typescript`, `named unit-tests`. */
  readonly name: string;
  /** It starts a program, so it is run after those that do not, and only where they passed. */
  readonly runsCommand: boolean;
  /** What is wrong with the answer, in words that a model can mend it by; null where nothing is. */
  find(subject: Subject): string | null | Promise<string | null>;
}

/** What a check says that needs nothing but the answer's text. */
export type FindInText = (answer: string) => string | null;
