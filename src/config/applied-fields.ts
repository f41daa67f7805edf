import type { Config } from './config.ts';
import type { MergedConfig } from './merge-layers.ts';

/** Fields (with all that is below them) that change what farebox does. The longest entry that covers a field decides. */
export const APPLIED: readonly string[] = [
  '$schema',
  'name',
  'description',
  'extends',
  'models',
  'catalogue',
  'routing',
  'monitoring.costTracking.enabled',
  'monitoring.costTracking.monthlyBudget',
  'monitoring.costTracking.alertThresholds',
  'monitoring.errorTracking.enabled',
  'monitoring.errorTracking.alertOnCritical',
  'monitoring.errorTracking.trackErrorRates',
  'monitoring.qualityAssurance.baselineModel',
  'optimization.caching',
  'optimization.promptOptimization',
  'optimization.batchRequests',
  'optimization.responseCompression',
  'optimization.loadBalancing',
  'optimization.parallelExecution.enabled',
  'optimization.parallelExecution.maxConcurrency',
  'deployment.healthCheck',
  'deployment.redundancy',
  'compliance.dataResidency',
  'estimatedCosts.breakdown',
  'providers',
  'aliases',
  'budgets',
  'checks',
  'policy',
];

const FOR_READERS = 'for people who read the file; farebox does not use it';
const ALWAYS = 'always on, whatever is set: the ledger records it for every call';
const NOT_YET = 'not built yet';

/** Fields that are accepted, so that a profile can be shared as it is, but change nothing, with the reason. */
export const NOT_APPLIED: Readonly<Record<string, string>> = {
  version: FOR_READERS,
  metadata: FOR_READERS,
  estimatedCosts: `${FOR_READERS}; reports show what was really spent`,
  'monitoring.costTracking.realTime': ALWAYS,
  'monitoring.costTracking.costByModel': ALWAYS,
  'monitoring.costTracking.costByTaskType': ALWAYS,
  'monitoring.costTracking.costProjection': 'always on, whatever is set: budgets and reports show the projection',
  'monitoring.performanceMetrics': `${NOT_YET}: latency and tokens are in the ledger, but nothing aggregates or exports them`,
  'monitoring.errorTracking.logErrors': ALWAYS,
  'monitoring.errorTracking.errorAnalytics': `${NOT_YET}: failures are in the ledger and counted by kind in alerts, but not grouped by cause`,
  'monitoring.errorTracking.rootCauseAnalysis': `${NOT_YET}: nothing guesses at causes`,
  'monitoring.qualityAssurance': `${NOT_YET}: answers are not sampled, judged or compared`,
  'monitoring.observability': `${NOT_YET}: there is a log (FAREBOX_LOG_LEVEL), but no traces, metrics export or dashboards`,
  'optimization.parallelExecution.queueManagement':
    'always on: what exceeds maxConcurrency waits in order, up to a thousand calls',
  'deployment.environment': `${NOT_YET}: development does not prefer free models`,
  'deployment.region': `${NOT_YET}: farebox runs where it was started; see compliance.dataResidency for providers`,
  'deployment.scaling': `${NOT_YET}: farebox is one process`,
  'deployment.highAvailability': `${NOT_YET}: nothing measures uptime`,
  'compliance.dataResidency.regions': `${NOT_YET}: a request names its region itself; no list of allowed ones is enforced`,
  'compliance.auditLogging': `${NOT_YET}: the ledger has every call, but no tamper-evident log or retention`,
  'policy.unknown_models': `${NOT_YET}: the OpenAI and Anthropic dialects over HTTP come with a later version`,
  roles: `${NOT_YET}: agents come with a later version`,
  servers: `${NOT_YET}: downstream MCP servers come with a later version`,
};

/** Whether a field (as `formatPath` writes it) has an effect: the reason why not, null where it has, undefined where nobody decided. */
export function whyNotApplied(path: string): string | null | undefined {
  const covers = (entry: string) => path === entry || path.startsWith(`${entry}.`) || path.startsWith(`${entry}[`);
  const entry = [...APPLIED, ...Object.keys(NOT_APPLIED)]
    .filter(covers)
    .reduce((best, candidate) => (candidate.length > best.length ? candidate : best), '');
  return entry === '' ? undefined : (NOT_APPLIED[entry] ?? null);
}

/** The rows of the table that the effective configuration sets, whoever set them. */
export function listNotApplied(merged: MergedConfig): Config['notApplied'] {
  const set = [...merged.origins.entries()].filter(([, origin]) => origin.source !== 'default').map(([path]) => path);
  return Object.entries(NOT_APPLIED)
    .filter(([entry, reason]) =>
      set.some((path) => (path === entry || path.startsWith(`${entry}.`)) && whyNotApplied(path) === reason),
    )
    .map(([path, reason]) => ({ path, reason }));
}
