import type { AttemptResult, Cost } from '../domain/completion-outcome.ts';
import type { FailureKind, ProviderFailure } from '../domain/failure.ts';
import type { AttemptId } from '../domain/ids.ts';
import { type NanoUsd, ZERO_USD } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { normalizeUsage, type TokenUsage } from '../domain/usage.ts';
import type { AttemptClosing } from '../spend/ledger.ts';
import { chargeFor, settleCost } from '../spend/settle-cost.ts';
import type { Answer } from './answer.ts';

/** How an attempt ended, as far as its provider is concerned. `left`: the caller went away. */
export type AttemptEnding =
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly failure: ProviderFailure }
  | { readonly type: 'left' };

export interface AttemptFacts {
  readonly id: AttemptId;
  readonly candidate: Candidate;
  readonly hold: NanoUsd;
  readonly answer: Answer;
  readonly ending: AttemptEnding;
  /** What was used, as far as can be told from what was sent and received; asked only where no usage came. */
  readonly estimate: () => TokenUsage;
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
}

/** The entry that closes an attempt. Pure: the same facts give the same books. */
export function closeAttempt(facts: AttemptFacts): AttemptClosing {
  const { answer, ending, candidate } = facts;
  const failure = ending.type === 'failed' ? ending.failure : null;
  const { usage, estimated } = usageOf(facts);
  const { price } = candidate.deployment;
  const cost: Cost = mayHaveWorked(answer, ending)
    ? settleCost({ price, usage, reportedCost: answer.reportedCost, estimated })
    : UNCHARGED_COST;
  return {
    id: facts.id,
    result: resultOf(ending, answer),
    failure: failure?.kind ?? (ending.type === 'left' ? 'cancelled' : null),
    httpStatus: failure?.status ?? null,
    message: failure?.message ?? null,
    usage,
    rawUsage: answer.rawUsage === null ? null : JSON.stringify(answer.rawUsage),
    cost,
    charge: chargeFor(cost, facts.hold),
    finishReason: answer.finishReason,
    generationId: answer.generationId,
    durationMs: facts.durationMs,
    firstTokenMs: facts.firstTokenMs,
  };
}

function resultOf(ending: AttemptEnding, answer: Answer): AttemptResult {
  if (ending.type === 'left') return 'cancelled';
  if (ending.type === 'answered') {
    return answer.finishReason === 'length' || answer.finishReason === 'content_filter' ? 'incomplete' : 'answered';
  }
  if (ending.failure.kind === 'cancelled') return 'cancelled';
  return answer.begun ? 'incomplete' : 'failed';
}

/** Usage as reported; where none came, as estimated, if the provider may have worked at all; else none. */
function usageOf({ answer, ending, estimate }: AttemptFacts): { usage: TokenUsage | null; estimated: boolean } {
  if (answer.usage) return completed(answer, answer.usage, estimate);
  if (!mayHaveWorked(answer, ending)) return { usage: null, estimated: false };
  return { usage: estimate(), estimated: true };
}

/**
 * Reported usage of an answer that broke off may be from its beginning, when little was written yet: then what came since
 * is estimated, since it is charged.
 */
function completed(
  answer: Answer,
  usage: TokenUsage,
  estimate: AttemptFacts['estimate'],
): { usage: TokenUsage; estimated: boolean } {
  const written = answer.finishReason === null ? estimate().outputTokens : 0;
  if (written <= usage.outputTokens) return { usage, estimated: false };
  return { usage: normalizeUsage({ ...usage, outputTokens: written }), estimated: true };
}

/** Refusals before any work is done, which providers do not charge. Silence after a sent request may be charged. */
const UNCHARGED: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'rate_limited',
  'server_error',
  'connection',
  'timeout_connect',
  'bad_request',
  'context_length',
  'unauthorized',
  'payment_required',
  'model_not_found',
  'untranslatable',
]);

const UNCHARGED_COST: Cost = { amount: ZERO_USD, source: 'computed' };

function mayHaveWorked(answer: Answer, ending: AttemptEnding): boolean {
  return answer.accepted || ending.type !== 'failed' || !UNCHARGED.has(ending.failure.kind);
}
