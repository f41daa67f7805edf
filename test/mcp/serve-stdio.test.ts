import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { serveStdio } from '../../src/mcp/serve-stdio.ts';
import type { EngineSource } from '../../src/pipeline/engine.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { createFakeEngine } from '../support/fake-engine.ts';
import { scriptedAnswers } from '../support/scripted-answers.ts';

interface Answer {
  readonly id: unknown;
  readonly result?: { readonly content?: readonly { readonly text: string }[]; readonly isError?: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

function start(options: { engine?: EngineSource; signal?: AbortSignal; maxMessageBytes?: number } = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const engine = createFakeEngine({ script: scriptedAnswers });
  const served = serveStdio({
    engine: async () => engine,
    clock: systemClock,
    log: silentLog,
    version: '0',
    input,
    output,
    ...options,
  });
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as Answer;
  const send = (message: object | Buffer) =>
    input.write(Buffer.isBuffer(message) ? message : `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const initialize = async () => {
    send({
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
    });
    const answer = await next();
    send({ method: 'notifications/initialized' });
    return answer;
  };
  const call = (id: number, prompt: string) =>
    send({ id, method: 'tools/call', params: { name: 'route_completion', arguments: { prompt } } });
  return { input, engine, served, next, send, initialize, call };
}

describe('MCP over stdio', () => {
  it('takes a prompt of 10 MB', async () => {
    const { initialize, call, next, engine } = start();
    await initialize();
    call(1, 'é'.repeat(5_000_000));
    const { result } = await next();
    expect(result?.isError).toBeUndefined();
    expect(result?.content?.[0]?.text.length).toBeGreaterThan(5_000_000);
    expect(engine.requests).toHaveLength(1);
  });

  it('answers a message beyond the limit with its id, spends nothing, and goes on (SEC-11)', async () => {
    const { initialize, call, next, engine } = start({ maxMessageBytes: 1_000_000 });
    await initialize();
    call(1, 'x'.repeat(2_000_000));
    expect(await next()).toMatchObject({
      id: 1,
      error: { code: -32600, message: expect.stringContaining('at most 1000000') },
    });
    call(2, 'still here');
    expect((await next()).result?.content?.[0]?.text).toContain('STILL HERE');
    expect(engine.requests).toHaveLength(1);
  });

  it('reads broken UTF-8 as replacement characters', async () => {
    const { initialize, send, next, engine } = start();
    await initialize();
    const message = Buffer.from(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"route_completion","arguments":{"prompt":"a?b"}}}\n',
    );
    message[message.indexOf('?')] = 0xff;
    send(message);
    await next();
    expect(engine.requests[0]?.messages).toEqual([{ role: 'user', content: 'a\ufffdb' }]);
  });

  it('goes on after lines that are not JSON-RPC', async () => {
    const { initialize, send, call, next } = start();
    await initialize();
    send(Buffer.from('hello\n\n{"a":1}\n[1,2\n'));
    call(1, 'fine');
    expect((await next()).id).toBe(1);
  });

  it('says which client asks', async () => {
    const { initialize, call, next, engine } = start();
    await initialize();
    call(1, 'x');
    await next();
    expect(engine.requests[0]?.attribution).toEqual({ surface: 'mcp', client: 'raw' });
  });

  it('explains why the engine could not be built, and lists tools all the same', async () => {
    const { initialize, send, call, next } = start({
      engine: () => Promise.reject(new Error('no home for sk-aaaaaaaaaaaaaaaaaaaaaaaa')),
    });
    await initialize();
    send({ id: 1, method: 'tools/list' });
    expect((await next()).result).toHaveProperty('tools');
    call(2, 'x');
    const { result } = await next();
    expect(result?.isError).toBe(true);
    expect(result?.content?.[0]?.text).toMatch(/^farebox failed inside: no home for •••/);
  });

  it('ends when the client closes our input, after the running call is booked (MCP-13)', async () => {
    const { initialize, call, input, served, engine, send, next } = start();
    await initialize();
    call(1, 'hang');
    send({ id: 2, method: 'tools/list' });
    await next();
    input.end();
    await served;
    expect(engine.outcomes.map(({ status }) => status)).toEqual(['cancelled']);
  });

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    const { initialize, served } = start({ signal: controller.signal });
    await initialize();
    controller.abort();
    await served;
  });
});
