import { afterEach, describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ProviderCall } from '../../src/providers/provider.ts';
import { parseScript, parseScriptText } from '../../src/sandbox/parse-script.ts';
import type { Behaviour, Script } from '../../src/sandbox/script.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { createOpenAiProvider } from '../support/openai-provider.ts';
import { providerCall } from '../support/provider-call.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';

let sandbox: Sandbox;
afterEach(() => sandbox?.close());

const SHORT = { connect: 2_000, firstToken: 250, idle: 250, total: 5_000 };

async function ask(script: Script, call: ProviderCall = providerCall(), calls = 1) {
  sandbox = await startTestSandbox({ script });
  const provider = createOpenAiProvider({
    name: 'sandbox',
    baseUrl: sandbox.url,
    apiKey: null,
    headers: {},
    timeouts: SHORT,
    clock: systemClock,
    version: '0',
  });
  const results: string[] = [];
  for (let each = 0; each < calls; each++)
    results.push(await outcomeOf(provider.stream(call, new AbortController().signal)));
  await provider.close();
  return results;
}

/** `kind text` of a failure, `reason text` of an answer. */
async function outcomeOf(events: ReturnType<ReturnType<typeof createOpenAiProvider>['stream']>): Promise<string> {
  let text = '';
  let reason = '';
  try {
    for await (const event of events) {
      if (event.type === 'text') text += event.text;
      if (event.type === 'finish') reason = event.reason;
    }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    reason = error.kind;
  }
  return text === '' ? reason : `${reason} ${text}`;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `t${index + 1}`).join(' ');

describe('a scripted fault reaches the client as what it is', () => {
  const faults: readonly (readonly [string, Behaviour, string])[] = [
    ['429', { status: 429, headers: { 'retry-after': '2' } }, 'rate_limited'],
    ['500', { status: 500 }, 'server_error'],
    ['400 with a code', { status: 400, body: { error: { code: 'context_length_exceeded' } } }, 'context_length'],
    ['a body of plain text', { status: 503, body: 'down' }, 'server_error'],
    ['reset before headers', { reset: true }, 'connection'],
    ['no answer', { hang: true }, 'timeout_first_token'],
    ['first token too late', { firstTokenMs: 60_000 }, 'timeout_first_token'],
    ['headers too late', { delayMs: 60_000 }, 'timeout_first_token'],
    ['cut at 40 of 60 tokens', { tokens: 60, cutAfterTokens: 40 }, `stream_broken ${numbered(40)}`],
    ['stall after 20 tokens', { tokens: 60, stallAfterTokens: 20 }, `timeout_idle ${numbered(20)}`],
    ['a malformed event', { tokens: 10, malformedAfterTokens: 5 }, `stream_malformed ${numbered(5)}`],
    ['an error in the stream', { tokens: 10, errorAfterTokens: 5 }, `server_error ${numbered(5)}`],
    ['no [DONE]', { tokens: 3, done: false }, 'stop t1 t2 t3'],
    ['no finish reason', { tokens: 3, finishReason: null }, 'stream_broken t1 t2 t3'],
    ['another finish reason', { tokens: 3, finishReason: 'length' }, 'length t1 t2 t3'],
    ['no text', { text: '' }, 'empty_answer'],
    ['fixed text', { text: 'Fixed.' }, 'stop Fixed.'],
    ['a fixed tool call', { toolCalls: [{ name: 'f', arguments: { a: 1 } }] }, 'tool_calls'],
    ['another content type', { text: 'Fixed.', contentType: 'text/plain' }, 'stop Fixed.'],
  ];
  it.each(faults)('%s, streamed', async (_name, behaviour, expected) => {
    expect(await ask({ steps: [{ do: behaviour }] })).toEqual([expected]);
  });

  it.each([
    ['cut', { tokens: 60, cutAfterTokens: 40 }, 'stream_broken'],
    ['malformed', { tokens: 10, malformedAfterTokens: 5 }, 'stream_malformed'],
    ['an error inside', { tokens: 10, errorAfterTokens: 5 }, 'server_error'],
    ['whole', { tokens: 3 }, 'stop t1 t2 t3'],
  ])('%s, in one piece', async (_name, behaviour, expected) => {
    const capabilities = { ...providerCall().deployment.capabilities, streaming: false };
    expect(await ask({ steps: [{ do: behaviour }] }, providerCall({}, { capabilities }))).toEqual([expected]);
  });

  it('and the log tells how it ended', async () => {
    await ask({ steps: [{ do: { tokens: 60, cutAfterTokens: 40 } }] });
    expect(sandbox.requests()[0]).toMatchObject({ outcome: 'cut', sentTokens: 40, step: 0, usage: null });
  });
});

describe('a script', () => {
  it('serves a step as often as it says, then the next that matches, then ordinary answers', async () => {
    const script: Script = {
      steps: [
        { times: 2, do: { status: 500 } },
        { times: 1, do: { text: 'back' } },
      ],
    };
    const results = await ask(script, providerCall(), 4);
    expect(results.slice(0, 3)).toEqual(['server_error', 'server_error', 'stop back']);
    expect(results[3]).toContain('[simulated]');
  });

  it.each([
    [{ model: 'deepseek/*' }, true],
    [{ model: 'qwen/*' }, false],
    [{ prompt: 'HELLO' }, true],
    [{ prompt: 'goodbye' }, false],
    [{ stream: false }, false],
    [{ tools: true }, false],
    [{ lastRole: 'assistant' }, false],
    [{ call: 2 }, false],
    [{ fromMs: 60_000 }, false],
    [{ untilMs: 60_000 }, true],
  ])('matches %j: %s', async (match, expected) => {
    const [result] = await ask({ steps: [{ match, do: { text: 'matched' } }] });
    expect(result === 'stop matched').toBe(expected);
  });

  it('can wait for the call that it counts', async () => {
    const results = await ask({ steps: [{ match: { call: 2 }, do: { status: 500 } }] }, providerCall(), 3);
    expect(results.map((result) => result === 'server_error')).toEqual([false, true, false]);
  });

  it.each([
    [[], 'script must be an object'],
    [{}, 'script.steps is missing'],
    [{ steps: [{}] }, 'script.steps[0].do is missing'],
    [{ steps: [{ do: { status: '429' } }] }, 'script.steps[0].do.status must be a whole number'],
    [{ steps: [{ do: { cutAfterToken: 4 } }] }, 'did you mean "cutAfterTokens"?'],
    [{ steps: [{ match: { modle: 'x' }, do: {} }] }, 'script.steps[0].match.modle is unknown; did you mean "model"?'],
    [{ steps: [{ do: { toolCalls: [{ name: 'f' }] } }] }, 'script.steps[0].do.toolCalls[0].arguments is missing'],
  ])('that is wrong (%j) is refused with the path of the fault', (value, words) => {
    expect(() => parseScript(value)).toThrow(FareboxError);
    expect(() => parseScript(value)).toThrow(words);
  });

  it('that is no JSON is refused by name', () => {
    expect(() => parseScriptText('{"steps": [', 'faults.json')).toThrow(/faults\.json is not JSON/);
  });
});
