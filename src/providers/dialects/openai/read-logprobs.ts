import type { TokenLogprob } from '../../../domain/completion-outcome.ts';
import { isRecord } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { listAt, numberAt, recordAt } from '../../read-json.ts';

/** The log probabilities in a choice, of what it says or of what it refuses with. */
export function readLogprobs(choice: Record<string, unknown>): ProviderEvent[] {
  const told = recordAt(choice, 'logprobs');
  if (!told) return [];
  const tokens = [...listAt(told, 'content'), ...listAt(told, 'refusal')].flatMap((entry): TokenLogprob[] => {
    const own = readToken(entry);
    if (!own || !isRecord(entry)) return [];
    return [{ ...own, top: listAt(entry, 'top_logprobs').flatMap((each) => readToken(each) ?? []) }];
  });
  return tokens.length > 0 ? [{ type: 'logprobs', tokens }] : [];
}

function readToken(entry: unknown): { token: string; logprob: number } | null {
  if (!isRecord(entry) || typeof entry['token'] !== 'string') return null;
  const logprob = numberAt(entry, 'logprob');
  return logprob === undefined ? null : { token: entry['token'], logprob };
}
