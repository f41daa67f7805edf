import type { Environment } from './substitute-variables.ts';

/** The process environment: the only place in farebox that looks at it. */
export function readEnvironment(): Environment {
  return process.env;
}
