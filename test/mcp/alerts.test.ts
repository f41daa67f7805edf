import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AlertNotice } from '../../src/domain/alert.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createMcpHttp } from '../../src/mcp/mcp-http.ts';
import { serveStdio } from '../../src/mcp/serve-stdio.ts';
import { createAlertFeed } from '../../src/telemetry/alert-feed.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { createFakeEngine, echoScript, type Script } from '../support/fake-engine.ts';

const notice = (level: AlertNotice['alert']['level'] = 'critical', message = 'It runs low.'): AlertNotice => ({
  event: 'raised',
  alert: { kind: 'budget', subject: 'all/month', period: 0, level, message, raisedAt: 0 },
  simulated: false,
  at: 0,
});

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: {
    readonly level?: string;
    readonly logger?: string;
    readonly data?: { readonly message?: string };
  };
  readonly result?: { readonly capabilities?: { readonly logging?: unknown } };
}

const PROMPT = { name: 'route_completion', arguments: { prompt: 'hello' } };

/** What a request of the modern era says of itself; with the level from which on it wants log messages. */
const envelope = (logLevel?: string) => ({
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
  ...(logLevel !== undefined && { 'io.modelcontextprotocol/logLevel': logLevel }),
});

function startStdio() {
  const [input, output, alerts] = [new PassThrough(), new PassThrough(), createAlertFeed()];
  const engine = createFakeEngine();
  const base = { engine: async () => engine, clock: systemClock, log: silentLog, version: '0', session: 'session_1' };
  const served = serveStdio({ ...base, alerts, input, output });
  onTestFinished(async () => {
    input.end();
    await served;
  });
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as Message;
  const send = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const initialize = async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    send({ id: 0, method: 'initialize', params });
    const answer = await next();
    send({ method: 'notifications/initialized' });
    send({ id: 'ready', method: 'tools/list' });
    await next();
    return answer;
  };
  return { alerts, engine, next, send, initialize };
}

describe('alerts for MCP clients (MON-05)', () => {
  it('reach a legacy client on stdio at once, also while it asks for nothing', async () => {
    const { alerts, next, initialize } = startStdio();
    const { result } = await initialize();
    expect(result?.capabilities?.logging).toEqual({});
    alerts.tell(notice());
    expect(await next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: {
        level: 'critical',
        logger: 'farebox',
        data: expect.objectContaining({ event: 'alert.raised', kind: 'budget', message: 'It runs low.' }),
      },
    });
  });

  it('heed the level that a legacy client has set', async () => {
    const { alerts, next, send, initialize } = startStdio();
    await initialize();
    send({ id: 1, method: 'logging/setLevel', params: { level: 'alert' } });
    await next();
    alerts.tell(notice('critical', 'too quiet'));
    alerts.tell(notice('exhausted', 'loud enough'));
    expect((await next()).params).toMatchObject({ level: 'alert', data: { message: 'loud enough' } });
  });

  it('wait for the next request of a modern client that wants log messages', async () => {
    const { alerts, next, send } = startStdio();
    const call = (id: number, logLevel?: string) =>
      send({ id, method: 'tools/call', params: { ...PROMPT, _meta: envelope(logLevel) } });
    call(1);
    expect((await next()).id).toBe(1);
    alerts.tell(notice());
    call(2);
    expect((await next()).id).toBe(2);
    call(3, 'warning');
    expect(await next()).toMatchObject({ method: 'notifications/message', params: { level: 'critical' } });
    expect((await next()).id).toBe(3);
    call(4, 'warning');
    expect((await next()).id).toBe(4);
  });

  it('reach a client over HTTP whose request is open, and keep nothing for those that are gone', async () => {
    const alerts = createAlertFeed();
    const script: Script = async function* (request, signal) {
      alerts.tell(notice());
      yield* echoScript(request, signal);
    };
    const engine = createFakeEngine({ script });
    const base = { engine: async () => engine, clock: systemClock, log: silentLog, version: '0', alerts };
    const mcp = createMcpHttp({ ...base, random: systemRandom });
    onTestFinished(() => mcp.close(0));
    const post = async (body: object, headers: Record<string, string> = {}) => {
      const response = await mcp.handle(
        new Request('http://127.0.0.1/mcp', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
          body: JSON.stringify({ jsonrpc: '2.0', ...body }),
        }),
      );
      return { session: response.headers.get('mcp-session-id'), text: await response.text() };
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    const { session } = await post({ id: 0, method: 'initialize', params });
    const legacy = await post({ id: 1, method: 'tools/call', params: PROMPT }, { 'mcp-session-id': session ?? '' });
    expect(legacy.text).toContain('notifications/message');
    const modernHeaders = (logLevel?: string) => ({
      body: { id: 2, method: 'tools/call', params: { ...PROMPT, _meta: envelope(logLevel) } },
      headers: {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'route_completion',
      },
    });
    const quiet = modernHeaders();
    const eager = modernHeaders('notice');
    expect((await post(quiet.body, quiet.headers)).text).not.toContain('notifications/message');
    expect((await post(eager.body, eager.headers)).text).toContain('notifications/message');
    // Each session pays from its own budget (CST-04).
    expect(engine.requests.map(({ attribution }) => attribution.sessionId)).toEqual([session, undefined, undefined]);
  });

  it('come with a session that budgets know, tags, and the word that a call may wait', async () => {
    const { engine, next, send, initialize } = startStdio();
    await initialize();
    const args = { prompt: 'hello', tags: ['nightly'], non_critical: true };
    send({ id: 1, method: 'tools/call', params: { name: 'route_completion', arguments: args } });
    await next();
    expect(engine.requests[0]).toMatchObject({
      attribution: { sessionId: 'session_1', tags: ['nightly'] },
      constraints: { nonCritical: true },
    });
  });
});
