import type { CallToolResult } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { EngineSource } from '../pipeline/engine.ts';
import type { AlertFeed } from '../telemetry/alert-feed.ts';
import type { Log } from '../telemetry/log.ts';

/** What the tools of a server share. The engine is built when the first call needs it. */
export interface ToolDeps {
  readonly engine: EngineSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Who pays, for reports and budgets: the checkout in which a client started us; absent where nobody can tell. */
  readonly project?: string;
  /** What budgets by session call one, where the process serves one client; absent: clients say it themselves, or are one. */
  readonly session?: string;
  /** Where alerts are heard of; absent: nobody is told. */
  readonly alerts?: AlertFeed;
}

/** What is known of one call, apart from its arguments. */
export interface ToolContext {
  /** Aborted when the client cancels, goes away, or the server shuts down. */
  readonly signal: AbortSignal;
  /** The client as it names itself, e.g. `claude-code`; undefined where it does not say. */
  readonly client: string | undefined;
  /** The client's session; undefined where it has none. */
  readonly session?: string | undefined;
  /** Tells the client that the call lives; undefined where it did not ask to be told. */
  readonly progress: ((message: string) => void) | undefined;
}

/** All four, always: clients assume the worst of a missing one. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly idempotentHint: boolean;
  readonly destructiveHint: boolean;
  readonly openWorldHint: boolean;
}

/** A tool is a value. Adding one is a file in `tools/`, a line in its registry, and a schema snapshot. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** At most 40 characters of `[a-z0-9_]`. */
  readonly name: string;
  readonly title: string;
  /** Begins with when to use the tool and when not: clients may show only the first 200 characters. */
  readonly description: string;
  /** Strict: an argument that it does not name is an error. */
  readonly input: Input;
  /** Where given, every success carries `structuredContent` of this shape. */
  readonly output?: Output;
  readonly annotations: ToolAnnotations;
  /** Errors thrown become an `isError` result; nothing here ever reports a success that was none. */
  handle(deps: ToolDeps, args: z.output<Input>, context: ToolContext): Promise<CallToolResult>;
}

/** Keeps the inference between a tool's schema and its handler. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(tool: Tool<Input, Output>): Tool {
  return tool;
}

/** Text and structure with the same facts: some clients show one, some the other. */
export function structuredResult(text: string, structured: object): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: { ...structured } };
}
