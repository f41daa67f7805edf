import type { TaskType } from '../../domain/task.ts';
import type { Concept } from './concepts.ts';

/** What the classifier sees of a request beside words. */
export const SIGNALS = [
  /** Lines of code, a fence or the name of a source file. */
  'hasCode',
  /** A source file is named. */
  'namesFile',
  'hasTrace',
  'hasDiff',
  /** Lines of CSV, YAML, XML, logs. */
  'hasData',
  /** A pasted block follows or precedes the ask. */
  'hasText',
  'endsWithQuestion',
  /** The first word asks: who, what, how. */
  'asksFirst',
  /** At most six words. */
  'short',
  /** A word such as `get_weather` stands in the ask. */
  'identifier',
  /** One of the request's tools is named in the ask. */
  'namesTool',
  /** Hardly anything but figures and operators. */
  'arithmetic',
  /** Premises to conclude from: "all a are b and all b are c", "older than … who is the youngest". */
  'premises',
  /** Tests are asked for along with something else: "… with unit tests". */
  'testAlong',
  'wantsJsonObject',
  'wantsJsonSchema',
] as const;
export type Signal = (typeof SIGNALS)[number];

/**
 * A task gains `weight` × the weakest of `all` (each 0 to 1.3, stronger where the ask begins). Rules add up; the
 * greatest sum wins, and the earlier task in `TASK_RULES` on a tie.
 */
export interface TaskRule {
  readonly task: TaskType;
  readonly all: readonly (Concept | Signal)[];
  /** The rule is off where one of these is there. */
  readonly none?: readonly (Concept | Signal)[];
  readonly weight: number;
}
