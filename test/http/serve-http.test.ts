import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { refuseBeyondLoopback, serveHttp } from '../../src/http/serve-http.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { connectPeer, textOfResult } from '../support/mcp-peers.ts';
import { serveFake } from '../support/serve-fake.ts';

const options = { app: new Hono(), clock: systemClock, host: '127.0.0.1', port: 0, closeCalls: async () => {} };

describe('serveHttp', () => {
  it('refuses to listen where others can reach it, saying why (SEC-12)', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2']) {
      expect(() => refuseBeyondLoopback(host)).toThrow('no access keys yet');
      await expect(serveHttp({ ...options, host })).rejects.toThrow(`does not listen on ${host}`);
    }
  });

  it('says what to do when the port is taken', async () => {
    const first = await serveHttp(options);
    const port = Number(new URL(first.origin).port);
    await expect(serveHttp({ ...options, port })).rejects.toMatchObject({
      code: 'invalid_config',
      message: `Port ${port} on 127.0.0.1 is in use, perhaps by another farebox.`,
      remedy: `Stop what listens there, or choose another with --port ${port + 1}.`,
    });
    await first.close();
  });

  it('lets a running call end within the grace period', async () => {
    const { server, engine } = await serveFake();
    const peer = await connectPeer('modern', { url: `${server.origin}/mcp` });
    const call = peer.call('route_completion', { prompt: 'hello' });
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    await server.close(1000);
    expect(textOfResult(await call)).toContain('HELLO');
    await peer.close();
  });

  it.each(['legacy', 'modern'] as const)('aborts and books what a %s client still waits for after it', async (era) => {
    const { server, engine } = await serveFake();
    const peer = await connectPeer(era, { url: `${server.origin}/mcp` });
    const call = peer
      .call('route_completion', { prompt: 'hang' })
      .then(textOfResult, (error: unknown) => String(error));
    await vi.waitFor(() => expect(engine.requests).toHaveLength(1));
    await server.close(10);
    expect(engine.outcomes.map(({ status }) => status)).toEqual(['cancelled']);
    expect(await call).toContain('The call was cancelled.');
    await peer.close();
  });

  it.each(['legacy', 'modern'] as const)('aborts the call of a %s client that goes away (MCP-13)', async (era) => {
    const { server, engine } = await serveFake();
    const peer = await connectPeer(era, { url: `${server.origin}/mcp` });
    peer.call('route_completion', { prompt: 'hang' }, { onprogress: () => void peer.close() }).catch(() => {});
    await vi.waitFor(() => expect(engine.outcomes.map(({ status }) => status)).toEqual(['cancelled']));
    await server.close(0);
  });

  it('keeps fifty clients apart, also those with the same request ids (MCP-02)', async () => {
    const { server, engine } = await serveFake();
    const peers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        connectPeer(index % 2 ? 'legacy' : 'modern', { url: `${server.origin}/mcp` }),
      ),
    );
    const answers = await Promise.all(
      peers.map(async (peer, index) =>
        textOfResult(await peer.call('route_completion', { prompt: `client ${index} here` })),
      ),
    );
    for (const [index, answer] of answers.entries()) expect(answer).toContain(`CLIENT ${index} HERE`);
    expect(new Set(engine.requests.map(({ attribution }) => attribution.client))).toEqual(
      new Set(['legacy-tester', 'modern-tester']),
    );
    await Promise.all(peers.map((peer) => peer.close()));
    await server.close(0);
  });

  it('cancels only the call of the client that cancels', async () => {
    const { server, engine } = await serveFake();
    const peers = await Promise.all(
      ['legacy', 'legacy'].map(() => connectPeer('legacy', { url: `${server.origin}/mcp` })),
    );
    const controllers = peers.map(() => new AbortController());
    const calls = peers.map((peer, index) =>
      peer
        .call('route_completion', { prompt: 'hang' }, { signal: (controllers[index] as AbortController).signal })
        .catch(() => 'ended'),
    );
    await vi.waitFor(() => expect(engine.requests).toHaveLength(2));
    controllers[0]?.abort();
    await vi.waitFor(() => expect(engine.outcomes).toHaveLength(1));
    await calls[0];
    await peers[1]?.listTools();
    expect(engine.outcomes).toHaveLength(1);
    await server.close(0);
    expect(engine.outcomes).toHaveLength(2);
    await Promise.all(peers.map((peer) => peer.close()));
  });
});
