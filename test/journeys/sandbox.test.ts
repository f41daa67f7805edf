import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runJson, runProgram, startProgram } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SAYS_SO = /^sandbox: answers are simulated; set OPENROUTER_API_KEY/;

describe('farebox without any key', () => {
  it('answers from the sandbox, says so in the first line, marks the answer, and books it apart from real money', async () => {
    const options = { home: tempFolder() };
    const spoken = await runProgram(['ask', 'why is the sky blue'], options);
    expect(spoken.code).toBe(0);
    expect(spoken.stderr.split('\n')[0]).toMatch(SAYS_SO);
    expect(spoken.stdout).toMatch(/simulated/);

    const written = await runJson(['ask', 'hello'], options);
    expect(written.stderr).toMatch(SAYS_SO);
    expect(written.document).toMatchObject({ status: 'complete', provider: 'sandbox', simulated: true, cache: 'miss' });

    const { calls, attempts, windows } = readBooks(options.home);
    expect(calls.map(({ simulated, status }) => [simulated, status])).toEqual([
      [1, 'complete'],
      [1, 'complete'],
    ]);
    expect(attempts.map(({ provider }) => provider)).toEqual(['sandbox', 'sandbox']);
    expect(windows.filter(({ simulated }) => simulated === 0)).toEqual([]);

    const report = await runJson<{ simulated: boolean; totals: { calls: number; cost_nano_usd: number } }>(
      ['report'],
      options,
    );
    expect(report.document).toMatchObject({ simulated: true, totals: { calls: 2 } });
    expect(report.document.totals.cost_nano_usd).toBe(attempts.reduce((sum, { cost }) => sum + (cost ?? 0), 0));
  });

  it('says so in the first line of serve and in doctor', async () => {
    const home = tempFolder();
    const serve = startProgram(['serve', '--port', '0'], { home, input: 'open' });
    expect((await serve.until((stdout) => stdout.includes('Ctrl-C'))).split('\n')[0]).toMatch(
      /^farebox .* on http:\/\/127\.0\.0\.1:\d+ · sandbox: answers are simulated/,
    );
    serve.child.kill('SIGINT');
    expect((await serve.ended).code).toBe(0);
    expect((await runProgram(['doctor'], { home })).stdout).toMatch(
      /the sandbox answers, and its answers are simulated/,
    );
  });

  it('prints exactly one JSON document with --json, whatever the command', async () => {
    const options = { home: tempFolder() };
    const commands = [['budget'], ['models'], ['doctor'], ['report', '--by', 'day'], ['memory', 'search', 'nothing']];
    const runs = await Promise.all(commands.map((command) => runJson(command, options)));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(runs.map(({ document }) => Object.keys(document)[0])).toEqual(['budgets', 'models', 'ok', 'since', 'mode']);
  });

  it('decides a route without asking anybody or booking anything (MCP-04)', async () => {
    const home = tempFolder();
    const { code, document } = await runJson(['route', 'Refactor this function'], { home });
    expect(code).toBe(0);
    expect(document).toMatchObject({ task: 'refactoring', rule: 'taskTypeMapping.refactoring' });
    expect(readBooks(home)).toMatchObject({ calls: [], attempts: [], inFlight: 0 });
  });

  it('remembers across processes: store, search, export, forget, import (MEM-03)', async () => {
    const options = { home: tempFolder() };
    const store = await runJson<{ id: string }>(
      ['memory', 'store', 'Releases are cut on Thursdays', '--key', 'release-day'],
      options,
    );
    expect(store.document).toMatchObject({ status: 'created', version: 1 });
    const search = ['memory', 'search', 'when do we release'];
    expect((await runJson(search, options)).document).toMatchObject({ memories: [{ id: store.document.id }] });

    const exported = await runProgram(['memory', 'export'], options);
    const file = join(options.home, 'memories.jsonl');
    writeFileSync(file, exported.stdout);
    expect((await runJson(['memory', 'forget', '--key', 'release-day', '--hard'], options)).document).toEqual({
      forgotten: 1,
    });
    expect((await runJson(search, options)).document).toMatchObject({ memories: [] });
    expect((await runJson(['memory', 'import', file], options)).document).toEqual({ added: 1, skipped: 0 });
    expect((await runJson(search, options)).document).toMatchObject({
      memories: [{ key: 'release-day', content: 'Releases are cut on Thursdays' }],
    });
  });
});

describe('exit codes', () => {
  it('0 where it is done', async () => {
    expect((await runProgram(['models'], { home: tempFolder() })).code).toBe(0);
  });

  it('1 where an answer broke off, which is printed as far as it came', async () => {
    const { code, document } = await runJson(['ask', '--max-tokens', '1', 'hello'], { home: tempFolder() });
    expect(document).toMatchObject({ status: 'incomplete', finish_reason: 'length' });
    expect(code).toBe(1);
  });

  it('2 where it was used wrongly', async () => {
    expect((await runProgram(['report', '--by', 'modle'], { home: tempFolder() })).code).toBe(2);
  });

  it('3 where a cap on the cost refuses', async () => {
    const args = ['ask', '--model', 'deepseek/deepseek-chat', '--max-cost', '0.00000001', 'hello'];
    const { code, document } = await runJson(args, { home: tempFolder() });
    expect(document).toMatchObject({ status: 'refused', error: { code: 'budget_exceeded' } });
    expect(code).toBe(3);
  });

  it('4 where nobody can serve, because the sandbox is off and nothing is configured; says how to mend it', async () => {
    const home = tempFolder();
    const config = join(home, 'off.json');
    writeFileSync(config, '{ "policy": { "sandbox": "off" } }');
    const { code, document, stderr } = await runJson(['ask', 'hello', '--config', config], { home });
    expect(document).toMatchObject({
      status: 'failed',
      error: { code: 'no_candidate', remedy: expect.stringMatching(/OPENROUTER_API_KEY.*farebox doctor/) },
    });
    expect(stderr).toMatch(/OPENROUTER_API_KEY/);
    expect(code).toBe(4);
    const doctor = await runJson(['doctor', '--config', config], { home });
    expect(doctor.code).toBe(1);
    expect(JSON.stringify(doctor.document)).toMatch(/No provider is usable, and the sandbox is off/);
  });
});
