import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProviderFailure } from '../../src/domain/failure.ts';
import { ProviderFailure as Failure } from '../../src/domain/failure.ts';
import { type Answer, collectAnswer } from '../../src/pipeline/answer.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../../src/providers/provider.ts';
import type { UpstreamSession } from '../../src/providers/upstream-session.ts';

/** The bytes of a file below `test/fixtures/dialects`. */
export function dialectFixture(path: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../fixtures/dialects/${path}`, import.meta.url)));
}

/** A connection that brings these bytes and ends. */
export function sessionOf(chunks: readonly Uint8Array[]): UpstreamSession {
  let next = 0;
  const nothing = () => {};
  return {
    watchdog: { enter: nothing, touch: nothing, during: (wait) => wait, stop: nothing },
    success: async () => ({ status: 200, headers: {} }),
    read: async () => chunks[next++] ?? null,
    complete: nothing,
    toFailure: (error) => error as ProviderFailure,
    close: nothing,
  };
}

export interface ReadOutcome {
  readonly events: readonly ProviderEvent[];
  readonly answer: Answer;
  readonly failure: ProviderFailure | null;
}

/** What a stream of events comes to: the whole answer, or what came of it and why it is not whole. */
export async function outcomeOf(stream: AsyncIterable<ProviderEvent>): Promise<ReadOutcome> {
  const events: ProviderEvent[] = [];
  const { answer, add } = collectAnswer();
  try {
    for await (const event of stream) {
      events.push(event);
      add(event);
    }
    return { events, answer, failure: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { events, answer, failure: error };
  }
}

export function ask(provider: Provider, call: ProviderCall): Promise<ReadOutcome> {
  return outcomeOf(provider.stream(call, new AbortController().signal));
}
