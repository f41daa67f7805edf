import { describe, expect, it, onTestFinished } from 'vitest';
import { connectPeer } from '../support/mcp-peers.ts';
import { fixedCompletion, respondJson, startPlainServer } from '../support/plain-server.ts';
import { readBooks } from '../support/read-books.ts';
import { serveProgram } from '../support/serve-program.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';

interface Facts {
  readonly cache: string;
  readonly cost_nano_usd: number;
}

async function startServing() {
  const server = await startPlainServer((request, response) => respondJson(response, fixedCompletion(request.body)));
  onTestFinished(() => server.close());
  const home = tempFolder();
  const env = { OPENROUTER_API_KEY: KEY, OPENROUTER_BASE_URL: server.url };
  const serving = await serveProgram({ home, env });
  const peer = await connectPeer('modern', { url: serving.mcpUrl });
  onTestFinished(() => peer.close());
  const ask = async (args: Record<string, unknown>) => {
    const result = await peer.call('route_completion', args);
    expect(result.isError).toBeFalsy();
    return result._meta?.['farebox/call'] as Facts;
  };
  return { server, home, serving, ask };
}

describe('one serving process', () => {
  it('answers the same question a second time from its cache, free, and books that too (OPT-01)', async () => {
    const { server, home, serving, ask } = await startServing();
    const question = { prompt: 'What is a fare box?', model: 'deepseek/deepseek-chat' };
    expect(await ask(question)).toMatchObject({ cache: 'miss', cost_nano_usd: 225_000 });
    expect(await ask(question)).toMatchObject({ cache: 'hit', cost_nano_usd: 0 });
    expect(server.requests).toHaveLength(1);
    expect(await ask({ ...question, cache: 'refresh' })).toMatchObject({ cost_nano_usd: 225_000 });
    expect(await ask({ ...question, cache: 'off' })).toMatchObject({ cache: 'off', cost_nano_usd: 225_000 });
    expect(await ask({ ...question, prompt: 'What is a fare box' })).toMatchObject({ cache: 'miss' });
    expect(server.requests).toHaveLength(4);
    expect((await serving.stop()).code).toBe(0);

    const { calls, attempts, windows } = readBooks(home);
    expect(calls.map(({ cache, cost }) => [cache, cost])).toEqual([
      ['miss', 225_000],
      ['hit', 0],
      ['miss', 225_000],
      ['off', 225_000],
      ['miss', 225_000],
    ]);
    expect(attempts.map(({ result }) => result)).toEqual(['answered', 'cached', 'answered', 'answered', 'answered']);
    expect(windows).toMatchObject([{ spent: 4 * 225_000, held: 0 }]);
  });

  it('asks its upstream once where twenty ask the same at once, and charges it once (OPT-04)', async () => {
    const { server, home, serving, ask } = await startServing();
    const question = { prompt: 'What is a fare box?', model: 'deepseek/deepseek-chat' };
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(question)));
    expect(server.requests).toHaveLength(1);
    const paid = all.filter(({ cost_nano_usd }) => cost_nano_usd > 0);
    expect(paid).toMatchObject([{ cache: 'miss', cost_nano_usd: 225_000 }]);
    // Whoever came while it was in flight shared it; whoever came later hit the cache.
    expect(all.filter(({ cache }) => cache === 'shared' || cache === 'hit')).toHaveLength(19);
    await serving.stop();
    const { calls, windows } = readBooks(home);
    expect(calls).toHaveLength(20);
    expect(windows).toMatchObject([{ spent: 225_000, held: 0 }]);
  });
});
