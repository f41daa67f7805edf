import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { ProviderFailure } from '../../../src/domain/failure.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import {
  collectEvents,
  type FakeProviderOptions,
  fakeProvider,
  type InstalledFake,
  installFake,
  isRunning,
} from '../../support/fake-commands.ts';
import { providerCall } from '../../support/provider-call.ts';

const call = (prompt = 'Say hello.', model = 'claude', system?: string) =>
  providerCall(
    {
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user', content: prompt },
      ],
    },
    { provider: 'claude-cli', model },
  );
const never = () => new AbortController().signal;

/** What was killed is still there for some moments. */
const gone = (fake: InstalledFake) =>
  vi.waitFor(() => expect(pidsOf(fake).filter(isRunning)).toEqual([]), { timeout: 1_000, interval: 5 });

/** Every process that a fake named: its own and those that it left behind. */
const pidsOf = (fake: InstalledFake) => fake.noted().flatMap(({ pid, descendant }) => pid ?? descendant ?? []);

async function stdinOf(prompt: string, model = 'claude', system?: string): Promise<InstalledFake> {
  const fake = installFake('claude');
  const provider = fakeProvider(fake, 'claude');
  await collectEvents(provider.stream(call(prompt, model, system), never()));
  return fake;
}

const HOSTILE = [
  '; rm -rf ~ #',
  '$(touch pwned) `touch pwned` $HOME',
  '"quoted" \'single\' \\ back\\slash',
  'first line\nsecond line\r\n\ttabbed',
  '%PATH% & del * | more > out < in',
  'é漢字🧵 \u202egnp.exe',
  '*?[a-z]{a,b}~',
];
/** What tools take for an option, a command of their own, or a file to read. */
const MISREAD = [
  '--dangerously-skip-permissions',
  '-p',
  '/login',
  '@/etc/passwd',
  '!ls',
  '# remember this',
  '  --help',
];

describe('what a command is handed (UPS-10)', () => {
  it.each(HOSTILE)('leaves the prompt as it is, on stdin: %j', async (prompt) => {
    const [noted] = (await stdinOf(prompt)).noted();
    expect(noted?.stdin).toBe(prompt);
    expect(noted?.argv?.join(' ')).not.toContain(prompt);
    expect(noted?.files).toEqual([]);
  });

  it.each(MISREAD)('frames what a tool would take for an option or a command: %j', async (prompt) => {
    const [noted] = (await stdinOf(prompt)).noted();
    expect(noted?.stdin).toContain(`<message role="user">\n${prompt}\n</message>`);
    expect(noted?.stdin?.startsWith('This is a message.')).toBe(true);
    expect(noted?.argv?.filter((argument) => argument === prompt.trim())).toHaveLength(prompt === '-p' ? 1 : 0);
  });

  it.each([...HOSTILE, ...MISREAD])(
    'hands model and instructions on as one literal argument each: %j',
    async (text) => {
      const [noted] = (await stdinOf('Hi.', text, text)).noted();
      expect(
        noted?.argv?.filter((argument) => argument.slice(argument.indexOf('=') + 1) === text && text !== argument),
      ).toEqual([`--model=${text}`, `--system-prompt=${text}`]);
    },
  );

  it('refuses NUL characters aloud, before anything is started', async () => {
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude');
    for (const wrong of [call('a\0b'), call('a', 'mod\0el'), call('a', 'claude', 'sys\0tem')]) {
      const failure = await collectEvents(provider.stream(wrong, never())).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'ProviderFailure', kind: 'untranslatable' });
    }
    expect(fake.noted()).toEqual([]);
  });

  it('hands a prompt and instructions of a megabyte on whole', async () => {
    const [prompt, system] = ['p'.repeat(1_000_000), 's'.repeat(1_000_000)];
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude', { command: { maxOutputBytes: 20_000_000 } });
    await collectEvents(provider.stream(call(prompt, 'claude', system), never()));
    const stdin = fake.noted()[0]?.stdin ?? '';
    expect(stdin).toContain(`<instructions>\n${system}\n</instructions>`);
    expect(stdin.endsWith(prompt)).toBe(true);
  });

  it('shows it no variable that was not meant for it', async () => {
    vi.stubEnv('OPENROUTER_API_KEY', 'sk-or-secret-of-farebox');
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-secret-of-farebox');
    try {
      const [noted] = (await stdinOf('Hi.')).noted();
      expect(Object.keys(noted?.env ?? {}).sort()).toEqual(
        ['FAKE_LOG', 'FAKE_SCENARIO', 'FAREBOX_PROCESS_TREE', 'PATH'].sort(),
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('runs it in an empty folder of its own, which is gone afterwards', async () => {
    const [noted] = (await stdinOf('Hi.')).noted();
    expect(noted?.files).toEqual([]);
    expect(existsSync(noted?.cwd ?? '')).toBe(false);
  });
});

describe('the end of a command', () => {
  const hanging = async (options: FakeProviderOptions) => {
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude', { scenario: 'hang', ...options });
    const controller = new AbortController();
    const answer = collectEvents(provider.stream(call(), controller.signal)).catch(
      (error: unknown) => error as ProviderFailure,
    );
    await vi.waitFor(() => expect(fake.noted().some(({ ready }) => ready)).toBe(true), 5_000);
    return { fake, provider, answer, controller };
  };
  const nothingRuns = async (fake: InstalledFake) => {
    expect(pidsOf(fake).length).toBeGreaterThanOrEqual(3);
    await gone(fake);
  };

  it('kills it with all that it started, also in a session of its own, when nothing comes in time', async () => {
    const clock = createFakeClock();
    const { fake, provider, answer } = await hanging({ clock, timeouts: { firstToken: 5_000 } });
    expect(pidsOf(fake).filter(isRunning)).toHaveLength(3);
    clock.advance(5_000);
    expect(await answer).toMatchObject({ kind: 'timeout_first_token' });
    await provider.close();
    await nothingRuns(fake);
  });

  it('does the same when the caller goes away, who does not have to wait for that', async () => {
    const { fake, provider, answer, controller } = await hanging({});
    controller.abort(new Error('enough'));
    expect(await answer).toMatchObject({ kind: 'cancelled' });
    await provider.close();
    await nothingRuns(fake);
  });

  it('does the same when farebox is closed', async () => {
    const { fake, provider, answer } = await hanging({});
    await provider.close();
    await nothingRuns(fake);
    expect(await answer).toMatchObject({ kind: 'cancelled' });
  });

  it('ends a command that asks a question which nobody can answer', async () => {
    const clock = createFakeClock();
    const fake = installFake('gemini');
    const provider = fakeProvider(fake, 'gemini', { scenario: 'asks', clock });
    const answer = collectEvents(provider.stream(call(), never())).catch((error: unknown) => error as ProviderFailure);
    await vi.waitFor(() => expect(fake.noted()).toHaveLength(1), 5_000);
    let over = false;
    void answer.then(() => {
      over = true;
    });
    await vi.waitFor(() => {
      clock.advance(60_000);
      expect(over).toBe(true);
    }, 5_000);
    const failure = await answer;
    expect(failure).toMatchObject({ kind: 'timeout_first_token' });
    expect(String((failure as ProviderFailure).message)).toContain('an input that never comes');
    await provider.close();
    await gone(fake);
  });

  it('gives the answer of a command that leaves a daemon with an open pipe behind, and ends the daemon', async () => {
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude', { scenario: 'daemon' });
    const events = await collectEvents(provider.stream(call(), never()));
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    await provider.close();
    expect(pidsOf(fake)).toHaveLength(2);
    await gone(fake);
  });

  it('does not wait for a command that lingers behind its whole answer', async () => {
    const clock = createFakeClock();
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude', { clock, env: { FAKE_HOLD: '600000' } });
    const seen: string[] = [];
    const read = (async () => {
      for await (const { type } of provider.stream(call(), never())) seen.push(type);
    })();
    await vi.waitFor(() => expect(seen).toContain('usage'), 5_000);
    clock.advance(2_000);
    await read;
    expect(seen.at(-1)).toBe('finish');
    await provider.close();
    await gone(fake);
  });

  it('ends it when the reader leaves', async () => {
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude', { env: { FAKE_HOLD: '600000' } });
    for await (const { type } of provider.stream(call(), never())) if (type === 'text') break;
    await provider.close();
    await gone(fake);
  });
});

describe('several calls at once', () => {
  it('runs no more processes than are allowed, and the others after them', async () => {
    const fake = installFake('claude');
    const clock = createFakeClock();
    const provider = fakeProvider(fake, 'claude', { scenario: 'hang', clock, command: { maxProcesses: 2 } });
    const controllers = [0, 1, 2, 3].map(() => new AbortController());
    const answers = controllers.map(({ signal }) =>
      collectEvents(provider.stream({ ...call(), alone: true }, signal)).catch(({ kind }: ProviderFailure) => kind),
    );
    const ready = () => fake.noted().filter((noted) => noted.ready).length;
    await vi.waitFor(() => expect(ready()).toBe(2), 5_000);
    expect(fake.noted().filter(({ argv }) => argv)).toHaveLength(2);
    controllers[0]?.abort();
    controllers[1]?.abort();
    await vi.waitFor(() => expect(ready()).toBe(4), 10_000);
    await provider.close();
    expect(await Promise.all(answers)).toEqual(Array(4).fill('cancelled'));
    await gone(fake);
  });

  it('lets another model serve where it stays busy', async () => {
    const fake = installFake('claude');
    const provider = fakeProvider(fake, 'claude', {
      scenario: 'hang',
      command: { maxProcesses: 1 },
      timeouts: { connect: 20 },
    });
    const first = collectEvents(provider.stream(call(), never())).catch(() => {});
    await vi.waitFor(() => expect(fake.noted().some(({ ready }) => ready)).toBe(true), 5_000);
    const second = await collectEvents(provider.stream(call(), never())).catch((error: unknown) => error);
    expect(second).toMatchObject({ kind: 'rate_limited', message: expect.stringContaining('maxProcesses') });
    await provider.close();
    await first;
  });
});
