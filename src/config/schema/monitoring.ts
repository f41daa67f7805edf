import * as z from 'zod';
import { optional } from './fields.ts';

export const alertThresholdsSchema = z.strictObject({
  warning: optional.share.describe('Share of the budget at which somebody is warned.'),
  critical: optional.share.describe('Share of the budget at which it becomes serious.'),
});

const costTracking = z.strictObject({
  enabled: optional.flag.describe('Enforce the monthly budget. The ledger is always written.'),
  realTime: optional.flag,
  monthlyBudget: optional.dollars.describe('US dollars a calendar month (UTC), all calls together.'),
  alertThresholds: alertThresholdsSchema.optional(),
  costByModel: optional.flag,
  costByTaskType: optional.flag,
  costProjection: optional.flag,
});

const performanceMetrics = z.strictObject({
  enabled: optional.flag,
  trackLatency: optional.flag,
  trackThroughput: optional.flag,
  trackTokenUsage: optional.flag,
  trackQuality: optional.flag,
  trackModelSelection: optional.flag,
  aggregationInterval: optional.milliseconds.describe('Ms.'),
  detailedMetrics: optional.flag,
});

const errorTracking = z.strictObject({
  enabled: optional.flag,
  logErrors: optional.flag,
  alertOnCritical: optional.flag,
  trackErrorRates: optional.flag,
  errorAnalytics: optional.flag,
  rootCauseAnalysis: optional.flag,
});

const qualityAssurance = z.strictObject({
  enabled: optional.flag,
  samplingRate: optional.share,
  compareToBaseline: optional.flag,
  baselineModel: optional.text.describe('What savings are measured against, unless `policy.baselineModel` says.'),
  qualityThreshold: optional.share,
  continuousValidation: optional.flag,
  a_bTesting: optional.flag,
});

const observability = z.strictObject({
  enabled: optional.flag,
  tracing: optional.flag,
  logging: z.enum(['minimal', 'standard', 'detailed']).optional(),
  metricsExport: optional.flag,
  dashboards: optional.flag,
});

export const monitoringSchema = z.strictObject({
  costTracking: costTracking.optional(),
  performanceMetrics: performanceMetrics.optional(),
  errorTracking: errorTracking.optional(),
  qualityAssurance: qualityAssurance.optional(),
  observability: observability.optional(),
});
