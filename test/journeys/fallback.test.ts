import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fixedCompletion, respondJson, startPlainServer } from '../support/plain-server.ts';
import { runJson } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';
const QWEN = 'qwen/qwen-2.5-coder-32b-instruct';
const LLAMA = 'meta-llama/llama-3.3-70b-instruct';
const CODING = ['ask', '--task', 'coding', '--complexity', 'medium', 'Write a function that adds two dates'];

interface Document {
  readonly status: string;
  readonly model: string;
  readonly reason: string;
  readonly attempts: readonly { readonly model: string; readonly outcome: string; readonly failure: string | null }[];
}

/** A home whose rules of falling back are those of balanced, without its long pauses. */
function homeWith(rules: Readonly<Record<string, unknown>>): string {
  const home = tempFolder();
  const config = { extends: 'balanced', routing: { fallbackRules: { retryDelay: 1, ...rules } } };
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  return home;
}

/** Lets a model fail as the test says, and everything else answer. */
async function startServer(failing: string, fail: (response: ServerResponse, count: number) => void) {
  let count = 0;
  const server = await startPlainServer((request, response) => {
    const { model } = request.body as { model: string };
    if (model === failing) {
      count += 1;
      fail(response, count);
    } else respondJson(response, fixedCompletion(request.body));
  });
  onTestFinished(() => server.close());
  const models = () => server.requests.map(({ body }) => (body as { model: string }).model);
  return { models, env: { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url } };
}

const unavailable = (response: ServerResponse) =>
  respondJson(response, { error: { message: 'upstream is overloaded', code: 503 } }, 503);

describe('a model that fails', () => {
  it('is asked again, then the next one answers; reason, attempts and ledger name every request that was sent (RTR-08)', async () => {
    const { models, env } = await startServer(QWEN, unavailable);
    const home = homeWith({ maxRetries: 2 });
    const { code, document } = await runJson<Document>(CODING, { home, env });
    expect(code).toBe(0);
    expect(document).toMatchObject({ status: 'complete', model: LLAMA, cost_nano_usd: 1000 * 100 + 500 * 400 });
    expect(document.reason).toMatch(/2 attempts failed \(openrouter\/qwen\/.*: server_error/);
    expect(models()).toEqual([QWEN, QWEN, LLAMA]);
    expect(document.attempts.map(({ model, outcome, failure }) => [model, outcome, failure])).toEqual([
      [QWEN, 'failed', 'server_error'],
      [QWEN, 'failed', 'server_error'],
      [LLAMA, 'answered', null],
    ]);
    const { attempts, windows, inFlight } = readBooks(home);
    expect(
      attempts.map(({ number, upstream_model, http_status, cost }) => [number, upstream_model, http_status, cost]),
    ).toEqual([
      [1, QWEN, 503, 0],
      [2, QWEN, 503, 0],
      [3, LLAMA, null, 300_000],
    ]);
    expect(windows).toMatchObject([{ spent: 300_000, held: 0 }]);
    expect(inFlight).toBe(0);
  });

  it('is not asked again where the profile allows no retries, and ends the call where it forbids to fall back', async () => {
    const first = await startServer(QWEN, unavailable);
    await runJson(CODING, { home: homeWith({ maxRetries: 0 }), env: first.env });
    expect(first.models()).toEqual([QWEN, LLAMA]);

    const second = await startServer(QWEN, unavailable);
    const { code, document } = await runJson<Document>(CODING, { home: homeWith({ onError: false }), env: second.env });
    expect(second.models()).toEqual([QWEN]);
    expect(document).toMatchObject({ status: 'failed', error: { code: 'all_candidates_failed' } });
    expect(code).toBe(4);
  });

  it('by limiting our rate is waited for as it asks, where it asks for little (RTR-09)', async () => {
    const { models, env } = await startServer(QWEN, (response, count) =>
      count === 1
        ? respondJson(response, { error: { message: 'slow down', code: 429 } }, 429, { 'retry-after-ms': '20' })
        : respondJson(response, fixedCompletion({ model: QWEN })),
    );
    const { document } = await runJson<Document>(CODING, { home: homeWith({}), env });
    expect(models()).toEqual([QWEN, QWEN]);
    expect(document).toMatchObject({ status: 'complete', model: QWEN });
  });

  it('in the middle of its answer is replaced unseen, and what it may have cost is booked (UPS-03, CST-16)', async () => {
    const { models, env } = await startServer(QWEN, (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"half an ans"}}]}\n\n', () => response.destroy());
    });
    const home = homeWith({});
    const { document } = await runJson<Document & { answer: string }>(CODING, { home, env });
    expect(models()).toEqual([QWEN, LLAMA]);
    expect(document).toMatchObject({ status: 'complete', answer: 'A fixed answer.', cost_source: 'estimated' });
    const { attempts, windows } = readBooks(home);
    expect(attempts).toMatchObject([
      { result: 'incomplete', failure: 'stream_broken', cost_source: 'estimated' },
      { result: 'answered', cost: 300_000, cost_source: 'computed' },
    ]);
    expect(attempts[0]?.cost).toBeGreaterThan(0);
    expect(windows).toMatchObject([{ spent: (attempts[0]?.cost ?? 0) + 300_000, held: 0 }]);
  });
});
