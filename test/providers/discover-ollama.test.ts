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
    expect(await discoverOllama(server.url)).toEqual([
      { name: 'llama3.2:3b', capabilities: {} },
      { name: 'mistral:latest', capabilities: {} },
    ]);
    expect(server.requests[0]?.path).toBe('/api/tags');
  });

  it('asks what they can do and hold, and leaves out those that write no text (UPS-01)', async () => {
    const shown: Readonly<Record<string, unknown>> = {
      'qwen3:8b': { capabilities: ['completion', 'tools', 'thinking'], model_info: { 'qwen3.context_length': 40_960 } },
      'gemma3:4b': { capabilities: ['completion', 'vision'], model_info: { 'gemma3.context_length': 8_192 } },
      'nomic-embed-text': { capabilities: ['embedding'], model_info: { 'nomic-bert.context_length': 2_048 } },
      'odd:1b': { capabilities: 'x', model_info: { 'a.context_length': 'long' } },
    };
    server = await startPlainServer(({ path, body }, response) =>
      path.endsWith('/api/tags')
        ? respondJson(response, { models: [...Object.keys(shown), 'gone'].map((name) => ({ name })) })
        : respondJson(
            response,
            shown[(body as { model: string }).model] ?? { error: 'not found' },
            shown[(body as { model: string }).model] ? 200 : 404,
          ),
    );
    const { origin } = new URL(server.url);
    expect(await discoverOllama(`${origin}/behind/`)).toEqual([
      { name: 'qwen3:8b', capabilities: { toolCalling: true, multimodal: false, contextWindow: 32_768 } },
      { name: 'gemma3:4b', capabilities: { toolCalling: false, multimodal: true, contextWindow: 8_192 } },
      { name: 'odd:1b', capabilities: {} },
      { name: 'gone', capabilities: {} },
    ]);
    expect(server.requests.map(({ path }) => path)).toContain('/behind/api/show');
    // What its OpenAI dialect is given as context, nobody knows.
    expect((await discoverOllama(server.url))?.[0]?.capabilities).toEqual({ toolCalling: true, multimodal: false });
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
