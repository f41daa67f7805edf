import { type Program, type ProgramOptions, type ProgramRun, startProgram } from './program.ts';

export interface ServingProgram extends Program {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  readonly mcpUrl: string;
  /** Ends it as a service manager does, and waits until everything is booked. */
  stop(): Promise<ProgramRun>;
}

/** `farebox serve` on a free port, ready to be asked. */
export async function serveProgram(options: ProgramOptions): Promise<ServingProgram> {
  const program = startProgram(['serve', '--port', '0', '--json'], { ...options, input: 'open' });
  const text = await program.until((stdout) => stdout.endsWith('}\n'));
  const { url, mcp_url: mcpUrl } = JSON.parse(text) as { url: string; mcp_url: string };
  return {
    ...program,
    url,
    mcpUrl,
    stop: () => {
      program.child.kill('SIGTERM');
      return program.ended;
    },
  };
}
