import type { Engine } from '../pipeline/engine.ts';
import type { CliContext } from './context.ts';
import { printWrapped } from './print-wrapped.ts';

/** Why answers are simulated and how to get real ones, as one line. */
export function sandboxNotice(engine: Engine): string {
  if (engine.config.policy.sandbox === 'on') {
    return 'sandbox: answers are simulated, as policy.sandbox in the configuration says';
  }
  const hint = engine.config.providers.find((provider) => !provider.enabled && provider.hint)?.hint;
  const how = hint ? `${hint} or another key` : 'configure a provider';
  return `sandbox: answers are simulated; ${how} for real ones`;
}

/** The plain warning that stands before every answer of the sandbox. */
export async function printSandboxWarning({ stderr }: CliContext, engine: Engine): Promise<void> {
  if (engine.mode === 'sandbox') await printWrapped(stderr, sandboxNotice(engine), stderr.colours.yellow);
}
