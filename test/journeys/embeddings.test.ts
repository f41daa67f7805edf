import { describe, expect, it, onTestFinished } from 'vitest';
import { readBooks } from '../support/read-books.ts';
import { serveProgram } from '../support/serve-program.ts';
import { startTestSandbox } from '../support/start-sandbox.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function startServing(env: Record<string, string>) {
  const home = tempFolder();
  const serving = await serveProgram({ home, env });
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${serving.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'acme-client/1.0', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { home, serving, post };
}

interface Answer {
  readonly data: readonly { readonly index: number; readonly embedding: number[] | string }[];
  readonly model: string;
  readonly usage: { readonly prompt_tokens: number };
}

describe('embeddings over HTTP (OPT-08)', () => {
  it('come in the shape of OpenAI, from a provider, and are booked', async () => {
    const sandbox = await startTestSandbox();
    onTestFinished(() => sandbox.close());
    const { home, serving, post } = await startServing({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: sandbox.url });
    const response = await post({ model: 'text-embedding-3-small', input: ['first', 'second'] });
    expect(response.status).toBe(200);
    const { data, model, usage } = (await response.json()) as Answer;
    expect([data.map(({ index }) => index), model]).toEqual([[0, 1], 'openai/text-embedding-3-small']);
    expect(response.headers.get('x-farebox-provider')).toBe('openai');
    expect(response.headers.get('x-farebox-cost-usd')).toBe(
      `0.${String(usage.prompt_tokens * 20).padStart(9, '0')}`.replace(/0+$/, ''),
    );

    const packed = await post({ model: 'text-embedding-3-small', input: 'first', encoding_format: 'base64' });
    const bytes = Buffer.from(String(((await packed.json()) as Answer).data[0]?.embedding), 'base64');
    const floats = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
    expect(floats).toEqual(data.slice(0, 1).flatMap(({ embedding }) => (embedding as number[]).map(Math.fround)));

    const many = await Promise.all(Array.from({ length: 40 }, (_, n) => post({ input: `text ${n}` })));
    expect(many.map(({ status }) => status)).toEqual(Array(40).fill(200));
    const sent = sandbox.requests().filter(({ path }) => path === '/v1/embeddings');
    expect(sent.length).toBeLessThan(20);
    await serving.stop();
    const { calls, inFlight } = readBooks(home);
    expect([calls.length, inFlight]).toEqual([42, 0]);
    expect(calls[0]).toMatchObject({
      ...{ id: response.headers.get('x-farebox-call-id'), surface: 'http', client: 'acme-client', status: 'complete' },
    });
  });

  it('say what is wrong with a request, in the shape of OpenAI', async () => {
    const { post, serving } = await startServing({
      MAX_MONTHLY_BUDGET: '0.000001',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    });
    const error = async (response: Response) => [
      response.status,
      ((await response.json()) as { error: { code: string; message: string } }).error,
    ];
    expect(await error(await post({ input: [[1, 2, 3]] }))).toMatchObject([
      400,
      { message: expect.stringContaining('list of tokens') },
    ]);
    expect(await error(await post({ input: [1, 2, 3] }))).toMatchObject([
      400,
      { message: expect.stringContaining('list of tokens') },
    ]);
    expect(await error(await post('{'))).toMatchObject([400, { code: 'invalid_request' }]);
    expect(await error(await post({ input: 'x', encoding_format: 'int8' }))).toMatchObject([
      400,
      { code: 'invalid_request' },
    ]);
    expect(await error(await post({ input: 'x', model: 'no-such-model' }))).toMatchObject([
      404,
      { code: 'unknown_model' },
    ]);
    const refused = await post({ input: 'x'.repeat(100), model: 'openai/text-embedding-3-large' });
    expect(refused.headers.get('x-farebox-call-id')).toMatch(/^call_/);
    expect(await error(refused)).toMatchObject([402, { code: 'budget_exceeded', type: 'insufficient_quota' }]);
    const foreign = await post({ input: 'x' }, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    await serving.stop();
  });

  it('come from the sandbox where no provider is configured, and are marked so in the books', async () => {
    const { home, post, serving } = await startServing({});
    const response = await post({ input: 'a text' });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-farebox-provider')).toBe('sandbox');
    await serving.stop();
    expect(readBooks(home).calls).toMatchObject([{ simulated: 1, status: 'complete' }]);
  });
});
