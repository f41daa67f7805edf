import type { CallToolResult } from '@modelcontextprotocol/server';
import { FareboxError } from '../domain/errors.ts';
import { maskSecrets } from '../lib/mask-secrets.ts';
import type { Log } from '../telemetry/log.ts';

/** An error as a tool result: only text reaches the model, so the text says what happened and what to do. */
export function errorResult(error: unknown, toolName: string, log: Log): CallToolResult {
  const known = error instanceof FareboxError ? error : undefined;
  if (!known) log.error('a tool failed unexpectedly', { tool: toolName, error: stackOf(error) });
  const text = known
    ? known.explain()
    : `farebox failed inside: ${messageOf(error)} This is a fault of farebox, not of your request; its log (stderr) says more.`;
  return {
    content: [{ type: 'text', text: maskSecrets(text) }],
    isError: true,
    _meta: { 'farebox/error': { code: known?.code ?? 'internal' } },
  };
}

export function messageOf(error: unknown): string {
  if (error instanceof FareboxError) return error.explain();
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
