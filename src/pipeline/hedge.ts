import type { CompletionEvent } from '../domain/completion-outcome.ts';
import { FareboxError } from '../domain/errors.ts';
import { ZERO_USD } from '../domain/money.ts';
import type { Candidate } from '../domain/plan.ts';
import { mayPass } from '../routing/failure-policy.ts';
import { type AttemptOutcome, type AttemptPlan, runAttempt } from './attempt.ts';
import type { Call } from './call.ts';
import { CALLER_LEFT } from './interruption.ts';
import type { PipelineDeps } from './pipeline-deps.ts';

/** How an attempt ended, and at whom: the candidate that was asked, or the one that was asked as well. */
export type HedgedOutcome = AttemptOutcome & {
  readonly candidate: Candidate;
  /** Asked as well, and failed in a way that will not pass: not to be asked again. */
  readonly alsoFailed?: Candidate;
};

/**
 * An attempt that is hedged where the policy says so: stays it silent too long, the next candidate is asked as well, in
 * an attempt of its own with its own reservation. Whoever says the first word wins; the other is cancelled, booked with
 * what it used, and told as the cost of hedging. The caller sees one answer, from its first word to its last by one model.
 */
export async function* runHedged(
  deps: PipelineDeps,
  call: Call,
  attempt: AttemptPlan,
  others: readonly Candidate[],
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, HedgedOutcome> {
  const { candidate } = attempt;
  // What is sent with a finding was reckoned for this candidate alone.
  const afterMs = attempt.request === call.request ? deps.hedgeAfter(candidate.deployment.id) : null;
  const other = afterMs === null ? undefined : others.find((one) => mayHedge(deps, call, candidate, one));
  if (afterMs === null || !other) return { ...(yield* runAttempt(deps, call, attempt, signal)), candidate };
  const second = { ...attempt, candidate: other };
  return yield* race(call, afterMs, {
    first: startRunner(deps, call, attempt, signal),
    second: () => startRunner(deps, call, second, signal),
    sleep: (ms, until) => deps.clock.sleep(ms, until),
    resting: () => deps.observers.some((observer) => observer.isResting?.(other.deployment.id)),
    signal,
  });
}

/** Below the policy's bound for what a hedge may cost, and with the first attempt below the caller's cap. */
function mayHedge(
  { config }: PipelineDeps,
  call: Call,
  first: Candidate,
  { deployment, worstCost }: Candidate,
): boolean {
  // The same door: it is as slow for both.
  if (deployment.provider === first.deployment.provider && deployment.model === first.deployment.model) return false;
  const most = config.policy.hedge?.maxExtraCost ?? null;
  if (most !== null && (worstCost === null || worstCost > most)) return false;
  const cap = call.request.constraints.maxCost;
  if (cap === undefined) return true;
  const spent = call.attempts.reduce((sum, { cost }) => sum + (cost.amount ?? 0), 0);
  return worstCost !== null && first.worstCost !== null && spent + first.worstCost + worstCost <= cap;
}

type Step = IteratorResult<CompletionEvent, AttemptOutcome>;

/** An attempt on its way, which can be stopped without stopping the call. */
interface Runner {
  readonly candidate: Candidate;
  readonly events: AsyncGenerator<CompletionEvent, AttemptOutcome>;
  stop(reason: FareboxError): void;
}

interface Race {
  readonly first: Runner;
  readonly second: () => Runner;
  readonly sleep: (ms: number, until: AbortSignal) => Promise<void>;
  /** The second one had better not be asked by now. */
  readonly resting: () => boolean;
  readonly signal: AbortSignal;
}

const LOST = new FareboxError('cancelled', 'Another candidate began to answer first.');

function startRunner(deps: PipelineDeps, call: Call, attempt: AttemptPlan, signal: AbortSignal): Runner {
  const stopper = new AbortController();
  const events = runAttempt(deps, call, attempt, AbortSignal.any([signal, stopper.signal]));
  return { candidate: attempt.candidate, events, stop: (reason) => stopper.abort(reason) };
}

async function* race(call: Call, afterMs: number, given: Race): AsyncGenerator<CompletionEvent, HedgedOutcome> {
  const alarm = new AbortController();
  const late = given.sleep(afterMs, AbortSignal.any([given.signal, alarm.signal])).then(
    () => 'late' as const,
    () => new Promise<never>(() => {}),
  );
  const steps = new Map<Runner, Promise<{ readonly runner: Runner; readonly step: Step }>>();
  const next = (runner: Runner) =>
    void steps.set(
      runner,
      runner.events.next().then((step) => ({ runner, step })),
    );
  const runners = [given.first];
  const ended = new Map<Runner, AttemptOutcome>();
  let mayStart = true;
  let losing: Promise<void> | null = null;
  next(given.first);
  try {
    for (;;) {
      const news = await Promise.race([...steps.values(), ...(mayStart ? [late] : [])]);
      if (news === 'late') {
        mayStart = false;
        if (given.resting()) continue;
        const second = given.second();
        runners.push(second);
        next(second);
        continue;
      }
      const { runner, step } = news;
      if (!step.done && step.value.type === 'attempt') {
        // It has been sent, and has said nothing yet.
        yield step.value;
        next(runner);
        continue;
      }
      const loser = runners.find((other) => other !== runner && steps.has(other));
      if (!step.done || step.value.type === 'answered') {
        losing = loser ? lose(call, loser, steps.get(loser)) : null;
        // It is awaited below, whatever happens before.
        losing?.catch(() => {});
        steps.clear();
        const failed = runners[1] && ended.get(runners[1]);
        if (failed) noteCost(call, failed);
        yield* failuresOf(ended);
        return yield* alone(runner, step);
      }
      steps.delete(runner);
      ended.set(runner, step.value);
      if (loser) continue;
      const { chosen, others } = outcomeOf(runners, ended);
      yield* failuresOf(others);
      return chosen;
    }
  } finally {
    alarm.abort();
    // Where the caller left in the middle, nobody else ends what is still under way.
    await Promise.all([...steps.keys()].map(abandon));
    await losing;
  }
}

/** The rest of an attempt that nobody competes with any more. */
async function* alone({ candidate, events }: Runner, begun: Step): AsyncGenerator<CompletionEvent, HedgedOutcome> {
  let step = begun;
  try {
    while (!step.done) {
      yield step.value;
      step = await events.next();
    }
    return { ...step.value, candidate };
  } finally {
    // A caller who leaves ends it; one that has ended stays as it is.
    await events.return(undefined as never);
  }
}

/** Stops an attempt that came too late, waits until it is booked, and notes what it cost. */
async function lose(call: Call, loser: Runner, pending: Promise<{ readonly step: Step }> | undefined): Promise<void> {
  loser.stop(LOST);
  let step = (await pending)?.step;
  // What it still says is heard by nobody.
  while (step && !step.done) step = await loser.events.next();
  if (step) noteCost(call, step.value);
}

function noteCost(call: Call, outcome: AttemptOutcome): void {
  if (outcome.type === 'refused' || outcome.type === 'not_sent') return;
  const { usage, charge } = outcome.closing;
  call.effects.push({
    optimisation: 'hedging',
    tokensAvoided: usage ? -(usage.inputTokens + usage.outputTokens) : 0,
    // It saves time, and never money.
    costAvoided: ZERO_USD,
    ownCost: charge,
  });
}

async function abandon({ events, stop }: Runner): Promise<void> {
  stop(CALLER_LEFT);
  await events.return(undefined as never);
}

/** What the walk is not told of by the outcome. */
function* failuresOf(ended: ReadonlyMap<Runner, AttemptOutcome>): Generator<CompletionEvent> {
  for (const [{ candidate }, outcome] of ended) {
    const { provider, model } = candidate.deployment;
    if (outcome.type === 'failed') yield { type: 'attempt_failed', provider, model, failure: outcome.failure.kind };
  }
}

/** Nobody answered: what the first one met, unless it was never sent and the second one was. */
function outcomeOf(runners: readonly Runner[], ended: ReadonlyMap<Runner, AttemptOutcome>) {
  const first = runners.find((runner) => ended.get(runner)?.type === 'failed') ?? runners[0];
  const outcome = first && ended.get(first);
  if (!first || !outcome) throw new Error('A race ended without a runner, which `race` rules out.');
  const others = new Map([...ended].filter(([runner]) => runner !== first));
  const also = [...others].find(([, other]) => other.type === 'failed' && !mayPass(other.failure.kind))?.[0].candidate;
  const chosen: HedgedOutcome = { ...outcome, candidate: first.candidate, ...(also && { alsoFailed: also }) };
  return { chosen, others };
}
