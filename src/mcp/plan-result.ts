import type { CallToolResult } from '@modelcontextprotocol/server';
import { formatUsd } from '../domain/money.ts';
import type { Candidate, Plan } from '../domain/plan.ts';
import { describePlan } from '../pipeline/views/describe-plan.ts';
import { structuredResult } from './tool.ts';

/** The decision of a dry run. Nothing to choose from is an answer here, not an error: the rejections say why. */
export function planResult(plan: Plan): CallToolResult {
  const { task } = plan;
  const lines = [
    `Dry run: nothing was sent or spent. ${plan.reason}`,
    `task ${task.task} (${task.source.task}), complexity ${task.complexity} (${task.source.complexity}, ${task.complexityLevel}/10), profile ${plan.profile}, rule ${plan.rule}, about ${task.needs.inputTokens} input tokens`,
    ...(task.reasons.length > 0 ? [`because: ${task.reasons.join('; ')}`] : []),
    plan.candidates.length > 0 ? 'candidates, in order:' : 'No model can serve this request.',
    ...plan.candidates.map((candidate, index) => `${index + 1}. ${candidateLine(candidate)}`),
    ...(plan.rejections.length > 0 ? ['left out:'] : []),
    ...plan.rejections.map((rejection) => `- ${rejection.deployment}: ${rejection.detail} (${rejection.code})`),
    ...plan.warnings.map((warning) => `warning: ${warning}`),
  ];
  return structuredResult(lines.join('\n'), describePlan(plan));
}

function candidateLine({ deployment, reason, worstCost, expectedCost, maxOutputTokens }: Candidate): string {
  const cost =
    worstCost === null
      ? 'price unknown'
      : `at most ${formatUsd(worstCost)}${expectedCost === null ? '' : `, expected ${formatUsd(expectedCost)}`}`;
  return `${deployment.id}: ${cost}, up to ${maxOutputTokens} output tokens, ${reason}${deployment.simulated ? ', simulated' : ''}`;
}
