import { expect, it } from 'vitest';
import { startPulse } from '../../src/mcp/progress.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('is never silent for longer than ten seconds, and silent once stopped (MCP-13)', async () => {
  const clock = createFakeClock();
  const said: string[] = [];
  const pulse = startPulse((message) => said.push(message), clock);
  pulse.say('asking acme/small-1');
  for (let second = 0; second < 25; second++) {
    clock.advance(1000);
    await turn();
  }
  expect(said).toEqual(['asking acme/small-1', 'asking acme/small-1 (10 s)', 'asking acme/small-1 (20 s)']);
  pulse.stop();
  clock.advance(60_000);
  await turn();
  expect(said).toHaveLength(3);
});

it('does nothing for a client that did not ask', () => {
  const pulse = startPulse(undefined, createFakeClock());
  pulse.say('x');
  pulse.update('y');
  pulse.stop();
});
