import { systemClock } from '../../src/lib/clock.ts';
import type { Behaviour, Script, Step } from '../../src/sandbox/script.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.ts';

/** The faults that each upstream has, and the share of its requests that each of them strikes: a fifth in all. */
const FAULTS: readonly (readonly [share: number, fault: Behaviour])[] = [
  [0.04, { status: 500 }],
  [0.03, { status: 429, headers: { 'retry-after-ms': '20' } }],
  [0.02, { status: 503, headers: { 'retry-after': '60' } }],
  [0.03, { reset: true }],
  [0.03, { cutAfterTokens: 4 }],
  [0.02, { malformedAfterTokens: 4 }],
  [0.01, { errorAfterTokens: 4 }],
  [0.01, { stallAfterTokens: 4 }],
  [0.01, { hang: true }],
];

/** Upstreams that serve the same model, each failing by itself. */
export async function startFaultyReplicas(count: number): Promise<readonly Sandbox[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      startSandbox({ clock: systemClock, speed: 0, script: faultyScript(index + 1) }),
    ),
  );
}

function faultyScript(seed: number): Script {
  let left = 1;
  const steps = FAULTS.map(([share, fault]): Step => {
    // A step meets only what the steps before it let pass.
    const step = { match: { share: share / left }, do: fault };
    left -= share;
    return step;
  });
  return { name: 'a fifth fails', seed, steps };
}
