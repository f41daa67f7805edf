import { onTestFinished } from 'vitest';
import { connectPeer, type Era, type Peer } from './mcp-peers.ts';
import { type ProgramOptions, type ProgramRun, programEnvironment, programFile } from './program.ts';
import { serveProgram } from './serve-program.ts';

export interface JourneyPeer {
  readonly peer: Peer;
  /** Hangs up and resolves when the program has ended, everything booked. */
  close(): Promise<ProgramRun | undefined>;
}

/** A client of the built program: over its standard streams, or over HTTP to `serve`. */
export async function connectToProgram(
  transport: 'stdio' | 'http',
  era: Era,
  options: ProgramOptions,
): Promise<JourneyPeer> {
  const { home, env } = options;
  if (transport === 'stdio') {
    const script = [process.execPath, programFile, 'mcp'] as const;
    const peer = await connectPeer(era, { script, env: programEnvironment(home, env) });
    // The client closes our input and waits for the process to end.
    return once(peer, async () => {
      await peer.close();
      return undefined;
    });
  }
  const serving = await serveProgram(options);
  const peer = await connectPeer(era, { url: serving.mcpUrl });
  return once(peer, async () => {
    await peer.close();
    return serving.stop();
  });
}

function once(peer: Peer, end: () => Promise<ProgramRun | undefined>): JourneyPeer {
  let ending: Promise<ProgramRun | undefined> | undefined;
  const close = () => {
    ending ??= end();
    return ending;
  };
  onTestFinished(async () => {
    await close();
  });
  return { peer, close };
}
