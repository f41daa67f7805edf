import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/start-sandbox.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';

const MODEL = 'deepseek/deepseek-chat';
const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
      required: ['city', 'days'],
    },
  },
};

let sandbox: Sandbox;
afterEach(() => sandbox.close());

async function start(options: Partial<SandboxOptions> = {}): Promise<OpenAI> {
  sandbox = await startTestSandbox(options);
  return new OpenAI({ baseURL: sandbox.url, apiKey: 'sk-not-checked-1234', maxRetries: 0 });
}

describe('the sandbox (API-07)', () => {
  it('answers the OpenAI SDK, says that it is simulated, and quotes the prompt', async () => {
    const client = await start();
    const ask = () =>
      client.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'Why is the sky blue?' }] });
    const completion = await ask();
    const text = completion.choices[0]?.message.content;
    expect(text).toContain('[simulated]');
    expect(text).toContain(MODEL);
    expect(text).toContain('"Why is the sky blue?"');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion.usage?.total_tokens).toBe(
      (completion.usage?.prompt_tokens ?? 0) + (completion.usage?.completion_tokens ?? 0),
    );
    const again = await ask();
    expect({ ...again, created: 0 }).toEqual({ ...completion, created: 0 });
  });

  it('streams the same answer that it gives in one piece, with the same usage', async () => {
    const client = await start();
    const messages = [{ role: 'user' as const, content: 'Write a function.' }];
    const whole = await client.chat.completions.create({ model: MODEL, messages });
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(text).toContain('```');
    expect(usage).toEqual(whole.usage);
  });

  it('stops at max_tokens and says so', async () => {
    const client = await start();
    const completion = await client.chat.completions.create({
      model: MODEL,
      max_tokens: 3,
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(completion.choices[0]?.finish_reason).toBe('length');
    expect(completion.usage?.completion_tokens).toBe(3);
  });

  it('calls an offered tool when asked, streamed or not, and answers after its result (UPS-04)', async () => {
    const client = await start();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Use get_weather for Rome.' }];
    const first = await client.chat.completions.create({ model: MODEL, messages, tools: [WEATHER] });
    const call = first.choices[0]?.message.tool_calls?.[0];
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    if (call?.type !== 'function') throw new Error('no call');
    expect(call.function.name).toBe('get_weather');
    expect(JSON.parse(call.function.arguments)).toEqual({ city: 'simulated city', days: 2 });

    const stream = await client.chat.completions.create({ model: MODEL, messages, tools: [WEATHER], stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? '';
    expect(text).toBe(call.function.arguments);

    const turn = first.choices[0]?.message;
    if (!turn) throw new Error('no message');
    messages.push(turn, { role: 'tool', tool_call_id: call.id, content: '20 degrees' });
    const second = await client.chat.completions.create({ model: MODEL, messages, tools: [WEATHER] });
    expect(second.choices[0]?.finish_reason).toBe('stop');
    expect(second.choices[0]?.message.content).toContain('20 degrees');
  });

  it('offers no call unasked, and one when it is demanded', async () => {
    const client = await start();
    const ask = (choice: 'auto' | 'required' | 'none') =>
      client.chat.completions.create({
        model: MODEL,
        messages: [{ role: 'user', content: 'Hello' }],
        tools: [WEATHER],
        tool_choice: choice,
      });
    expect((await ask('auto')).choices[0]?.finish_reason).toBe('stop');
    expect((await ask('none')).choices[0]?.finish_reason).toBe('stop');
    expect((await ask('required')).choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('writes JSON in JSON mode, and what a schema demands (UPS-06)', async () => {
    const client = await start();
    const ask = async (format: OpenAI.ChatCompletionCreateParams['response_format']) => {
      const messages = [{ role: 'user' as const, content: 'x' }];
      const completion = await client.chat.completions.create({
        model: MODEL,
        messages,
        ...(format ? { response_format: format } : {}),
      });
      return JSON.parse(completion.choices[0]?.message.content ?? '');
    };
    expect(await ask({ type: 'json_object' })).toMatchObject({ simulated: true });
    const schema = { type: 'object', properties: { kind: { enum: ['a', 'b'] } }, required: ['kind'] };
    expect(await ask({ type: 'json_schema', json_schema: { name: 'x', schema } })).toEqual({ kind: 'a' });
  });

  it('lists its models, embeds, and answers for its health', async () => {
    const client = await start();
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toContain('meta-llama/llama-3.3-70b-instruct');
    const embed = async (input: string) => {
      const made = await client.embeddings.create({ model: 'e', input, encoding_format: 'float' });
      return made.data[0]?.embedding;
    };
    expect(await embed('a')).toEqual(await embed('a'));
    expect(await embed('a')).not.toEqual(await embed('b'));
    expect((await fetch(`${sandbox.origin}/healthz`)).status).toBe(200);
    expect((await fetch(`${sandbox.origin}/nowhere`)).status).toBe(404);
  });

  it('refuses what OpenAI refuses: no model, no messages, too long a prompt', async () => {
    const client = await start();
    const post = (body: unknown) =>
      fetch(`${sandbox.url}/chat/completions`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    expect((await post('{broken')).status).toBe(400);
    expect((await post({ messages: [{ role: 'user', content: 'x' }] })).status).toBe(400);
    expect((await post({ model: MODEL, messages: [] })).status).toBe(400);
    const content = 'x'.repeat(33_000 * 4);
    await expect(
      client.chat.completions.create({ model: 'thudm/glm-4-9b:free', messages: [{ role: 'user', content }] }),
    ).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
  });

  it('takes the time that the model would take', async () => {
    const slept: number[] = [];
    const clock = { ...systemClock, monotonic: () => 0, sleep: async (ms: number) => void slept.push(ms) };
    const client = await start({ clock, speed: 2 });
    await client.chat.completions.create({ model: MODEL, max_tokens: 11, messages: [{ role: 'user', content: 'x' }] });
    expect(slept).toEqual([200 + 10 * 5]);
  });

  it('logs what came and what it sent, credentials masked', async () => {
    const client = await start();
    await client.chat.completions.create({ model: MODEL, max_tokens: 5, messages: [{ role: 'user', content: 'x' }] });
    expect(sandbox.requests()).toEqual([
      expect.objectContaining({
        number: 1,
        model: MODEL,
        status: 200,
        outcome: 'answered',
        sentTokens: 5,
        finishReason: 'length',
        step: null,
      }),
    ]);
    expect(sandbox.requests()[0]?.headers['authorization']).toBe('•••1234');
    sandbox.reset();
    expect(sandbox.requests()).toEqual([]);
  });
});

describe('steering the sandbox', () => {
  it('reads and clears the log and loads scripts over HTTP', async () => {
    const client = await start();
    await client.models.list();
    const read = async () =>
      (await (await fetch(`${sandbox.origin}/sandbox/requests`)).json()) as { requests: unknown[] };
    expect((await read()).requests).toHaveLength(1);
    await fetch(`${sandbox.origin}/sandbox/requests`, { method: 'DELETE' });
    expect((await read()).requests).toEqual([]);
    const load = (script: unknown) =>
      fetch(`${sandbox.origin}/sandbox/script`, { method: 'POST', body: JSON.stringify(script) });
    expect((await load({ steps: [{ do: { status: 503 } }] })).status).toBe(200);
    await expect(
      client.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'x' }] }),
    ).rejects.toMatchObject({ status: 503 });
    const wrong = await load({ steps: [{ do: { statsu: 503 } }] });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('did you mean');
  });

  it('is refused to pages in a browser and under foreign names', async () => {
    await start();
    const headers = { origin: 'https://evil.example' };
    expect((await fetch(`${sandbox.origin}/sandbox/requests`, { headers })).status).toBe(403);
  });
});
