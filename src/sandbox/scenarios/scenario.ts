import type { Script } from '../script.ts';

/**
 * A fault that can be played by its name, with what a client that has a fallback should make of it. "Primary" is the
 * model that is asked first, so that a scenario suits any client.
 */
export interface Scenario {
  /** `s01-rate-limited-once`; its beginning (`s01`) is enough. */
  readonly name: string;
  /** A few words. */
  readonly title: string;
  /** What should come of it: the whole right answer, or an error that says this. */
  readonly expect: 'answer' | 'content_refused';
  readonly script: Script;
}
