import { afterEach, describe, expect, it } from 'vitest';
import { discoverOllama } from '../../src/providers/discover-ollama.ts';
import { type PlainServer, respondJson, startPlainServer } from '../support/plain-server.ts';

describe('looking for Ollama', () => {
  let server: PlainServer | undefined;
  afterEach(() => server?.close());

  it('finds its models', async () => {
    server = await startPlainServer((_request, response) =>
      respondJson(response, { models: [{ name: 'llama3.2:3b' }, { name: 'mistral:latest' }] }),
    );
    expect(await discoverOllama(server.url)).toEqual(['llama3.2:3b', 'mistral:latest']);
    expect(server.requests[0]?.path).toBe('/api/tags');
  });

  it('finds nothing where something else listens', async () => {
    server = await startPlainServer();
    expect(await discoverOllama(server.url)).toBeNull();
  });

  it('finds nothing where nobody listens, or where nobody answers in time', async () => {
    server = await startPlainServer(() => {});
    expect(await discoverOllama(server.url, { timeoutMs: 50 })).toBeNull();
    const { url } = server;
    await server.close();
    expect(await discoverOllama(url)).toBeNull();
  });
});
