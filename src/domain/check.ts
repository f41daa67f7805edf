export const PARSED_LANGUAGES = [
  'typescript',
  'javascript',
  'json',
  'yaml',
  'python',
  'sql',
  'markdown-table',
] as const;
export type ParsedLanguage = (typeof PARSED_LANGUAGES)[number];

/** Something about an answer that a program can decide: the same answer always passes or always fails. */
export type Check =
  | { readonly type: 'json_schema'; readonly schema: Readonly<Record<string, unknown>> }
  /** RE2 syntax, which no pattern can make slow. `negate`: it must not match. */
  | { readonly type: 'regex'; readonly pattern: string; readonly flags?: string; readonly negate?: boolean }
  | { readonly type: 'contains'; readonly text: string; readonly ignoreCase?: boolean; readonly negate?: boolean }
  /** Every value of the JSON answer stands verbatim in the source; in the user's own messages where none is given. */
  | { readonly type: 'grounded'; readonly source?: string }
  | { readonly type: 'parses'; readonly language: ParsedLanguage }
  /** A command that the configuration declares under this name: the answer on its stdin, exit code 0 where it passes. */
  | { readonly type: 'named'; readonly name: string };

/** What a check said of one answer. */
export interface CheckResult {
  /** For people: `json_schema`, `parses typescript`, `named unit-tests`. */
  readonly check: string;
  readonly passed: boolean;
  /** What was found wrong, in words that a model can mend it by; null where it passed. */
  readonly finding: string | null;
  readonly durationMs: number;
}

/** What the checks said of one attempt's answer. */
export interface Verification {
  /** The model as reports name it. */
  readonly model: string;
  readonly provider: string;
  readonly passed: boolean;
  readonly results: readonly CheckResult[];
}
