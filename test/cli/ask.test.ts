import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CompletionOutcome } from '../../src/domain/completion-outcome.ts';
import { type ErrorCode, FareboxError } from '../../src/domain/errors.ts';
import { ProviderFailure } from '../../src/domain/failure.ts';
import { nano } from '../../src/domain/money.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { explainFailures } from '../../src/pipeline/explain-failure.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeEngine, type Script } from '../support/fake-engine.ts';
import { createSink, piped, runFarebox } from '../support/run-cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const streaming: Script = async function* () {
  yield { type: 'attempt', number: 1, provider: 'acme', model: 'small-1' };
  yield { type: 'text', text: 'Because of ' };
  yield { type: 'text', text: 'Rayleigh.' };
  yield { type: 'outcome', parts: { text: 'Because of Rayleigh.' } };
};

/** An engine whose every call ends like this, after it has streamed the text, if any. */
function ending(parts: Partial<CompletionOutcome>) {
  const script: Script = async function* () {
    if (parts.text) yield { type: 'text', text: parts.text };
    yield { type: 'outcome', parts };
  };
  return { openEngine: async () => createFakeEngine({ script }) };
}

describe('ask', () => {
  it('prints the answer on stdout, and cost, saving, tokens and reason on stderr (API-05)', async () => {
    const engine = createFakeEngine({ script: streaming });
    const run = await runFarebox(['ask', 'why', 'is it blue?'], { openEngine: async () => engine });
    expect(run).toEqual({
      code: 0,
      stdout: 'Because of Rayleigh.\n',
      stderr:
        'acme/small-1 · $0.0000048 · saved $0.000106 (95.6%) against claude-x · 12 in, 5 out · 12 ms · call_1\n' +
        'why: small-1 is the cheapest that suits a simple general task.\n',
    });
    expect(engine.requests).toEqual([
      {
        messages: [{ role: 'user', content: 'why is it blue?' }],
        cache: 'use',
        delivery: 'stream',
        constraints: { sensitivity: 'normal' },
        attribution: { surface: 'cli', client: 'farebox-cli' },
      },
    ]);
  });

  it('hands every option on to the request', async () => {
    const schema = join(tempFolder(), 'answer shape.json');
    writeFileSync(schema, '{"type":"object"}');
    const engine = createFakeEngine();
    const openEngine = async () => engine;
    const options =
      '--task coding --complexity expert --profile premium --model acme/small-1 --max-cost $0.01 --max-tokens 99 --system Be --private --region eu --no-cache --no-stream';
    const run = await runFarebox(['ask', 'hi', ...options.split(' '), '--schema', schema], { openEngine });
    expect(run.code).toBe(0);
    expect(engine.requests).toEqual([
      {
        messages: [
          { role: 'system', content: 'Be' },
          { role: 'user', content: 'hi' },
        ],
        responseFormat: { type: 'json_schema', name: 'answer_shape', schema: { type: 'object' } },
        maxOutputTokens: 99,
        cache: 'off',
        delivery: 'whole',
        constraints: {
          model: 'acme/small-1',
          profile: 'premium',
          task: 'coding',
          complexity: 'expert',
          maxCost: 10_000_000,
          region: 'eu',
          sensitivity: 'private',
        },
        attribution: { surface: 'cli', client: 'farebox-cli' },
      },
    ]);
  });

  it('prints an answer that came whole, and exactly one newline at its end', async () => {
    expect((await runFarebox(['ask', 'hi'])).stdout).toBe('HI\n');
    expect((await runFarebox(['ask', 'hi'], ending({ text: 'two\n' }))).stdout).toBe('two\n');
  });

  it('prints one JSON document with --json, of an answer and of a refusal', async () => {
    const answer = await runFarebox(['ask', 'hi', '--json']);
    expect(answer.stderr).toBe('');
    expect(JSON.parse(answer.stdout)).toMatchObject({
      call_id: 'call_1',
      status: 'complete',
      answer: 'HI',
      cost_nano_usd: 4800,
      usage: { input_tokens: 12, output_tokens: 5 },
      error: null,
    });
    const error = new FareboxError('budget_exceeded', 'The budget all/month is used up.', { remedy: 'Raise it.' });
    const parts = { status: 'refused', error, deployment: null, text: '' } as const;
    const refusal = await runFarebox(['--json', 'ask', 'hi'], ending(parts));
    expect(refusal.code).toBe(3);
    expect(JSON.parse(refusal.stdout)).toMatchObject({
      status: 'refused',
      answer: '',
      error: { code: 'budget_exceeded', message: 'The budget all/month is used up.', remedy: 'Raise it.' },
    });
  });

  it.each<[ErrorCode, number]>([
    ['invalid_request', 2],
    ['unknown_model', 2],
    ['invalid_config', 2],
    ['budget_exceeded', 3],
    ['no_candidate', 4],
    ['all_candidates_failed', 4],
    ['deadline_exceeded', 1],
    ['storage_unavailable', 1],
    ['internal', 1],
  ])('exits by the code of the error: %s → %d, whether thrown or told', async (code, exit) => {
    const error = new FareboxError(code, 'It did not work.', { remedy: 'Try this.' });
    const told = await runFarebox(['ask', 'hi'], ending({ status: 'failed', error, text: '' }));
    expect([told.code, told.stderr.includes('error It did not work.\n      Try this.')]).toEqual([exit, true]);
    const thrown = await runFarebox(['ask', 'hi'], { openEngine: () => Promise.reject(error) });
    expect(thrown).toEqual({ code: exit, stdout: '', stderr: 'error It did not work.\n      Try this.\n' });
  });

  it('prints what came of an incomplete answer, marks it, and exits 1', async () => {
    const run = await runFarebox(
      ['ask', 'hi'],
      ending({ status: 'incomplete', finishReason: 'length', text: 'Half of' }),
    );
    expect([run.code, run.stdout]).toEqual([1, 'Half of\n']);
    expect(run.stderr).toMatch(/^incomplete the answer reached its token limit/);
  });

  it('tells which attempts failed before the answer, with secrets masked (SEC-01)', async () => {
    const attempt = {
      id: 'attempt_1' as never,
      provider: 'groq',
      model: 'llama',
      result: 'failed',
      failure: 'unauthorized',
      message: 'Wrong key sk-abcdefghijklmnop1234',
      cost: { amount: nano(0), source: 'computed' },
      durationMs: 3,
      firstTokenMs: null,
    } as const;
    const run = await runFarebox(['ask', 'hi'], ending({ text: 'yes', attempts: [attempt] }));
    expect(run.stderr).toMatch(/^tried groq\/llama unauthorized: Wrong key •••\n/);
  });

  it('lists equal failures once, and does not repeat the list in the error and the reason', async () => {
    const attempt = (number: number, provider: string) =>
      ({
        id: `attempt_${number}` as never,
        provider,
        model: 'llama',
        result: 'failed',
        failure: 'rate_limited',
        message: 'Too many requests',
        cost: { amount: nano(0), source: 'computed' },
        durationMs: 3,
        firstTokenMs: null,
      }) as const;
    const failures = ['groq', 'groq', 'acme'].map(
      (provider) => new ProviderFailure('rate_limited', `${provider}/llama` as never, 'Too many requests'),
    );
    const attempts = [attempt(1, 'groq'), attempt(2, 'groq'), attempt(3, 'acme')];
    const error = explainFailures(failures, { attempts } as never);
    expect(error.message).toContain('(Failed too: ');
    const run = await runFarebox(
      ['ask', 'hi'],
      ending({
        text: '',
        status: 'failed',
        deployment: null,
        usage: null,
        saved: null,
        attempts,
        error,
        reason: 'Before …',
      }),
    );
    expect(run.stderr.split('\n')).toEqual([
      'tried groq/llama rate limited: Too many requests ×2',
      'tried acme/llama rate limited: Too many requests',
      'error groq/llama failed with rate_limited: Too many requests',
      '      Wait a little, or enable another provider for this model.',
      'no answer · $0.0000048 · 12 ms · call_1',
      'why: small-1 is the cheapest that suits a simple general task.',
      '',
    ]);
    const json = await runFarebox(['ask', 'hi', '--json'], ending({ text: '', status: 'failed', attempts, error }));
    expect(JSON.parse(json.stdout).error.message).toContain('(Failed too: ');
  });

  it('wraps what it says below and above the answer to the width of the terminal', async () => {
    const openEngine = async () => createFakeEngine({ mode: 'sandbox' });
    const terminal = { stdin: true, stdout: false, stderr: true, columns: 48, colours: false };
    const { stderr } = await runFarebox(['ask', 'hi'], { openEngine, terminal, clock: systemClock });
    // The status line overwrites itself; what stays are the lines.
    const lines = stderr.split('\n').map((line) => line.slice(line.lastIndexOf('\r') + 1).replace('\u001b[K', ''));
    expect(lines.filter((line) => line.length > 48)).toEqual([]);
    expect(lines).toContain('why: small-1 is the cheapest that suits a simple');
  });

  it('never shows an unknown cost as nothing', async () => {
    const parts = { text: 'yes', cost: { amount: null, source: 'unknown' }, saved: null } as const;
    expect((await runFarebox(['ask', 'hi'], ending(parts))).stderr).toContain(' · cost unknown · 12 in');
  });

  it('warns before every answer of the sandbox', async () => {
    const openEngine = async () => createFakeEngine({ mode: 'sandbox' });
    const run = await runFarebox(['ask', 'hi'], { openEngine });
    expect(run.stderr).toMatch(/^sandbox: answers are simulated; configure a provider for real ones\n/);
    expect(run.stderr).toContain('$0.0000048 (simulated)');
  });

  it('takes control characters out of an answer for a terminal, and leaves them in for a pipe', async () => {
    const text = 'red \u001b[31m\u0007 tab\tnewline\n';
    expect((await runFarebox(['ask', 'hi'], ending({ text }))).stdout).toBe(text);
    const terminal = { stdin: true, stdout: true, stderr: false, columns: 80, colours: false };
    const shown = await runFarebox(['ask', 'hi'], { ...ending({ text }), terminal });
    expect(shown.stdout).toBe('red \u{fffd}[31m\u{fffd} tab\tnewline\n');
  });
});

describe('the prompt of ask', () => {
  const prompted = async (argv: readonly string[], overrides = {}) => {
    const engine = createFakeEngine();
    const run = await runFarebox(argv, { openEngine: async () => engine, ...overrides });
    return { ...run, prompt: engine.requests[0]?.messages.at(-1)?.content };
  };

  it('is read from a pipe, alone, for a dash, or as material after the words', async () => {
    expect((await prompted(['ask'], piped('from a pipe\n'))).prompt).toBe('from a pipe');
    expect((await prompted(['ask', '-'], piped('from a pipe'))).prompt).toBe('from a pipe');
    expect((await prompted(['ask', 'explain'], piped('the log\n'))).prompt).toBe('explain\n\nthe log');
    expect((await prompted(['ask', 'explain'], piped(''))).prompt).toBe('explain');
  });

  it('may be ten megabytes long and broken UTF-8, which is said', async () => {
    expect((await prompted(['ask'], piped('x'.repeat(10_000_000)))).prompt).toHaveLength(10_000_000);
    const broken = await prompted(['ask'], piped(Uint8Array.from([0x61, 0xff, 0xfe, 0x62])));
    expect(broken.prompt).toBe('a\u{fffd}\u{fffd}b');
    expect(broken.stderr).toContain('standard input is not clean UTF-8: 2 places');
  });

  it.each([
    ['no words at a terminal', ['ask'], {}],
    ['blank words', ['ask', '  '], {}],
    ['an empty pipe', ['ask'], piped('')],
    ['a pipe of blanks', ['ask', '-'], piped(' \n\n')],
  ])('is refused where it is empty: %s', async (_, argv, overrides) => {
    const run = await runFarebox(argv, overrides);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(/^error The prompt is empty\.\n {6}Write it after the command/);
  });

  it('does not wait for ever for a pipe that stays silent beside words', async () => {
    const clock = createFakeClock();
    const stdin = new PassThrough();
    const { terminal } = piped('');
    const running = prompted(['ask', 'hello'], { clock, stdin, terminal });
    await new Promise(setImmediate);
    clock.advance(3000);
    const run = await running;
    expect([run.code, run.prompt, stdin.destroyed]).toEqual([0, 'hello', true]);
    expect(run.stderr).toContain('nothing came on standard input within 3 s');
  });
});

describe('an ask that is stopped', () => {
  /** Streams one word, then waits until it is cancelled. */
  const endless: Script = async function* (_, signal) {
    yield { type: 'text', text: 'one ' };
    signal.throwIfAborted();
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };

  it('by Ctrl-C cancels the call, says that it is booked, and exits 130', async () => {
    const engine = createFakeEngine({ script: endless });
    let forgotten = 0;
    const run = await runFarebox(['ask', 'hi'], {
      openEngine: async () => engine,
      onInterrupt: (listener) => {
        setImmediate(listener);
        return () => {
          forgotten += 1;
        };
      },
    });
    expect([run.code, run.stdout, forgotten]).toEqual([130, 'one \n', 1]);
    expect(run.stderr).toMatch(/^cancelled /);
    expect(engine.outcomes.map(({ status }) => status)).toEqual(['cancelled']);
  });

  it('by a reader that has gone cancels the call quietly', async () => {
    const engine = createFakeEngine({ script: endless });
    const stdout = createSink(() => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    const run = await runFarebox(['ask', 'hi'], { openEngine: async () => engine, stdout });
    expect(run.code).toBe(0);
    expect(engine.outcomes.map(({ status }) => status)).toEqual(['cancelled']);
  });

  it('by a full disk fails, and says so', async () => {
    const stdout = createSink(() => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    const run = await runFarebox(['ask', 'hi'], { stdout });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('no space left on device');
  });
});

describe('a wrong value of an option', () => {
  it.each([
    [['--task', 'codng'], '"codng" is not a task.', 'Did you mean "coding"?'],
    [['--complexity', 'hard'], '"hard" is not a complexity.', 'Choose one of: simple, medium'],
    [['--max-cost', 'cheap'], '"cheap" is not an amount of dollars.', 'for example 0.01'],
    [['--max-cost', '0'], '"0" is not an amount of dollars.', 'above zero'],
    [['--max-cost', '-1'], '"-1" is not an amount of dollars.', 'above zero'],
    [['--max-tokens', '1.5'], '"1.5" is not a number of tokens.', 'a whole number from 1'],
    [['--schema', '/nowhere/x.json'], 'The schema file /nowhere/x.json cannot be read: it does not exist.', 'path'],
    [['--tsk', 'coding'], "Unknown option '--tsk'.", 'Did you mean --task?'],
    [['--model'], "Option '--model <model>' argument missing.", '--help'],
    [['- a list item'], "Unknown option '- a list item'.", 'put -- before it'],
  ])('is refused with the way to mend it: %j', async (options, message, remedy) => {
    const run = await runFarebox(['ask', 'hi', ...options]);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(`error ${message}\n`);
    expect(run.stderr).toContain(remedy);
  });

  it('is one JSON document under --json', async () => {
    const run = await runFarebox(['ask', 'hi', '--task', 'codng', '--json']);
    expect(JSON.parse(run.stdout)).toEqual({
      error: {
        code: 'invalid_request',
        message: '"codng" is not a task.',
        remedy: expect.stringContaining('Did you mean "coding"?'),
        details: {},
      },
    });
  });

  it('takes text that begins with a dash after --', async () => {
    const run = await runFarebox(['ask', '--', '- a list item', '--json']);
    expect([run.code, run.stdout]).toEqual([0, '- A LIST ITEM --JSON\n']);
  });
});
