import { usdPair } from '../pipeline/views/describe-money.ts';
import type { MigrationPlan } from '../planning/migration-plan.ts';
import type { UsageFiles } from './usage-files.ts';

/** What was read and what is planned, as JSON: amounts in dollars and exact nano-dollars, shares from 0 to 1. */
export function describeMigration(read: UsageFiles, plan: MigrationPlan, notes: readonly string[]) {
  const { baseline, profiles, suggestion, rollout, days } = plan;
  const { sums } = read;
  return {
    read: {
      files: read.files,
      skipped_files: read.skipped,
      entries: read.entries,
      repeated_entries: sums.repeated,
      conversations: sums.conversations,
      since: sums.from === null ? null : new Date(sums.from).toISOString(),
      until: sums.to === null ? null : new Date(sums.to).toISOString(),
      days,
      broken_lines: read.brokenLines,
      broken: read.broken,
    },
    baseline: {
      ...usdPair('cost', baseline.cost),
      ...usdPair('monthly_cost', baseline.monthly),
      ...usdPair('paid', baseline.paid),
      quality: baseline.quality,
      models: baseline.lines.map(({ model, requests, usage, cost, computed }) => ({
        model,
        requests,
        input_tokens: usage.inputTokens,
        cache_read_tokens: usage.cacheReadTokens,
        cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
        output_tokens: usage.outputTokens,
        ...usdPair('cost', computed),
        ...usdPair('paid', cost),
      })),
    },
    profiles: profiles.map(({ profile, cost, monthly, saved, savedShare, quality, reason }) => ({
      profile,
      ...usdPair('cost', cost),
      ...usdPair('monthly_cost', monthly),
      ...usdPair('saved', saved),
      saved_share: savedShare,
      quality,
      reason,
    })),
    suggestion,
    rollout: rollout.map(({ week, share, expectedCost, expectedSaving }) => ({
      week,
      share,
      ...usdPair('expected_cost', expectedCost),
      ...usdPair('expected_saving', expectedSaving),
    })),
    notes,
  };
}
