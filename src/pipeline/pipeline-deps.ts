import type { ResponseCache } from '../cache/response-cache.ts';
import type { Config } from '../config/config.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import type { Semaphore } from '../lib/semaphore.ts';
import type { Provider } from '../providers/provider.ts';
import type { BudgetCrossing, Ledger } from '../spend/ledger.ts';
import type { Log } from '../telemetry/log.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import type { Prepare } from './conversations/prepare-request.ts';
import type { PrepareJudge } from './judge.ts';
import type { Admit, AttemptObserver } from './watchers/attempt-observer.ts';
import type { QuotaKeeper } from './watchers/quota-keeper.ts';
import type { RolloutKeeper } from './watchers/rollout-keeper.ts';

/** What a completion needs of the organs; `app.ts` hands it in. */
export interface PipelineDeps {
  readonly config: Config;
  /** Plans a request, and makes it lighter. */
  readonly prepare: Prepare;
  /** Makes the judge of a request's answers. */
  readonly judges: PrepareJudge;
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
  /** Counts what becomes of the calls of a rollout. */
  readonly rollouts: Pick<RolloutKeeper, 'ended'>;
  /** Budgets have crossed thresholds: somebody is to be told. */
  readonly budgetCrossed: (crossings: readonly BudgetCrossing[]) => void;
  /** How long a deployment may be silent before another one is asked as well, in ms; null: nobody else is. */
  readonly hedgeAfter: (deployment: DeploymentId) => number | null;
  /** Counts tokens that nobody has told. */
  readonly tokens: TokenCounter;
  /** What remembers attempts. */
  readonly observers: readonly AttemptObserver[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
