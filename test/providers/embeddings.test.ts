import { describe, expect, it } from 'vitest';
import type { ProviderKind } from '../../src/config/config.ts';
import { type Deployment, toDeploymentId } from '../../src/domain/deployment.ts';
import type { EmbeddingCall } from '../../src/providers/provider.ts';
import { connect, serve } from '../support/connect-dialect.ts';
import { respondJson } from '../support/plain-server.ts';

const never = new AbortController().signal;

function deploymentOf(provider: string, upstreamModel: string): Deployment {
  return {
    ...{ id: toDeploymentId(provider, 'm'), provider, model: 'm', upstreamModel, price: null, quality: null },
    capabilities: {
      ...{ embeddings: true, toolCalling: false, jsonMode: false, streaming: false, multimodal: false },
      ...{ contextWindow: 8_192, maxOutputTokens: null },
    },
    ...{ specialization: [], rateLimits: null, local: false, regions: [], simulated: false },
  };
}

async function ask(
  kind: ProviderKind,
  suffix: string,
  answer: unknown,
  more: Partial<EmbeddingCall> = {},
  status = 200,
) {
  const server = await serve((_, response) => respondJson(response, answer, status));
  const provider = connect(kind, `${server.origin}${suffix}`, { apiKey: 'a-secret-key' });
  const call = { deployment: deploymentOf(kind, 'embed-1'), inputs: ['one', 'two'], ...more };
  const result = await provider.embed?.(call, never).catch((error: unknown) => error);
  return { result, request: server.requests[0] };
}

const VECTORS = [
  [0.25, -1],
  [0.5, 2],
];

describe('embeddings of each dialect (UPS-05)', () => {
  it('OpenAI: vectors are put in the order of the texts by their index', async () => {
    const { result, request } = await ask(
      'openai-compatible',
      '/v1',
      {
        data: [
          { index: 1, embedding: VECTORS[1] },
          { index: 0, embedding: VECTORS[0] },
        ],
        usage: { prompt_tokens: 4, total_tokens: 4 },
      },
      { dimensions: 2 },
    );
    expect(request).toMatchObject({ path: '/v1/embeddings', headers: { authorization: 'Bearer a-secret-key' } });
    expect(request?.body).toEqual({
      ...{ model: 'embed-1', input: ['one', 'two'], encoding_format: 'float', dimensions: 2 },
    });
    expect(result).toMatchObject({ vectors: VECTORS, usage: { inputTokens: 4, outputTokens: 0 } });
  });

  it('Gemini: one request with all texts; usage only where it is told', async () => {
    const embeddings = VECTORS.map((values) => ({ values }));
    const { result, request } = await ask('gemini', '/v1beta', { embeddings }, { dimensions: 2 });
    expect(request).toMatchObject({
      path: '/v1beta/models/embed-1:batchEmbedContents',
      headers: { 'x-goog-api-key': 'a-secret-key' },
      body: {
        requests: ['one', 'two'].map((text) => ({
          model: 'models/embed-1',
          content: { parts: [{ text }] },
          outputDimensionality: 2,
        })),
      },
    });
    expect(result).toMatchObject({ vectors: VECTORS, usage: null });
  });

  it('Ollama: /api/embed, which is asked not to cut texts', async () => {
    const { result, request } = await ask('ollama', '', { embeddings: VECTORS, prompt_eval_count: 4 });
    expect(request).toMatchObject({
      path: '/api/embed',
      body: { model: 'embed-1', input: ['one', 'two'], truncate: false },
    });
    expect(result).toMatchObject({ vectors: VECTORS, usage: { inputTokens: 4 } });
  });

  it.each([
    ['fewer vectors than texts', { data: [{ index: 0, embedding: [1] }] }],
    [
      'an index of no text',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 4_000_000_000, embedding: [1] },
        ],
      },
    ],
    [
      'two vectors of one text',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    ['vectors of different lengths', { data: [{ embedding: [1] }, { embedding: [1, 2] }] }],
    ['what is no number', { data: [{ embedding: [1] }, { embedding: ['x'] }] }],
    ['no object', ['a list']],
  ])('garbage is a failure and never a vector: %s (REL-09)', async (_, answer) => {
    const { result } = await ask('openai-compatible', '/v1', answer);
    expect(result).toMatchObject({ name: 'ProviderFailure', kind: 'stream_malformed' });
  });

  it.each([
    [429, 'rate_limited'],
    [401, 'unauthorized'],
    [500, 'server_error'],
    [400, 'bad_request'],
  ])('HTTP %i fails as completions do, without the key in its words', async (status, kind) => {
    const answer = { error: { message: 'not with a-secret-key' } };
    const { result } = await ask('openai-compatible', '/v1', answer, {}, status);
    expect(result).toMatchObject({ name: 'ProviderFailure', kind, status });
    expect(String((result as Error).message)).not.toContain('a-secret-key');
  });

  it('an error inside a success is a failure', async () => {
    const { result } = await ask('openai-compatible', '/v1', { error: { message: 'overloaded', code: 503 } });
    expect(result).toMatchObject({ name: 'ProviderFailure', kind: 'server_error' });
  });
});
