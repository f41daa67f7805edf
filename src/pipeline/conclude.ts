import type { CachedAnswer } from '../cache/response-cache.ts';
import type { CallStatus, CompletionOutcome, Cost } from '../domain/completion-outcome.ts';
import type { FareboxError } from '../domain/errors.ts';
import { sumUsd } from '../domain/money.ts';
import type { Candidate, Plan } from '../domain/plan.ts';
import type { TokenUsage } from '../domain/usage.ts';
import { toolsAreEmulated } from '../routing/prefer-native-tools.ts';
import type { CallClosing } from '../spend/ledger.ts';
import { savedAgainst, totalCost } from '../spend/settle-cost.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { explainFailures, explainInterruption, explainNoCandidate, explainRefusal } from './explain-failure.ts';
import type { RecalledBy } from './recall.ts';
import type { WalkResult } from './walk-plan.ts';

/** When and how the first token came, and how long it all took, in ms. */
export interface Timing {
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
}

/** The outcome of a call that was walked through its plan. Pure. */
export function concludeWalk(
  call: Call,
  walk: WalkResult,
  timing: Timing,
  aborted: FareboxError | null,
): CompletionOutcome {
  const cost = costOfAttempts(call);
  if (walk.type === 'answered' || walk.type === 'broken') {
    const { answer, candidate, closing } = walk;
    const whole = walk.type === 'answered' && isWhole(answer);
    // An answer that is there in full is not taken back because the deadline passed while it was handed over.
    const interrupted = whole && aborted?.code === 'deadline_exceeded' ? null : aborted;
    return {
      ...base(call, timing, cost),
      status: interrupted?.code === 'cancelled' ? 'cancelled' : whole ? 'complete' : 'incomplete',
      text: answer.text,
      reasoning: answer.reasoning,
      ...(answer.reasoningParts.length > 0 && { reasoningParts: answer.reasoningParts }),
      ...(answer.logprobs.length > 0 && { logprobs: answer.logprobs }),
      toolCalls: answer.toolCalls.filter((call) => call !== undefined),
      finishReason: answer.finishReason,
      deployment: candidate.deployment.id,
      provider: candidate.deployment.provider,
      model: candidate.deployment.model,
      usage: closing.usage,
      // What broke off or was cut short is paid for, and no saving.
      ...savings(call, whole ? closing.usage : null, cost),
      cache: call.request.cache === 'off' ? 'off' : 'miss',
      simulated: candidate.deployment.simulated,
      warnings: [
        ...call.plan.warnings,
        ...emulation(call, candidate),
        ...(walk.type === 'answered' ? remarksOn(walk) : []),
      ],
      error: interrupted ?? (walk.type === 'broken' ? explainFailures([walk.failure], call) : null),
    };
  }
  const error = aborted
    ? explainInterruption(aborted, walk.type === 'failed' ? walk.failures : [])
    : errorOf(walk, call);
  return { ...base(call, timing, cost), status: statusOf(error), error };
}

/** An answer that hit its length limit, or of which a filter withheld the rest, is never a success. */
function isWhole({ finishReason }: Answer): boolean {
  return finishReason === 'stop' || finishReason === 'tool_calls';
}

function remarksOn({ continues, candidate, doubt }: WalkResult & { type: 'answered' }): readonly string[] {
  const { id } = candidate.deployment;
  return [
    ...(continues ? [`The answer of ${continues.deployment.id} broke off and was continued by ${id}.`] : []),
    ...(doubt === undefined ? [] : [`The quality gate doubts the answer of ${id}: ${doubt}; nobody is left to ask.`]),
  ];
}

/** Of the first candidate the plan has told it already. */
function emulation({ plan }: Call, { deployment, emulatesTools }: Candidate): readonly string[] {
  const isFirst = plan.candidates[0]?.deployment.id === deployment.id;
  return emulatesTools && !isFirst ? [toolsAreEmulated(deployment.id)] : [];
}

/** The outcome of a call whose walk did not come to its end, or never began. Pure. */
export function concludeUnserved(call: Call, timing: Timing, why: FareboxError): CompletionOutcome {
  return concludeWalk(call, { type: 'no_candidate', budget: null }, timing, why);
}

/** The outcome of a call that was answered from the cache, or from an identical call in flight. Pure. */
export function concludeCached(call: Call, answer: CachedAnswer, by: RecalledBy, timing: Timing): CompletionOutcome {
  const cost: Cost = { amount: sumUsd([]), source: 'computed' };
  return {
    ...base(call, timing, cost),
    status: 'complete',
    text: answer.text,
    reasoning: answer.reasoning,
    ...(answer.reasoningParts && { reasoningParts: answer.reasoningParts }),
    ...(answer.logprobs && { logprobs: answer.logprobs }),
    toolCalls: answer.toolCalls,
    finishReason: answer.finishReason,
    deployment: answer.deployment,
    provider: answer.provider,
    model: answer.model,
    usage: answer.usage,
    ...savings(call, answer.usage, cost),
    cache: by === 'shared_flight' ? 'shared' : 'hit',
    simulated: answer.simulated,
    ...(answer.verifications && { verifications: answer.verifications }),
    reason: RECALLED[by],
    ...(by === 'semantic_cache' && { warnings: [...call.plan.warnings, OTHER_WORDING] }),
  };
}

const RECALLED: Readonly<Record<RecalledBy, string>> = {
  response_cache: 'answered from the cache',
  semantic_cache: 'answered from the cache, where another wording of this question was answered (semantic_cache)',
  shared_flight: 'shared the answer of an identical call in flight',
};
const OTHER_WORDING =
  'The answer was given to another wording of this question (optimization.caching.intelligentCaching); cache "refresh" asks anew.';

/** The ledger's entry for an outcome. */
export function closeCall(outcome: CompletionOutcome): CallClosing {
  const { callId, status, cost, baseline, saved, cache, error, durationMs, effects } = outcome;
  return {
    id: callId,
    status,
    cost,
    baselineCost: baseline.cost,
    saved,
    cache,
    errorCode: error?.code ?? null,
    ...(effects && { effects }),
    durationMs,
  };
}

function base(call: Call, timing: Timing, cost: Cost): CompletionOutcome {
  return {
    callId: call.id,
    status: 'failed',
    text: '',
    reasoning: '',
    toolCalls: [],
    finishReason: null,
    deployment: null,
    provider: null,
    model: null,
    plan: call.plan,
    usage: null,
    cost,
    baseline: { model: call.plan.baseline.model, cost: null },
    saved: null,
    cache: call.request.cache === 'off' ? 'off' : 'miss',
    attempts: call.attempts,
    reason: reasonOf(call.plan, call),
    warnings: call.plan.warnings,
    simulated: call.opening.simulated,
    ...(call.verifications.length > 0 && { verifications: [...call.verifications] }),
    ...(call.effects.length > 0 && { effects: [...call.effects] }),
    durationMs: timing.durationMs,
    firstTokenMs: timing.firstTokenMs,
    error: null,
  };
}

/** The plan's reason, and what happened to it on the way. */
function reasonOf(plan: Plan, { attempts, effects }: Call): string {
  const hedged = effects.some(({ optimisation }) => optimisation === 'hedging');
  const silence = hedged ? ' A second candidate was asked as well, since the first one was silent (hedging).' : '';
  const failed = attempts.filter(({ failure }) => failure !== null && failure !== 'cancelled');
  if (failed.length === 0) return `${plan.reason}${silence}`;
  const list = failed.map(({ provider, model, failure }) => `${provider}/${model}: ${failure}`).join(', ');
  return `${plan.reason}${silence} Before the answer ${failed.length === 1 ? 'an attempt' : `${failed.length} attempts`} failed (${list}).`;
}

function savings(call: Call, usage: TokenUsage | null, cost: Cost): Pick<CompletionOutcome, 'baseline' | 'saved'> {
  const { baselineCost, saved } = savedAgainst(call.opening.baseline, usage, cost);
  return { baseline: { model: call.plan.baseline.model, cost: baselineCost }, saved };
}

/** All attempts together. Refusals that cost nothing say nothing about how sure the rest is. */
function costOfAttempts({ attempts }: Call): Cost {
  const costs = attempts.map(({ cost }) => cost);
  const paid = costs.filter(({ amount }) => amount !== 0);
  return totalCost(paid.length > 0 ? paid : costs);
}

function errorOf(walk: Exclude<WalkResult, { type: 'answered' | 'broken' }>, call: Call): FareboxError {
  switch (walk.type) {
    case 'failed':
      return explainFailures(walk.failures, call);
    case 'refused':
      return explainRefusal(walk.refusal, call);
    case 'no_candidate':
      return explainNoCandidate(call, walk.budget);
  }
}

function statusOf(error: FareboxError): CallStatus {
  if (error.code === 'budget_exceeded') return 'refused';
  return error.code === 'cancelled' ? 'cancelled' : 'failed';
}
