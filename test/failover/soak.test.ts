import { expect, it } from 'vitest';
import { soak } from '../../tools/soak/soak.ts';
import { projectRoot } from '../support/source-tree.ts';

it('answers 500 requests although each of three replicas fails a fifth of them (SCL-03, SCL-04, SCL-09)', async () => {
  const result = await soak({ root: projectRoot, requests: 500, concurrency: 25, round: 500 });
  // `npm run soak` asks 10,000 times and measures the heap as well.
  expect(result).toMatchObject({ wrong: 0, socketsLeft: 0 });
  expect(result.answered).toBeGreaterThanOrEqual(499);
  expect(result.attempts).toBe(result.received);
  expect(result.attempts).toBeGreaterThan(550);
}, 60_000);
