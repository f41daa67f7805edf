import { heapSlope, soak } from './soak.ts';

const ROUND = 500;
/** A request that is kept by mistake weighs some kilobytes. */
const MOST_BYTES_A_REQUEST = 500;

/** 10,000 requests, or as many as are named: prints what became of them and says whether that will do. */
export async function runSoak(root: string, [count]: readonly string[]): Promise<boolean> {
  const requests = count === undefined ? 10_000 : Number(count);
  if (!Number.isSafeInteger(requests) || requests < 1) throw new Error(`${count} is not a number of requests.`);
  const result = await soak({ root, requests, concurrency: 50, round: ROUND });
  const slope = heapSlope(result, ROUND);
  const checks: readonly (readonly [string, boolean])[] = [
    [`answered ${result.answered} of ${requests} (at least 99.9 %)`, result.answered >= requests * 0.999],
    [`wrong ${result.wrong}`, result.wrong === 0],
    [
      `booked ${result.attempts} attempts, the upstreams received ${result.received}`,
      result.attempts === result.received,
    ],
    [`heap grows ${slope.toFixed(1)} bytes a request (below ${MOST_BYTES_A_REQUEST})`, slope < MOST_BYTES_A_REQUEST],
    [`${result.socketsLeft} sockets left`, result.socketsLeft === 0],
  ];
  for (const [what, passed] of checks) process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${what}\n`);
  for (const [error, times] of Object.entries(result.errors)) process.stdout.write(`     ${times} × ${error}\n`);
  const heap = result.heap.map((bytes) => (bytes / 1e6).toFixed(1));
  process.stdout.write(`     heap in MB: ${heap.join(' ')}; ${(result.durationMs / 1000).toFixed(1)} s\n`);
  return checks.every(([, passed]) => passed);
}
