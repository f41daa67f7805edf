import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/domain/check.ts';
import type { CompletionEvent } from '../../src/domain/completion-outcome.ts';
import type { CompletionRequest } from '../../src/domain/completion-request.ts';
import { fromUsd } from '../../src/domain/money.ts';
import { describeCall } from '../../src/pipeline/views/describe-call.ts';
import { ask } from '../support/open-test-engine.ts';
import { openScriptedModels, type ScriptedWorld } from '../support/scripted-models.ts';

const never = new AbortController().signal;
const MODELS = [
  { name: 'small', price: 0.1, quality: 50 },
  { name: 'middle', price: 1, quality: 75 },
  { name: 'large', price: 10, quality: 95 },
] as const;
const DIGITS: Check = { type: 'regex', pattern: '^\\d+$' };

function verified(world: ScriptedWorld, verify: readonly Check[], more: Partial<CompletionRequest> = {}) {
  return world.engine.pipeline.complete(ask('How many? Answer with digits only.', { verify, ...more }), never);
}

const modelsOf = (world: ScriptedWorld) => world.asked.map(({ model }) => model);

describe('a completion whose answer is checked', () => {
  it('goes to the cheapest model first, and stays there where it passes', async () => {
    const world = await openScriptedModels(MODELS, () => '42');
    const outcome = await verified(world, [DIGITS]);
    expect(outcome).toMatchObject({ status: 'complete', text: '42', model: 'small', plan: { rule: 'verify' } });
    expect(outcome.verifications).toEqual([
      {
        model: 'small',
        provider: 'p',
        passed: true,
        results: [{ check: 'regex', passed: true, finding: null, durationMs: expect.any(Number) }],
      },
    ]);
    expect(modelsOf(world)).toEqual(['small']);
  });

  it('goes on to a better model with the finding, and pays for all of them', async () => {
    const world = await openScriptedModels(MODELS, ({ model }) => (model === 'large' ? '42' : 'forty-two'));
    const outcome = await verified(world, [DIGITS]);
    expect(outcome).toMatchObject({ status: 'complete', text: '42', model: 'large' });
    expect(modelsOf(world)).toEqual(['small', 'middle', 'large']);
    expect(outcome.attempts.map(({ failure }) => failure)).toEqual(['check_failed', 'check_failed', null]);
    expect(outcome.cost.amount).toBe(200 * (100 + 1_000 + 10_000));
    expect(world.asked[1]?.messages.slice(-2)).toEqual([
      { role: 'assistant', content: 'forty-two' },
      { role: 'user', content: expect.stringContaining('regex: The answer must match /^\\d+$/.') },
    ]);
    const report = describeCall(outcome);
    expect(report.verifications.map(({ model, passed }) => [model, passed])).toEqual([
      ['small', false],
      ['middle', false],
      ['large', true],
    ]);
  });

  it('fails where nobody passes: no answer, the last finding, what was spent, nothing of it in the ledger', async () => {
    const world = await openScriptedModels(MODELS, () => 'forty-two SECRET-ANSWER');
    const outcome = await verified(world, [DIGITS, { type: 'contains', text: 'SECRET', negate: true }]);
    expect(outcome).toMatchObject({ status: 'failed', text: '', error: { code: 'all_candidates_failed' } });
    expect(outcome.error?.message).toContain('The answer must match');
    expect(outcome.error?.message).toContain('was spent');
    expect(outcome.attempts.map(({ message }) => message)).not.toContain(expect.stringContaining('SECRET-ANSWER'));
    expect(JSON.stringify(outcome.error?.details)).not.toContain('SECRET-ANSWER');
    expect(readFileSync(join(world.home, 'farebox.db')).includes('SECRET-ANSWER')).toBe(false);
    expect(
      existsSync(join(world.home, 'farebox.db-wal')) &&
        readFileSync(join(world.home, 'farebox.db-wal')).includes('SECRET-ANSWER'),
    ).toBe(false);
  });

  it('stops after the configured number of answers, the last of which is the best model’s', async () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `m${i}`, price: 0.1 * 2 ** i, quality: 40 + 6 * i }));
    const world = await openScriptedModels(many, () => 'no', { config: { policy: { verify: { maxAttempts: 3 } } } });
    expect((await verified(world, [DIGITS])).status).toBe('failed');
    expect(modelsOf(world)).toEqual(['m0', 'm4', 'm8']);
  });

  it('never passes the cost cap of the call', async () => {
    const world = await openScriptedModels(MODELS, () => 'no');
    const outcome = await verified(world, [DIGITS], {
      maxOutputTokens: 100,
      constraints: { sensitivity: 'normal', maxCost: fromUsd(0.0015) },
    });
    expect(outcome.status).toBe('failed');
    expect(outcome.cost.amount).toBeLessThanOrEqual(fromUsd(0.0015));
    expect(modelsOf(world)).not.toContain('large');
  });

  it('shows a stream nothing that was not checked', async () => {
    const world = await openScriptedModels(MODELS, ({ model }) => (model === 'small' ? 'WRONG' : '42'));
    const events: CompletionEvent[] = [];
    for await (const event of world.engine.pipeline.run(
      ask('How many?', { verify: [DIGITS], delivery: 'stream' }),
      never,
    ))
      events.push(event);
    expect(events.flatMap((event) => (event.type === 'text' ? [event.text] : []))).toEqual(['42']);
    expect(events.at(-1)).toMatchObject({ type: 'done', outcome: { status: 'complete', text: '42' } });
  });

  it('gives a model that was named one chance to mend its answer', async () => {
    let calls = 0;
    const world = await openScriptedModels(MODELS, () => (++calls === 1 ? 'forty-two' : '42'));
    const outcome = await verified(world, [DIGITS], { constraints: { sensitivity: 'normal', model: 'middle' } });
    expect(outcome).toMatchObject({ status: 'complete', text: '42', model: 'middle' });
    expect(modelsOf(world)).toEqual(['middle', 'middle']);
  });

  it('does not take an answer for verified that was cut off', async () => {
    const world = await openScriptedModels(MODELS, ({ model }) =>
      model === 'small' ? { text: '42', finish: 'length' } : '43',
    );
    expect(await verified(world, [DIGITS])).toMatchObject({ status: 'complete', text: '43', model: 'middle' });
  });

  it('keeps verified answers apart in the cache, with what they passed', async () => {
    const world = await openScriptedModels(MODELS, ({ messages }) => (messages.length > 1 ? '42' : 'forty-two'));
    const cached: Partial<CompletionRequest> = { cache: 'use' };
    const unchecked = await world.engine.pipeline.complete(ask('How many? Answer with digits only.', cached), never);
    expect(unchecked.text).toBe('forty-two');
    expect(await verified(world, [DIGITS], cached)).toMatchObject({ text: '42', cache: 'miss' });
    const again = await verified(world, [DIGITS], cached);
    expect(again).toMatchObject({ text: '42', cache: 'hit', verifications: [{ model: 'middle', passed: true }] });
    expect(await verified(world, [{ type: 'regex', pattern: '^4' }, DIGITS], cached)).toMatchObject({ cache: 'miss' });
  });

  it.each<readonly [string, Check, string]>([
    ['a pattern that RE2 does not take', { type: 'regex', pattern: '(?!a)' }, 'RE2'],
    ['a faulty schema', { type: 'json_schema', schema: { type: 'text' } }, 'Mend it'],
    ['a check that was not declared', { type: 'named', name: 'unit-test' }, 'Did you mean "unit-tests"'],
  ])('refuses %s before anything is sent', async (_name, check, remedy) => {
    const world = await openScriptedModels(MODELS, () => '42', {
      config: { checks: { 'unit-tests': { command: ['node', '-v'] } } },
    });
    await expect(verified(world, [check])).rejects.toMatchObject({
      code: 'invalid_request',
      remedy: expect.stringContaining(remedy),
    });
    await expect(world.engine.pipeline.plan(ask('x', { verify: [check] }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(world.asked).toEqual([]);
  });

  it.each([
    ['ten megabytes', 'x'.repeat(10_000_000), 'at most 1000000'],
    ['deeply nested JSON', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'levels deep'],
    ['NULs', '\0'.repeat(1_000), 'JSON'],
  ])('turns down an answer of %s', async (_name, hostile, words) => {
    const world = await openScriptedModels(MODELS, ({ model }) => (model === 'small' ? hostile : '[1]'));
    const outcome = await verified(world, [{ type: 'json_schema', schema: { type: 'array' } }]);
    expect(outcome).toMatchObject({ status: 'complete', text: '[1]' });
    expect(outcome.verifications?.[0]?.results[0]?.finding).toContain(words);
  });
});

describe('a completion with a schema (UPS-06)', () => {
  const schema = {
    type: 'object',
    required: ['n'],
    properties: { n: { type: 'integer' } },
    additionalProperties: false,
  };
  const responseFormat = { type: 'json_schema', name: 'answer', schema } as const;
  const complete = (world: ScriptedWorld, more: Partial<CompletionRequest> = {}) =>
    world.engine.pipeline.complete(
      ask('How many?', { responseFormat, constraints: { sensitivity: 'normal', profile: 'own' }, ...more }),
      never,
    );

  it('is mended once by the model that wrote it', async () => {
    const world = await openScriptedModels(MODELS, ({ messages }) => (messages.length > 1 ? '{"n": 1}' : '{"n": "1"}'));
    const outcome = await complete(world);
    expect(outcome).toMatchObject({ status: 'complete', text: '{"n": 1}' });
    expect(new Set(modelsOf(world)).size).toBe(1);
    expect(world.asked[1]?.messages.at(-1)?.content).toContain('/n: it is the string "1" and must be of type integer.');
  });

  it('is then asked of others, at most twice, and is no answer where none is valid', async () => {
    const five = [...MODELS, { name: 'more', price: 11, quality: 96 }, { name: 'most', price: 12, quality: 97 }];
    const world = await openScriptedModels(five, () => 'no JSON at all');
    const outcome = await complete(world);
    expect(outcome).toMatchObject({ status: 'failed', text: '' });
    expect(outcome.error?.message).toContain('must be JSON');
    const models = modelsOf(world);
    expect(models).toHaveLength(4);
    expect(models[0]).toBe(models[1]);
    expect(new Set(models).size).toBe(3);
  });

  it('returns valid objects only, whatever models say, streamed or not', async () => {
    const answers = [
      '{"n": 1}',
      '{"n": 1.5}',
      '```json\n{"n": 2}\n```',
      '{}',
      'null',
      '{"n": 3, "m": 4}',
      '',
      '{"n": 4',
    ];
    let at = 0;
    const world = await openScriptedModels(MODELS, () => answers[at++ % answers.length] ?? '');
    for (let call = 0; call < 24; call++) {
      const { status, text } = await complete(world, { delivery: call % 2 ? 'stream' : 'whole' });
      if (status === 'complete')
        expect(JSON.parse(text.replace(/^```json\n|\n```$/g, ''))).toEqual({ n: expect.toSatisfy(Number.isInteger) });
      else expect({ status, text }).toEqual({ status: 'failed', text: '' });
    }
  });
});

describe('an answer that looks like none (QLT-03)', () => {
  it('is asked of at most two other models, and then handed out with a warning', async () => {
    const five = [...MODELS, { name: 'more', price: 11, quality: 96 }, { name: 'most', price: 12, quality: 97 }];
    const world = await openScriptedModels(five, () => "I'm sorry, but I can't help with that.");
    const outcome = await world.engine.pipeline.complete(ask('Write a limerick about a heron.'), never);
    expect(world.asked).toHaveLength(3);
    expect(outcome).toMatchObject({ status: 'complete', text: "I'm sorry, but I can't help with that." });
    expect(outcome.warnings.join()).toContain('looks like a refusal');
  });

  it('is handed out at once where the profile does not care', async () => {
    const world = await openScriptedModels(MODELS, () => "I can't help with that.", {
      config: { routing: { fallbackRules: { onQualityFailure: false, cascadeFallback: true } } },
    });
    const outcome = await world.engine.pipeline.complete(ask('Write a limerick about a heron.'), never);
    expect([world.asked.length, outcome.status, outcome.warnings]).toEqual([1, 'complete', []]);
  });

  it('sends code that does not parse to another model', async () => {
    const fenced = (code: string) => `\`\`\`ts\n${code}\n\`\`\``;
    const world = await openScriptedModels(MODELS, ({ model }) =>
      fenced(model === 'large' ? 'const x = ;' : 'const x = 1;'),
    );
    const request = ask('Write a constant.', { constraints: { sensitivity: 'normal', task: 'code_generation' } });
    const outcome = await world.engine.pipeline.complete(request, never);
    expect(outcome).toMatchObject({ status: 'complete', text: fenced('const x = 1;') });
    expect(modelsOf(world)[0]).toBe('large');
  });
});

describe('a named check', () => {
  const node = (script: string, more: object = {}) => ({ command: [process.execPath, '-e', script], ...more });
  const named: readonly Check[] = [{ type: 'named', name: 'it' }];
  const open = (check: object, environment: Readonly<Record<string, string>> = {}) =>
    openScriptedModels(MODELS, ({ model }) => (model === 'small' ? 'bad; rm -rf $HOME' : 'good'), {
      config: { checks: { it: check } },
      ...environment,
    });

  it('reads the answer from its stdin, literally, and its last words are the finding', async () => {
    const world = await open(
      node(
        'let s="";process.stdin.on("data",d=>s+=d).on("end",()=>{if(s!=="good"){console.error("\\u001b[31mnot good: "+s+"\\u001b[0m");process.exit(3)}})',
      ),
    );
    const outcome = await verified(world, named);
    expect(outcome).toMatchObject({ status: 'complete', text: 'good', model: 'middle' });
    expect(outcome.verifications?.[0]?.results).toMatchObject([
      { check: 'named it', finding: 'The check it exited with 3. It said: not good: bad; rm -rf $HOME' },
    ]);
  });

  it('sees of the environment PATH, HOME and what is declared', async () => {
    const world = await open(
      node('console.error(Object.keys(process.env).sort().join());process.exit(1)', { env: { MINE: '1' } }),
    );
    const outcome = await verified(world, named);
    const names = outcome.verifications?.[0]?.results[0]?.finding?.split('It said: ')[1]?.split(',') ?? [];
    expect(names).toContain('MINE');
    expect(
      names.filter(
        (name) =>
          ![
            'PATH',
            'HOME',
            'MINE',
            'TMPDIR',
            'TEMP',
            'SYSTEMROOT',
            'SystemRoot',
            'PATHEXT',
            'USERPROFILE',
            'FAREBOX_PROCESS_TREE',
          ].includes(name) && !name.startsWith('__'),
      ),
    ).toEqual([]);
  });

  it('that hangs is ended with all that it started', async () => {
    const child = 'setInterval(()=>{},1000)';
    const script = `const c=require("child_process").spawn(process.execPath,["-e",${JSON.stringify(child)}],{stdio:"ignore"});console.log(c.pid);setInterval(()=>{},1000)`;
    const world = await open(node(script, { timeoutMs: 700 }));
    const outcome = await verified(world, named, { constraints: { sensitivity: 'normal', model: 'small' } });
    expect(outcome.status).toBe('failed');
    const findings = outcome.verifications?.map(({ results }) => results[0]?.finding ?? '') ?? [];
    expect(findings).toEqual([
      expect.stringContaining('did not end within 700 ms'),
      expect.stringContaining('did not end'),
    ]);
    for (const finding of findings) {
      const pid = Number(/It said: (\d+)/.exec(finding)?.[1]);
      await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
    }
  });

  it('that prints without end is ended', async () => {
    const world = await open(
      node('setInterval(()=>process.stdout.write("x".repeat(60000)),1)', { maxOutputBytes: 50_000 }),
    );
    const outcome = await verified(world, named, { constraints: { sensitivity: 'normal', model: 'small' } });
    expect(outcome.verifications?.[0]?.results[0]?.finding).toContain('more than 50000 bytes');
  });

  it('that cannot be started costs one answer, and is no evidence against a model', async () => {
    const world = await open({ command: ['no-such-program-anywhere'] });
    const outcome = await verified(world, named);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid_config' } });
    expect(outcome.error?.explain()).toContain('checks.it');
    expect(world.asked).toHaveLength(1);
    expect(world.engine.adequacy.rows()).toEqual([]);
  });

  it('is not started for an answer that has failed already', async () => {
    const world = await open(node('require("fs").appendFileSync("ran.txt","x")'));
    const outcome = await verified(world, [...named, { type: 'contains', text: 'good' }]);
    expect(outcome.status).toBe('complete');
    expect(readFileSync(join(world.home, 'ran.txt'), 'utf8')).toBe('x');
  });

  it('is left when the caller leaves', async () => {
    const world = await open(node('setInterval(()=>{},1000)'));
    const caller = new AbortController();
    const running = world.engine.pipeline.complete(ask('x', { verify: named }), caller.signal);
    await expect.poll(() => world.asked.length).toBe(1);
    caller.abort();
    expect((await running).status).toBe('cancelled');
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended but was not fetched yet does nothing any more.
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
