import { FareboxError } from '../domain/errors.ts';
import type { CliDeps, Service } from './deps.ts';

/** Says that a service runs, keeps it until Ctrl-C, then closes it; also where saying so fails. */
export async function untilInterrupted(deps: CliDeps, service: Service, announce: () => Promise<void>): Promise<void> {
  let forget = () => {};
  try {
    // Listened for first: whoever reads the announcement may stop us at once.
    const interrupted = new Promise<void>((resolve) => {
      forget = deps.onInterrupt(resolve);
    });
    await announce();
    await interrupted;
  } finally {
    await service.close();
    forget();
  }
}

/** Neither that of `farebox serve` (4141) nor that of `farebox sandbox` (4142). */
const OTHER_PORT = 4143;

/** An error of listening as one that says how to mend it; others are returned as they are. */
export function toPortError(cause: unknown, port: number): unknown {
  const problem = portProblem(cause, port);
  if (problem === null || cause instanceof FareboxError) return cause;
  return new FareboxError('invalid_config', problem, {
    cause,
    remedy: `Choose another, for example --port ${OTHER_PORT}; 0 takes a free one.`,
  });
}

function portProblem(error: unknown, port: number): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user.`;
  if (code === 'EADDRNOTAVAIL') return 'This machine does not have that address.';
  return null;
}
