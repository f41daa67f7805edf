import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ProviderKind } from '../../../src/config/config.ts';

export type Json = Record<string, unknown>;

/** What a model says in one turn; `tool` counts the tools of the request, since their names may differ on the wire. */
export interface SaidTurn {
  readonly text: string;
  readonly calls: readonly { readonly tool: number; readonly args: Json }[];
}

/** A turn as a server found it in the conversation that it was sent; results in the order of their calls. */
export interface SeenTurn {
  readonly text: string;
  readonly calls: readonly { readonly tool: number; readonly args: unknown }[];
  readonly results: readonly { readonly text: string; readonly failed: boolean }[];
}

export interface WireRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Json;
}

/** A server that is as strict as the API that it stands for, and answers from a script. */
export interface Wire {
  readonly kind: ProviderKind;
  /** Path of the base URL. */
  readonly base: string;
  readonly model: string;
  /** Whether its models have tools of their own. */
  readonly native: boolean;
  /** The turns of the conversation so far. Throws `Refused` for what the API answers with 400. */
  read(request: WireRequest): readonly SeenTurn[];
  /** Says a turn; `at` is its place in the conversation. */
  answer(turn: SaidTurn, at: number, request: WireRequest, response: ServerResponse): void;
  /** The body of a 400. */
  refusal(message: string): Json;
}

export class Refused extends Error {}

export function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Refused(message);
}

export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** Sends text in pieces of eleven bytes, so that characters, escapes and events are cut anywhere. */
export function dribble(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 11) response.write(bytes.subarray(at, at + 11));
  response.end();
}

/** An event of a stream, with a name where one is given. */
export function sse(data: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** A text in pieces of a few characters: escape sequences of JSON come apart. */
export function piecesOf(text: string, length = 3): readonly string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${length}}`, 'g')) ?? [];
}

/** Every name once, and each as the API allows it. */
export function demandNames(names: readonly unknown[], allowed: RegExp): readonly string[] {
  for (const name of names)
    demand(typeof name === 'string' && allowed.test(name), `tools: ${JSON.stringify(name)} is no name`);
  demand(new Set(names).size === names.length, 'tools: tool names must be unique');
  return names as string[];
}
