import type { ResponseCache } from '../cache/response-cache.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Semaphore } from '../lib/semaphore.ts';
import type { Provider } from '../providers/provider.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { Log } from '../telemetry/log.ts';
import type { Admit, AttemptObserver } from './attempt-observer.ts';
import type { Planner } from './planner.ts';
import type { QuotaKeeper } from './quota-keeper.ts';

/** What a completion needs of the organs; `app.ts` hands it in. */
export interface PipelineDeps {
  readonly config: Config;
  readonly planner: Planner;
  /** Name of the classifier, for the decision record. */
  readonly classifier: string;
  readonly ledger: Ledger;
  /** The answers kept for a profile; null where it keeps none. */
  readonly cacheOf: (profile: string) => ResponseCache | null;
  /** The places for calls in flight under a profile; null where it has no limit. */
  readonly gateOf: (profile: string) => Semaphore | null;
  /** The client of an enabled provider. */
  readonly provider: (name: string) => Provider;
  /** Waits for a place below a provider's limits. */
  readonly admit: Admit;
  /** Uses up free quotas before anything is paid. */
  readonly quotas: QuotaKeeper;
  /** What remembers attempts. */
  readonly observers: readonly AttemptObserver[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
