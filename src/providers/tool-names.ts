import type { CompletionRequest } from '../domain/completion-request.ts';
import { fingerprint } from '../lib/fingerprint.ts';

/** What a dialect allows a tool to be called, or an id to be. */
export interface NameRule {
  /** Matches one character that a name must not have; with the flag `g`. */
  readonly forbidden: RegExp;
  readonly maxLength: number;
}

/** Forbids nothing. */
export const NO_CHARACTER = /(?!)/g;

export interface ToolNames {
  toWire(name: string): string;
  /** The tool's own name, from what the provider called it; what no tool was mapped to stays as it is. */
  fromWire(name: string): string;
}

/**
 * The names of a request's tools as a dialect allows them, and back. An allowed name stays; another keeps what it can,
 * with a fingerprint of the whole behind it. A name depends on nothing else, so that it is the same in every turn.
 */
export function createToolNames(
  { tools = [], messages }: Pick<CompletionRequest, 'tools' | 'messages'>,
  rule: NameRule,
): ToolNames {
  const own = new Map<string, string>();
  const learn = (name: string) => {
    const wire = allowedName(name, rule);
    if (wire !== name) own.set(wire, name);
  };
  for (const { name } of tools) learn(name);
  for (const message of messages) {
    if (message.role === 'assistant') for (const { name } of message.toolCalls ?? []) learn(name);
  }
  return {
    toWire: (name) => allowedName(name, rule),
    fromWire: (name) => own.get(name) ?? name,
  };
}

/** A name or id as a rule allows it, the same for the same text. */
export function allowedName(name: string, { forbidden, maxLength }: NameRule): string {
  const cleaned = name.replace(forbidden, '_');
  if (cleaned === name && name !== '' && name.length <= maxLength) return name;
  const mark = fingerprint(name).toString(36);
  return `${cleaned.slice(0, maxLength - mark.length - 1)}_${mark}`;
}
