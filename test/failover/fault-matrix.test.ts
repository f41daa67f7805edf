import { beforeAll, describe, expect, it } from 'vitest';
import type { CompletionEvent, CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import type { CompletionRequest, ToolDefinition } from '../../src/domain/completion-request.ts';
import type { LoggedRequest } from '../../src/sandbox/request-log.ts';
import type { Behaviour } from '../../src/sandbox/script.ts';
import { ask } from '../support/open-test-engine.ts';
import { type Books, readBooks } from '../support/read-books.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { RIGHT_ANSWER } from './bench-runner.ts';
import { FAULTS, type Fault, isSilent, type Phase } from './faults.ts';
import { inParallel } from './in-parallel.ts';
import { LIMITS, openWorld, PATIENT } from './open-world.ts';

interface Mode {
  readonly delivery: CompletionRequest['delivery'];
  /** Whether the upstream streams. */
  readonly streaming: boolean;
  readonly tools: boolean;
}

const MODES: readonly Mode[] = [false, true].flatMap((tools) => [
  { delivery: 'whole', streaming: true, tools } as const,
  { delivery: 'stream', streaming: true, tools } as const,
  { delivery: 'held', streaming: true, tools } as const,
  { delivery: 'whole', streaming: false, tools } as const,
]);
const CASES = FAULTS.flatMap((fault) => MODES.map((mode) => ({ fault, mode, name: nameOf(fault, mode) })));

interface Run {
  readonly outcome: CompletionOutcome;
  readonly events: readonly CompletionEvent[];
  readonly requests: readonly LoggedRequest[];
  readonly books: Books;
}

const TOOL: ToolDefinition = {
  name: 'look_up',
  description: 'Looks a city up.',
  parameters: { type: 'object', properties: { city: { type: 'string' }, detail: { type: 'string' } } },
};
const ARGUMENTS = { city: 'Reykjavík', detail: 'population, area and the year in which it was founded' };
const rightAnswer = ({ tools }: Mode): Behaviour =>
  tools ? { toolCalls: [{ name: TOOL.name, arguments: ARGUMENTS }] } : { tokens: 60 };

/** One call in a world of its own: the primary has the fault, every other model gives the right answer. */
async function run(fault: Fault, mode: Mode): Promise<Run> {
  const { behaviour } = fault;
  const right = rightAnswer(mode);
  const sandbox = await startTestSandbox({
    script: { steps: [{ match: { primary: true }, do: { ...right, ...behaviour } }, { do: right }] },
  });
  // Where an answer comes in one piece, only the limit for the whole attempt can tell silence.
  const tight = mode.streaming ? LIMITS : { ...LIMITS, total: LIMITS.idle };
  const providers = {
    one: { baseUrl: sandbox.url, timeouts: isSilent(fault) ? tight : PATIENT },
    two: { baseUrl: sandbox.url, timeouts: PATIENT },
  };
  const { streaming } = mode;
  const world = await openWorld({ primary: sandbox.url, fallback: sandbox.url, streaming, config: { providers } });
  try {
    const request = ask('Count to sixty.', {
      delivery: mode.delivery,
      ...(mode.tools && { tools: [TOOL] }),
      constraints: { sensitivity: 'normal', task: 'general', complexity: 'medium' },
    });
    const events: CompletionEvent[] = [];
    for await (const event of world.engine.pipeline.run(request, new AbortController().signal)) events.push(event);
    const last = events.at(-1);
    if (last?.type !== 'done') throw new Error('the last event should be done');
    await world.engine.close();
    return { outcome: last.outcome, events, requests: sandbox.requests(), books: readBooks(world.home) };
  } finally {
    await world.close();
    await sandbox.close();
  }
}

function nameOf({ name }: Fault, { delivery, streaming, tools }: Mode): string {
  return `${name} · ${delivery}${streaming ? '' : ', in one piece'}${tools ? ', tools' : ''}`;
}

function phaseIn(fault: Fault, mode: Mode): Phase {
  return mode.streaming ? fault.phase : (fault.inOnePiece ?? fault.phase);
}

function seenBy(events: readonly CompletionEvent[]) {
  const text = events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
  const args = events.flatMap((event) => (event.type === 'tool_call' ? [event.arguments] : [])).join('');
  return { text, args };
}

function saidBy({ text, toolCalls }: CompletionOutcome) {
  return { text, args: toolCalls.map((call) => call.arguments).join('') };
}

describe('under every fault, an outcome is right, explicitly incomplete, or an explicit error (RTR-08, UPS-03)', () => {
  const runs = new Map<string, Run>();
  const runOf = (name: string): Run => {
    const found = runs.get(name);
    if (!found) throw new Error(`${name} did not run`);
    return found;
  };
  beforeAll(async () => {
    await inParallel(12, CASES, async ({ fault, mode, name }) => {
      runs.set(name, await run(fault, mode));
    });
  }, 120_000);

  it('in well over sixty cases', () => expect(CASES.length).toBeGreaterThan(400));

  it.each(CASES)('$name', ({ fault, mode, name }) => {
    const { outcome, events } = runOf(name);
    const right = mode.tools ? { text: '', args: JSON.stringify(ARGUMENTS) } : { text: RIGHT_ANSWER, args: '' };
    const phase = phaseIn(fault, mode);
    const said = saidBy(outcome);
    if (phase === 'refused') {
      expect(outcome).toMatchObject({ status: 'failed', text: '', error: { code: 'content_refused' } });
      expect(outcome.error?.message).toContain('flagged by the safety system');
    } else if (phase === 'cut_short') {
      expect(outcome.status).toBe('incomplete');
      expect(outcome.finishReason).not.toBe('stop');
    } else if (phase === 'mid' && mode.delivery === 'stream') {
      expect(outcome).toMatchObject({ status: 'incomplete', finishReason: null, error: { code: expect.any(String) } });
      expect(right.text.startsWith(said.text) && right.args.startsWith(said.args)).toBe(true);
    } else {
      expect(outcome).toMatchObject({
        status: 'complete',
        finishReason: mode.tools ? 'tool_calls' : 'stop',
        error: null,
      });
      expect(said).toEqual(right);
    }
    // What a caller has seen is what the outcome says: nothing of an attempt that was given up in silence.
    if (mode.delivery === 'whole') expect(seenBy(events)).toEqual({ text: '', args: '' });
    else expect(seenBy(events)).toEqual(said);
  });

  it.each(CASES)('is booked as the upstream saw it: $name', ({ name }) => {
    const { outcome, requests, books } = runOf(name);
    const sent = requests.map(({ model, status }) => [model, status === 200 ? null : status]);
    // An error inside an answer of status 200 is booked with the status that it names.
    const booked = books.attempts.map(({ upstream_model, http_status }, index) => [
      upstream_model,
      requests[index]?.status === 200 ? null : http_status,
    ]);
    expect(booked).toEqual(sent);
    expect(books.attempts.map(({ number }) => number)).toEqual(requests.map((_, index) => index + 1));
    expect(books.calls).toMatchObject([{ status: outcome.status, error_code: outcome.error?.code ?? null }]);
    expect(books.inFlight).toBe(0);
    expect(books.windows.map(({ held }) => held).every((held) => held === 0)).toBe(true);
    for (const [index, attempt] of books.attempts.entries()) {
      const usage = requests[index]?.usage as { prompt_tokens: number; completion_tokens: number } | null | undefined;
      if (attempt.result !== 'answered' || !usage) continue;
      expect([attempt.input_tokens, attempt.output_tokens]).toEqual([usage.prompt_tokens, usage.completion_tokens]);
    }
  });
});
