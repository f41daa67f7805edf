import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAlertReceiver } from '../support/alert-receiver.ts';
import { startPlainServer } from '../support/plain-server.ts';
import { CLOSED_PORT_URL, runJson, runProgram } from '../support/program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';
/** 1,500 tokens at $0.15 a million. */
const CALL = ['ask', '--model', 'deepseek/deepseek-chat', '--max-tokens', '300', '--no-cache', 'hello'];

async function start(webhooks: readonly unknown[], more: Record<string, unknown> = {}) {
  const server = await startPlainServer();
  onTestFinished(() => server.close());
  const home = tempFolder();
  const write = (given: readonly unknown[]) =>
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ ...more, policy: { ...(more['policy'] as object), alerts: { webhooks: given } } }),
    );
  write(webhooks);
  return { write, options: { home, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } } };
}

describe('alerts of one-shot commands', () => {
  it('are told by one process of many, before it ends, and shown by farebox alerts (MON-05)', async () => {
    const receiver = await startAlertReceiver();
    // Two of three calls at once are past 80 % of it.
    const budgets = [
      { scope: 'all', window: 'total', limitUsd: 0.001, alertThresholds: { warning: 0.4, critical: 0.99 } },
    ];
    const { options } = await start([receiver.config], { budgets });
    const runs = await Promise.all([1, 2, 3].map(() => runProgram(CALL, options)));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(receiver.received.filter(({ subject }) => subject === 'all/total')).toMatchObject([
      { event: 'alert.raised', kind: 'budget', level: 'warning' },
    ]);
    const { document } = await runJson<{ open: unknown[]; webhooks: unknown[] }>(['alerts'], options);
    expect(document).toMatchObject({
      open: [{ kind: 'budget', subject: 'all/total' }],
      webhooks: [{ waiting: 0, signed: true }],
      simulated: false,
    });
    expect((await runProgram(['alerts', '--test'], options)).code).toBe(0);
    expect(receiver.received.at(-1)?.event).toBe('alert.test');
  });

  it('that cannot be delivered hold nobody up, and are delivered by a later one', async () => {
    const receiver = await startAlertReceiver();
    const budgets = [
      { scope: 'all', window: 'total', limitUsd: 0.0005, alertThresholds: { warning: 0.4, critical: 0.8 } },
    ];
    const { write, options } = await start([{ url: CLOSED_PORT_URL, allowPrivateAddresses: true }], { budgets });
    const first = await runProgram(CALL, options);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('could not be delivered');
    const waiting = await runJson<{ webhooks: { waiting: number }[] }>(['alerts'], options);
    expect(waiting.document.webhooks).toMatchObject([{ host: '127.0.0.1:1', waiting: 1, signed: false }]);
    // What waits for one address is not sent to another.
    write([receiver.config]);
    expect((await runProgram(CALL, options)).code).toBe(0);
    expect(receiver.received).toMatchObject([{ level: 'critical' }]);
  });

  it('never reach a private address that nobody has allowed', async () => {
    const { write, options } = await start([{ url: 'https://localhost:1/hook' }]);
    const test = await runJson<{ webhooks: { reason: string }[] }>(['alerts', '--test'], options);
    expect([test.code, test.document.webhooks[0]?.reason]).toEqual([
      1,
      expect.stringContaining('not on the public internet'),
    ]);
    write([{ url: 'http://10.0.0.1/hook' }]);
    expect((await runProgram(['budget'], options)).code).toBe(2);
  });

  it('pause what is marked as non-critical with exit code 3 (RTR-26)', async () => {
    const budgets = [
      { scope: 'all', window: 'day', limitUsd: 0.001, alertThresholds: { warning: 0.1, critical: 0.2 } },
    ];
    const { options } = await start([], { budgets, policy: { nonCritical: { tags: ['batch'] } } });
    expect((await runProgram([...CALL, '--tag', 'batch'], options)).code).toBe(0);
    const paused = await runJson<{ error: { code: string; message: string } }>([...CALL, '--tag', 'batch'], options);
    expect([paused.code, paused.document.error.code]).toEqual([3, 'budget_exceeded']);
    expect(paused.document.error.message).toMatch(/its tag is "batch".*It resumes at \d{4}-\d\d-\d\dT00:00:00\.000Z/);
    expect((await runProgram([...CALL, '--non-critical'], options)).code).toBe(3);
    expect((await runProgram(CALL, options)).code).toBe(0);
  });
});
