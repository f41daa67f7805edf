import * as z from 'zod';
import { ALERT_KINDS } from '../../domain/alert.ts';
import { TASK_TYPES } from '../../domain/task.ts';
import { optional, text } from './fields.ts';

const kinds = z.array(z.enum(ALERT_KINDS)).optional();

const webhook = z.strictObject({
  url: text.describe('Where alerts are posted as JSON: https, no redirects, no private address.'),
  secret: text
    .optional()
    .describe('Signs what is sent (HMAC-SHA256, header x-farebox-signature). Best taken from a variable, as keys are.'),
  kinds: kinds.describe('Only these. Default: all that are told.'),
  allowPrivateAddresses: optional.flag.describe(
    'Allow addresses of this machine and private networks, and plain http to them. Default false.',
  ),
});

export const alertsSchema = z.strictObject({
  kinds: kinds.describe('What is told. Default: everything.'),
  webhooks: z.array(webhook).optional().describe('Told beside the log and MCP clients.'),
  errorRates: z
    .strictObject({
      api: optional.share.describe('Errors of providers. Default 0.01.'),
      timeout: optional.share.describe('Time limits. Default 0.005.'),
      quality: optional.share.describe('Answers that could not be used. Default 0.05.'),
    })
    .optional()
    .describe(
      'Shares of the attempts of the last hour that may fail. Default: where monitoring.errorTracking.trackErrorRates is on.',
    ),
  latencyP95Ms: optional.positive.describe(
    'One call in twenty of the last hour may take longer. Default: not watched.',
  ),
  cacheHitRate: optional.share.describe(
    'The least share of calls to be answered from the cache. Default: not watched.',
  ),
  priceDrift: optional.share.describe('How far a provider’s own figure may be off ours. Default 0.1.'),
  spendSpike: z
    .strictObject({
      factor: z.number().min(1).max(1_000).optional().describe('Times what an hour of work usually costs. Default 5.'),
      leastUsd: optional.dollars.describe('An hour below this is no spike. Default 1.'),
    })
    .optional(),
  hostingMonthlyUsd: optional.dollars.describe(
    'What subscriptions and machines together may cost a month. 0: not watched. Default 40.',
  ),
});

export const throttleSchema = z.strictObject({
  enabled: optional.flag.describe('Slow calls down while a budget would not last at its pace. Default true.'),
  beginsAt: z.number().min(1).max(1_000).optional().describe('Times the pace that would last. Default 4.'),
  leastShare: optional.share.describe('Of the budget, spent lately: below this there is no throttle. Default 0.05.'),
  maxDelayMs: optional.milliseconds.describe('The longest wait before a call. Default 10000.'),
});

export const nonCriticalSchema = z.strictObject({
  tags: optional.texts,
  tasks: z.array(z.enum(TASK_TYPES)).optional(),
  roles: optional.texts,
  projects: optional.texts,
  clients: optional.texts,
  purposes: optional.texts.describe('Of farebox’s own calls: judge, summary …'),
});
