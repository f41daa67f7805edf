import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FakeCommand, type InstalledFake, installFake, isRunning } from '../support/fake-commands.ts';
import { runJson, runProgram, startProgram } from '../support/program.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** A home whose configuration enables a fake, found on PATH as the real tool would be. */
function homeWith(tool: FakeCommand, scenario = 'answer', more: object = {}) {
  const fake: InstalledFake = installFake(tool);
  const home = tempFolder();
  mkdirSync(home, { recursive: true });
  const provider = { enabled: true, env: fake.environment(scenario), ...more };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ providers: { [`${tool}-cli`]: provider } }));
  return { fake, options: { home, env: { PATH: fake.path } } };
}

interface Answer {
  readonly answer: string;
  readonly provider: string;
  readonly cost_nano_usd: number;
}

describe('the built program with command-line models (UPS-10)', () => {
  it('asks one by name', async () => {
    const { options } = homeWith('qwen');
    const { code, document } = await runJson<Answer>(['ask', '--model', 'qwen-cli/qwen', '-'], {
      ...options,
      input: '-n $(id); "x"',
    });
    expect(code).toBe(0);
    expect(document).toMatchObject({ provider: 'qwen-cli', cost_nano_usd: 0 });
    expect(document.answer).toContain('-n $(id); "x"');
  });

  it('lists them with what they cost a month', async () => {
    const { options } = homeWith('claude', 'answer', { flatMonthlyUsd: 20 });
    const { stdout } = await runProgram(['models'], options);
    expect(stdout).toMatch(/claude-cli\/sonnet.*\$20/);
  });

  it('doctor says which version is there', async () => {
    const { options } = homeWith('gemini');
    const { stdout } = await runProgram(['doctor'], options);
    expect(stdout).toContain('gemini-cli is there: 9.8.7 (fake)');
  });

  it('doctor says that one is missing, and what to do', async () => {
    const { options } = homeWith('codex', 'answer', { command: ['no-such-codex'] });
    const { code, stdout } = await runProgram(['doctor'], options);
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain('codex-cli cannot be used: no-such-codex was not found.');
  });

  it('leaves nothing running when it is interrupted', async () => {
    const { fake, options } = homeWith('claude', 'hang');
    const program = startProgram(['ask', '--model', 'claude-cli/sonnet', 'Hi.'], options);
    await expect.poll(() => fake.noted().some(({ ready }) => ready), { timeout: 10_000 }).toBe(true);
    program.child.kill('SIGINT');
    await program.ended;
    const pids = fake.noted().flatMap(({ pid, descendant }) => pid ?? descendant ?? []);
    expect(pids).toHaveLength(3);
    await expect.poll(() => pids.filter(isRunning), { timeout: 5_000 }).toEqual([]);
  });
});
