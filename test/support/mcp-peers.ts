import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

export interface PeerResult {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  readonly onprogress?: (progress: {
    progress: number;
    total?: number | undefined;
    message?: string | undefined;
  }) => void;
  readonly signal?: AbortSignal;
}

/** An MCP client of either era behind the same words, so that one suite runs with both. */
export interface Peer {
  readonly instructions: string | undefined;
  listTools(): Promise<
    readonly { name: string; inputSchema: unknown; outputSchema?: unknown; annotations?: unknown }[]
  >;
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<PeerResult>;
  listResources(): Promise<readonly string[]>;
  readResource(uri: string): Promise<string>;
  listTemplates(): Promise<number>;
  listPrompts(): Promise<readonly string[]>;
  getPrompt(name: string, args: Record<string, string>): Promise<string>;
  complete(prompt: string, argument: string, value: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A program that speaks MCP on its standard streams. */
export interface StdioPlace {
  /** A script for this Node, or a command with its arguments. */
  readonly script: string | readonly [command: string, ...args: string[]];
  readonly onStderr?: (text: string) => void;
  /** Its whole environment; the SDK's choice of this process's where absent. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}
export type Place = { readonly url: string } | StdioPlace;
export type Era = 'legacy' | 'modern';

/** SDK v1 speaks up to 2025-11-25; SDK v2 is pinned to 2026-07-28, so that it cannot fall back. */
export async function connectPeer(era: Era, place: Place): Promise<Peer> {
  const info = { name: `${era}-tester`, version: '1.0.0' };
  if (era === 'legacy') {
    const client = new LegacyClient(info);
    const transport = 'url' in place ? new LegacyHttp(new URL(place.url)) : new LegacyStdio(childOf(place));
    if (transport instanceof LegacyStdio && 'script' in place)
      transport.stderr?.on('data', (data) => place.onStderr?.(String(data)));
    // The transport's optional `sessionId` and our exactOptionalPropertyTypes do not agree.
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    return peerOf(client, (params, options) => client.callTool(params, CallToolResultSchema, options));
  }
  const client = new ModernClient(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const transport = 'url' in place ? new ModernHttp(new URL(place.url)) : new ModernStdio(childOf(place));
  if (transport instanceof ModernStdio && 'script' in place)
    transport.stderr?.on('data', (data) => place.onStderr?.(String(data)));
  await client.connect(transport);
  return peerOf(client, (params, options) => client.callTool(params, options));
}

function childOf({ script, env, cwd }: StdioPlace) {
  const [command, ...args] = typeof script === 'string' ? [process.execPath, script] : script;
  return {
    command,
    args,
    stderr: 'pipe' as const,
    maxBufferSize: 64 * 1024 * 1024,
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
  };
}

type Params = { name: string; arguments: Record<string, unknown> };

function peerOf(
  client: LegacyClient | ModernClient,
  callTool: (params: Params, options: CallOptions) => Promise<unknown>,
): Peer {
  return {
    instructions: client.getInstructions(),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args, options = {}) => (await callTool({ name, arguments: args }, options)) as PeerResult,
    listResources: async () => (await client.listResources()).resources.map((resource) => resource.uri),
    readResource: async (uri) => {
      const [content] = (await client.readResource({ uri })).contents;
      return content && 'text' in content ? String(content.text) : '';
    },
    listTemplates: async () => (await client.listResourceTemplates()).resourceTemplates.length,
    listPrompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
    getPrompt: async (name, args) => {
      const [message] = (await client.getPrompt({ name, arguments: args })).messages;
      return message?.content.type === 'text' ? message.content.text : '';
    },
    complete: async (prompt, name, value) =>
      (await client.complete({ ref: { type: 'ref/prompt', name: prompt }, argument: { name, value } })).completion
        .values,
    close: () => client.close(),
  };
}

/** The text of a tool's result. */
export function textOfResult(result: PeerResult): string {
  return result.content.map((block) => block.text ?? '').join('');
}
