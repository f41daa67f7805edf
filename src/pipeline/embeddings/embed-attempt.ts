import type { Cost } from '../../domain/completion-outcome.ts';
import type { OptimisationEffect } from '../../domain/effect.ts';
import type { ProviderFailure } from '../../domain/failure.ts';
import { type NanoUsd, nano, sumUsd, ZERO_USD } from '../../domain/money.ts';
import type { Candidate } from '../../domain/plan.ts';
import { costOf } from '../../domain/price.ts';
import { NO_USAGE, normalizeUsage, type TokenUsage } from '../../domain/usage.ts';
import type { Settled } from '../../lib/micro-batch.ts';
import { textTokens } from '../../routing/token-bounds.ts';
import type { AttemptClosing } from '../../spend/ledger.ts';
import { totalCost } from '../../spend/settle-cost.ts';
import { admitAttempt, orGiveBack } from '../admit-attempt.ts';
import { type Answer, collectAnswer } from '../answer.ts';
import { type AttemptOutcome, openAttempt, summarize } from '../attempt.ts';
import type { Call } from '../call.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { type AttemptEnding, closeAttempt } from '../settle-attempt.ts';
import type { BillShare } from '../share-flight.ts';
import { toFailure } from '../to-failure.ts';
import type { EmbeddingFlights, Landed, Passenger } from './embedding-flights.ts';

/** What is to be embedded in one attempt. */
export interface EmbeddingTexts {
  readonly inputs: readonly string[];
  readonly dimensions: number | undefined;
}

export type EmbedAttemptOutcome =
  | Exclude<AttemptOutcome, { type: 'answered' }>
  | (Extract<AttemptOutcome, { type: 'answered' }> & { readonly vectors: readonly (readonly number[])[] });

type EmbedDeps = PipelineDeps & { readonly flights: EmbeddingFlights };

/**
 * One caller's attempt at one deployment, alone or in requests that others share: admitted, reserved before and settled
 * after, as attempts of completions are. What others do in the meantime, or bring upon themselves, is not seen here.
 */
export async function embedAttempt(
  deps: EmbedDeps,
  call: Call,
  candidate: Candidate,
  { inputs, dimensions }: EmbeddingTexts,
  signal: AbortSignal,
): Promise<EmbedAttemptOutcome> {
  const { clock, ledger } = deps;
  const watched = { call, candidate, tokens: call.plan.task.needs.inputTokens };
  const admission = await admitAttempt(deps, watched, signal);
  if (admission.type === 'not_sent') return admission;
  const { funded, leave } = admission;
  const passenger: Passenger = {
    deployment: funded.deployment,
    dimensions,
    profile: call.plan.profile,
    sent: false,
  };
  const opening = orGiveBack(
    () => openAttempt(deps, call, heldFor(funded, deps.flights.mostRequests(passenger, inputs.length))),
    leave,
  );
  const refusal = orGiveBack(() => ledger.reserve(call.opening, opening, admission.attributes), leave);
  if (refusal) {
    leave();
    return { type: 'refused', refusal };
  }
  call.opened.count += 1;
  for (const observer of deps.observers) observer.started?.(watched);
  const started = clock.monotonic();
  const results = await deps.flights.send(passenger, inputs, signal);
  leave();
  const landed = results.flatMap((result) => (result.ok ? [result.value] : []));
  const failed = results.find((result) => !result.ok);
  const failure = failed ? toFailure(failed.error, candidate, signal) : null;
  const ending: AttemptEnding = failure ? { type: 'failed', failure } : { type: 'answered' };
  const answer = answerOf(landed, inputs, results, failure);
  const closed = closeAttempt({
    id: opening.id,
    candidate: funded,
    hold: opening.hold,
    answer,
    ending,
    estimate: () => estimated(inputs),
    durationMs: Math.round(clock.monotonic() - started),
    firstTokenMs: null,
  });
  const closing = priced(closed, passenger, failure, landed);
  call.attempts.push(summarize(opening, closing));
  try {
    const crossings = ledger.settle(closing);
    if (crossings.length > 0) deps.budgetCrossed(crossings);
  } finally {
    for (const observer of deps.observers) observer.ended?.(watched, ending, closing);
  }
  if (failure) return { type: 'failed', answer, failure, closing, finding: null };
  const effect = effectOf(funded, closing, landed);
  if (effect) call.effects.push(effect);
  return { type: 'answered', answer, closing, vectors: landed.map(({ vector }) => vector) };
}

/** With what it may cost at worst where it takes several requests, each of which has its price. */
function heldFor(candidate: Candidate, requests: number): Candidate {
  const { price } = candidate.deployment;
  if (!price || candidate.worstCost === null) return candidate;
  return { ...candidate, worstCost: nano(candidate.worstCost + price.perRequest * (requests - 1)) };
}

/** The parts of the bills, each once. */
function sharesOf(landed: readonly Landed[]): readonly BillShare[] {
  return [...new Set(landed.flatMap(({ share }) => (share ? [share] : [])))];
}

/** What came, in the words in which attempts are booked. Where a provider told no usage, none is here. */
function answerOf(
  landed: readonly Landed[],
  inputs: readonly string[],
  results: readonly Settled<Landed>[],
  failure: ProviderFailure | null,
): Answer {
  const { answer } = collectAnswer();
  const shares = sharesOf(landed);
  const untold = results.flatMap((result, index) => (result.ok && !result.value.share ? [inputs[index] ?? ''] : []));
  const told = shares.reduce((sum, { usage }) => sum + usage.inputTokens, 0);
  const tokens = told + estimated(untold).inputTokens;
  const reported = shares.map(({ reportedCost }) => reportedCost);
  const isReported = reported.length > 0 && untold.length === 0 && !failure;
  return {
    ...answer,
    accepted: landed.length > 0,
    begun: landed.length > 0,
    finishReason: failure ? null : 'stop',
    usage:
      landed.length === 0 || (untold.length > 0 && !failure)
        ? null
        : normalizeUsage({ inputTokens: tokens, outputTokens: 0 }),
    reportedCost: isReported ? sumOrNull(reported) : null,
  };
}

function sumOrNull(amounts: readonly (NanoUsd | null)[]): NanoUsd | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === amounts.length ? sumUsd(known) : null;
}

/** The cost of the whole answer is what its parts of the bills come to; of what was never sent it is nothing. */
function priced(
  closing: AttemptClosing,
  { sent, deployment }: Passenger,
  failure: ProviderFailure | null,
  landed: readonly Landed[],
): AttemptClosing {
  if (!sent) return { ...closing, usage: null, cost: { amount: ZERO_USD, source: 'computed' }, charge: ZERO_USD };
  if (failure || !deployment.price || landed.some(({ share }) => share === null)) return closing;
  const cost: Cost = totalCost(sharesOf(landed).map((share) => share.cost));
  return cost.amount === null ? closing : { ...closing, cost, charge: cost.amount };
}

function estimated(inputs: readonly string[]): TokenUsage {
  if (inputs.length === 0) return NO_USAGE;
  const tokens = inputs.reduce((sum, text) => sum + Math.ceil(textTokens(text)), 0);
  return normalizeUsage({ inputTokens: tokens, outputTokens: 0 });
}

/**
 * That texts went along with those of others. What it avoided is the difference to the same tokens in a request of their
 * own: the charge per request, where there is one, and what rounding each part up would have come to.
 */
function effectOf(
  { deployment: { price } }: Candidate,
  { usage, cost }: AttemptClosing,
  landed: readonly Landed[],
): OptimisationEffect | null {
  const alone = price && usage && cost.source === 'computed' ? costOf(price, usage) : null;
  const avoided = alone !== null && cost.amount !== null ? nano(alone - cost.amount) : ZERO_USD;
  if (!landed.some(({ joined }) => joined) && avoided === 0) return null;
  return { optimisation: 'batching', tokensAvoided: 0, costAvoided: avoided, ownCost: ZERO_USD };
}
