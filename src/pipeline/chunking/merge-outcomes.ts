import type { CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import { nano } from '../../domain/money.ts';
import { totalCost } from '../../spend/settle-cost.ts';
import { knownSpend } from '../views/describe-call.ts';

/**
 * The outcome of work that took several calls: what the last one (`last`) came to, with what all of them cost, tried and
 * saved. `others`: the calls before it; `last` may be among them. Each has its own entry in the ledger.
 */
export function mergeOutcomes(
  last: CompletionOutcome,
  others: readonly CompletionOutcome[],
  request: CompletionRequest,
  durationMs: number,
): CompletionOutcome {
  const before = others.filter((outcome) => outcome !== last);
  const all = [...before, last];
  const baselines = all.map(({ baseline }) => baseline.cost);
  const cost = totalCost(all.map((outcome) => outcome.cost));
  const baseline = baselines.reduce<number | null>(
    (sum, each) => (sum === null || each === null ? null : sum + each),
    0,
  );
  const isWhole = last.status === 'complete';
  const took = before.reduce((sum, { usage }) => sum + (usage ? usage.inputTokens + usage.outputTokens : 0), 0);
  return {
    ...last,
    cost,
    attempts: all.flatMap(({ attempts }) => attempts),
    baseline: { ...last.baseline, cost: isWhole && baseline !== null ? nano(baseline) : null },
    saved: isWhole && baseline !== null && cost.amount !== null ? nano(baseline - cost.amount) : null,
    ...(before.length > 0 && {
      effects: [
        ...(last.effects ?? []),
        // Without it there would be no answer at all, so nothing was avoided.
        {
          optimisation: 'chunking',
          tokensAvoided: -took,
          costAvoided: null,
          ownCost: knownSpend(before.flatMap(({ attempts }) => attempts)),
        },
      ],
    }),
    cache: request.cache === 'off' ? 'off' : all.every(({ cache }) => cache === 'hit') ? 'hit' : 'miss',
    simulated: all.some(({ simulated }) => simulated),
    durationMs: Math.round(durationMs),
  };
}
