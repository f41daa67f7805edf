import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDeploymentId } from '../../../../src/domain/deployment.ts';
import { ollamaDialect } from '../../../../src/providers/dialects/ollama/ollama-dialect.ts';
import { connect, serve } from '../../../support/connect-dialect.ts';
import { ask, dialectFixture, outcomeOf, sessionOf } from '../../../support/dialect-fixture.ts';
import { fuzzRuns } from '../../../support/fuzz-runs.ts';
import { openTestEngine, ask as prompt } from '../../../support/open-test-engine.ts';
import { fixedCompletion, respondJson } from '../../../support/plain-server.ts';
import { providerCall } from '../../../support/provider-call.ts';

const context = { deployment: toDeploymentId('ollama', 'qwen3'), secrets: [], now: 0 };
const file = (name: string) => dialectFixture(`ollama/${name}`);
const read = (chunks: readonly Uint8Array[], call = providerCall()) =>
  outcomeOf(ollamaDialect.read(sessionOf(chunks), context, call));
const readLines = (...lines: unknown[]) => read([Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'))]);
const never = new AbortController().signal;

describe('an answer of /api/chat (UPS-01, UPS-04, UPS-07)', () => {
  it('comes as text with its counts', async () => {
    const { answer, failure } = await read([file('text.ndjson')]);
    expect([failure, answer.text, answer.finishReason]).toEqual([null, 'Grüß 漢字 🙂!', 'stop']);
    expect(answer.usage).toMatchObject({ inputTokens: 26, outputTokens: 9 });
  });

  it('has thinking and parallel calls, with ids of ours where it gives none', async () => {
    const { answer } = await read([file('thinking-tools.ndjson')]);
    expect(answer).toMatchObject({ reasoning: 'Two cities at once.', text: '', finishReason: 'tool_calls' });
    expect(answer.toolCalls).toEqual([
      { id: 'call_t1n0', name: 'weather', arguments: '{"city":"Oslo","days":[1,2]}' },
      { id: 'call_8x1', name: 'weather', arguments: '{"city":"Rom","days":[]}' },
    ]);
  });

  it('is cut short, probable, and failed midway, as it says', async () => {
    expect((await read([file('length.ndjson')])).answer.finishReason).toBe('length');
    expect((await read([file('logprobs.ndjson')])).answer.logprobs).toMatchObject([
      { token: 'Yes', top: [{}, { token: 'No' }] },
    ]);
    const { failure, answer } = await read([file('error-midway.ndjson')]);
    expect(failure).toMatchObject({ kind: 'server_error', message: expect.stringContaining('out of memory') });
    expect(answer.text).toBe('Half of');
  });

  it('is broken where it ends without its last line, whole without a reason in older versions', async () => {
    const lines = file('text.ndjson').toString().split('\n');
    expect((await read([Buffer.from(lines.slice(0, 2).join('\n'))])).failure?.kind).toBe('stream_broken');
    expect((await read([Buffer.from(`${lines[0]}\n${lines[1]?.slice(0, 50)}`)])).failure?.kind).toBe('stream_broken');
    const { answer } = await readLines({ message: { content: 'Hi.' } }, { done: true, eval_count: 2 });
    expect(answer).toMatchObject({ text: 'Hi.', finishReason: 'stop', usage: null });
  });

  it.each([
    [[{ done: true, done_reason: 'load' }], 'empty_answer'],
    [[{ done: true, done_reason: 'unload' }], 'empty_answer'],
    [[{ done: true, done_reason: 'stop' }], 'empty_answer'],
    [[{ message: { content: 'x' } }, { done: true, done_reason: 'new word' }], 'stream_broken'],
    [[{ choices: [] }], 'stream_malformed'],
    [[['x'], {}], 'stream_malformed'],
  ])('is no answer where it is %j', async (lines, kind) => {
    expect((await readLines(...lines)).failure?.kind).toBe(kind);
  });

  it('is not taken for one where a call was demanded and none came', async () => {
    for (const toolChoice of ['required', { name: 'a' }] as const) {
      const { failure } = await read([file('text.ndjson')], providerCall({ toolChoice }));
      expect(failure?.kind).toBe('invalid_answer');
    }
    expect((await read([file('thinking-tools.ndjson')], providerCall({ toolChoice: 'required' }))).failure).toBeNull();
  });

  it('is the same wherever the connection cuts it, at every byte (UPS-02)', async () => {
    for (const name of ['text.ndjson', 'thinking-tools.ndjson']) {
      const bytes = file(name);
      const { events } = await read([bytes]);
      for (let at = 1; at < bytes.length; at++) {
        expect((await read([bytes.subarray(0, at), bytes.subarray(at)])).events).toEqual(events);
      }
    }
  });

  it('is bounded: a line without end is given up', async () => {
    const { failure } = await read(Array.from({ length: 12 }, () => Buffer.alloc(1024 * 1024, 'a')));
    expect(failure).toMatchObject({ kind: 'stream_malformed', message: expect.stringContaining('longer than') });
  });

  it('throws nothing but failures, whatever comes', async () => {
    const key = fc.constantFrom(
      'message',
      'content',
      'thinking',
      'tool_calls',
      'function',
      'name',
      'arguments',
      'done',
      'done_reason',
      'error',
      'logprobs',
    );
    const shape = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 2 }),
        tie('object'),
      ),
      object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(shape.object, { maxLength: 4 }), async (lines) => {
        const { failure, answer } = await readLines(...lines);
        expect(failure !== null || answer.finishReason !== null).toBe(true);
      }),
      fuzzRuns(0.2),
    );
  });
});

describe('a provider of the kind ollama (UPS-01)', () => {
  const call = providerCall({}, { upstreamModel: 'qwen3:8b' });
  const answering = () =>
    serve(({ path }, response) => {
      if (path === '/api/tags') return respondJson(response, JSON.parse(file('tags.json').toString()));
      if (path !== '/api/chat') return respondJson(response, { error: 'not found' }, 404);
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      return response.end(file('text.ndjson'));
    });

  it('is asked at its root, and lists its models', async () => {
    const server = await answering();
    const provider = connect('ollama', server.origin);
    expect((await ask(provider, call)).answer.text).toBe('Grüß 漢字 🙂!');
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/chat', body: { model: 'qwen3:8b' } });
    expect(await provider.listModels(never)).toEqual(['qwen3:8b']);
  });

  it.each([
    [404, { error: "model 'none' not found" }, 'model_not_found'],
    [400, { error: 'registry.ollama.ai/library/gemma3:4b does not support tools' }, 'bad_request'],
    [400, { error: 'input length (9000 tokens) exceeds the context length (4096)' }, 'context_length'],
    [500, { error: 'llama runner process has terminated: exit status 2' }, 'server_error'],
    [503, { error: 'server busy, please try again. maximum pending requests exceeded' }, 'server_error'],
  ])('that answers %i %j failed with %s', async (status, body, kind) => {
    const server = await serve((_request, response) => respondJson(response, body, status));
    expect((await ask(connect('ollama', server.origin), call)).failure).toMatchObject({ kind, status });
  });

  it('serves an engine at its own address, also written with /api', async () => {
    for (const ending of ['', '/', '/api']) {
      const server = await answering();
      const engine = await openTestEngine({ environment: { OLLAMA_BASE_URL: `${server.origin}${ending}` } });
      const request = prompt('Hello.', { constraints: { sensitivity: 'private' } });
      expect(await engine.pipeline.complete(request, never)).toMatchObject({
        status: 'complete',
        text: 'Grüß 漢字 🙂!',
        provider: 'ollama',
        cost: { amount: 0 },
      });
    }
  });

  it('emulates tools for a model of which it says that it has none, in the context that the model holds (UPS-05)', async () => {
    const said = `{"tool_calls":[{"name":"read","arguments":{"path":"a"}}]}`;
    const server = await serve(({ path }, response) => {
      if (path === '/api/tags') return respondJson(response, { models: [{ name: 'gemma3:4b' }] });
      if (path === '/api/show') {
        return respondJson(response, {
          capabilities: ['completion'],
          model_info: { 'gemma3.context_length': 131_072 },
        });
      }
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      const end = { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' };
      return response.end(
        `${JSON.stringify({ message: { role: 'assistant', content: said } })}\n${JSON.stringify(end)}\n`,
      );
    });
    const tools = [{ name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } }];
    const long = 'word '.repeat(6_000);
    const request = prompt(long, { tools, constraints: { sensitivity: 'private' } });
    const engine = await openTestEngine({ environment: { OLLAMA_BASE_URL: server.origin } });
    const outcome = await engine.pipeline.complete(request, never);
    expect(outcome).toMatchObject({ status: 'complete', toolCalls: [{ name: 'read', arguments: '{"path":"a"}' }] });
    expect(outcome.warnings.join()).toContain('emulated');
    const { body } = server.requests.at(-1) as { body: { tools?: unknown; options: { num_ctx: number } } };
    expect([body.tools, body.options.num_ctx]).toEqual([undefined, 16_384]);

    const small = { providers: { ollama: { baseUrl: server.origin, capabilities: { contextWindow: 4_096 } } } };
    const cautious = await openTestEngine({ config: small, environment: { OLLAMA_BASE_URL: '' } });
    const refused = await cautious.pipeline.complete(request, never);
    expect(refused.plan.rejections.map(({ code }) => code)).toContain('context_too_small');
  });

  it('speaks OpenAI’s dialect where its address ends with /v1', async () => {
    const server = await serve(({ path, body }, response) =>
      respondJson(response, path === '/api/tags' ? JSON.parse(file('tags.json').toString()) : fixedCompletion(body)),
    );
    const engine = await openTestEngine({ environment: { OLLAMA_BASE_URL: server.url } });
    const outcome = await engine.pipeline.complete(prompt('Hello.'), never);
    expect(outcome).toMatchObject({ status: 'complete', text: 'A fixed answer.' });
    expect(server.requests.at(-1)?.path).toBe('/v1/chat/completions');
  });
});
