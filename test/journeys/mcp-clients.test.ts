import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHoldingServer } from '../support/holding-server.ts';
import { connectToProgram } from '../support/journey-peer.ts';
import { connectPeer, type Era, textOfResult } from '../support/mcp-peers.ts';
import { respondJson, startPlainServer } from '../support/plain-server.ts';
import { programEnvironment } from '../support/program.ts';
import { readBooks } from '../support/read-books.ts';
import { projectRoot } from '../support/source-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';
const WAYS = (['stdio', 'http'] as const).flatMap((transport) =>
  (['legacy', 'modern'] as const satisfies readonly Era[]).map((era) => ({ transport, era })),
);

async function startAnsweringServer() {
  const server = await startPlainServer((_request, response) =>
    respondJson(response, {
      id: 'gen-1',
      choices: [{ index: 0, message: { role: 'assistant', content: '{"sum": 4}' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
    }),
  );
  onTestFinished(() => server.close());
  return server;
}

interface CallFacts {
  readonly cost_nano_usd: number;
  readonly call_id: string;
}

describe.each(WAYS)('a $era client over $transport', ({ transport, era }) => {
  it('lists and calls every tool, reads every resource, and is told of the nearest name (MCP-01, MCP-14)', async () => {
    const server = await startAnsweringServer();
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const { peer, close } = await connectToProgram(transport, era, { home, env });
    expect((await peer.listTools()).map(({ name }) => name)).toEqual([
      'route_completion',
      'cost_report',
      'memory_store',
      'memory_search',
      'memory_forget',
    ]);

    const dry = await peer.call('route_completion', { prompt: 'hello', dry_run: true });
    expect(textOfResult(dry)).toMatch(/^Dry run: nothing was sent or spent/);
    expect(server.requests).toHaveLength(0);

    const progress: string[] = [];
    const schema = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] };
    const asked = await peer.call(
      'route_completion',
      { prompt: 'What is 2 + 2? Answer as JSON.', json_schema: schema, model: 'deepseek/deepseek-chat' },
      { onprogress: ({ message }) => progress.push(message ?? '') },
    );
    expect(asked.structuredContent).toEqual({ sum: 4 });
    expect(progress[0]).toMatch(/^asking openrouter\/deepseek\/deepseek-chat/);
    const facts = asked._meta?.['farebox/call'] as CallFacts;
    expect(facts).toMatchObject({ status: 'complete', cost_nano_usd: 1500 * 150, attempts: [{ outcome: 'answered' }] });

    const report = await peer.call('cost_report', { period: 'today' });
    expect(report.structuredContent).toMatchObject({ totals: { calls: 1, cost_nano_usd: 1500 * 150 } });
    expect(textOfResult(report)).toMatch(/0\.000225/);

    const stored = await peer.call('memory_store', { content: 'Dogs may ride for free.', key: 'dogs' });
    expect(textOfResult(stored)).toMatch(/^created mem_/);
    expect(textOfResult(await peer.call('memory_search', { query: 'dog fares' }))).toMatch(/«Dogs» may ride for free/);
    expect(textOfResult(await peer.call('memory_forget', { key: 'dogs' }))).toBe('forgotten: 1');

    for (const uri of await peer.listResources()) {
      expect(Object.keys(JSON.parse(await peer.readResource(uri)))).not.toEqual([]);
    }
    await expect(peer.call('route_completon', { prompt: 'hello' })).rejects.toThrow(/Did you mean "route_completion"/);
    const wrong = await peer.call('route_completion', { prompt: 'hello', task: 'codng', max_cost: 1, profile: 'x' });
    expect(wrong.isError).toBe(true);
    expect(textOfResult(wrong)).toMatch(/did you mean "coding"/);
    expect(textOfResult(wrong)).toMatch(/did you mean "max_cost_usd"/);
    const profile = await peer.call('route_completion', { prompt: 'hello', profile: 'premum' });
    expect(textOfResult(profile)).toMatch(/Did you mean "premium"/);

    await close();
    expect(server.requests).toHaveLength(1);
    const { calls, attempts, inFlight } = readBooks(home);
    expect(calls).toMatchObject([{ id: facts.call_id, surface: 'mcp', client: `${era}-tester`, status: 'complete' }]);
    expect(attempts).toMatchObject([{ cost: 1500 * 150, charged: 1500 * 150 }]);
    expect(inFlight).toBe(0);
  });

  it('closes the upstream socket within 200 ms of a cancellation, and books what was used (MCP-13, CST-16)', async () => {
    const server = await startHoldingServer();
    const home = tempFolder();
    const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
    const { peer, close } = await connectToProgram(transport, era, { home, env });
    const cancel = new AbortController();
    const call = peer.call(
      'route_completion',
      { prompt: 'hello', model: 'deepseek/deepseek-chat' },
      { signal: cancel.signal },
    );
    const cancelled = expect(call).rejects.toThrow();
    await server.arrived(1);
    const at = performance.now();
    cancel.abort(new Error('changed my mind'));
    expect((await server.hungUp()) - at).toBeLessThan(200);
    await cancelled;
    await close();

    const { calls, attempts, windows, inFlight } = readBooks(home);
    expect(calls).toMatchObject([{ status: 'cancelled' }]);
    // No usage came: what was sent and received is estimated, and said to be.
    expect(attempts).toMatchObject([{ result: 'cancelled', cost_source: 'estimated' }]);
    const [attempt] = attempts;
    expect(attempt?.cost).toBeGreaterThan(0);
    expect(windows).toMatchObject([{ spent: attempt?.cost, held: 0 }]);
    expect(inFlight).toBe(0);
    expect(server.requests).toHaveLength(1);
  });
});

describe('mcp.json', () => {
  it('works as it is from the root of a checkout', async () => {
    const { mcpServers } = JSON.parse(readFileSync(join(projectRoot, 'mcp.json'), 'utf8')) as {
      mcpServers: Record<string, { command: string; args: string[] }>;
    };
    const server = mcpServers['farebox'];
    if (!server) throw new Error('mcp.json does not register farebox');
    const peer = await connectPeer('legacy', {
      script: [server.command, ...server.args],
      env: programEnvironment(tempFolder()),
      cwd: projectRoot,
    });
    try {
      expect(await peer.listTools()).toHaveLength(5);
      expect(textOfResult(await peer.call('cost_report', {}))).toMatch(/sandbox/);
    } finally {
      await peer.close();
    }
  });
});
