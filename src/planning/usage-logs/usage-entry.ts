import type { NanoUsd } from '../../domain/money.ts';
import type { TokenUsage } from '../../domain/usage.ts';

/** Whose log it is, as reports name it. */
export type LogFormat = 'claude-code' | 'anthropic-csv' | 'openai-csv' | 'litellm' | 'farebox';

/** What one line of somebody's usage log says: one request, or the sum of several. */
export interface UsageEntry {
  /** Tells it from others; a later entry of the same key takes its place. null: every entry counts. */
  readonly key: string | null;
  /** Epoch ms; null where the log does not tell. */
  readonly at: number | null;
  /** Of a sum over a span of time: its end, epoch ms. */
  readonly until?: number;
  /** The model as the log names it. */
  readonly model: string;
  /** Requests that it sums up; null where the log does not tell. */
  readonly requests: number | null;
  readonly usage: TokenUsage;
  /** What the log says was paid; null where it says nothing. */
  readonly cost: NanoUsd | null;
  /** The session or conversation it belongs to; null where the log does not tell. */
  readonly conversation: string | null;
}

/** Reads one record of a log: what it says of usage, nothing where it is about something else. Throws `LineFault` for a broken one. */
export type ReadRecord = (record: Readonly<Record<string, unknown>>) => readonly UsageEntry[];

/** Why a line cannot be read, in words for the person who has the file. */
export class LineFault extends Error {
  override readonly name = 'LineFault';
}
