import type { Plan } from '../domain/plan.ts';

/**
 * The decision as compact JSON for the ledger: who stood where at what cost, who was left out and why, and what the
 * request was taken for. Holds no text of the request.
 */
export function decisionRecord(plan: Plan, classifier: string): string {
  const rejected: Record<string, string[]> = {};
  for (const { deployment, code } of plan.rejections) {
    rejected[code] ??= [];
    rejected[code].push(deployment);
  }
  return JSON.stringify({
    v: 1,
    classifier,
    strategy: plan.strategy,
    score: plan.task.complexityScore,
    input_tokens: plan.task.needs.inputTokens,
    because: plan.task.reasons,
    candidates: plan.candidates.map((c) => [c.deployment.id, c.slot, c.maxOutputTokens, c.expectedCost, c.worstCost]),
    rejected,
    warnings: plan.warnings,
  });
}
