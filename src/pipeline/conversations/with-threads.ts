import { assembleThread, turnOf } from '../../context/assemble-thread.ts';
import { checkThreadId } from '../../context/check-thread-id.ts';
import { type Kept, type Thread, type ThreadOwner, type Threads, threadOwner } from '../../context/thread.ts';
import type { CompletionEvent, CompletionOutcome } from '../../domain/completion-outcome.ts';
import type { CompletionRequest } from '../../domain/completion-request.ts';
import { FareboxError } from '../../domain/errors.ts';
import { collectOutcome } from '../collect-outcome.ts';
import type { Pipeline } from '../pipeline.ts';
import { validateRequest } from '../validate-request.ts';

const NOT_KEPT: Readonly<Record<Exclude<Kept, 'kept'>, string>> = {
  forgotten: 'the thread was forgotten while the call was on its way',
  full: 'the thread has reached `policy.threads.maxMegabytes`',
};

/**
 * A pipeline that carries conversations: a request with a `threadId` gets the earlier turns put before its messages, and
 * its own turn is kept once the call is complete. What a thread once demanded of where it may be read (private, a
 * region) holds for every later request of it.
 */
export function withThreads(inner: Pipeline, threads: Threads): Pipeline {
  async function* run(request: CompletionRequest, signal: AbortSignal): AsyncGenerator<CompletionEvent> {
    if (request.threadId === undefined) {
      yield* inner.run(request, signal);
      return;
    }
    const owner = threadOwner(request.attribution);
    const id = checkThreadId(request.threadId);
    validateRequest(request);
    const thread = openThread(threads, owner, id, request);
    const carried = carry(request, thread);
    for await (const event of inner.run(carried, signal)) {
      if (event.type !== 'done') yield event;
      else yield { type: 'done', outcome: keepTurn(threads, owner, thread, request, carried, event.outcome) };
    }
  }

  return {
    run,
    complete: (request, signal) => collectOutcome(run(request, signal)),
    async plan(request) {
      if (request.threadId === undefined) return inner.plan(request);
      const id = checkThreadId(request.threadId);
      return inner.plan(carry(validateRequest(request), threads.read(threadOwner(request.attribution), id)));
    },
  };
}

/** Demands of this request hold for the thread before anything is sent, so that a call beside it cannot miss them. */
function openThread(threads: Threads, owner: ThreadOwner, id: string, request: CompletionRequest): Thread | null {
  const { sensitivity, region = null } = request.constraints;
  if (sensitivity !== 'private' && region === null) return threads.read(owner, id);
  const known = threads.read(owner, id);
  if (known) refuseOtherRegion(known, region);
  return threads.bind(owner, id, { private: sensitivity === 'private', region });
}

function carry(request: CompletionRequest, thread: Thread | null): CompletionRequest {
  if (!thread) return request;
  const { constraints } = request;
  refuseOtherRegion(thread, constraints.region ?? null);
  return {
    ...request,
    messages: assembleThread(thread.turns, request.messages),
    constraints: {
      ...constraints,
      ...(thread.private && { sensitivity: 'private' as const }),
      ...(thread.region !== null && { region: thread.region }),
    },
  };
}

function refuseOtherRegion({ region }: Thread, demanded: string | null): void {
  if (region === null || demanded === null || region === demanded) return;
  throw new FareboxError('invalid_request', `This thread must stay in ${region}; the request demands ${demanded}.`, {
    remedy: 'Leave the region out, or begin another thread.',
  });
}

/** Only a complete exchange is kept. An answer that is paid is handed over even where it cannot be kept. */
function keepTurn(
  threads: Threads,
  owner: ThreadOwner,
  thread: Thread | null,
  request: CompletionRequest,
  { constraints }: CompletionRequest,
  outcome: CompletionOutcome,
): CompletionOutcome {
  const { threadId } = request;
  if (threadId === undefined) return outcome;
  const ended = { ...outcome, threadId };
  if (outcome.status !== 'complete') return ended;
  let why: string | null;
  try {
    const kept = threads.append(owner, threadId, thread?.seq ?? null, {
      callId: outcome.callId,
      messages: turnOf(request.messages, outcome),
      private: constraints.sensitivity === 'private',
      region: constraints.region ?? null,
    });
    why = kept === 'kept' ? null : NOT_KEPT[kept];
  } catch (error) {
    if (!(error instanceof FareboxError)) throw error;
    why = error.message;
  }
  if (why === null) return ended;
  return { ...ended, warnings: [...ended.warnings, `This turn was not kept in thread ${threadId}: ${why}.`] };
}
