import { describe, expect, it } from 'vitest';
import type { ProviderFailure } from '../../../src/domain/failure.ts';
import type { ProviderEvent } from '../../../src/providers/provider.ts';
import {
  collectEvents,
  type FakeCommand,
  type FakeProviderOptions,
  fakeProvider,
  type InstalledFake,
  installFake,
} from '../../support/fake-commands.ts';
import { providerCall } from '../../support/provider-call.ts';

const textOf = (events: readonly ProviderEvent[]) =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
const usageOf = (events: readonly ProviderEvent[]) => events.findLast((event) => event.type === 'usage');

function asked(tool: FakeCommand, model: string, prompt = 'Say hello.') {
  return providerCall({ messages: [{ role: 'user', content: prompt }] }, { provider: `${tool}-cli`, model });
}

async function run(
  tool: FakeCommand,
  scenario: string,
  {
    model = tool,
    fake = installFake(tool),
    ...options
  }: FakeProviderOptions & { model?: string; fake?: InstalledFake } = {},
): Promise<readonly ProviderEvent[]> {
  const provider = fakeProvider(fake, tool, { scenario, ...options });
  try {
    return await collectEvents(provider.stream(asked(tool, model), new AbortController().signal));
  } finally {
    await provider.close();
  }
}

const failing = (tool: FakeCommand, scenario: string, options: FakeProviderOptions = {}) =>
  run(tool, scenario, options).then(
    (events) => expect.fail(`it answered: ${textOf(events)}`),
    (error: unknown) => error as ProviderFailure,
  );

describe('command-line tools (UPS-10)', () => {
  it.each([
    ['claude', 'Claude (sonnet) heard: Say hello.', 'sonnet'],
    ['qwen', 'Qwen (qwen3-coder-plus) heard: Say hello.', 'qwen3-coder-plus'],
    ['gemini', 'Gemini (gemini-2.5-flash) heard: Say hello.', 'gemini-2.5-flash'],
    ['copilot', 'Copilot (gpt-5-mini) heard: Say hello.', 'gpt-5-mini'],
    ['codex', 'Codex (gpt-5-codex) heard: Say hello.', 'gpt-5-codex'],
  ] as const)('asks %s for the model and gives its answer whole', async (tool, answer, model) => {
    const events = await run(tool, 'answer', { model });
    expect(textOf(events)).toBe(answer);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  it.each(['claude', 'qwen', 'gemini', 'copilot', 'codex'] as const)(
    'asks %s for no model where its own name stands for its default',
    async (tool) => {
      expect(textOf(await run(tool, 'answer'))).toContain('(default)');
    },
  );

  it('passes on what streams piece by piece, thinking apart', async () => {
    const events = await run('claude', 'answer');
    expect(events.filter(({ type }) => type === 'text')).toHaveLength(3);
    expect(events.find(({ type }) => type === 'reasoning')).toEqual({ type: 'reasoning', text: 'Hm. ' });
  });

  it.each([
    ['claude', 'whole'],
    ['claude', 'banner'],
    ['qwen', 'list'],
    ['gemini', 'document'],
    ['copilot', 'whole'],
    ['codex', 'recovers'],
  ] as const)('reads the other ways in which %s prints: %s', async (tool, scenario) => {
    const events = await run(tool, scenario);
    expect(textOf(events).toLowerCase()).toBe(`${tool} (default) heard: say hello.`);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  it('takes usage as each tool reports it, and none where it reports none (UPS-07)', async () => {
    const of = async (tool: FakeCommand, scenario = 'answer') => {
      const found = usageOf(await run(tool, scenario));
      return found?.type === 'usage' ? found.usage : null;
    };
    expect(await of('claude')).toEqual({
      inputTokens: 1312,
      uncachedInputTokens: 12,
      cacheReadTokens: 1000,
      cacheWrite5mTokens: 100,
      cacheWrite1hTokens: 200,
      outputTokens: 7,
      reasoningTokens: 0,
    });
    expect(await of('qwen')).toMatchObject({ inputTokens: 900, cacheReadTokens: 400, outputTokens: 30 });
    expect(await of('gemini')).toMatchObject({ inputTokens: 50, cacheReadTokens: 20, outputTokens: 10 });
    expect(await of('gemini', 'document')).toMatchObject({ inputTokens: 50, outputTokens: 10, reasoningTokens: 4 });
    expect(await of('codex')).toMatchObject({
      inputTokens: 5000,
      cacheReadTokens: 4096,
      outputTokens: 40,
      reasoningTokens: 25,
    });
    expect(await of('copilot')).toBeNull();
  });

  it('says so where an answer was cut at its length', async () => {
    expect((await run('claude', 'max tokens')).at(-1)).toEqual({ type: 'finish', reason: 'length' });
  });

  it('lets a model begin its answer like an error', async () => {
    expect(textOf(await run('claude', 'says api error'))).toBe('API Error: that is how such messages begin.');
  });
});

describe('failures of command-line tools', () => {
  it.each([
    ['claude', 'limit', 'rate_limited'],
    ['claude', 'limit in words only', 'rate_limited'],
    ['claude', 'overloaded', 'server_error'],
    ['claude', 'login', 'unauthorized'],
    ['claude', 'model unknown', 'model_not_found'],
    ['claude', 'old version', 'bad_request'],
    ['claude', 'empty', 'empty_answer'],
    ['claude', 'silent', 'empty_answer'],
    ['claude', 'garbage', 'stream_malformed'],
    ['claude', 'killed', 'server_error'],
    ['claude', 'flood', 'stream_malformed'],
    ['claude', 'breaks off', 'stream_broken'],
    ['claude', 'breaks off and fails', 'stream_broken'],
    ['qwen', 'quota', 'rate_limited'],
    ['qwen', 'login', 'unauthorized'],
    ['gemini', 'quota', 'rate_limited'],
    ['gemini', 'login', 'unauthorized'],
    ['gemini', 'garbage', 'stream_malformed'],
    ['copilot', 'quota', 'payment_required'],
    ['copilot', 'login', 'unauthorized'],
    ['codex', 'limit', 'rate_limited'],
    ['codex', 'login', 'unauthorized'],
    ['codex', 'model unknown', 'model_not_found'],
    ['codex', 'silent', 'empty_answer'],
    ['own', 'fails', 'connection'],
    ['own', 'silent', 'empty_answer'],
  ] as const)('%s, %s: %s', async (tool, scenario, kind) => {
    const failure = await failing(tool, scenario);
    expect([failure.name, failure.kind]).toEqual(['ProviderFailure', kind]);
  });

  it('waits as long as a limit is said to last', async () => {
    const wait = async (tool: FakeCommand, scenario: string) => (await failing(tool, scenario)).retryAfterMs ?? 0;
    expect(await wait('codex', 'limit')).toBe(((2 * 24 + 17) * 60 + 14) * 60_000);
    expect(await wait('gemini', 'quota')).toBe(((21 * 60 + 53) * 60 + 56) * 1_000);
    expect(await wait('qwen', 'quota')).toBe(125 * 60_000);
    const claude = await wait('claude', 'limit');
    expect(claude).toBeGreaterThan(5_390_000);
    expect(claude).toBeLessThanOrEqual(5_400_000);
  });

  it('says how to log in, and how to mend a version that is too old', async () => {
    expect((await failing('codex', 'login')).message).toContain('run `codex login`');
    expect((await failing('claude', 'old version')).message).toContain('update it');
  });

  it('says which program is missing', async () => {
    const failure = await failing('claude', 'answer', { command: { argv: ['no-such-claude'] } });
    expect(failure.kind).toBe('model_not_found');
    expect(failure.message).toContain('no-such-claude was not found: install Claude Code');
  });

  it('says which folder is missing', async () => {
    const failure = await failing('claude', 'answer', { command: { cwd: '/no/such/folder' } });
    expect(failure.message).toContain('there is no folder /no/such/folder');
  });

  it('shows no secret that a tool repeats', async () => {
    const failure = await failing('claude', 'leak', { env: { EXTRA_TOKEN: 'correct-horse-battery' } });
    expect(failure.message).toContain('•••');
    expect(failure.message).not.toContain('correct-horse-battery');
  });
});

describe('a command of the user’s own', () => {
  const own = (scenario: string, command: FakeProviderOptions['command'] = {}) => run('own', scenario, { command });

  it('prints its answer as text', async () => {
    expect(textOf(await own('answer'))).toBe('Own heard: Say hello.');
  });

  it('prints JSON, whose places are named by pointers', async () => {
    const events = await own('json', {
      output: {
        format: 'json',
        text: '/choices/0/text',
        inputTokens: '/usage/in~1out/0',
        outputTokens: '/usage/in~1out/1',
      },
    });
    expect(textOf(events)).toBe('Own heard: Say hello.');
    expect(usageOf(events)).toMatchObject({ usage: { inputTokens: 11, outputTokens: 5 } });
  });

  it('prints a piece on each line', async () => {
    expect(textOf(await own('jsonl', { output: { format: 'jsonl', text: '/delta' } }))).toBe('Own heard: Say hello. ');
  });

  it('says in its JSON that it failed, although it ends well', async () => {
    const output = { format: 'json', text: '/text', error: '/error/message' } as const;
    const failure = await own('json error', { output }).catch((error: unknown) => error as ProviderFailure);
    expect(failure).toMatchObject({ kind: 'rate_limited', retryAfterMs: 12_500 });
  });

  it('says in place of its answer that it failed, although it ends well, and may speak about errors', async () => {
    const text = await own('error as text').catch((error: unknown) => error as ProviderFailure);
    expect(text).toMatchObject({ kind: 'rate_limited', retryAfterMs: 12_500 });
    const output = { format: 'json', text: '/choices/0/text' } as const;
    const json = await own('error as json', { output }).catch((error: unknown) => error as ProviderFailure);
    expect(json).toMatchObject({ kind: 'payment_required' });
    expect(textOf(await own('answer about errors'))).toContain('explains each of them at length');
  });

  it('takes model and prompt as arguments, each of which stays one', async () => {
    const fake = installFake('own');
    const argv = ['own', '--model={model}', '--prompt={prompt}'];
    await run('own', 'answer', { fake, model: 'm{prompt}', command: { argv } });
    expect(fake.noted()[0]?.argv).toEqual(['--model=m{prompt}', '--prompt=Say hello.']);
    expect(fake.noted()[0]?.stdin).toBe('');
  });
});
