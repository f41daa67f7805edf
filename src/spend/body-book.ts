import type { CallId } from '../domain/ids.ts';
import type { SqliteConnection } from '../storage/database.ts';

/** Prompts and answers, kept only where that was switched on, cut to a size and for a time. */
export interface BodyBook {
  keep(call: CallId, prompt: string, answer: string, now: number): void;
  /** Removes what is too old. */
  prune(now: number): void;
}

/** Characters of a prompt or an answer that are kept; the rest is left out, and says so. */
const MAX_CHARACTERS = 65_536;
const MAX_AGE_MS = 30 * 86_400_000;

export function createBodyBook(sqlite: SqliteConnection): BodyBook {
  const insert = sqlite.prepare(
    'INSERT OR REPLACE INTO bodies (call_id, stored_at, prompt, answer) VALUES (?, ?, ?, ?)',
  );
  const remove = sqlite.prepare('DELETE FROM bodies WHERE stored_at < ?');
  return {
    keep: (call, prompt, answer, now) => void insert.run(call, now, cut(prompt), cut(answer)),
    prune: (now) => void remove.run(now - MAX_AGE_MS),
  };
}

function cut(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  return `${text.slice(0, MAX_CHARACTERS)}\n[cut: ${text.length - MAX_CHARACTERS} more characters]`;
}
