import type { Candidate, Plan, Rejection } from '../../domain/plan.ts';
import { usdPair } from './describe-money.ts';

/** A routing decision as programs see it: `route --json` and `dry_run`. */
export interface PlanReport {
  readonly profile: string;
  readonly strategy: string;
  readonly task: string;
  readonly complexity: string;
  /** 0 (trivial) to 1 (expert). */
  readonly complexity_score: number;
  /** The same from 1 to 10. */
  readonly complexity_level: number;
  /** Whether the caller gave task and complexity or the classifier inferred them. */
  readonly task_source: 'given' | 'inferred';
  readonly complexity_source: 'given' | 'inferred';
  readonly estimated_input_tokens: number;
  readonly needs: readonly ('tools' | 'json' | 'vision')[];
  readonly classified_because: readonly string[];
  readonly candidates: readonly CandidateReport[];
  readonly rejections: readonly { readonly deployment: string; readonly code: string; readonly detail: string }[];
  readonly rule: string;
  readonly reason: string;
  /** The most that the first candidate can cost; null where there is none or its price is unknown. */
  readonly worst_cost_usd: number | null;
  readonly worst_cost_nano_usd: number | null;
  readonly baseline: {
    readonly model: string;
    readonly expected_cost_usd: number | null;
    readonly expected_cost_nano_usd: number | null;
  };
  readonly warnings: readonly string[];
}

export interface CandidateReport {
  readonly deployment: string;
  readonly provider: string;
  readonly model: string;
  readonly slot: string | null;
  readonly reason: string;
  readonly max_output_tokens: number;
  readonly expected_cost_usd: number | null;
  readonly expected_cost_nano_usd: number | null;
  readonly worst_cost_usd: number | null;
  readonly worst_cost_nano_usd: number | null;
  readonly simulated: boolean;
}

/** A plan in the shape of the surfaces. Pure. */
export function describePlan(plan: Plan): PlanReport {
  const { task, baseline } = plan;
  const needs = (['tools', 'json', 'vision'] as const).filter((need) => task.needs[need]);
  return {
    profile: plan.profile,
    strategy: plan.strategy,
    task: task.task,
    complexity: task.complexity,
    complexity_score: task.complexityScore,
    complexity_level: task.complexityLevel,
    task_source: task.source.task,
    complexity_source: task.source.complexity,
    estimated_input_tokens: task.needs.inputTokens,
    needs,
    classified_because: task.reasons,
    candidates: plan.candidates.map(describeCandidate),
    rejections: plan.rejections.map(describeRejection),
    rule: plan.rule,
    reason: plan.reason,
    ...usdPair('worst_cost', plan.candidates[0]?.worstCost ?? null),
    baseline: { model: baseline.model, ...usdPair('expected_cost', baseline.expectedCost) },
    warnings: plan.warnings,
  };
}

function describeCandidate(candidate: Candidate): CandidateReport {
  const { deployment } = candidate;
  return {
    deployment: deployment.id,
    provider: deployment.provider,
    model: deployment.model,
    slot: candidate.slot,
    reason: candidate.reason,
    max_output_tokens: candidate.maxOutputTokens,
    ...usdPair('expected_cost', candidate.expectedCost),
    ...usdPair('worst_cost', candidate.worstCost),
    simulated: deployment.simulated,
  };
}

function describeRejection(rejection: Rejection): PlanReport['rejections'][number] {
  return { deployment: rejection.deployment, code: rejection.code, detail: rejection.detail };
}
