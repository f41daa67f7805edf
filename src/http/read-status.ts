import type { OpenAlert } from '../domain/alert.ts';
import { FareboxError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import type { Engine, EngineSource } from '../pipeline/engine.ts';
import { foldKeys } from '../pipeline/fold-keys.ts';
import { toReportQuery } from '../pipeline/views/report-query.ts';
import type { Report } from '../spend/reports.ts';

/** What the status page tells of the inside, or why it cannot. */
export type Status =
  | {
      readonly state: 'ready';
      readonly mode: Engine['mode'];
      readonly profile: string;
      /** How many models can be called. */
      readonly models: number;
      readonly unhealthy: number;
      readonly month: Report;
      readonly notices: readonly string[];
      readonly alerts: readonly OpenAlert[];
    }
  | { readonly state: 'broken'; readonly reason: string };

export async function readStatus(engineSource: EngineSource, clock: Clock): Promise<Status> {
  try {
    const engine = await engineSource();
    engine.ready();
    const offered = foldKeys(engine.catalogue.deployments, engine.health());
    return {
      state: 'ready',
      mode: engine.mode,
      profile: engine.config.defaultProfile,
      models: offered.length,
      unhealthy: offered.filter(({ health }) => health.state === 'unhealthy').length,
      month: await engine.reports.report(toReportQuery({ period: 'month' }, engine, clock.now())),
      notices: engine.notices,
      alerts: engine.alerts.open(),
    };
  } catch (error) {
    return { state: 'broken', reason: maskSecrets(error instanceof FareboxError ? error.explain() : String(error)) };
  }
}
