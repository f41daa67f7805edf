import { systemClock } from '../../src/lib/clock.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start-sandbox.ts';

/** A sandbox on a free port that answers at once. Close it in `afterEach`. */
export function startTestSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return startSandbox({ clock: systemClock, speed: 0, ...options });
}
