import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ResponseCompression } from '../../src/config/config.ts';
import { chooseEncoding, compressResponses } from '../../src/http/compress-responses.ts';
import { createHttpApp } from '../../src/http/create-http-app.ts';
import { serveHttp } from '../../src/http/serve-http.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { openTestEngine } from '../support/open-test-engine.ts';

const GZIP: ResponseCompression = { algorithm: 'gzip', level: null };
const BROTLI: ResponseCompression = { algorithm: 'brotli', level: 6 };
const LARGE = 'Fare boxes take coins. '.repeat(200);

interface Raw {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `fetch` would unpack what came. */
async function getRaw(url: string, acceptEncoding: string | null, method = 'GET'): Promise<Raw> {
  const headers = acceptEncoding === null ? {} : { 'accept-encoding': acceptEncoding };
  const sent = httpRequest(url, { method, headers }).end();
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

async function serve(app: Hono): Promise<string> {
  const server = await serveHttp({ app, clock: systemClock, host: '127.0.0.1', port: 0, closeCalls: async () => {} });
  onTestFinished(() => server.close(0));
  return server.origin;
}

async function serveTexts(settings: () => Promise<ResponseCompression | null>) {
  const app = new Hono();
  app.use(compressResponses(settings));
  app.get('/large', (c) => c.json({ text: LARGE }, 201, { 'x-kept': 'yes', 'set-cookie': 'a=1' }));
  app.get('/small', (c) => c.json({ text: 'short' }));
  app.get('/events', (c) => c.body(`data: ${LARGE}\n\n`, 200, { 'content-type': 'text/event-stream; charset=utf-8' }));
  app.get('/image', (c) => c.body(LARGE, 200, { 'content-type': 'image/png' }));
  app.get('/packed', (c) => c.body(LARGE, 200, { 'content-type': 'text/plain', 'content-encoding': 'zstd' }));
  app.get('/as-is', (c) => c.text(LARGE, 200, { 'cache-control': 'no-transform' }));
  app.get('/nothing', (c) => c.body(null, 204));
  return serve(app);
}

describe('compression of answers over HTTP (OPT-09)', () => {
  it.each([
    ['gzip', GZIP, 'gzip, deflate, br', gunzipSync],
    ['br', BROTLI, 'gzip, deflate, br', brotliDecompressSync],
    ['gzip', BROTLI, 'gzip', gunzipSync],
    ['gzip', { algorithm: 'gzip', level: 11 }, '*', gunzipSync],
  ] as const)(
    'is %s where it is configured as %j and the client accepts %s',
    async (encoding, settings, accepted, unpack) => {
      const origin = await serveTexts(async () => settings);
      const { status, headers, body } = await getRaw(`${origin}/large`, accepted);
      expect(status).toBe(201);
      expect(headers).toMatchObject({
        'content-encoding': encoding,
        vary: 'Accept-Encoding',
        'x-kept': 'yes',
        'set-cookie': ['a=1'],
        'content-type': 'application/json',
      });
      expect(JSON.parse(unpack(body).toString())).toEqual({ text: LARGE });
      expect(body.length).toBeLessThan(LARGE.length / 5);
    },
  );

  it.each(['/small', '/events', '/image', '/as-is', '/nothing'])('leaves %s as it is', async (path) => {
    const origin = await serveTexts(async () => BROTLI);
    const [packed, plain] = [await getRaw(`${origin}${path}`, 'br, gzip'), await getRaw(`${origin}${path}`, null)];
    expect(packed.headers['content-encoding']).toBeUndefined();
    expect([packed.status, packed.body]).toEqual([plain.status, plain.body]);
  });

  it('leaves alone what is packed already, and answers to HEAD', async () => {
    const origin = await serveTexts(async () => BROTLI);
    expect(await getRaw(`${origin}/packed`, 'br')).toMatchObject({
      headers: { 'content-encoding': 'zstd' },
      body: Buffer.from(LARGE),
    });
    const head = await getRaw(`${origin}/large`, 'br', 'HEAD');
    expect([head.status, head.headers['content-encoding'], head.body.length]).toEqual([201, undefined, 0]);
  });

  it('tells caches that the answer varies, also where this client accepts nothing', async () => {
    const origin = await serveTexts(async () => GZIP);
    for (const accepted of [null, 'identity', 'br', 'gzip;q=0']) {
      const { headers, body } = await getRaw(`${origin}/large`, accepted);
      expect([headers['content-encoding'], headers.vary]).toEqual([undefined, 'Accept-Encoding']);
      expect(JSON.parse(body.toString())).toEqual({ text: LARGE });
    }
  });

  it('answers uncompressed where nothing is configured, or the configuration cannot be had', async () => {
    const failing = async (): Promise<never> => {
      throw new Error('the engine does not open');
    };
    for (const settings of [async () => null, failing]) {
      const origin = await serveTexts(settings);
      const { status, headers, body } = await getRaw(`${origin}/large`, 'gzip');
      expect([status, headers['content-encoding'], headers.vary]).toEqual([201, undefined, undefined]);
      expect(JSON.parse(body.toString())).toEqual({ text: LARGE });
    }
  });

  it('sends each event of a stream when it comes', async () => {
    let send = (_text: string) => {};
    const app = new Hono();
    app.use(compressResponses(async () => GZIP));
    app.get('/', (c) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          send = (text) => controller.enqueue(new TextEncoder().encode(text));
          send('data: one\n\n');
        },
      });
      return c.body(body, 200, { 'content-type': 'text/event-stream' });
    });
    const sent = httpRequest(await serve(app), { headers: { 'accept-encoding': 'gzip' } }).end();
    const [response] = await once(sent, 'response');
    for (const word of ['one', 'two', 'three']) {
      const [chunk] = await once(response, 'data');
      expect(String(chunk)).toBe(`data: ${word}\n\n`);
      send(word === 'one' ? 'data: two\n\n' : 'data: three\n\n');
    }
    sent.destroy();
  });

  it('ends what it read from when the client leaves', async () => {
    let ended: () => void = () => {};
    const over = new Promise<void>((resolve) => (ended = resolve));
    const app = new Hono();
    app.use(compressResponses(async () => GZIP));
    app.get('/', (c) => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) =>
          controller.enqueue(new TextEncoder().encode(`${Math.sin(performance.now())}`.repeat(400))),
        cancel: () => ended(),
      });
      return c.body(body, 200, { 'content-type': 'text/plain' });
    });
    const sent = httpRequest(await serve(app), { headers: { 'accept-encoding': 'gzip' } }).end();
    const [response] = await once(sent, 'response');
    await once(response, 'data');
    sent.destroy();
    await over;
  });

  it('is what the default profile says, on every route', async () => {
    const engine = await openTestEngine({ config: { extends: 'balanced' } });
    const app = createHttpApp({
      engine: async () => engine,
      clock: systemClock,
      log: silentLog,
      version: '0.0.0-test',
      mcp: async () => Response.json({ text: LARGE }),
      host: '127.0.0.1',
    });
    const origin = await serve(app);
    const page = await getRaw(`${origin}/`, 'gzip, br');
    expect(page.headers).toMatchObject({ 'content-encoding': 'gzip', 'x-content-type-options': 'nosniff' });
    expect(gunzipSync(page.body).toString()).toContain('farebox');
    expect((await getRaw(`${origin}/mcp`, 'gzip', 'POST')).headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect((await getRaw(`${origin}/healthz`, 'gzip')).headers['content-encoding']).toBeUndefined();
  });

  it('never chooses what the client does not accept', () => {
    const name = fc.constantFrom('gzip', 'br', 'deflate', 'identity', '*', 'GZIP', '');
    const entry = fc.tuple(name, fc.option(fc.constantFrom('0', '0.5', '1', 'x')));
    fc.assert(
      fc.property(fc.array(entry), fc.constantFrom(GZIP, BROTLI), (entries, settings) => {
        const accepted = entries.map(([encoding, q]) => (q === null ? encoding : `${encoding};q=${q}`)).join(', ');
        const chosen = chooseEncoding(accepted, settings);
        if (chosen === null) return;
        const named = entries.filter(([encoding]) => encoding.toLowerCase() === chosen || encoding === '*');
        expect(named.some(([, q]) => q !== '0')).toBe(true);
        if (settings.algorithm === 'gzip') expect(chosen).toBe('gzip');
      }),
    );
  });
});
