import { CLIENT_INFO_META_KEY, type McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { clientOfSession } from './legacy-session.ts';

/**
 * Who calls, as the client names itself; for the ledger, never for access. The modern era says it with each request,
 * the legacy era once in `initialize`; over HTTP each legacy request meets a fresh server, so there the name travels in
 * the session id that we minted, and last in the user agent.
 */
export function clientName(server: McpServer, context: ServerContext): string | undefined {
  const headers = context.http?.req?.headers;
  return (
    cleanName(namedIn(context.mcpReq.envelope)) ??
    cleanName(server.server.getClientVersion()?.name) ??
    cleanName(clientOfSession(headers?.get('mcp-session-id') ?? null)) ??
    cleanName(productOf(headers?.get('user-agent') ?? null))
  );
}

/** The SDK leaves the envelope's contents untyped, and does not check them. */
function namedIn(envelope: object | undefined): unknown {
  const info = (envelope as Readonly<Record<string, { readonly name?: unknown } | undefined>> | undefined)?.[
    CLIENT_INFO_META_KEY
  ];
  return info?.name;
}

/** A name that is safe to store and print: one line, at most 64 characters; undefined where nothing is left. */
export function cleanName(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const clean = name
    .replace(/[^\p{L}\p{N} ._@/+-]/gu, '')
    .trim()
    .slice(0, 64);
  return clean === '' ? undefined : clean;
}

/** `claude-code/2.1.329 (cli)` is `claude-code`; what every program that runs on Node sends says nothing. */
function productOf(userAgent: string | null): string | undefined {
  const product = userAgent?.split(/[/\s(]/, 1)[0];
  return product && !['node', 'undici', 'Mozilla'].includes(product) ? product : undefined;
}
