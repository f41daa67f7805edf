import type { AnswerPart } from './split-answer.ts';
import { MAX_EVENT_CHARACTERS } from './sse-decoder.ts';

/**
 * Cuts an answer into lines (NDJSON), from bytes split anywhere. A line that the end of the answer left open is marked as
 * such, since it may be cut off. Throws `RangeError` for a line beyond the size limit.
 */
export async function* splitLines(
  read: () => Promise<Uint8Array | null>,
  maxCharacters = MAX_EVENT_CHARACTERS,
): AsyncGenerator<AnswerPart> {
  const utf8 = new TextDecoder();
  let rest = '';
  for (let bytes = await read(); bytes !== null; bytes = await read()) {
    const [first = '', ...others] = utf8.decode(bytes, { stream: true }).split('\n');
    rest += first;
    for (const line of others) {
      yield partOf(rest, true);
      rest = line;
    }
    if (rest.length > maxCharacters)
      throw new RangeError(`a line of the answer is longer than ${maxCharacters} characters`);
  }
  rest += utf8.decode();
  if (rest !== '') yield partOf(rest, false);
}

function partOf(data: string, terminated: boolean): AnswerPart {
  return { type: 'event', event: { name: null, data, terminated } };
}
