import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Config } from '../config/config.ts';
import type { Threads } from '../context/thread.ts';
import type { DeploymentId } from '../domain/deployment.ts';
import type { DeploymentHealth } from '../domain/snapshot.ts';
import type { Memory } from '../memory/memory.ts';
import type { AdequacyBook } from '../spend/adequacy-book.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { LedgerBooks } from '../spend/ledger-books.ts';
import type { PriceRegister } from '../spend/price-register.ts';
import type { Reports } from '../spend/reports.ts';
import type { RolloutBook } from '../spend/rollout-book.ts';
import type { Alerts } from './alerts/create-alerts.ts';
import type { Embeddings } from './embeddings/embeddings.ts';
import type { Pipeline } from './pipeline.ts';
import type { Queue } from './watchers/rate-limiter.ts';

/** What a surface may use: one immutable set, built by `app.ts` from one configuration. */
export interface Engine {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly pipeline: Pipeline;
  /** Vectors of texts. */
  readonly embeddings: Embeddings;
  readonly ledger: Ledger;
  readonly books: LedgerBooks;
  /** Which price held when. */
  readonly prices: PriceRegister;
  readonly reports: Reports;
  /** What the checks of callers said of each model. */
  readonly adequacy: Pick<AdequacyBook, 'rows'>;
  readonly memory: Memory;
  /** Conversations that are carried on by id. */
  readonly threads: Threads;
  /** The move of traffic to a profile, step by step. */
  readonly rollouts: RolloutBook;
  /** What somebody should know. */
  readonly alerts: Alerts;
  /** Who answers: real providers, or the sandbox because none is configured. */
  readonly mode: 'live' | 'sandbox';
  /** Deployments that are not healthy now. */
  health(): ReadonlyMap<DeploymentId, DeploymentHealth>;
  /** What waits: calls for a place under `maxConcurrency`, attempts for one below their provider's limits. */
  queues(): Queues;
  /** What happened at start-up that the user should know: a database moved aside, calls found aborted. */
  readonly notices: readonly string[];
  /** True once the store answers; for `/readyz`. Throws `storage_unavailable` with the reason where it does not. */
  ready(): void;
  close(): Promise<void>;
}

export interface Queues {
  /** Of each profile that limits its calls. */
  readonly calls: readonly {
    readonly profile: string;
    readonly limit: number;
    readonly running: number;
    readonly waiting: number;
  }[];
  readonly deployments: readonly Queue[];
}

/** Surfaces get the engine when they first need it, so that a stdio server answers `tools/list` before it is built. */
export type EngineSource = () => Promise<Engine>;
