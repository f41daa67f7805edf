/**
 * What can go wrong, as codes that users and programs may rely on. Provider faults keep their own, finer
 * classification in `failure.ts`; they become one of these when no candidate could serve a call.
 */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_config'
  | 'invalid_amount'
  | 'unknown_model'
  | 'no_candidate'
  | 'all_candidates_failed'
  | 'budget_exceeded'
  | 'cancelled'
  | 'content_refused'
  | 'context_length_exceeded'
  | 'deadline_exceeded'
  | 'overloaded'
  | 'not_found'
  | 'storage_unavailable'
  | 'storage_too_new'
  | 'internal';

export interface ErrorOptions {
  /** What the reader can do about it, as a sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** Facts for programs: never secrets, prompts or answers. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error with a stable code and, where there is one, a remedy. Surfaces translate it; nothing else does. */
export class FareboxError extends Error {
  override readonly name = 'FareboxError';
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.details = options.details ?? {};
  }

  /** Message and remedy as one text, for people. */
  explain(): string {
    return this.remedy ? `${this.message} ${this.remedy}` : this.message;
  }
}
