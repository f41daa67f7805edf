import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundle } from '../support/bundle.ts';
import { connectPeer, type Era, type Peer, textOfResult } from '../support/mcp-peers.ts';
import { serveFake } from '../support/serve-fake.ts';

const ERAS: readonly Era[] = ['legacy', 'modern'];
let script = '';
beforeAll(async () => {
  script = await bundle('test/support/stdio-child.ts');
});

const CALLS: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    'route_completion',
    { prompt: 'hello' },
    /^HELLO\n\n— small-1 via acme · \$0\.0000048 · saved .*12 in, 5 out tokens · call_/,
  ],
  ['route_completion', { prompt: 'hello', dry_run: true }, /^Dry run: nothing was sent or spent/],
  ['cost_report', { period: 'today' }, /^Calls from /],
  ['memory_store', { content: 'The database is PostgreSQL.' }, /^created memory_/],
  ['memory_search', { query: 'database' }, /The database is PostgreSQL/],
  ['memory_forget', { namespace: 'default' }, /^forgotten: 1$/],
];

for (const transport of ['stdio', 'http'] as const) {
  describe.each(ERAS)(`a %s client over ${transport}`, (era) => {
    let peer: Peer;
    let stderr = '';
    let settled: () => readonly string[] = () => [];
    let stop: () => Promise<void>;
    beforeAll(async () => {
      if (transport === 'stdio') {
        peer = await connectPeer(era, { script, onStderr: (text) => (stderr += text) });
        stop = () => peer.close();
      } else {
        const { server, engine } = await serveFake();
        peer = await connectPeer(era, { url: `${server.origin}/mcp` });
        settled = () => engine.outcomes.map(({ status }) => status);
        stop = async () => {
          await peer.close();
          await server.close(0);
        };
      }
    });
    afterAll(() => stop());

    it('lists tools, resources, templates and prompts before the engine is built (MCP-01, MCP-14)', async () => {
      expect((await peer.listTools()).map(({ name }) => name)).toEqual([
        'route_completion',
        'cost_report',
        'memory_store',
        'memory_search',
        'memory_forget',
      ]);
      expect(await peer.listResources()).toEqual([
        'models://catalog',
        'ledger://today',
        'config://effective',
        'health://status',
      ]);
      expect(await peer.listTemplates()).toBe(0);
      expect(await peer.listPrompts()).toEqual(['second_opinion', 'delegate', 'cost', 'recall']);
      expect(peer.instructions).toContain('route_completion');
      expect(stderr).not.toContain('engine built');
    });

    it('calls every tool and finds the outputs as their schemas say (MCP-01, MCP-03, MCP-06)', async () => {
      for (const [name, args, text] of CALLS) {
        const result = await peer.call(name, args);
        expect(result.isError ?? false, `${name}: ${textOfResult(result)}`).toBe(false);
        expect(textOfResult(result)).toMatch(text);
      }
    });

    it('reads every resource, with secrets masked (MCP-14, SEC-01)', async () => {
      for (const uri of await peer.listResources()) {
        const text = await peer.readResource(uri);
        expect(JSON.parse(text)).toBeTypeOf('object');
        expect(text).not.toContain('canary-secret-value');
      }
    });

    it('gets prompts and completions of their arguments (MCP-14)', async () => {
      expect(await peer.getPrompt('delegate', { task: 'write tests' })).toContain('write tests');
      expect(await peer.getPrompt('second_opinion', {})).toContain('route_completion');
      expect(await peer.complete('cost', 'period', 'm')).toEqual(['month']);
    });

    it('answers an unknown tool or argument with the nearest right one (MCP-10)', async () => {
      await expect(peer.call('route_completon', { prompt: 'x' })).rejects.toThrow(/Did you mean "route_completion"/);
      const result = await peer.call('route_completion', { promt: 'x' });
      expect(result.isError).toBe(true);
      expect(textOfResult(result)).toContain('did you mean "prompt"?');
    });

    it("reports progress, and aborts the pipeline's call when the client cancels (MCP-13)", async () => {
      const controller = new AbortController();
      const messages: (string | undefined)[] = [];
      const onprogress = ({ message }: { message?: string | undefined }) => {
        messages.push(message);
        controller.abort(new Error('enough'));
      };
      await expect(
        peer.call('route_completion', { prompt: 'hang' }, { signal: controller.signal, onprogress }),
      ).rejects.toThrow();
      expect(messages).toEqual(['asking acme/small-1']);
      if (transport === 'http') await vi.waitFor(() => expect(settled()).toContain('cancelled'));
    });

    if (transport === 'stdio') {
      it('aborts, books and exits when the client closes stdin (MCP-13)', async () => {
        const progressed = new Promise<void>((resolve) => {
          peer.call('route_completion', { prompt: 'hang' }, { onprogress: () => resolve() }).catch(() => {});
        });
        await progressed;
        await peer.close();
        await vi.waitFor(() => expect(stderr).toMatch(/(settled cancelled\n){2}closed\n$/), { timeout: 5000 });
        expect(stderr).not.toContain('error ');
      });
    }
  });
}
