import { describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../../../src/domain/completion-request.ts';
import { emulateTools } from '../../../src/providers/emulated-tools/emulate-tools.ts';
import type { Provider, ProviderCall, ProviderEvent } from '../../../src/providers/provider.ts';
import { upperBound } from '../../../src/routing/token-bounds.ts';
import { ask } from '../../support/dialect-fixture.ts';
import { openTestEngine, ask as prompt } from '../../support/open-test-engine.ts';
import { respondJson, startPlainServer } from '../../support/plain-server.ts';
import { providerCall } from '../../support/provider-call.ts';

const CALL = '{"tool_calls":[{"name":"read","arguments":{"path":"a"}}]}';
const read = {
  name: 'read',
  description: 'Reads.',
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
};
const never = new AbortController().signal;

/** A provider that says these texts, and keeps what it was asked. */
function saying(texts: readonly string[], reason: 'stop' | 'length' | 'content_filter' = 'stop') {
  const asked: ProviderCall[] = [];
  const provider: Provider = {
    name: 'words',
    async *stream(call): AsyncGenerator<ProviderEvent> {
      asked.push(call);
      yield { type: 'accepted', generationId: null, upstreamModel: null };
      for (const text of texts) yield { type: 'text', text };
      yield { type: 'finish', reason };
    },
    listModels: async () => ['m'],
    close: async () => {},
  };
  return { provider: emulateTools(provider), asked };
}

function callFor(request: Partial<CompletionRequest>, toolCalling = false): ProviderCall {
  const { capabilities } = providerCall().deployment;
  return providerCall({ tools: [read], ...request }, { capabilities: { ...capabilities, toolCalling } });
}

const answerTo = async (request: Partial<CompletionRequest>, ...texts: string[]) =>
  ask(saying(texts).provider, callFor(request));

describe('tools for a model that has none (UPS-05)', () => {
  it('have their results in the order of the calls, numbered, and those of no call at the end', async () => {
    const { provider, asked } = saying(['Fine.']);
    const toolCalls = ['a', 'b'].map((id) => ({ id, name: 'read', arguments: '{}' }));
    const result = (toolCallId: string) => ({ role: 'tool', toolCallId, content: `of ${toolCallId}` }) as const;
    const messages = [{ role: 'assistant', content: null, toolCalls }, ...['lost', 'b', 'a'].map(result)] as const;
    await ask(provider, callFor({ messages }));
    expect(asked[0]?.request.messages.at(-1)).toEqual({
      role: 'user',
      content: [
        { type: 'text', text: 'Result of call 1, read:\nof a' },
        { type: 'text', text: 'Result of call 2, read:\nof b' },
        { type: 'text', text: 'Result of the call lost:\nof lost' },
      ],
    });
  });

  it('leave a provider all that it can do beside', () => {
    const listPrices = async () => new Map();
    const provider: Provider = { ...saying([]).provider, listPrices, mostInputs: 7 };
    expect(emulateTools(provider)).toMatchObject({ name: 'words', listPrices, mostInputs: 7 });
  });

  it('are described behind the leading system messages, and their calls read from its words', async () => {
    const { provider, asked } = saying(['I look.\n', CALL]);
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Go.' },
    ] as const;
    const { answer } = await ask(provider, callFor({ messages }));
    expect(answer).toMatchObject({ text: 'I look.', finishReason: 'tool_calls' });
    expect(answer.toolCalls).toEqual([{ id: 'call_t2n0', name: 'read', arguments: '{"path":"a"}' }]);
    const { request } = asked[0] as ProviderCall;
    expect(request.tools).toBeUndefined();
    expect(request.messages).toHaveLength(2);
    expect(request.messages[0]?.content).toMatch(/^Be brief\.\n\nYou can call these tools/);
    expect(request.messages[0]?.content).toContain(JSON.stringify(read));
  });

  it('are left to models that have their own, and to conversations without any', async () => {
    const { provider, asked } = saying([CALL]);
    const native = callFor({}, true);
    expect((await ask(provider, native)).answer.text).toBe(CALL);
    expect(asked[0]).toBe(native);
    const { tools: _, ...plain } = callFor({}).request;
    const without = { ...callFor({}), request: plain };
    expect((await ask(provider, without)).answer.text).toBe(CALL);
    expect(asked[1]).toBe(without);
  });

  it('stay words in a conversation that has had calls and offers none any more', async () => {
    const { provider, asked } = saying(['Done.']);
    const messages = [
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content: null, toolCalls: [{ id: 'a', name: 'read', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'a', content: 'text', isError: true },
    ] as const;
    await ask(provider, callFor({ messages, toolChoice: 'none' }));
    expect(asked[0]?.request).toMatchObject({
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: '{"tool_calls":[{"name":"read","arguments":{}}]}' },
        { role: 'user', content: [{ type: 'text', text: 'Error of read:\ntext' }] },
      ],
    });
    expect(asked[0]?.request.toolChoice).toBeUndefined();
  });

  it('show only a demanded tool, and a call that is demanded and missing is an invalid answer', async () => {
    const { provider, asked } = saying(['No.']);
    const write = { ...read, name: 'write' };
    const { failure } = await ask(provider, callFor({ tools: [read, write], toolChoice: { name: 'write' } }));
    expect(failure?.kind).toBe('invalid_answer');
    expect(JSON.stringify(asked[0]?.request.messages)).not.toContain('\\"read\\"');
    expect((await answerTo({ toolChoice: 'required' }, 'No.')).failure?.kind).toBe('invalid_answer');
    expect((await answerTo({ toolChoice: 'required' }, CALL)).failure).toBeNull();
    expect((await answerTo({ toolChoice: 'auto' }, 'No.')).answer).toMatchObject({ text: 'No.', finishReason: 'stop' });
  });

  it('fail with a call that nobody can read, and are cut short where the answer is', async () => {
    const { failure, answer } = await answerTo({}, 'Hm. ', CALL.replace('read', 'delete'));
    expect(failure).toMatchObject({
      kind: 'invalid_answer',
      message: 'it tried to call a tool, but there is no tool "delete"',
    });
    expect(answer.text).toBe('Hm.');
    const cut = await ask(saying([CALL.slice(0, 30)], 'length').provider, callFor({}));
    expect(cut).toMatchObject({ failure: null, answer: { finishReason: 'length', text: CALL.slice(0, 30) } });
  });

  it('are called one at a time where the request says so', async () => {
    const two = '{"tool_calls":[{"name":"read","arguments":{"path":"a"}},{"name":"read","arguments":{"path":"b"}}]}';
    expect((await answerTo({}, two)).answer.toolCalls).toHaveLength(2);
    expect((await answerTo({ parallelToolCalls: false }, two)).answer.toolCalls).toMatchObject([
      { arguments: '{"path":"a"}' },
    ]);
  });

  it('put a demanded format into words, since as a parameter it would forbid the call', async () => {
    const { provider, asked } = saying(['{"a":1}']);
    const responseFormat = { type: 'json_schema', name: 'x', schema: { type: 'object' } } as const;
    const { answer } = await ask(provider, callFor({ responseFormat }));
    expect(answer.text).toBe('{"a":1}');
    expect(asked[0]?.request.responseFormat).toBeUndefined();
    expect(asked[0]?.request.messages[0]?.content).toContain('JSON Schema');
  });

  it('make no prompt that is longer than the bound that money is reserved by', () => {
    for (const tools of [[read], Array.from({ length: 60 }, (_, i) => ({ ...read, name: `tool_${i}` }))]) {
      const { provider, asked } = saying(['x']);
      const call = callFor({ tools, responseFormat: { type: 'json_object' }, parallelToolCalls: false });
      void provider.stream(call, never)[Symbol.asyncIterator]().next();
      const sent = asked[0]?.request as CompletionRequest;
      expect(upperBound(sent)).toBeLessThanOrEqual(upperBound(call.request));
    }
  });
});

describe('tool emulation in the running program (UPS-05)', () => {
  const server = async (said: string) =>
    startPlainServer(({ body }, response) =>
      respondJson(response, {
        id: 'x',
        model: (body as { model: string }).model,
        choices: [{ index: 0, message: { role: 'assistant', content: said }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      }),
    );
  const config = (baseUrl: string, policy = {}) => ({
    policy: { sandbox: 'off', ...policy },
    providers: { plain: { kind: 'openai-compatible', baseUrl, local: true, capabilities: { toolCalling: false } } },
    catalogue: [{ provider: 'plain', model: 'words', qualityScore: 80 }],
  });
  const request = prompt('Read a.', { tools: [read], constraints: { sensitivity: 'normal', model: 'plain/words' } });

  it('serves a request with tools, and says that it did', async () => {
    const upstream = await server(CALL);
    const engine = await openTestEngine({ config: config(upstream.url) });
    const outcome = await engine.pipeline.complete(request, never);
    expect(outcome).toMatchObject({ status: 'complete', finishReason: 'tool_calls', toolCalls: [{ name: 'read' }] });
    expect(outcome.warnings.join()).toContain(
      'plain/words has no tools of its own, so they are emulated in its prompt',
    );
    expect(outcome.plan.candidates[0]?.emulatesTools).toBe(true);
    await upstream.close();
  });

  it('does not where the policy or the model is against it', async () => {
    const upstream = await server(CALL);
    for (const against of [
      config(upstream.url, { toolEmulation: 'off' }),
      {
        ...config(upstream.url),
        catalogue: [{ provider: 'plain', model: 'words', capabilities: { toolEmulation: false } }],
      },
    ]) {
      const engine = await openTestEngine({ config: against });
      const outcome = await engine.pipeline.complete(request, never);
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'no_candidate' } });
      expect(outcome.plan.rejections).toContainEqual(expect.objectContaining({ code: 'no_tools' }));
    }
    expect(upstream.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    await upstream.close();
  });
});
