import {
  type CallToolResult,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { nearest } from '../lib/nearest.ts';
import { openAlertMailbox } from './alert-mailbox.ts';
import { clientName } from './client-name.ts';
import { errorResult } from './error-result.ts';
import { explainArguments } from './explain-arguments.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { ownSession } from './legacy-session.ts';
import { progressOf } from './progress.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import type { McpServerDeps } from './server-deps.ts';
import type { Tool } from './tool.ts';
import { toolDefinitions } from './tool-definitions.ts';
import { TOOLS } from './tools/registry.ts';

/** The lists never change while the process lives, and are the same for everybody. */
const LIST_CACHE = { ttlMs: 3_600_000, cacheScope: 'public' } as const;

/**
 * Makes a maker of servers. Every connection (stdio) and every request (HTTP) gets a server of its own: one that is
 * shared hands one client's answers to another (CVE-2026-25536).
 */
export function createMcpServerFactory(deps: McpServerDeps): () => McpServer {
  const tools = new Map(TOOLS.map((tool) => [tool.name, tool]));
  let definitions: ReturnType<typeof toolDefinitions> | undefined;

  return () => {
    const server = new McpServer(
      { name: 'farebox', title: 'farebox', version: deps.version },
      {
        instructions: INSTRUCTIONS,
        capabilities: {
          tools: { listChanged: false },
          resources: { listChanged: false },
          prompts: { listChanged: false },
          // Deprecated since 2026-07-28, and still the only way to tell a client of an alert.
          logging: {},
        },
        cacheHints: {
          'tools/list': LIST_CACHE,
          'prompts/list': LIST_CACHE,
          'resources/list': LIST_CACHE,
          'resources/templates/list': LIST_CACHE,
          'server/discover': LIST_CACHE,
        },
      },
    );
    server.server.setRequestHandler('tools/list', () => {
      definitions ??= toolDefinitions(TOOLS);
      return { tools: definitions };
    });
    // Handled here rather than by `registerTool`, so that a wrong name or argument is answered with the nearest right one.
    server.server.setRequestHandler('tools/call', async (request, context) => {
      const tool = tools.get(request.params.name) ?? unknownTool(request.params.name, [...tools.keys()]);
      const result = await callTool(deps, tool, request.params.arguments ?? {}, server, context);
      return server.server.projectCallToolResult(result, undefined);
    });
    // Only a legacy client says so, and on stdio its server lives as long as its connection.
    server.server.oninitialized = () => deps.mailbox?.pushTo(server);
    registerResources(server, deps);
    registerPrompts(server);
    return server;
  };
}

async function callTool(
  deps: McpServerDeps,
  tool: Tool,
  args: unknown,
  server: McpServer,
  context: ServerContext,
): Promise<CallToolResult> {
  const parsed = tool.input.safeParse(args);
  if (!parsed.success) {
    const text = explainArguments(tool.name, Object.keys(tool.input.shape), args, parsed.error.issues);
    return {
      content: [{ type: 'text', text }],
      isError: true,
      _meta: { 'farebox/error': { code: 'invalid_request' } },
    };
  }
  const client = clientName(server, context);
  const session = deps.session ?? ownSession(context.http?.req?.headers.get('mcp-session-id') ?? null);
  const progress = progressOf(context, deps.log);
  const mailbox = deps.mailbox ?? (deps.alerts && openAlertMailbox(deps.alerts, deps.log));
  try {
    return await deps.inFlight.run(context.mcpReq.signal, (signal) =>
      tool.handle(deps, parsed.data, { signal, client, session, progress }),
    );
  } catch (error) {
    return errorResult(error, tool.name, deps.log);
  } finally {
    await mailbox?.tell(server, context);
    if (mailbox !== deps.mailbox) mailbox?.close();
  }
}

function unknownTool(name: string, known: readonly string[]): never {
  const near = nearest(name, known);
  const hint = near ? ` Did you mean "${near}"?` : '';
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no tool "${name.slice(0, 80)}".${hint} The tools are: ${known.join(', ')}.`,
  );
}
