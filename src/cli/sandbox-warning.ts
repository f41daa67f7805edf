import type { Engine } from '../pipeline/engine.ts';
import type { CliContext } from './context.ts';

/** Why answers are simulated and how to get real ones, as one line. */
export function sandboxNotice(engine: Engine): string {
  if (engine.config.policy.sandbox === 'on') {
    return 'sandbox: switched on in the configuration (policy.sandbox), so answers are simulated';
  }
  const keys = engine.config.providers.filter((provider) => !provider.enabled && provider.hint).map((p) => p.hint);
  const how =
    keys.length > 0 ? `${keys[0]} (or another provider's key) for real ones` : 'configure a provider for real ones';
  return `sandbox: no provider is configured, so answers are simulated; ${how}`;
}

/** The plain warning that stands before every answer of the sandbox. */
export async function printSandboxWarning({ stderr }: CliContext, engine: Engine): Promise<void> {
  if (engine.mode === 'sandbox') await stderr.line(stderr.colours.yellow(sandboxNotice(engine)));
}
