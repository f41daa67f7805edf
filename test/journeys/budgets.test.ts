import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPlainServer } from '../support/plain-server.ts';
import { runJson, runProgram } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { rpcProgram, textOfMessage } from '../support/rpc-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';

async function startServer() {
  const server = await startPlainServer();
  onTestFinished(() => server.close());
  return { server, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } };
}

describe('a budget that is too small for a call', () => {
  it('refuses it before anything is sent: exit 3, which budget, what is left, when it resets, what would fit (CST-04)', async () => {
    const { server, env } = await startServer();
    const home = tempFolder();
    const options = { home, env: { ...env, MAX_MONTHLY_BUDGET: '0.0003' } };
    const args = ['ask', '--model', 'deepseek/deepseek-chat', '--max-tokens', '1000', 'hello'];
    const first = await runJson(args, options);
    expect(first).toMatchObject({ code: 0, document: { cost_nano_usd: 1500 * 150 } });

    const second = await runJson<{ error: { message: string; remedy: string } }>(args, options);
    expect(second.code).toBe(3);
    expect(second.document).toMatchObject({ status: 'refused', cost_nano_usd: 0, error: { code: 'budget_exceeded' } });
    const { message, remedy } = second.document.error;
    expect(`${message} ${remedy}`).toContain('all/month');
    // 0.0003 − 0.000225
    expect(`${message} ${remedy}`).toMatch(/\$0\.000075/);
    expect(`${message} ${remedy}`).toMatch(/resets at \d{4}-\d\d-01T00:00:00\.000Z/);
    expect(remedy).toMatch(/output tokens|max_output_tokens|--max-tokens/);
    expect(second.stderr).toContain('all/month');
    expect(server.requests).toHaveLength(1);

    const program = await rpcProgram(options);
    const overMcp = await program.call('route_completion', {
      prompt: 'hello',
      model: 'deepseek/deepseek-chat',
      max_output_tokens: 1000,
    });
    expect(overMcp.result?.isError).toBe(true);
    expect(textOfMessage(overMcp)).toMatch(/all\/month/);

    // What is left pays for something smaller still.
    const smaller = await runJson(
      ['ask', '--model', 'deepseek/deepseek-chat', '--max-tokens', '300', 'hello'],
      options,
    );
    expect(smaller.code).toBe(0);
    expect(readBooks(home).calls.map(({ status }) => status)).toEqual(['complete', 'refused', 'refused', 'complete']);
  });

  it('refuses rather than hand the call to a model that the profile does not name', async () => {
    const { server, env } = await startServer();
    const options = { home: tempFolder(), env: { ...env, MAX_MONTHLY_BUDGET: '0.0000001' } };
    const { code, document } = await runJson<{ error: { code: string } }>(['ask', 'write a poem'], options);
    expect([code, document.error.code]).toEqual([3, 'budget_exceeded']);
    expect(server.requests).toEqual([]);
    // The profile `budget` names a free model of its own.
    const budget = { ...options, home: tempFolder(), env: { ...options.env, DEPLOYMENT_CONFIG: 'budget' } };
    expect((await runJson(['ask', 'write a poem'], budget)).code).toBe(0);
  });

  it('steps down to a model that still fits, and says so (RTR-26)', async () => {
    const { server, env } = await startServer();
    const home = tempFolder();
    const options = { home, env: { ...env, MAX_MONTHLY_BUDGET: '0', DEPLOYMENT_CONFIG: 'budget' } };
    const { code, document } = await runJson(['ask', 'Write a function that adds two dates in TypeScript'], options);
    expect(document).toMatchObject({ status: 'complete', model: 'thudm/glm-4-9b:free', cost_nano_usd: 0 });
    expect(code).toBe(0);
    expect(server.requests.map(({ body }) => (body as { model: string }).model)).toEqual(['thudm/glm-4-9b:free']);
  });
});

describe('--max-cost', () => {
  it('clips the answer that is asked for, so that the call cannot cost more; or refuses it (RTR-05, OPT-07)', async () => {
    const { server, env } = await startServer();
    const options = { home: tempFolder(), env };
    const ask = (cap: string) =>
      runJson(['ask', '--model', 'deepseek/deepseek-chat', '--max-cost', cap, 'hello'], options);
    expect((await ask('0.0001')).code).toBe(0);
    const [{ max_tokens: maxTokens } = { max_tokens: 0 }] = server.requests.map(
      ({ body }) => body as { max_tokens: number },
    );
    expect(maxTokens).toBeGreaterThan(0);
    expect(maxTokens * 150).toBeLessThanOrEqual(100_000);
    const refused = await ask('0.000001');
    expect(refused.code).toBe(3);
    expect(refused.document).toMatchObject({ error: { message: expect.stringMatching(/\$0\.000001/) } });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a budget of its own', () => {
  it('holds one provider, and is shown with what is left of it', async () => {
    const { env } = await startServer();
    const home = tempFolder();
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ budgets: [{ scope: 'provider:openrouter', window: 'day', limitUsd: 0.001 }] }),
    );
    const args = ['ask', '--max-tokens', '1000', '--model', 'deepseek/deepseek-chat', 'hello'];
    const runs = [];
    for (let i = 0; i < 5; i++) runs.push(await runProgram([...args, '--no-cache'], { home, env }));
    // 225,000 of 1,000,000 each; the fifth has 100,000 left and might cost more.
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 3]);
    expect(runs[4]?.stderr).toMatch(/provider:openrouter\/day/);
    const { document } = await runJson<{ budgets: { id: string }[] }>(['budget'], { home, env });
    expect(document.budgets.find(({ id }) => id === 'provider:openrouter/day')).toMatchObject({
      spent_nano_usd: 900_000,
      held_nano_usd: 0,
      left_nano_usd: 100_000,
    });
  });
});
