import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FareboxError } from '../../src/domain/errors.ts';
import type { HttpServer } from '../../src/http/serve-http.ts';
import type { FakeEngineOptions } from '../support/fake-engine.ts';
import { serveFake } from '../support/serve-fake.ts';

let server: HttpServer;
beforeAll(async () => {
  ({ server } = await serveFake({ maxBodyBytes: 100_000 }));
});
afterAll(() => server.close(0));

const get = async (path: string, origin = server.origin) => {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

async function withServer<Result>(
  options: FakeEngineOptions,
  use: (origin: string) => Promise<Result>,
): Promise<Result> {
  const { server: other } = await serveFake(options);
  try {
    return await use(other.origin);
  } finally {
    await other.close(0);
  }
}

/** `fetch` does not let anybody forge Host. */
function forged(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(`${server.origin}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the HTTP surface', () => {
  it('is alive and ready (MCP-02)', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"status":"ok","version":"0.0.0-test"}' });
    expect(await get('/readyz')).toMatchObject({ status: 200 });
  });

  it('is alive but not ready while the store is away, and says why', async () => {
    const ready = () => {
      throw new FareboxError('storage_unavailable', 'The database is locked.', { remedy: 'Close the other program.' });
    };
    await withServer({ ready }, async (origin) => {
      expect((await get('/healthz', origin)).status).toBe(200);
      const { status, text } = await get('/readyz', origin);
      expect([status, JSON.parse(text).reason]).toEqual([503, 'The database is locked. Close the other program.']);
      expect(await get('/', origin)).toMatchObject({
        status: 200,
        text: expect.stringContaining('The database is locked.'),
      });
    });
  });

  it.each(['/', '/mcp', '/healthz', '/readyz', '/v1/embeddings', '/v1/models', '/nowhere'])(
    'refuses a foreign Host or Origin on %s (SEC-12)',
    async (path) => {
      expect(await forged(path, { host: 'evil.example' })).toBe(403);
      expect(await forged(path, { origin: 'https://evil.example' })).toBe(403);
      expect(await forged(path, { origin: 'https://evil.example' }, 'POST')).toBe(403);
      expect(await forged(path, { host: 'localhost:9' })).not.toBe(403);
    },
  );

  it('names what exists where nothing does', async () => {
    const { status, text } = await get('/dashboard');
    expect([status, JSON.parse(text).error]).toEqual([
      404,
      {
        message: 'There is nothing here. farebox serves: /, /mcp, /v1/embeddings, /healthz, /readyz.',
        type: 'not_found',
        code: 'not_found',
      },
    ]);
  });

  it('says in the OpenAI dialect that the gateway is not there yet (MCP-10)', async () => {
    const response = await fetch(`${server.origin}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      error: { code: 'not_implemented', message: expect.stringContaining('later version') },
    });
  });

  it('refuses a body beyond the limit, declared or streamed (SEC-11)', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = 'x'.repeat(200_000);
    expect((await fetch(`${server.origin}/mcp`, { method: 'POST', headers, body })).status).toBe(413);
    const stream = new Blob([body]).stream();
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    expect((await fetch(`${server.origin}/mcp`, init)).status).toBe(413);
  });

  it('answers broken JSON and other content types as the protocol wants', async () => {
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${server.origin}/mcp`, { method: 'POST', headers, body });
    const broken = await post({ 'content-type': 'application/json' }, '{"jsonrpc":');
    expect([broken.status, (await broken.json()) as unknown]).toEqual([
      400,
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'The request body is not valid JSON.' } },
    ]);
    expect((await post({ 'content-type': 'text/plain' }, '{}')).status).toBe(415);
    expect((await get('/mcp')).status).toBe(405);
  });
});

describe('the status page', () => {
  it('says what runs, what it cost and how to connect, without anything from elsewhere', async () => {
    const { text, headers } = await get('/');
    expect(text).toContain('farebox 0.0.0-test');
    expect(text).toContain('Mode: live. Profile: balanced. Models: 1.');
    expect(text).toContain('2 calls, spent $0.0000096, saved $0.000212 against claude-x. 1 attempts of unknown cost');
    expect(text).toContain('<td>all/month</td><td class="n">$10.00</td>');
    expect(text).toContain(`claude mcp add --transport http farebox ${server.origin}/mcp`);
    expect(text).toContain(`codex mcp add farebox --url ${server.origin}/mcp`);
    expect(text).not.toMatch(/<script|src=|href="http/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(Buffer.byteLength(text)).toBeLessThan(8_000);
  });

  it('says plainly that the sandbox answers', async () => {
    await withServer({ mode: 'sandbox' }, async (origin) => {
      expect((await get('/', origin)).text).toContain(
        '<strong>Sandbox.</strong> No provider is configured, so answers are simulated',
      );
    });
  });

  it('escapes what others wrote', async () => {
    const ready = () => {
      throw new FareboxError('storage_unavailable', '<script>alert("&")</script>');
    };
    await withServer({ ready }, async (origin) => {
      const { text } = await get('/', origin);
      expect(text).toContain('&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;');
      expect(text).not.toContain('<script>');
    });
  });
});
