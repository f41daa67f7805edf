import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../src/domain/deployment.ts';
import { failureFromAnswer, failureFromResponse } from '../../src/providers/map-failure.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const KEY = 'a-very-secret-key-1234';
const context = { deployment: toDeploymentId('p', 'm'), secrets: [KEY], now: NOW };

function fromResponse(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  return failureFromResponse(
    { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
    context,
  );
}

describe('a refusal of a provider', () => {
  it.each([
    ['401', 401, { error: { message: 'no' } }, 'unauthorized'],
    ['402', 402, { error: { message: 'pay' } }, 'payment_required'],
    ['403', 403, { error: { message: 'region' } }, 'unauthorized'],
    ['404', 404, '', 'model_not_found'],
    ['408', 408, '', 'server_error'],
    ['413', 413, { error: { code: 'rate_limit_exceeded' } }, 'context_length'],
    ['429', 429, '', 'rate_limited'],
    ['500', 500, '', 'server_error'],
    ['502 with a page of markup', 502, '<html>Bad gateway</html>', 'server_error'],
    ['504', 504, '', 'server_error'],
    ['529 of Anthropic', 529, { error: { type: 'overloaded_error' } }, 'server_error'],
    ['400', 400, { error: { message: 'temperature must be below 2' } }, 'bad_request'],
    ['418', 418, '', 'bad_request'],
    ['OpenAI, context', 400, { error: { code: 'context_length_exceeded' } }, 'context_length'],
    [
      'Anthropic, context',
      400,
      { error: { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' } },
      'context_length',
    ],
    [
      'OpenRouter, context',
      400,
      { error: { code: 400, message: "This endpoint's maximum context length is 8 tokens" } },
      'context_length',
    ],
    ['llama.cpp, context', 400, { error: { code: 400, type: 'exceed_context_size_error' } }, 'context_length'],
    [
      'Gemini, context, in a list',
      400,
      [
        {
          error: {
            code: 400,
            status: 'INVALID_ARGUMENT',
            message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).',
          },
        },
      ],
      'context_length',
    ],
    ['OpenAI, policy', 400, { error: { code: 'content_policy_violation' } }, 'content_refused'],
    [
      'Azure, filter',
      400,
      { error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      'content_refused',
    ],
    [
      'DeepSeek, policy',
      400,
      { error: { message: 'Content Exists Risk', code: 'invalid_request_error' } },
      'content_refused',
    ],
    [
      'OpenRouter, moderation',
      403,
      { error: { code: 403, message: 'Input flagged', metadata: { reasons: ['violence'] } } },
      'content_refused',
    ],
    ['OpenAI, quota', 429, { error: { code: 'insufficient_quota' } }, 'payment_required'],
    ['Anthropic, credit', 400, { error: { message: 'Your credit balance is too low' } }, 'payment_required'],
    [
      'Gemini, key',
      400,
      [{ error: { code: 400, message: 'API key not valid.', details: [{ reason: 'API_KEY_INVALID' }] } }],
      'unauthorized',
    ],
    ['Groq, model gone', 400, { error: { code: 'model_decommissioned' } }, 'model_not_found'],
    ['OpenRouter, model', 400, { error: { code: 400, message: 'x/y is not a valid model ID' } }, 'model_not_found'],
  ])('%s', (_name, status, body, kind) => {
    expect(fromResponse(status, body)).toMatchObject({ kind, status });
  });

  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': new Date(NOW + 30_000).toUTCString() }, 30_000],
    [{ 'retry-after': new Date(NOW - 30_000).toUTCString() }, 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1_500],
    [{ 'x-ratelimit-reset': String(NOW + 4_000) }, 4_000],
    [{ 'x-ratelimit-reset': '17' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
  ])('asks to wait as its headers %j say (RTR-09)', (headers, retryAfterMs) => {
    expect(fromResponse(429, '', headers as Record<string, string>).retryAfterMs).toBe(retryAfterMs);
  });

  it('asks to wait as the body of OpenRouter or Gemini says', () => {
    const openrouter = { error: { code: 429, metadata: { headers: { 'X-RateLimit-Reset': String(NOW + 9_000) } } } };
    const gemini = [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '36s' }] } }];
    expect(fromResponse(429, openrouter).retryAfterMs).toBe(9_000);
    expect(fromResponse(429, gemini)).toMatchObject({ kind: 'rate_limited', retryAfterMs: 36_000 });
  });

  it('keeps the words of the provider, on one line, bounded, without our key', () => {
    const failure = fromResponse(400, { error: { message: `bad\nkey ${KEY}\u001b[31m ${'x'.repeat(2_000)}` } });
    expect(failure.message.startsWith('bad key •••')).toBe(true);
    expect(failure.message.length).toBeLessThanOrEqual(500);
    expect(failure.message).not.toContain('\u001b');
  });

  it("keeps the upstream's words behind OpenRouter's", () => {
    const body = {
      error: { code: 400, message: 'Provider returned error', metadata: { raw: 'maximum context length is 5' } },
    };
    expect(fromResponse(400, body)).toMatchObject({
      kind: 'context_length',
      message: 'Provider returned error: maximum context length is 5',
    });
  });

  it('names the host of a redirect', () => {
    const failure = fromResponse(302, '', { location: 'https://elsewhere.example/v1?token=secret' });
    expect(failure.kind).toBe('bad_request');
    expect(failure.message).toContain('redirected to elsewhere.example');
    expect(failure.message).not.toContain('secret');
  });
});

describe('an error inside an answer', () => {
  it.each([
    [{ code: 502, message: 'upstream gone' }, 'server_error'],
    [{ code: 429, message: 'slow down' }, 'rate_limited'],
    [{ type: 'overloaded_error', message: 'Overloaded' }, 'server_error'],
    [{ type: 'invalid_request_error', message: 'no' }, 'bad_request'],
    [{ code: 'context_length_exceeded' }, 'context_length'],
    ['it broke', 'server_error'],
    [{}, 'server_error'],
  ])('%j', (error, kind) => {
    expect(failureFromAnswer(error, context).kind).toBe(kind);
  });
});
