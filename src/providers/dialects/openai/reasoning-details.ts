import type { ReasoningPart } from '../../../domain/completion-request.ts';
import { isRecord, parseJson } from '../../../lib/json-value.ts';
import type { ProviderEvent } from '../../provider.ts';
import { listAt, textAt } from '../../read-json.ts';
import { isMarkedSignature } from '../../signature-mark.ts';

type Detail = Record<string, unknown>;

/** Whose signature it is, by the maker of the model; OpenRouter wants it named. */
const FORMATS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic-claude-v1',
  google: 'google-gemini-v1',
  openai: 'openai-responses-v1',
  'x-ai': 'xai-responses-v1',
};

/** Thinking as OpenRouter takes it back. What is neither signed nor encrypted need not be given back. */
export function toReasoningDetails(reasoning: readonly ReasoningPart[] = [], model: string): readonly Detail[] {
  const format = FORMATS[model.split('/')[0] ?? ''];
  return reasoning
    .filter(
      ({ signature, redacted }) => (signature !== undefined && !isMarkedSignature(signature)) || redacted !== undefined,
    )
    .map(({ text, signature, redacted }, index) => {
      if (redacted === undefined)
        return { type: 'reasoning.text', text, signature, ...(format ? { format } : {}), index };
      const own = parseJson(redacted);
      return isRecord(own)
        ? own
        : { type: 'reasoning.encrypted', data: redacted, ...(format ? { format } : {}), index };
    });
}

/** The plain words among the details of a delta. */
export function detailText(delta: Detail): string {
  return listAt(delta, 'reasoning_details')
    .filter(isRecord)
    .map((detail) => textAt(detail, 'text') ?? textAt(detail, 'summary') ?? '')
    .join('');
}

/**
 * The ends of stretches of thinking in a delta. What is encrypted is kept as the whole detail, since it must be given back
 * with its id and format.
 */
export function detailEnds(delta: Detail): ProviderEvent[] {
  return listAt(delta, 'reasoning_details')
    .filter(isRecord)
    .flatMap((detail): ProviderEvent[] => {
      if (detail['type'] === 'reasoning.encrypted')
        return [{ type: 'reasoning_end', redacted: JSON.stringify(detail) }];
      const signature = textAt(detail, 'signature');
      return signature === undefined ? [] : [{ type: 'reasoning_end', signature }];
    });
}
