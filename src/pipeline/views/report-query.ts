import { FareboxError } from '../../domain/errors.ts';
import { isoMoment } from '../../lib/iso-moment.ts';
import type { ReportGroup, ReportPeriod, ReportQuery } from '../../spend/reports.ts';
import type { Engine } from '../engine.ts';

/** What a user may ask of a report, in the words of the surfaces. */
export interface ReportOptions {
  readonly period?: ReportPeriod | undefined;
  /** ISO 8601 times, or dates which mean midnight UTC. Either one replaces that end of the period. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly groupBy?: ReportGroup | undefined;
  /** A model that the period is repriced against. */
  readonly baseline?: string | undefined;
  readonly runId?: string | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The options as a query of the ledger: 30 days by model where nothing is said, `until` exclusive, and of the kind of
 * calls (real or simulated) that the engine makes. Throws `invalid_request`.
 */
export function toReportQuery(
  options: ReportOptions,
  engine: Pick<Engine, 'catalogue' | 'mode'>,
  now: number,
): ReportQuery {
  const since =
    options.since === undefined ? periodStart(options.period ?? '30d', now) : toEpoch('since', options.since);
  const until = options.until === undefined ? now + 1 : toEpoch('until', options.until);
  if (since >= until) {
    throw new FareboxError(
      'invalid_request',
      `The period is empty: since (${iso(since)}) is not before until (${iso(until)}).`,
    );
  }
  return {
    since,
    until,
    groupBy: options.groupBy ?? 'model',
    ...(options.baseline !== undefined && { baseline: toBaseline(options.baseline, engine) }),
    ...(options.runId !== undefined && { runId: options.runId }),
    simulated: engine.mode === 'sandbox',
  };
}

/** When a period that ends now began (epoch ms); days and months are those of UTC. */
export function periodStart(period: ReportPeriod, now: number): number {
  switch (period) {
    case 'today':
      return now - (now % DAY_MS);
    case '7d':
      return now - 7 * DAY_MS;
    case '30d':
      return now - 30 * DAY_MS;
    case 'month': {
      const today = new Date(now);
      return Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1);
    }
    case 'all':
      return 0;
    default:
      return period satisfies never;
  }
}

function toEpoch(name: string, text: string): number {
  const epoch = isoMoment(text);
  if (epoch === null) {
    throw new FareboxError('invalid_request', `${name} "${text.slice(0, 40)}" is not an ISO 8601 time.`, {
      remedy: 'Write it like 2026-11-01 or 2026-11-01T12:00:00Z.',
    });
  }
  return epoch;
}

function toBaseline(model: string, engine: Pick<Engine, 'catalogue'>): NonNullable<ReportQuery['baseline']> {
  const baseline = engine.catalogue.baseline(model);
  if (baseline.price === null) {
    throw new FareboxError(
      'invalid_request',
      `No price list knows a price of "${model}", so nothing can be compared with it.`,
      {
        remedy: 'Name a model that has a known price; the catalogue lists them.',
      },
    );
  }
  const { input, output } = baseline.price.rates;
  return { model: baseline.model, inputRate: input, outputRate: output };
}

function iso(epoch: number): string {
  return new Date(epoch).toISOString();
}
