import type { Clock } from '../../src/lib/clock.ts';
import { explainArguments } from '../../src/mcp/explain-arguments.ts';
import type { ToolContext } from '../../src/mcp/tool.ts';
import { TOOLS } from '../../src/mcp/tools/registry.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { createFakeClock } from './fake-clock.ts';
import type { PeerResult } from './mcp-peers.ts';

export interface RunToolOptions extends Partial<ToolContext> {
  readonly clock?: Clock;
}

/** Calls a tool's handler as the server would, without a transport. Throws what the handler throws. */
export async function runTool(
  engine: Engine,
  name: string,
  args: Record<string, unknown>,
  { clock = createFakeClock(), ...context }: RunToolOptions = {},
): Promise<PeerResult> {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool ${name}`);
  const parsed = tool.input.safeParse(args);
  if (!parsed.success)
    throw new Error(explainArguments(name, Object.keys(tool.input.shape), args, parsed.error.issues));
  const result = await tool.handle({ engine: async () => engine, clock, log: silentLog }, parsed.data, {
    signal: new AbortController().signal,
    client: 'tester',
    progress: undefined,
    ...context,
  });
  if (tool.output && !result.isError) tool.output.parse(result.structuredContent);
  return result as PeerResult;
}
