import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/cli/doctor/check-configuration.ts';
import { runFarebox } from '../support/run-cli.ts';
import { runTool } from '../support/run-tool.ts';
import { openScriptedModels } from '../support/scripted-models.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MODELS = [
  { name: 'small', price: 0.1, quality: 50 },
  { name: 'large', price: 10, quality: 95 },
] as const;

/** The small model answers in words, the large one with a number. */
function open() {
  return openScriptedModels(MODELS, ({ model }) => (model === 'large' ? '42' : 'forty-two'), {
    config: { checks: { units: { command: [process.execPath, '-e', 'process.exit(0)'] } } },
  });
}

/** The engine is closed when the test ends, not by the command. */
async function commands() {
  const { engine } = await open();
  return { openEngine: async () => ({ ...engine, close: async () => {} }) };
}

describe('farebox ask --verify', () => {
  it('prints the answer that passed, and on stderr which checks passed on which model', async () => {
    const run = await runFarebox(
      ['ask', 'how many?', '--verify', 'regex:^\\d+$', '--verify', 'named:units'],
      await commands(),
    );
    expect([run.code, run.stdout]).toEqual([0, '42\n']);
    expect(run.stderr).toContain('checked: regex failed on p/small');
    expect(run.stderr).toContain('checked: regex, named units passed on p/large');
  });

  it('tells all of it with --json, and takes checks from a file', async () => {
    const file = join(tempFolder(), 'checks.json');
    writeFileSync(file, JSON.stringify([{ type: 'json_schema', schema: { type: 'integer' } }]));
    const run = await runFarebox(
      ['ask', 'how many?', '--verify-file', file, '--verify', 'not-contains:forty', '--json'],
      await commands(),
    );
    expect(JSON.parse(run.stdout)).toMatchObject({
      answer: '42',
      verifications: [
        {
          model: 'small',
          passed: false,
          checks: [
            { check: 'json_schema', passed: false, finding: expect.stringContaining('JSON') },
            { check: 'not contains' },
          ],
        },
        {
          model: 'large',
          passed: true,
          checks: [
            { check: 'json_schema', passed: true, finding: null },
            { check: 'not contains', passed: true },
          ],
        },
      ],
    });
  });

  it('prints no answer, the last finding and what was spent where nobody passes, and exits 4', async () => {
    const run = await runFarebox(['ask', 'how many?', '--verify', 'contains:teapot'], await commands());
    expect([run.code, run.stdout]).toEqual([4, '']);
    expect(run.stderr).toContain('The answer must contain "teapot".');
    expect(run.stderr.replace(/\s+/g, ' ')).toMatch(/contains\. 3 answers were turned down, \$0\.0\d+ was spent/);
  });

  it.each([
    ['regexp:a', '"regexp:a" is no check', 'Did you mean "regex:…"'],
    ['regex', '--verify regex lacks what must follow it', 'regex:^\\d+$'],
    ['regex:(?=a)', 'cannot be used', 'RE2'],
    ['parses:cobol', '--verify.language is "cobol"', 'typescript'],
    ['schema:/no/such/file.json', 'The schema file /no/such/file.json cannot be read', 'Check the path'],
    ['named:unit', 'There is no check "unit"', 'Did you mean "units"'],
  ])('refuses %s with what to write instead', async (check, message, remedy) => {
    const run = await runFarebox(['ask', 'x', '--verify', check], await commands());
    expect(run.code).toBe(2);
    // Lines are wrapped where they are told.
    const said = run.stderr.replace(/\s+/g, ' ');
    expect(said).toContain(message);
    expect(said).toContain(remedy);
  });

  it('says what is wrong with a file of checks', async () => {
    const file = join(tempFolder(), 'checks.json');
    for (const [text, words] of [
      ['{', 'is not JSON'],
      ['{}', 'must be a list'],
      ['[{"type": "regex"}]', 'verify[0].pattern is missing'],
    ] as const) {
      writeFileSync(file, text);
      const run = await runFarebox(['ask', 'x', '--verify-file', file], await commands());
      expect([run.code, run.stderr.includes(words)]).toEqual([2, true]);
    }
  });
});

describe('farebox doctor', () => {
  it('lists the declared checks, and says where their folder or program is missing', async () => {
    const { engine } = await open();
    const findings = checkConfiguration({
      ...engine.config,
      checks: new Map([
        ...engine.config.checks,
        ['lost', { argv: ['x'], cwd: '/no/such/folder', env: {}, timeoutMs: 1_000, maxOutputBytes: 1 }],
        ['gone', { argv: ['./x'], cwd: '/', env: {}, timeoutMs: 1_000, maxOutputBytes: 1 }],
      ]),
    });
    const told = findings.filter(({ message }) => message.startsWith('check '));
    expect(told.map(({ level, message }) => [level, message.slice(0, 11)])).toEqual([
      ['ok', 'check units'],
      ['warn', 'check lost:'],
      ['warn', 'check gone:'],
    ]);
  });
});

describe('farebox models --adequacy', () => {
  it('shows how many answers passed of how many, with an interval', async () => {
    const deps = await commands();
    expect((await runFarebox(['models', '--adequacy'], deps)).stdout).toContain('No answer was checked yet');
    for (let call = 0; call < 3; call++)
      await runFarebox(['ask', `how many ${call}?`, '--task', 'general', '--verify', 'regex:^\\d+$'], deps);
    const { adequacy, simulated } = JSON.parse((await runFarebox(['models', '--adequacy', '--json'], deps)).stdout);
    expect(simulated).toBe(false);
    expect(adequacy).toMatchObject([
      { task: 'general', model: 'large', tried: 3, accepted: 3, share: 1, high: 1 },
      { task: 'general', model: 'small', tried: 3, accepted: 0, share: 0, low: 0 },
    ]);
    expect((await runFarebox(['models', '--adequacy'], deps)).stdout).toMatch(/general\s.*small.*0 %/);
  });
});

describe('route_completion with verify', () => {
  it('returns the answer that passed, with what was checked in _meta', async () => {
    const { engine } = await open();
    const result = await runTool(engine, 'route_completion', {
      prompt: 'how many?',
      verify: [{ type: 'regex', pattern: '^\\d+$' }],
    });
    expect(result.isError).toBeUndefined();
    expect(result.content[0]).toMatchObject({
      text: expect.stringMatching(/^42\n\n— large via p .* passed regex after 1 answer that did not/),
    });
    expect(result._meta?.['farebox/call']).toMatchObject({
      verifications: [
        { model: 'small', passed: false },
        { model: 'large', passed: true },
      ],
    });
  });

  it('is an error with the last finding where nobody passes', async () => {
    const { engine } = await open();
    const result = await runTool(engine, 'route_completion', {
      prompt: 'how many?',
      verify: [{ type: 'contains', text: 'teapot' }],
    });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('must contain "teapot"') }],
    });
    expect(JSON.stringify(result.content)).not.toContain('forty-two');
  });

  it('refuses checks that it does not understand before anything is sent', async () => {
    const { engine, asked } = await open();
    const call = (verify: unknown) => runTool(engine, 'route_completion', { prompt: 'x', verify });
    await expect(call([{ type: 'contains', words: 'x' }])).rejects.toThrow(/verify\[0\]\.words is unknown/);
    await expect(call([{ type: 'named', name: 'unit' }])).rejects.toThrow(/There is no check "unit"/);
    expect(asked).toEqual([]);
  });
});
