import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { benchRequest, withEngine } from './bench-engine.ts';
import { distribution, ms, type Section, times } from './measure.ts';
import { startUpstream } from './start-upstream.ts';

const CALLS = 2_000;
const CONCURRENCY = 16;
const BODY = JSON.stringify({ model: 'fixed', messages: benchRequest(0).messages });

/** A completion through engine, provider and ledger, beside the least that a gateway in Node can do, in the same run. */
export async function benchPassthrough(root: string): Promise<Section> {
  const upstream = await startUpstream(root);
  try {
    const floor = await measureFloor(upstream.origin);
    const ours = await withEngine(root, `${upstream.origin}/v1`, async (engine) => {
      const never = new AbortController().signal;
      const call = async (i: number) => {
        const { status, error } = await engine.pipeline.complete(benchRequest(i), never);
        if (status !== 'complete') throw error ?? new Error(status);
      };
      return { single: await distribution(CALLS, call), many: await concurrently(call) };
    });
    return {
      title: 'One completion against a local upstream',
      method: `${CALLS} completions to an upstream of fixed answers in another process. The floor is node:http that reads a request, passes it on with an undici pool and sends the answer back. Ours: \`pipeline.complete\` with routing, budget, ledger (a row for call and attempt, on a file). The two do different work, so the ratio says what everything around the upstream call costs.`,
      rows: [
        {
          name: 'one at a time, p50',
          value: ms(ours.single.p50),
          ratio: `${times(ours.single.p50, floor.single.p50)} floor (${ms(floor.single.p50)})`,
        },
        {
          name: 'one at a time, p99',
          value: ms(ours.single.p99),
          ratio: `${times(ours.single.p99, floor.single.p99)} floor (${ms(floor.single.p99)})`,
        },
        {
          name: `${CONCURRENCY} at a time, a second`,
          value: ours.many.toFixed(0),
          ratio: `${times(ours.many, floor.many)} floor (${floor.many.toFixed(0)})`,
        },
      ],
    };
  } finally {
    upstream.close();
  }
}

/** node:http + undici passthrough, asked through a pool as well. */
async function measureFloor(origin: string): Promise<{ single: { p50: number; p99: number }; many: number }> {
  const pool = new Pool(origin);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
      const answer = await pool.request({
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await answer.body.json()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const call = async () => {
    const answer = await client.request({
      path: '/',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: BODY,
    });
    await answer.body.json();
  };
  try {
    return { single: await distribution(CALLS, call), many: await concurrently(call) };
  } finally {
    await client.close();
    await pool.close();
    server.close();
  }
}

/** Calls a second with `CONCURRENCY` in flight. */
async function concurrently(call: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < CALLS) await call(1_000_000 + next++);
    }),
  );
  return (CALLS / (performance.now() - began)) * 1000;
}
